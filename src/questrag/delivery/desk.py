"""Customers who want a person: a request is stored first, then the bank's people are told until that has worked."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

from questrag.chat.desk import HandOff, HandOffState
from questrag.chat.errors import Conflict, NotFound, QuestragError, Unavailable
from questrag.chat.ports import Store
from questrag.chat.privacy import mask
from questrag.chat.turn import active_path
from questrag.chat.types import Lang

logger = logging.getLogger(__name__)

MOST_TURNS = 50
"""Of a transcript: the last ones."""

_GIVEN_UP = timedelta(days=7)
_CLAIM = timedelta(seconds=60)
"""Longer than an attempt can take: after it another process may try."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 10.0, 3600.0
_CLOCKS_DIFFER = timedelta(minutes=10)
_AT_ONCE = 8
_PAGE = 20


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)  # as it is stored


class Channel(Protocol):
    """A way of telling the bank's people."""

    @property
    def name(self) -> str: ...

    async def tell(self, handoff: HandOff) -> None:
        """Return once the other side has taken it, within half a minute.

        The same may be told twice, after a crash in between: whoever is told knows it by its id.

        Raises:
            Unavailable: the other side has not taken it. The message is for the bank's staff and holds nothing
                that the customer gave.
        """
        ...


class HandOffs:
    """The requests of one bank. Several processes may work on them: each attempt is claimed by one."""

    def __init__(
        self,
        store: Store,
        channels: Sequence[Channel],
        *,
        patience_s: float = 3.0,
        clock: Callable[[], datetime] = _now,
        attempted: Callable[[str, bool], None] = lambda channel, delivered: None,
    ) -> None:
        """
        Args:
            patience_s: how long a customer waits for the first attempt; it goes on without them.
            attempted: told of every attempt: which channel, and whether it worked.
        """
        self._store = store
        self._channels = {channel.name: channel for channel in channels}
        self._patience_s = patience_s
        self._now = clock
        self._attempted = attempted
        self._since = clock() - _GIVEN_UP
        self._under_way: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)

    @property
    def tells_at_once(self) -> bool:
        """Whether anybody is told, or requests only wait in the list."""
        return bool(self._channels)

    async def request(
        self, user_id: str, *, name: str, contact: str, note: str, lang: Lang, conversation_id: str | None
    ) -> HandOff:
        """Store the request and begin to tell.

        Raises:
            NotFound: the conversation is not one of theirs.
        """
        transcript = await self._transcript(user_id, conversation_id) if conversation_id else ()
        now = self._now()
        handoff = HandOff(
            id=uuid4().hex,
            created_at=now,
            user_id=user_id,
            name=name,
            contact=contact,
            note=mask(note),
            lang=lang,
            conversation_id=conversation_id,
            transcript=transcript,
            tell=tuple(self._channels),
            attempts=1 if self._channels else 0,
            not_before=now + _CLAIM if self._channels else None,
        )
        await self._store.add(handoff)
        if self._channels:
            await asyncio.wait({self._begin(handoff)}, timeout=self._patience_s)
            with suppress(Unavailable):  # it is stored, so it must not be refused any more
                handoff = await self._store.one(HandOff, handoff.id)
        return handoff

    async def page(self, state: HandOffState | None, before: tuple[datetime, str] | None, limit: int) -> list[HandOff]:
        """Return requests, newest first: those in this state, or all."""
        found: list[HandOff] = []
        while len(found) < limit and (
            page := await self._store.newest(HandOff, before=before, limit=max(limit, _PAGE))
        ):
            found += [handoff for handoff in page if state in (None, handoff.state)]
            before = (page[-1].created_at, page[-1].id)
        return found[:limit]

    async def change(self, handoff_id: str, state: HandOffState) -> HandOff:
        """Raises: NotFound."""
        return await self._change(handoff_id, lambda stored: replace(stored, state=state))

    async def keep_telling(self, every_s: float = 10.0) -> None:
        """Try again what has failed, until cancelled; then attempts under way are cancelled too."""
        try:
            while self._channels:
                await self._safely(self.tell_due())
                await asyncio.sleep(every_s)
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def tell_due(self) -> None:
        """Make the attempts that are due, those of other processes too that did not finish theirs."""
        now = self._now()
        due = [handoff for handoff in await self._waiting() if handoff.not_before is None or handoff.not_before <= now]
        await asyncio.gather(*(self._safely(self._claim_and_tell(handoff)) for handoff in due))

    async def _waiting(self) -> list[HandOff]:
        """Return the open ones that somebody has yet to be told of, and remember since when there can be any."""
        now = self._now()
        since, before = max(self._since, now - _GIVEN_UP), None
        found: list[HandOff] = []
        while page := await self._store.newest(HandOff, before=before, limit=_PAGE):
            found += [handoff for handoff in page if handoff.created_at >= since and self._missing(handoff)]
            if page[-1].created_at < since:
                break
            before = (page[-1].created_at, page[-1].id)
        self._since = min((handoff.created_at for handoff in found), default=now) - _CLOCKS_DIFFER
        return found

    def _missing(self, handoff: HandOff) -> list[Channel]:
        if handoff.state is HandOffState.CLOSED:
            return []
        names = [name for name in handoff.tell if name not in handoff.delivered]
        return [self._channels[name] for name in names if name in self._channels]

    async def _claim_and_tell(self, handoff: HandOff) -> None:
        async with self._places:
            claimed = replace(handoff, attempts=handoff.attempts + 1, not_before=self._now() + _CLAIM)
            with suppress(Conflict, NotFound):  # somebody else is at it
                await self._store.exchange(handoff, claimed)
                await self._tell(claimed)

    def _begin(self, handoff: HandOff) -> asyncio.Task[None]:
        task = asyncio.create_task(self._safely(self._tell(handoff)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _tell(self, handoff: HandOff) -> None:
        """Tell those who have not been told, all at once, and note what came of it."""
        problems = await asyncio.gather(*(self._tell_one(channel, handoff) for channel in self._missing(handoff)))
        problem = "; ".join(filter(None, problems))
        pause = timedelta(seconds=min(_FIRST_PAUSE_S * 2 ** min(handoff.attempts - 1, 20), _LONGEST_PAUSE_S))
        not_before = self._now() + pause if problem else None
        await self._change(handoff.id, lambda stored: replace(stored, problem=problem, not_before=not_before))

    async def _tell_one(self, channel: Channel, handoff: HandOff) -> str:
        """Return why it did not work, or nothing."""
        try:
            await channel.tell(handoff)
        except Unavailable as error:
            logger.warning("hand-off %s: %s: %s", handoff.id, channel.name, error)
            self._attempted(channel.name, False)
            return f"{channel.name}: {error}"
        self._attempted(channel.name, True)
        await self._change(handoff.id, lambda stored: _told(stored, channel.name))
        return ""

    async def _change(self, handoff_id: str, change: Callable[[HandOff], HandOff]) -> HandOff:
        while True:
            old = await self._store.one(HandOff, handoff_id)
            new = change(old)
            with suppress(Conflict):  # somebody else was faster: once more, with what they left
                await self._store.exchange(old, new)
                return new

    async def _transcript(self, user_id: str, conversation_id: str) -> tuple[tuple[str, str], ...]:
        conversation = await self._store.conversation(user_id, conversation_id)
        path = active_path(await self._store.turns(user_id, conversation_id), conversation.head)[-MOST_TURNS:]
        said = [(role, text) for turn in path for role, text in (("user", turn.question), ("assistant", turn.answer))]
        return tuple((role, mask(text)) for role, text in said if text)

    async def _safely(self, work: Awaitable[None]) -> None:
        """Do the work; one that fails must not be the last."""
        try:
            await work
        except QuestragError as error:
            logger.warning("hand-offs could not be told: %s", error)
        except Exception as error:  # noqa: BLE001 - logged without its message: it may hold what a customer gave
            stack = "".join(traceback.format_tb(error.__traceback__))
            logger.error("hand-offs could not be told: %s\n%s", type(error).__name__, stack)


def _told(handoff: HandOff, name: str) -> HandOff:
    return handoff if name in handoff.delivered else replace(handoff, delivered=(*handoff.delivered, name))
