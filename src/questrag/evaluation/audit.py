"""Would a fetch have changed the answer? Stored skips, looked at again off the hot path."""

from collections import Counter, defaultdict
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
    assistant: Assistant,
    turns: Iterable[Turn],
    *,
    by: str | None = None,
    of_each_account: int | None = None,
    progress: Progress | None = None,
) -> Audit:
    """Answer stored skips once more with everything fetched, and compare what the answers draw on.

    Skips of another knowledge base or encoder are left out: what they should have shown cannot be seen again.

    Args:
        assistant: its generator should answer in approved words; no customer sees these answers.
        turns: of some conversations, whole: a skip is looked at where all turns before it are there.
        by: only those of this policy, by the version in the receipts.
        of_each_account: at most so many skips, the last ones, so that skips do not stand and fall together.
    """
    by_conversation: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_conversation[turn.conversation_id].append(turn)
    skips = [
        (turn, before)
        for each in by_conversation.values()
        for turn in each
        if _skipped(turn, by, assistant) and (before := history_of(turn, each)) is not None
    ]
    skips = _last(skips, of_each_account)
    fetching = replace(assistant, policy=AlwaysFetch())
    harms = []
    for done, (turn, before) in enumerate(skips, start=1):
        harm = await _harm(fetching, turn, before)
        harms += [harm] if harm else []
        if progress:
            progress(done, len(skips))
    return Audit(len(skips), tuple(harms))


def _skipped(turn: Turn, by: str | None, assistant: Assistant) -> bool:
    receipt = turn.receipt
    if receipt is None or receipt.policy_action is Action.FETCH or receipt.reason is Reason.SMALL_TALK:
        return False
    versions = receipt.versions
    same = (versions.knowledge, versions.encoder) == (assistant.knowledge.version, assistant.retriever.encoder_version)
    return same and not receipt.degraded and (by is None or versions.policy == by)


def _last(skips: list[tuple[Turn, list[Turn]]], of_each_account: int | None) -> list[tuple[Turn, list[Turn]]]:
    if of_each_account is None:
        return skips
    left: Counter[str] = Counter()
    kept = []
    for skip in sorted(skips, key=lambda each: each[0].asked_at, reverse=True):
        left[skip[0].user_id] += 1
        kept += [skip] if left[skip[0].user_id] <= of_each_account else []
    return kept


async def _harm(fetching: Assistant, turn: Turn, before: Sequence[Turn]) -> Harm | None:
    answer = await collect(fetching.answer(turn.question, before))
    shown = (*turn.receipt.fetched, *turn.receipt.live) if turn.receipt else ()
    missing = [entry_id for entry_id in answer.receipt.cited if entry_id not in shown]
    return Harm(turn.id, shown, missing[0]) if missing else None
