"""Trying out, in the safe direction only, so that what was logged says something about other policies."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import SystemRandom

from questrag.chat.ports import Policy
from questrag.chat.types import Action, Decision, Hit, Reason, TurnState

_draw = SystemRandom().random


@dataclass(frozen=True, slots=True)
class Exploring:
    """Turns a share of the skips into fetches; a fetch is never turned into a skip.

    The decision carries the exact probability with which it could have been a fetch. What this policy could never have
    done, a skip where the inner one fetches, no log of it can say anything about.
    """

    inner: Policy
    share: float
    """Probability with which a skip becomes a fetch, in [0, 1]."""
    draw: Callable[[], float] = _draw
    """Gives numbers in [0, 1)."""

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"the share of skips to explore must be in [0, 1], got {self.share!r}")

    @property
    def version(self) -> str:
        return f"explore@{self.share:g}+{self.inner.version}"

    def decide(self, state: TurnState) -> Decision:
        decision = replace(self.inner.decide(state), policy=self.version)
        more = _beside(decision.keep, state.hits)
        if decision.fetch or not more or decision.reason is Reason.SMALL_TALK:
            return decision
        if self.draw() >= self.share:
            return replace(decision, p_fetch=self.share)
        return replace(
            decision,
            action=Action.FETCH,
            p_fetch=self.share,
            reason=Reason.EXPLORED,
            passages=more,
            why="Nothing new was needed; passages were fetched all the same, to learn whether they change the answer.",
        )


def _beside(keep: tuple[Hit, ...], hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return the hits that are not kept anyway, none of them before what is kept."""
    kept = {hit.passage.id for hit in keep}
    most = min((hit.score for hit in keep), default=1.0)
    return tuple(Hit(hit.passage, min(hit.score, most)) for hit in hits if hit.passage.id not in kept)
