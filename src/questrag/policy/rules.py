"""Policies that are rules. Those that wrap another one speak first and pass on what is not theirs."""

from dataclasses import dataclass

from questrag.chat.ports import Policy
from questrag.chat.smalltalk import small_talk
from questrag.chat.types import Action, Decision, Reason, TurnState


@dataclass(frozen=True, slots=True)
class AlwaysFetch:
    """The usual design."""

    version: str = "always@1"

    def decide(self, state: TurnState) -> Decision:
        return Decision(Action.FETCH, 1.0, Reason.POLICY, self.version)


@dataclass(frozen=True, slots=True)
class NeverFetch:
    """The lower end of every comparison."""

    version: str = "never@1"

    def decide(self, state: TurnState) -> Decision:
        return Decision(Action.NO_FETCH, 0.0, Reason.POLICY, self.version)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Fetches when the best hit is similar enough to be an answer."""

    threshold: float
    """On the retriever's own scale."""
    ask_from: float = 1.0
    """Sum of all scores from which the customer is asked which entry is meant when the best one is below the
    threshold; for scores that are probabilities. 1 never asks."""

    @property
    def version(self) -> str:
        return f"threshold@{self.threshold:g}"

    def decide(self, state: TurnState) -> Decision:
        fetch = bool(state.hits) and state.hits[0].score >= self.threshold
        if not fetch and len(state.hits) > 1 and sum(hit.score for hit in state.hits) >= self.ask_from < 1:
            return Decision(Action.FETCH, 1.0, Reason.UNCLEAR, self.version)
        action = Action.FETCH if fetch else Action.NO_FETCH
        return Decision(action, float(fetch), Reason.THRESHOLD, self.version)


@dataclass(frozen=True, slots=True)
class SmallTalkFirst:
    """Never fetches for small talk."""

    inner: Policy

    @property
    def version(self) -> str:
        return f"smalltalk+{self.inner.version}"

    def decide(self, state: TurnState) -> Decision:
        if small_talk(state.question):
            return Decision(Action.NO_FETCH, 0.0, Reason.SMALL_TALK, self.version)
        return _renamed(self.inner.decide(state), self.version)


@dataclass(frozen=True, slots=True)
class LiveFirst:
    """Does not fetch again what is still in the prompt.

    Only when the best hit is live and similar enough to be the answer; the second best may be what the
    customer asked about before.
    """

    inner: Policy
    threshold: float

    @property
    def version(self) -> str:
        return f"live@{self.threshold:g}+{self.inner.version}"

    def decide(self, state: TurnState) -> Decision:
        best = state.hits[0] if state.hits else None
        if best and best.score >= self.threshold and any(kept.id == best.passage.id for kept in state.live):
            return Decision(Action.NO_FETCH, 0.0, Reason.LIVE, self.version)
        return _renamed(self.inner.decide(state), self.version)


@dataclass(frozen=True, slots=True)
class RegulatedFirst:
    """Fetches when the best hit has to be given word for word, whatever the policy inside would do."""

    inner: Policy
    threshold: float

    @property
    def version(self) -> str:
        return f"regulated@{self.threshold:g}+{self.inner.version}"

    def decide(self, state: TurnState) -> Decision:
        best = state.hits[0] if state.hits else None
        if best and best.passage.regulated and best.score >= self.threshold:
            return Decision(Action.FETCH, 1.0, Reason.REGULATED, self.version)
        return _renamed(self.inner.decide(state), self.version)


def _renamed(decision: Decision, version: str) -> Decision:
    """A decision is logged under the name of the policy that was asked, whoever in it decided."""
    return Decision(decision.action, decision.p_fetch, decision.reason, version)
