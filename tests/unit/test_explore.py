from dataclasses import dataclass

import pytest

from questrag.chat.types import Action, Decision, Hit, Passage, Reason, TurnState
from questrag.policy.explore import Exploring
from questrag.policy.rules import AlwaysFetch, NeverFetch, SmallTalkFirst

PLAIN = Passage(id="plain", question="q", answer="a")
STATE = TurnState("block my card", "en", (), (Hit(PLAIN, 0.9),))


def test_a_skip_is_tried_the_other_way_round_as_often_as_asked_for() -> None:
    fetched = Exploring(NeverFetch(), 0.2, draw=lambda: 0.19).decide(STATE)
    assert (fetched.action, fetched.reason, fetched.passages) == (Action.FETCH, Reason.EXPLORED, STATE.hits)
    skipped = Exploring(NeverFetch(), 0.2, draw=lambda: 0.2).decide(STATE)
    assert (skipped.action, skipped.passages) == (Action.NO_FETCH, ())


def test_both_outcomes_carry_the_exact_probability_of_a_fetch() -> None:
    assert {Exploring(NeverFetch(), 0.2, draw=iter((x,)).__next__).decide(STATE).p_fetch for x in (0.0, 0.9)} == {0.2}


def test_a_fetch_is_never_turned_into_a_skip() -> None:
    decision = Exploring(AlwaysFetch(), 1.0).decide(STATE)
    assert (decision.action, decision.p_fetch, decision.reason) == (Action.FETCH, 1.0, Reason.POLICY)


def test_small_talk_and_what_finds_nothing_are_not_explored() -> None:
    small_talk = TurnState("thank you", "en", (), STATE.hits)
    assert Exploring(SmallTalkFirst(AlwaysFetch()), 1.0).decide(small_talk).p_fetch == 0.0
    assert Exploring(NeverFetch(), 1.0).decide(TurnState("x", "en", (), ())).p_fetch == 0.0


def test_a_log_says_that_the_policy_explored() -> None:
    assert Exploring(NeverFetch(), 0.05).decide(STATE).policy == "explore@0.05+never@1"


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        Exploring(NeverFetch(), share)


@dataclass(frozen=True)
class Keeps:
    """Shows again what it is told, and fetches nothing."""

    keep: tuple[Hit, ...]
    version: str = "keeps@1"

    def decide(self, state: TurnState) -> Decision:
        return Decision(Action.NO_FETCH, 0.0, Reason.LIVE, self.version, keep=self.keep)


def test_what_is_tried_comes_after_what_is_kept_and_not_twice() -> None:
    other, third = (Passage(id=name, question="q", answer="a") for name in ("other", "third"))
    state = TurnState("q", "en", (), (Hit(other, 0.5), Hit(PLAIN, 0.3), Hit(third, 0.1)))
    decision = Exploring(Keeps((Hit(PLAIN, 0.4),)), 1.0).decide(state)
    assert decision.keep == (Hit(PLAIN, 0.4),)
    assert decision.passages == (Hit(other, 0.4), Hit(third, 0.1))


def test_where_all_that_was_found_is_kept_there_is_nothing_to_try() -> None:
    decision = Exploring(Keeps((Hit(PLAIN, 0.4),)), 1.0).decide(STATE)
    assert (decision.action, decision.p_fetch) == (Action.NO_FETCH, 0.0)
