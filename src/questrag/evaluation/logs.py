"""Stored turns as a log to learn from: what the policy saw, what it did with which probability, and what came of it."""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Self

from questrag.chat.errors import Invalid, Unavailable
from questrag.chat.ports import Turns
from questrag.chat.turn import Assistant, active_path
from questrag.chat.types import Decision, Reason, Receipt, Turn, TurnState
from questrag.evaluation.judge import ModelJudge, Verdict, by_feedback
from questrag.progress import Progress

_PAGE = 500

Judge = Callable[[Turn, TurnState], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Logged:
    """One stored turn, with the state that the policy decided in."""

    turn: Turn
    receipt: Receipt
    state: TurnState
    verdict: Verdict

    @property
    def p_action(self) -> float:
        """Probability with which the policy of that time did what it did."""
        return self.receipt.probabilities[self.receipt.policy_action]

    @property
    def shown(self) -> frozenset[str]:
        return frozenset((*self.receipt.fetched, *self.receipt.live))

    def repeated_by(self, decision: Decision) -> bool:
        """Return whether this decision is what was done: the same action, with all that the answer drew on.

        Where it drew on nothing, with the same passages. That a passage more or less changes nothing else is taken for
        granted; so an estimate that uses this rests on propensities and on that.
        """
        shown = shown_by(decision)
        same = shown.issuperset(self.receipt.cited) if self.receipt.cited else shown == self.shown
        return decision.action is self.receipt.policy_action and same


@dataclass(frozen=True, slots=True)
class Log:
    turns: tuple[Logged, ...]
    left_out: Mapping[str, int]
    """How many stored turns are of no use, by why."""

    def halves(self) -> tuple[Self, Self]:
        """Return the turns of half of the accounts, to learn from, and those of the others, to judge by."""
        by_half: tuple[list[Logged], list[Logged]] = ([], [])
        for each in self.turns:
            by_half[_drawn(each.turn.user_id, 0) >= 0.5].append(each)
        first, second = (type(self)(tuple(half), self.left_out) for half in by_half)
        return first, second

    @property
    def judged(self) -> tuple[Logged, ...]:
        return tuple(each for each in self.turns if each.verdict)


def shown_by(decision: Decision) -> frozenset[str]:
    """Return the entries that a decision puts in the prompt, new and kept."""
    return frozenset(hit.passage.id for hit in (*decision.passages, *decision.keep))


async def ended_since(turns: Turns, since: datetime, *, share: float = 1.0, seed: int = 0) -> list[Turn]:
    """Return the turns of all users that were asked since then and have ended with an answer.

    Args:
        share: of the conversations, in [0, 1]; whole ones, and the same whenever they are looked at with this seed.
    """
    found: list[Turn] = []
    after = (since, "")
    while page := await turns.ended(after, _PAGE):
        found += [turn for turn in page if _drawn(turn.conversation_id, seed) < share]
        after = (page[-1].asked_at, page[-1].id)
    return found


def _drawn(name: str, seed: int) -> float:
    """Return a number in [0, 1) that depends on nothing else."""
    return int.from_bytes(sha256(f"{seed} {name}".encode()).digest()[:6]) / 2**48


def history_of(turn: Turn, others: Iterable[Turn]) -> list[Turn] | None:
    """Return the turns before, oldest first; None where some are not among the others."""
    path = active_path(others, turn.parent_id)
    whole = path[0].parent_id is None if path else turn.parent_id is None
    return path if whole else None


async def thumb(turn: Turn, state: TurnState) -> Verdict:
    """Judge by the customer's own feedback; there is at most one for each answer."""
    return by_feedback(turn.feedback.rating if turn.feedback else None)


@dataclass(slots=True)
class ThumbOrModel:
    """Judges by the customer's feedback, and where there is none by a model, which is given what the search finds."""

    model: ModelJudge
    unanswered: int = 0
    """Turns for which the provider gave no reply: they have no verdict."""

    async def __call__(self, turn: Turn, state: TurnState) -> Verdict:
        verdict = await thumb(turn, state)
        if verdict or not state.hits:
            return verdict
        passages = {hit.passage.id: hit.passage for hit in state.hits}
        passages |= {kept.passage.id: kept.passage for kept in state.live}
        approved = (f"{each.question}\n{each.answer_in(state.lang)}" for each in passages.values())
        try:
            return await self.model.verdict(turn.question, answer=turn.answer, reference="\n\n".join(approved))
        except Unavailable:
            self.unanswered += 1
            return None


async def read_log(
    assistant: Assistant, turns: Iterable[Turn], *, judge: Judge = thumb, progress: Progress | None = None
) -> Log:
    """Look once more for what the policy saw at each stored turn.

    Turns of another knowledge base or encoder are left out: what was seen then cannot be seen again.

    Args:
        turns: of all conversations, with those before them.

    Raises:
        Invalid: a turn was logged without the probability of what was done, or there are turns and none can be used.
    """
    by_conversation: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_conversation[turn.conversation_id].append(turn)
    found: list[Logged] = []
    left_out: Counter[str] = Counter()
    for done, of in enumerate(by_conversation.values(), start=1):
        for turn in of:
            logged = await _logged(assistant, turn, of, judge)
            if isinstance(logged, str):
                left_out[logged] += 1
            else:
                found.append(logged)
        if progress:
            progress(done, len(by_conversation))
    if left_out and not found:
        why = ", ".join(f"{n} {reason}" for reason, n in left_out.most_common())
        raise Invalid(f"no stored turn can be learned from: {why}")
    return Log(tuple(found), dict(left_out))


async def _logged(assistant: Assistant, turn: Turn, others: Sequence[Turn], judge: Judge) -> Logged | str:
    """Return the turn as logged, or why it is of no use."""
    receipt = turn.receipt
    if receipt is None:
        return "without a decision"
    if receipt.reason is Reason.SMALL_TALK:
        return "small talk"
    if receipt.reason is Reason.UNCLEAR:
        return "asked back"  # what is thought of a question back says nothing about passages
    if receipt.degraded:
        return "that did not go as configured"
    if receipt.versions.knowledge != assistant.knowledge.version:
        return "of another knowledge base"
    if receipt.versions.encoder != assistant.retriever.encoder_version:
        return "of another encoder"
    if receipt.probabilities[receipt.policy_action] <= 0:
        raise Invalid(
            f"turn {turn.id} did {receipt.policy_action} with probability 0 by its own log: "
            "without the true propensities nothing can be learned from these turns"
        )
    history = history_of(turn, others)
    if history is None:
        return "after a turn that is not there"
    state = await assistant.look(turn.question, history)
    if not state.hits and not state.live:
        return "with nothing to show"
    return Logged(turn, receipt, state, await judge(turn, state))


_LEAST_VOTES = 2.0
_SHARE_OF_VOTES = 0.02


def votes(judged: Sequence[Logged]) -> list[float]:
    """Return what each verdict counts: an account has at most two percent of all that counts, or two votes."""
    n_of = Counter(each.turn.user_id for each in judged)
    most = float(max(n_of.values(), default=0))
    while True:  # falls to the largest cap that is within its share of what it lets through
        cap = max(_LEAST_VOTES, _SHARE_OF_VOTES * sum(min(n, most) for n in n_of.values()))
        if cap >= most - 1e-6:
            return [min(1.0, most / n_of[each.turn.user_id]) for each in judged]
        most = cap


def explored(log: Sequence[Logged]) -> int:
    """Return at how many turns a skip was tried as a fetch."""
    return sum(each.receipt.reason is Reason.EXPLORED for each in log)
