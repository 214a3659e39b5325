"""What customers asked and got no good answer to, put together by meaning: the gap queue."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Literal

import numpy as np

from questrag.chat.desk import DismissedGap, Revision
from questrag.chat.errors import Conflict, NotFound
from questrag.chat.ports import Store
from questrag.chat.smalltalk import small_talk
from questrag.chat.turn import Assistant, active_path
from questrag.chat.types import Lang, Status, Turn
from questrag.evaluation.grouping import ALIKE, ALIKE_IN_WORDS, Vectors, groups, middle, word_vectors
from questrag.evaluation.reports import Reports

_NEAR = 3
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class GapQuestion:
    message_id: str
    question: str
    """Masked."""
    lang: Lang
    asked_at: datetime
    kind: Literal["unanswered", "disliked"]
    reason: str
    """What the customer wrote beside the thumb, masked."""


@dataclass(frozen=True, slots=True)
class NearEntry:
    entry_id: str
    question: str
    score: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that mean the same, see `groups`."""

    id: str
    example: str
    lang: Lang
    questions: tuple[GapQuestion, ...]
    """Newest first."""
    accounts: int
    near: tuple[NearEntry, ...]
    """What any of them finds today, best first."""


@dataclass(frozen=True, slots=True)
class GapQueue:
    gaps: tuple[Gap, ...]
    closed_since: int
    dismissed: int
    waiting: int
    """Questions that were not asked again yet, because that takes time: the next call goes on with them."""
    left_out: int
    """Older turns of the same days that were not looked at, because there are so many newer ones."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the knowledge base of today has for a turn's question."""

    near: tuple[NearEntry, ...]
    """Best first."""
    vector: Vectors | None
    """``(dim,)``; None where the search has no encoder."""


class Gaps:
    """Asks unanswered questions again, and remembers what was found as long as the knowledge base stays as it is."""

    def __init__(
        self, store: Store, reports: Reports, *, patience_s: float = 5.0, clock: Callable[[], float] = monotonic
    ) -> None:
        """
        Args:
            patience_s: a call asks no further question again after so long.
        """
        self._store = store
        self._reports = reports
        self._patience_s = patience_s
        self._clock = clock
        self._asking = asyncio.Lock()
        self._of: tuple[str, str, str] | None = None
        self._found: dict[str, Found | None] = {}

    async def queue(self, assistant: Assistant, revisions: Mapping[str, Revision], days: int) -> GapQueue:
        """Return the gaps of today and the days before it, ``days`` in all.

        Args:
            assistant: what serves.
            revisions: the published ones in it, by entry.

        Raises:
            Unavailable: the database cannot be reached.
        """
        period = (await self._reports.of(days)).period
        dismissed = {gap.id for gap in await self._store.every(DismissedGap)}
        wanting = [turn for turn in period.wanting if _is_unanswered(turn) or _is_disliked(turn)]
        asked = [turn for turn in wanting if turn.id not in dismissed]
        found = await self._ask_again(assistant, asked)
        looked_at = [(turn, now) for turn in asked if (now := found.get(turn.id)) is not None]
        is_open = [each for each in looked_at if not is_closed(*each, assistant.enough, revisions)]
        return GapQueue(
            gaps=await asyncio.to_thread(gaps_of, is_open),
            closed_since=len(looked_at) - len(is_open),
            dismissed=len(wanting) - len(asked),
            waiting=sum(turn.id not in found for turn in asked),
            left_out=period.left_out + period.wanting_left_out,
        )

    async def dismiss(self, turn_ids: Collection[str], by: str) -> None:
        """Put questions aside; those that are aside already stay so. Raises: Unavailable."""
        now = datetime.now(UTC)
        records = [DismissedGap(id=turn_id, created_at=now, by=by) for turn_id in sorted(set(turn_ids))]
        for outcome in await asyncio.gather(*map(self._store.add, records), return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, Conflict):
                raise outcome

    async def _ask_again(self, assistant: Assistant, turns: Sequence[Turn]) -> dict[str, Found | None]:
        """Return what is found for each turn, newest first as far as patience goes; None: its conversation is gone."""
        versions = (
            assistant.knowledge.version,
            assistant.retriever.encoder_version,
            assistant.retriever.index_version,
        )
        async with self._asking:
            if self._of != versions:
                self._of, self._found = versions, {}
            until = self._clock() + self._patience_s
            for turn in reversed(turns):
                if turn.id not in self._found:
                    if self._clock() >= until:
                        break
                    self._found[turn.id] = await self._ask(assistant, turn)
            found = {turn.id: self._found[turn.id] for turn in turns if turn.id in self._found}
            self._found = dict([*self._found.items()][-_MOST_KEPT:])
        return found

    async def _ask(self, assistant: Assistant, turn: Turn) -> Found | None:
        try:
            said = await self._store.turns(turn.user_id, turn.conversation_id)
        except NotFound:
            return None
        state = await assistant.look(turn.question, active_path(said, turn.parent_id))
        hits = (*state.hits, *state.further)[:_NEAR]
        near = tuple(NearEntry(hit.passage.id, hit.passage.question, hit.score) for hit in hits)
        return Found(near, np.array(state.vector, dtype=np.float32) if state.vector else None)


def is_closed(turn: Turn, found: Found, enough: float, revisions: Mapping[str, Revision]) -> bool:
    """Return whether an unanswered question is answered now. What a customer disliked, only a curator can close.

    An entry has to reach the score from which it is given as the answer. Where one did so then, a model read what it
    was shown and said that the answer is not in it: then it has to be an entry that it was not shown, or one that was
    published again since.

    Args:
        enough: the score from which an entry is an answer.
        revisions: the published ones in what is served, by entry.
    """
    receipt = turn.receipt
    if not _is_unanswered(turn) or receipt is None or not found.near or found.near[0].score < enough:
        return False
    best = found.near[0].entry_id
    if receipt.retrieval_score is None or receipt.retrieval_score < enough:
        return True
    if best not in (*receipt.fetched, *receipt.live):
        return True
    since = revisions[best].effective_from if best in revisions else None
    return since is not None and since > turn.asked_at


def gaps_of(looked_at: Sequence[tuple[Turn, Found]]) -> tuple[Gap, ...]:
    """Put questions together by meaning; those that most customers met come first, then those of most questions, then
    those nearest to what the bank has entries on.

    How near is a hint and no more, which is why it counts last and nothing is left out for it: told apart by it,
    questions about banking without an entry and questions about the weather come in the right order in 77 % of pairs
    on ``data/queries/test.jsonl`` (n = 94 and 82) and in 65 % on ``dev_outside.jsonl`` (n = 220 and 220). What many
    customers want is worth an entry, and chatter is rarely asked twice. Small talk comes at the very end.

    Questions are compared by the vectors of the search's encoder, in any language; where it has none, by their words,
    which only finds repetitions.
    """
    ordered = sorted(looked_at, key=lambda each: (each[0].asked_at, each[0].id))
    vectors, alike = _vectors(ordered)
    made = []
    for rows in groups(vectors, alike):
        example = ordered[middle(vectors, rows)][0]
        made.append(_gap(example, [ordered[row] for row in rows]))
    return tuple(sorted(made, key=_importance))


def _vectors(looked_at: Sequence[tuple[Turn, Found]]) -> tuple[Vectors, float]:
    """Return ``(n, dim)``, and how alike two of them are that mean the same."""
    known = next((found.vector for _, found in looked_at if found.vector is not None), None)
    if known is None:
        return word_vectors([turn.question for turn, _ in looked_at]), ALIKE_IN_WORDS
    # The reply to a question back is not searched for, so it has no vector: it stays alone.
    vectors = [np.zeros_like(known) if found.vector is None else found.vector for _, found in looked_at]
    return np.stack(vectors), ALIKE


def _gap(example: Turn, looked_at: Sequence[tuple[Turn, Found]]) -> Gap:
    near: dict[str, NearEntry] = {}
    for each in sorted((each for _, found in looked_at for each in found.near), key=lambda each: -each.score):
        near.setdefault(each.entry_id, each)
    return Gap(
        id=example.id,
        example=example.question,
        lang=_lang(example),
        questions=tuple(_question(turn) for turn, _ in reversed(looked_at)),
        accounts=len({turn.user_id for turn, _ in looked_at}),
        near=tuple(near.values())[:_NEAR],
    )


def _importance(gap: Gap) -> tuple[bool, int, int, float, str]:
    nearest = gap.near[0].score if gap.near else 0.0
    return small_talk(gap.example) is not None, -gap.accounts, -len(gap.questions), -nearest, gap.id


def _question(turn: Turn) -> GapQuestion:
    return GapQuestion(
        message_id=turn.id,
        question=turn.question,
        lang=_lang(turn),
        asked_at=turn.asked_at,
        kind="unanswered" if _is_unanswered(turn) else "disliked",
        reason=turn.feedback.reason if turn.feedback else "",
    )


def _lang(turn: Turn) -> Lang:
    return turn.receipt.lang if turn.receipt else "en"


def _is_unanswered(turn: Turn) -> bool:
    """Return whether nothing was said: where emergency steps were all there was to say, they are the answer."""
    return turn.status is Status.HANDED_OFF and not (turn.receipt and turn.receipt.emergency)


def _is_disliked(turn: Turn) -> bool:
    return turn.feedback is not None and turn.feedback.rating == "down"
