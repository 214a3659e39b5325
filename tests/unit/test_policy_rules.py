import pytest

from questrag.chat.ports import Policy
from questrag.chat.types import Action, Decision, Hit, Kept, Passage, Reason, TurnState
from questrag.policy.rules import (
    AlwaysFetch,
    LiveFirst,
    NeverFetch,
    RegulatedFirst,
    SmallTalkFirst,
    Threshold,
    UnclearFirst,
)

PLAIN = Passage(id="plain", question="q", answer="a")
OTHER = Passage(id="other", question="q", answer="b")
FEES = Passage(id="fees", question="q", answer="a", regulated=True)


def state(question: str = "block my card", *hits: Hit, live: tuple[Kept, ...] = ()) -> TurnState:
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
    decision = default().decide(state("block my card", Hit(PLAIN, 0.9), live=(Kept(PLAIN),)))
    assert (decision.action, decision.reason) == (Action.NO_FETCH, Reason.LIVE)


def test_a_live_passage_is_no_answer_to_something_else() -> None:
    decision = default().decide(state("what is the weather", Hit(PLAIN, 0.1), live=(Kept(PLAIN),)))
    assert (decision.action, decision.reason) == (Action.NO_FETCH, Reason.THRESHOLD)


def test_a_live_passage_that_is_only_second_best_does_not_keep_the_best_one_out() -> None:
    decision = default().decide(state("block my card", Hit(FEES, 0.9), Hit(PLAIN, 0.8), live=(Kept(PLAIN),)))
    assert decision.action is Action.FETCH


def test_a_regulated_entry_is_fetched_below_the_threshold_of_others() -> None:
    decision = default().decide(state("charges", Hit(FEES, 0.42)))
    assert (decision.action, decision.reason) == (Action.FETCH, Reason.REGULATED)
    assert default().decide(state("charges", Hit(PLAIN, 0.42))).action is Action.NO_FETCH


def test_what_is_fetched_is_all_that_was_found_and_what_is_not_is_nothing() -> None:
    found = state("block my card", Hit(FEES, 0.6), Hit(PLAIN, 0.5))
    fetching: tuple[Policy, ...] = (
        AlwaysFetch(),
        Threshold(0.5),
        RegulatedFirst(NeverFetch(), 0.5),
        UnclearFirst(NeverFetch(), 0.7, 1),
    )
    for policy in fetching:
        decision = policy.decide(found)
        assert (decision.action, decision.passages) == (Action.FETCH, found.hits), policy.version
    others: tuple[Policy, ...] = (NeverFetch(), Threshold(0.7))
    for policy in others:
        assert policy.decide(found).passages == ()


def test_a_decision_that_does_not_fetch_puts_nothing_new_in_the_prompt() -> None:
    with pytest.raises(ValueError, match="cannot put"):
        Decision(Action.NO_FETCH, 0.0, Reason.POLICY, "x", passages=(Hit(PLAIN, 0.9),))


@pytest.mark.parametrize("score", [0.1, 0.9])
def test_what_an_answer_drew_on_in_the_last_two_turns_is_kept_whatever_is_fetched(score: float) -> None:
    live = (Kept(PLAIN, 0.3, age=1, cited=2), Kept(OTHER, age=1, cited=3), Kept(FEES, cited=None))
    decision = default().decide(state("block my card", Hit(FEES, score), live=live))
    assert decision.keep == (Hit(PLAIN, 0.3),)
    assert decision.fetch is (score > 0.5)


@pytest.mark.parametrize("only_shown", [Kept(PLAIN, cited=None), Kept(PLAIN, age=1, cited=3)])
def test_a_passage_that_is_not_kept_is_fetched_again(only_shown: Kept) -> None:
    decision = default().decide(state("block my card", Hit(PLAIN, 0.9), live=(only_shown,)))
    assert (decision.action, decision.reason, decision.keep) == (Action.FETCH, Reason.THRESHOLD, ())


def test_small_talk_keeps_nothing() -> None:
    assert default().decide(state("thank you so much", live=(Kept(PLAIN),))).keep == ()


def test_a_best_hit_that_is_clear_or_alone_is_not_asked_back_about() -> None:
    unclear = UnclearFirst(Threshold(0.5), 0.5, 0.7)
    assert unclear.decide(state("fees", Hit(FEES, 0.5), Hit(PLAIN, 0.3))).reason is Reason.THRESHOLD
    assert unclear.decide(state("fees", Hit(FEES, 0.49))).reason is Reason.THRESHOLD
    assert unclear.decide(state("fees", Hit(FEES, 0.49), Hit(PLAIN, 0.21))).reason is Reason.UNCLEAR
    assert unclear.decide(state("fees", Hit(FEES, 0.49), Hit(PLAIN, 0.2))).reason is Reason.THRESHOLD


def test_a_decision_carries_the_whole_name_of_the_policy_that_was_asked() -> None:
    assert default().decide(state("hello")).policy == "smalltalk+live@0.5+regulated@0.4+threshold@0.5"
    assert default().version == "smalltalk+live@0.5+regulated@0.4+threshold@0.5"
    unclear = UnclearFirst(Threshold(0.5), 0.5, 0.7)
    assert unclear.decide(state("hello")).policy == unclear.version == "unclear@0.7+threshold@0.5"
