"""What the learned policy never does, whatever its weights."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.chat.types import Action, Hit, Kept, Passage, Reason, TurnState
from questrag.policy.learned import MOST, Choice, Fused
from questrag.policy.state import LEANINGS, PASSAGE_FEATURES, PROTECTED_FROM, STATE_FEATURES, candidates, protected
from tests.unit.test_policy_state import ENTRIES, FEES, ODD, SCAM, state, states

DIM, N_DIRECTIONS = 4, 2


def by_score(none: float = 0.0) -> Choice:
    """Return a choice that shares out by the probabilities of the search; "none" is as likely as e to the given."""
    passage = np.zeros((len(PASSAGE_FEATURES), len(LEANINGS)), dtype=np.float32)
    passage[PASSAGE_FEATURES.index("log p"), LEANINGS.index("one")] = 1
    outside = np.zeros(len(STATE_FEATURES), dtype=np.float32)
    outside[STATE_FEATURES.index("one")] = none
    return Choice(passage.ravel(), outside, np.zeros(0, np.float32), np.zeros((0, 0), np.float32))


def drawn(seed: int) -> Choice:
    rng = np.random.default_rng(seed)
    n = len(PASSAGE_FEATURES) * len(LEANINGS)
    sizes = (n, len(STATE_FEATURES) + N_DIRECTIONS, DIM, (N_DIRECTIONS, DIM))
    return Choice(*(rng.standard_normal(size).astype(np.float32) for size in sizes))


policies = st.builds(
    Fused,
    st.builds(drawn, st.integers(0, 1000)),
    st.just("learned@1"),
    st.floats(0, 20),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
)


def policy(price: float = 0.0, *, confidence: float = 0.7, none: float = -9.0, ask_from: float = 1.01) -> Fused:
    return Fused(by_score(none), "learned@1", price, confidence, 0.45, ask_from)


@given(policies, states())
def test_what_is_shown_is_from_the_pool_once_the_likeliest_first_and_new_is_told_from_kept(
    fused: Fused, of: TurnState
) -> None:
    decision = fused.decide(of)
    pool = {each.passage.id: each for each in candidates(of)}
    new, kept = ([hit.passage.id for hit in hits] for hits in (decision.passages, decision.keep))
    assert len({*new, *kept}) == len(new) + len(kept)
    assert {*new, *kept} <= set(pool)
    for hits in (decision.passages, decision.keep):
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
    if decision.reason is not Reason.UNCLEAR:
        assert all(pool[entry].kept is None for entry in new)
        assert all(pool[entry].kept is not None for entry in kept)
    assert decision.fetch is bool(new) and decision.p_fetch == float(bool(new))
    assert len(new) + len(kept) <= MOST + 1  # what is protected comes besides
    assert decision.policy == fused.version and decision.why


def test_the_receipt_says_in_one_sentence_what_is_shown_and_what_was_left_out() -> None:
    card, loan, fee = (Passage(id=name, question=name, answer="Yes.") for name in ("card", "loan", "fee"))

    def why(*hits: Hit, live: tuple[Kept, ...] = (), price: float = 1e3) -> str:
        return policy(price, confidence=0.0).decide(TurnState("q", "en", (), hits, live)).why

    assert why().startswith("Nothing was found.")
    assert why(Hit(card, 0.9)).startswith("No passage is worth its tokens: the answer is in all that was found")
    alone = why(Hit(card, 0.9), price=0.0)
    assert alone.startswith("1 passage fetched: the answer is in it with ")
    assert "in what was left out with 0%" in alone
    both = why(Hit(card, 0.9), Hit(loan, 0.05), live=(Kept(fee, 0.01),), price=0.0)
    assert both.startswith("2 passages fetched and 1 kept: the answer is in them with ")
    again = why(Hit(fee, 0.9), live=(Kept(fee, 0.9),), price=0.0)
    assert again.startswith("1 passage kept: the answer is in it with ")


@given(policies, states())
def test_what_is_protected_is_always_shown_or_the_customer_is_asked(fused: Fused, of: TurnState) -> None:
    decision = fused.decide(of)
    must = protected(of)
    if must and decision.reason is not Reason.UNCLEAR:
        assert must in {hit.passage.id for hit in (*decision.passages, *decision.keep)}


@given(policies, st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_a_report_of_fraud_has_evidence_in_the_prompt_and_is_not_asked_back_about(
    fused: Fused, scores: list[float]
) -> None:
    hits = [Hit(entry, score) for entry, score in zip(ENTRIES, sorted(scores, reverse=True), strict=False)]
    decision = fused.decide(state(SCAM, *hits))
    assert (decision.action, decision.reason) == (Action.FETCH, Reason.POLICY)
    assert "e0" in {hit.passage.id for hit in decision.passages}


@given(policies, st.lists(st.floats(-1, 1, width=32), min_size=DIM, max_size=DIM))
def test_whatever_the_question_means_what_is_protected_is_shown(fused: Fused, vector: list[float]) -> None:
    decision = fused.decide(replace(state("charges", Hit(FEES, PROTECTED_FROM)), vector=tuple(vector)))
    assert [hit.passage.id for hit in decision.passages] == ["fees"]


def test_what_a_question_means_says_how_likely_it_needs_nothing() -> None:
    needs = replace(by_score(), mean=np.array([0.5, 0.0], np.float32), directions=np.array([[2.0, 0.0]], np.float32))
    choice = replace(needs, none=np.append(needs.none, np.float32(1.0)))
    of = state("q", Hit(ENTRIES[0], 0.5), Hit(ENTRIES[1], 0.5))

    def p_any(*vector: float) -> float:
        asked = replace(of, vector=vector)
        return float(choice.probabilities(asked, candidates(asked))[0].sum())

    assert p_any(1.0, 9.0) == pytest.approx(1 / (1 + np.e))  # 2 * (1.0 - 0.5) is 1
    assert p_any(0.0, 9.0) == pytest.approx(1 / (1 + 1 / np.e))
    assert p_any() == p_any(0.5, 0.0) == pytest.approx(0.5)  # no vector: as the mean


@given(policies)
def test_the_approved_wording_is_fetched_at_any_price_where_it_may_be_meant(fused: Fused) -> None:
    decision = fused.decide(state("charges", Hit(FEES, PROTECTED_FROM)))
    assert [hit.passage.id for hit in decision.passages] == ["fees"]


@pytest.mark.parametrize("question", ODD)
def test_any_question_is_decided_with_and_without_anything_found(question: str) -> None:
    nothing = policy().decide(state(question))
    assert (nothing.action, nothing.passages, nothing.keep) == (Action.NO_FETCH, (), ())
    assert policy().decide(state(question, Hit(ENTRIES[0], 0.9))).fetch


def test_the_dearer_a_token_the_fewer_are_shown() -> None:
    hits = [Hit(ENTRIES[n], p) for n, p in enumerate((0.5, 0.25, 0.15, 0.06, 0.04))]
    shown = [len(policy(price, confidence=0).decide(state("q", *hits)).passages) for price in (0, 1, 5, 20, 1000)]
    assert shown == sorted(shown, reverse=True)
    assert (shown[0], shown[-1]) == (5, 0)


def test_what_answers_and_is_live_is_kept_and_nothing_is_fetched() -> None:
    live = (Kept(ENTRIES[0], 0.95),)
    decision = policy(price=20).decide(state("q", Hit(ENTRIES[0], 0.95), Hit(ENTRIES[8], 0.05), live=live))
    assert (decision.action, decision.reason, decision.passages) == (Action.NO_FETCH, Reason.LIVE, ())
    assert [hit.passage.id for hit in decision.keep] == ["e0"]


def test_a_skip_is_sure_that_it_leaves_out_nothing_that_is_needed() -> None:
    live = (Kept(ENTRIES[0], 0.6),)
    of = state("q", Hit(ENTRIES[0], 0.6), Hit(ENTRIES[8], 0.4), live=live)
    dear = 30.0  # a token costs so much that 40 % are too few for the longer answer
    unsure, sure = policy(dear, confidence=0.7).decide(of), policy(dear, confidence=0.5).decide(of)
    assert (unsure.action, sure.action) == (Action.FETCH, Action.NO_FETCH)


def test_the_customer_is_asked_where_several_may_be_meant_and_none_clearly() -> None:
    of = state("q", *(Hit(ENTRIES[n], 0.3) for n in range(3)))
    asked = policy(ask_from=0.9).decide(of)
    assert (asked.reason, asked.action, len(asked.passages)) == (Reason.UNCLEAR, Action.FETCH, 3)
    assert policy(ask_from=1.01).decide(of).reason is Reason.POLICY
    clear = state("q", Hit(ENTRIES[0], 0.8), Hit(ENTRIES[1], 0.1))
    assert policy(ask_from=0.9).decide(clear).reason is Reason.POLICY


def test_probabilities_of_the_pool_and_of_none_share_one() -> None:
    of = state("q", Hit(ENTRIES[0], 0.5), Hit(ENTRIES[1], 0.25), live=(Kept(ENTRIES[2], 0.25),))
    p, parts = by_score(0.0).probabilities(of, candidates(of))
    assert p == pytest.approx([0.25, 0.125, 0.125])  # "none" has weight 1, as have all of them together
    assert parts.sum(axis=1) == pytest.approx(np.log([0.5, 0.25, 0.25]), abs=1e-5)


def test_equal_probabilities_are_ordered_alike_everywhere() -> None:
    copies = [Passage(id=f"x{n}", question="q", answer="a") for n in range(5)]
    decision = policy().decide(state("q", *(Hit(copy, 0.2) for copy in copies)))
    assert [hit.passage.id for hit in decision.passages] == [copy.id for copy in copies]
