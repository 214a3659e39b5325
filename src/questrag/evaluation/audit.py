"""Would a fetch have changed the answer? Stored skips, looked at again off the hot path."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from questrag.chat.turn import Assistant, collect
from questrag.chat.types import Action, Reason, Turn
from questrag.evaluation.intervals import exact95
from questrag.evaluation.logs import history_of
from questrag.policy.rules import AlwaysFetch
from questrag.progress import Progress


@dataclass(frozen=True, slots=True)
class Harm:
    """A skip that left out what the answer would have been taken from."""

    turn_id: str
    shown: tuple[str, ...]
    would_cite: str


@dataclass(frozen=True, slots=True)
class Audit:
    n_checked: int
    """Turns that fetched nothing, small talk left out."""
    harms: tuple[Harm, ...]

    @property
    def rate(self) -> float:
        return len(self.harms) / max(self.n_checked, 1)

    @property
    def ci95(self) -> tuple[float, float]:
        return exact95(len(self.harms), self.n_checked)


async def audit_skips(
    assistant: Assistant, turns: Iterable[Turn], *, by: str | None = None, progress: Progress | None = None
) -> Audit:
    """Answer stored skips once more with everything fetched, and compare what the answers draw on.

    The knowledge base and the search are those of today: an entry that has changed since counts as it is now.

    Args:
        assistant: its generator should answer in approved words; no customer sees these answers.
        turns: of some conversations, whole: a skip is looked at where all turns before it are there.
        by: only those of this policy, by the version in the receipts.
    """
    by_conversation: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_conversation[turn.conversation_id].append(turn)
    skips = [
        (turn, before)
        for each in by_conversation.values()
        for turn in each
        if _skipped(turn, by) and (before := history_of(turn, each)) is not None
    ]
    fetching = replace(assistant, policy=AlwaysFetch())
    harms = []
    for done, (turn, before) in enumerate(skips, start=1):
        harm = await _harm(fetching, turn, before)
        harms += [harm] if harm else []
        if progress:
            progress(done, len(skips))
    return Audit(len(skips), tuple(harms))


def _skipped(turn: Turn, by: str | None) -> bool:
    receipt = turn.receipt
    if receipt is None or receipt.policy_action is Action.FETCH or receipt.reason is Reason.SMALL_TALK:
        return False
    return by is None or receipt.versions.policy == by


async def _harm(fetching: Assistant, turn: Turn, before: Sequence[Turn]) -> Harm | None:
    answer = await collect(fetching.answer(turn.question, before))
    shown = (*turn.receipt.fetched, *turn.receipt.live) if turn.receipt else ()
    missing = [entry_id for entry_id in answer.receipt.cited if entry_id not in shown]
    return Harm(turn.id, shown, missing[0]) if missing else None
