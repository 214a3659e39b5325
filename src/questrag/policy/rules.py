"""Policies that are rules. Those that wrap another one speak first and pass on what is not theirs."""

from dataclasses import dataclass, replace

from questrag.chat.ports import Policy
from questrag.chat.smalltalk import small_talk
from questrag.chat.types import Action, Decision, Hit, Reason, TurnState


@dataclass(frozen=True, slots=True)
class AlwaysFetch:
    """The usual design."""

    most: int | None = None
    """Passages; None: as many as the search was asked for."""

    @property
    def version(self) -> str:
        return "always@1" if self.most is None else f"always@1/{self.most}"

    def decide(self, state: TurnState) -> Decision:
        return Decision(Action.FETCH, 1.0, Reason.POLICY, self.version, state.hits[: self.most])


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

    @property
    def version(self) -> str:
        return f"threshold@{self.threshold:g}"

    def decide(self, state: TurnState) -> Decision:
        fetch = bool(state.hits) and state.hits[0].score >= self.threshold
        action = Action.FETCH if fetch else Action.NO_FETCH
        return Decision(action, float(fetch), Reason.THRESHOLD, self.version, state.hits if fetch else ())


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
class UnclearFirst:
    """Asks the customer which entry is meant, where several may be and none clearly."""

    inner: Policy
    threshold: float
    """A best hit that scores as much is clear."""
    ask_from: float
    """Sum of all scores from which one of them is meant; for scores that are probabilities."""

    @property
    def version(self) -> str:
        return f"unclear@{self.ask_from:g}+{self.inner.version}"

    def decide(self, state: TurnState) -> Decision:
        scores = [hit.score for hit in state.hits]
        if len(scores) > 1 and scores[0] < self.threshold and sum(scores) >= self.ask_from:
            return Decision(Action.FETCH, 1.0, Reason.UNCLEAR, self.version, state.hits)
        return _renamed(self.inner.decide(state), self.version)


@dataclass(frozen=True, slots=True)
class LiveFirst:
    """Keeps what recent answers drew on, and does not fetch again what answers this turn too.

    Only when the best hit is live and similar enough to be the answer; the second best may be what the
    customer asked about before.
    """

    inner: Policy
    threshold: float
    turns: int = 2
    """A passage is kept for so many turns after an answer drew on it."""

    @property
    def version(self) -> str:
        return f"live@{self.threshold:g}+{self.inner.version}"

    def decide(self, state: TurnState) -> Decision:
        best = state.hits[0] if state.hits else None
        live = tuple(Hit(kept.passage, kept.score) for kept in state.live if kept.cited and kept.cited <= self.turns)
        if best and best.score >= self.threshold and best.passage.id in {kept.passage.id for kept in live}:
            return Decision(Action.NO_FETCH, 0.0, Reason.LIVE, self.version, keep=live)
        return replace(self.inner.decide(state), policy=self.version, keep=live)


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
            return Decision(Action.FETCH, 1.0, Reason.REGULATED, self.version, state.hits)
        return _renamed(self.inner.decide(state), self.version)


def _renamed(decision: Decision, version: str) -> Decision:
    """A decision is logged under the name of the policy that was asked, whoever in it decided."""
    return replace(decision, policy=version)
