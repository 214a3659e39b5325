import pytest

from questrag.chat.ports import Policy
from questrag.chat.types import Action, Hit, Passage, Reason, TurnState
from questrag.policy.rules import AlwaysFetch, LiveFirst, NeverFetch, RegulatedFirst, SmallTalkFirst, Threshold

PLAIN = Passage(id="plain", question="q", answer="a")
FEES = Passage(id="fees", question="q", answer="a", regulated=True)


def state(question: str = "block my card", *hits: Hit, live: tuple[Passage, ...] = ()) -> TurnState:
    return TurnState(question, "en", (), hits, live)


def default() -> Policy:
    return SmallTalkFirst(LiveFirst(RegulatedFirst(Threshold(0.5), 0.4), 0.5))


def test_always_and_never_do_what_they_say() -> None:
    assert AlwaysFetch().decide(state()).action is Action.FETCH
    assert NeverFetch().decide(state("x", Hit(PLAIN, 1.0))).action is Action.NO_FETCH


@pytest.mark.parametrize(("score", "action"), [(0.49, Action.NO_FETCH), (0.5, Action.FETCH), (0.9, Action.FETCH)])
def test_the_threshold_fetches_what_is_similar_enough(score: float, action: Action) -> None:
    decision = Threshold(0.5).decide(state("block my card", Hit(PLAIN, score)))
    assert (decision.action, decision.reason) == (action, Reason.THRESHOLD)


def test_nothing_found_is_nothing_fetched() -> None:
    assert Threshold(0.0).decide(state()).action is Action.NO_FETCH


def test_small_talk_is_never_looked_up() -> None:
    decision = default().decide(state("thank you so much", Hit(PLAIN, 0.9)))
    assert (decision.action, decision.reason, decision.p_fetch) == (Action.NO_FETCH, Reason.SMALL_TALK, 0.0)


def test_what_is_still_in_the_prompt_is_not_fetched_again() -> None:
    decision = default().decide(state("block my card", Hit(PLAIN, 0.9), live=(PLAIN,)))
    assert (decision.action, decision.reason) == (Action.NO_FETCH, Reason.LIVE)


def test_a_live_passage_is_no_answer_to_something_else() -> None:
    decision = default().decide(state("what is the weather", Hit(PLAIN, 0.1), live=(PLAIN,)))
    assert (decision.action, decision.reason) == (Action.NO_FETCH, Reason.THRESHOLD)


def test_a_live_passage_that_is_only_second_best_does_not_keep_the_best_one_out() -> None:
    decision = default().decide(state("block my card", Hit(FEES, 0.9), Hit(PLAIN, 0.8), live=(PLAIN,)))
    assert decision.action is Action.FETCH


def test_a_regulated_entry_is_fetched_below_the_threshold_of_others() -> None:
    decision = default().decide(state("charges", Hit(FEES, 0.42)))
    assert (decision.action, decision.reason) == (Action.FETCH, Reason.REGULATED)
    assert default().decide(state("charges", Hit(PLAIN, 0.42))).action is Action.NO_FETCH


def test_a_decision_carries_the_whole_name_of_the_policy_that_was_asked() -> None:
    assert default().decide(state("hello")).policy == "smalltalk+live@0.5+regulated@0.4+threshold@0.5"
    assert default().version == "smalltalk+live@0.5+regulated@0.4+threshold@0.5"
