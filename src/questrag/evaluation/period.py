"""The stored turns of some days, in as few words as reports need."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, timezone
from sys import intern
from typing import Literal

from questrag.chat.desk import HandOff
from questrag.chat.ports import Desk, Store, Turns
from questrag.chat.types import Action, Lang, Status, Turn

IST = timezone(timedelta(hours=5, minutes=30), "IST")
"""Indian Standard Time: no summer time since 1945, so no table of time zones is needed."""

STAGES = ("search", "decide", "prompt", "generate", "total")

MOST_TURNS = 50_000
"""Turns that a report reads: more would keep an administrator waiting, and change no figure that one acts on."""
_MOST_WANTING = 5_000
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """What reports count of a turn."""

    asked_at: datetime
    account: str
    conversation: str
    lang: Lang
    kind: str
    """`Reason` of the decision."""
    model: str
    fetched: bool
    handed_off: bool
    rating: Literal["up", "down"] | None
    prompt: int
    always_fetch_prompt: int
    completion: int
    cached: int
    paid: bool
    emergency: bool
    degraded: bool
    timings_ms: tuple[float, ...]
    """Of each of `STAGES`; not a number where the turn did not have it."""
    cited: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The turns that ended with an answer: those that failed are in no report, the log of the server has them."""

    since: datetime
    """What was asked from here on is in it; later than what was wanted where turns are left out."""
    until: datetime
    left_out: int = 0
    """Older turns of the days that were wanted."""
    lines: tuple[Line, ...] = ()
    """In the order in which they were asked."""
    wanting: tuple[Turn, ...] = ()
    """Those handed off or disliked, the newest of them, without their answers; oldest first."""
    wanting_left_out: int = 0
    questions: Mapping[str, str] = field(default_factory=dict)
    """What the entries were called that answers drew on, by id."""
    persons: int = 0
    """Requests for a person."""
    with_person: frozenset[str] = frozenset()
    """Conversations out of which a person was asked for."""


async def read_period(store: Store, days: int, now: datetime, *, most: int = MOST_TURNS) -> Period:
    """Read today and the days before it, ``days`` in all, in Indian Standard Time.

    Args:
        most: turns to read; the oldest are left out.
    """
    since = midnight(now) - timedelta(days=days - 1)
    after, left_out = await store.newest_ended(since, most)
    reading = _Reading(now)
    async for page in _pages(store, after):
        await asyncio.to_thread(reading.take, page)
    begun = reading.lines[0].asked_at if left_out and reading.lines else since
    asked = [each async for each in _persons(store, begun)]
    return Period(
        since=begun,
        until=now,
        left_out=left_out,
        lines=tuple(reading.lines),
        wanting=tuple(reading.wanting),
        wanting_left_out=reading.n_wanting - len(reading.wanting),
        questions=reading.questions,
        persons=len(asked),
        with_person=frozenset(each.conversation_id for each in asked if each.conversation_id),
    )


async def lines_since_midnight(turns: Turns, now: datetime) -> list[Line]:
    """Return all turns of today, however many they are."""
    return [line_of(turn) async for page in _pages(turns, (midnight(now), "")) for turn in page]


def midnight(now: datetime) -> datetime:
    """Return when today began, in Indian Standard Time."""
    return datetime.combine(now.astimezone(IST), time(), IST)


async def _pages(turns: Turns, after: tuple[datetime, str]) -> AsyncIterator[list[Turn]]:
    while page := await turns.ended(after, _PAGE):
        yield page
        after = (page[-1].asked_at, page[-1].id)


async def _persons(desk: Desk, since: datetime) -> AsyncIterator[HandOff]:
    before: tuple[datetime, str] | None = None
    while page := await desk.newest(HandOff, before=before, limit=_PAGE):
        for each in page:
            if each.created_at < since:
                return
            yield each
        before = (page[-1].created_at, page[-1].id)


class _Reading:
    """What is kept of the pages so far: whole turns would take ten times the memory."""

    def __init__(self, until: datetime) -> None:
        self._until = until
        self.lines: list[Line] = []
        self.wanting: deque[Turn] = deque(maxlen=_MOST_WANTING)
        self.n_wanting = 0
        self.questions: dict[str, str] = {}

    def take(self, page: Iterable[Turn]) -> None:
        for turn in page:
            receipt = turn.receipt
            if receipt is None or turn.asked_at > self._until:
                continue
            self.lines.append(line_of(turn))
            if not self.questions.keys() >= set(receipt.cited):
                self.questions.update((source.id, source.question) for source in receipt.sources)
            if _is_wanting(turn):
                self.n_wanting += 1
                self.wanting.append(replace(turn, answer="", receipt=replace(receipt, sources=())))


def _is_wanting(turn: Turn) -> bool:
    return turn.status is Status.HANDED_OFF or (turn.feedback is not None and turn.feedback.rating == "down")


def line_of(turn: Turn) -> Line:
    """Raises: ValueError: the turn has no receipt."""
    receipt = turn.receipt
    if receipt is None:
        raise ValueError(f"turn {turn.id} has not ended")
    nan = float("nan")
    return Line(
        asked_at=turn.asked_at,
        account=intern(turn.user_id),
        conversation=intern(turn.conversation_id),
        lang=receipt.lang,
        kind=receipt.reason.value,
        model=intern(receipt.versions.model),
        fetched=receipt.policy_action is Action.FETCH,
        handed_off=turn.status is Status.HANDED_OFF,
        rating=turn.feedback.rating if turn.feedback else None,
        prompt=receipt.tokens.prompt,
        always_fetch_prompt=receipt.tokens.always_fetch_prompt,
        completion=receipt.tokens.completion,
        cached=receipt.tokens.cached,
        paid=receipt.tokens.paid,
        emergency=receipt.emergency,
        degraded=bool(receipt.degraded),
        timings_ms=tuple(receipt.timings_ms.get(stage, nan) for stage in STAGES),
        cited=tuple(map(intern, receipt.cited)),
    )
