"""Opposites, follow-ups, and asking back."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from questrag.chat.askback import MOST_OPTIONS, ask_back, chosen
from questrag.chat.followup import aspects, needs_context
from questrag.chat.types import Action, Hit, Passage, Reason, Receipt, Status, Turn, TurnState
from questrag.policy.rules import Threshold, UnclearFirst
from questrag.retrieval.context import LEAN_FEATURES, PARTS, Look, evidence, lean_features, pooled, readings
from questrag.retrieval.opposites import opposites
from questrag.retrieval.text import couples, words
from tests.contracts.test_store import RECEIPT


def compared(question: str, *entries: str) -> list[tuple[float, float, float]]:
    """Return agreement, contradiction and what is beyond the question, for entries of one phrasing each."""
    table = opposites()
    held = np.stack([table.shares([words(entry)]) for entry in entries])
    return [(float(a), float(b), float(c)) for a, b, c in np.stack(table.compare(words(question), held), axis=1)]


@pytest.mark.parametrize(
    ("question", "same", "opposite"),
    [
        ("how to unblock my card", "unlocking a card", "block the card"),
        ("credit card ka bill", "credit card bill", "debit card bill"),
        ("can I open it without a PAN", "account without PAN", "account with PAN"),
        ("mera card unblock karna hai", "unblock a card", "blocking of a card"),
        ("money I received by NEFT", "receiving money by NEFT", "sending money by NEFT"),
        ("before maturity", "prior to maturity", "after maturity"),
    ],
)
def test_the_opposite_side_speaks_against_an_entry(question: str, same: str, opposite: str) -> None:
    (agree, against, _), (agree_other, against_other, _) = compared(question, same, opposite)
    assert agree > agree_other
    assert against == 0 < against_other


def test_what_an_entry_adds_to_the_question_is_noticed_and_a_plain_question_has_no_side() -> None:
    (agree, against, extra), (_, _, plain) = compared("block my card", "block my card abroad", "block my card")
    assert agree >= 1
    assert against == 0
    assert extra > plain == 0


def test_the_longest_form_counts_alone() -> None:
    table = opposites()
    named = {table.values[value][1] for value in table.named(words("my debit card is lost"))}
    assert "debit card" in named
    assert "credit card" not in named


def test_words_and_couples_are_read_in_english() -> None:
    assert words("card band karna hai")[:2] == ["card", "closed"]
    assert "debit card" in couples(words("my debit cards"))
    assert couples(["card"]) == set()


def test_a_follow_up_has_three_readings_and_a_first_question_one() -> None:
    assert readings("kitna time lagega?", []) == ["kitna time lagega?"]
    assert readings("kitna time lagega?", ["card chahiye", "FD todni hai", "aur kab?"]) == [
        "kitna time lagega?",
        "FD todni hai kitna time lagega?",
        "card chahiye FD todni hai kitna time lagega?",
    ]


NO_VECTOR = np.zeros(0, dtype=np.float32)


def a_look(found: dict[int, float], unknown: float = 0.0) -> Look:
    probabilities = np.array(list(found.values()), dtype=np.float32)
    return Look(np.array(list(found)), probabilities, float(probabilities.sum()), unknown, NO_VECTOR)


def test_what_the_readings_find_stands_side_by_side_with_none_as_the_last_row() -> None:
    rows, said = evidence([a_look({3: 0.5, 7: 0.25}), a_look({7: 0.5}), a_look({2: 0.75})])
    assert rows.tolist() == [2, 3, 7]
    assert said.shape == (4, len(PARTS))
    assert np.exp(said[:, 0]) == pytest.approx([1e-4, 0.5, 0.25, 0.25], rel=1e-3)
    assert np.exp(said[:, 1]) == pytest.approx([1e-4, 1e-4, 0.5, 0.5], rel=1e-3)
    assert said[:, 3].tolist() == [0, 0, 0, 1]


def test_the_pool_adds_up_to_one_and_follows_the_weights() -> None:
    features = lean_features("and what about that?", unknown=0.2, any_alone=0.1)
    assert features.shape == (len(LEAN_FEATURES),)
    _, said = evidence([a_look({3: 0.6, 7: 0.3}), a_look({7: 0.8, 3: 0.1}), a_look({2: 0.9})])
    weights = np.zeros((len(PARTS), len(LEAN_FEATURES)), dtype=np.float32)
    assert pooled(weights, features, said) == pytest.approx([1 / 4] * 4)
    weights[0, -1] = 1.0
    assert pooled(weights, features, said)[1] == pytest.approx(0.6, rel=0.01)
    weights[1, -1] = 1.0  # what both think likely is before what one of them is surer of
    both = pooled(weights, features, said)
    assert both.sum() == pytest.approx(1.0)
    assert both.argmax() == 2
    weights[3, -1] = 9.0
    assert pooled(weights, features, said).argmax() == 3


def test_a_text_without_words_is_about_what_was_said_before() -> None:
    assert aspects("???") == (0.0, 0)
    assert needs_context("???")


# Asking back ---------------------------------------------------------------------------------

OPTIONS = tuple(
    Passage(id=f"e{i}", question=f"Question {i}?", answer="a", questions={"hi": f"सवाल {i}?"}) for i in range(1, 5)
)


def asked_back(receipt: Receipt = RECEIPT) -> Turn:
    fetched = tuple(option.id for option in OPTIONS)
    return Turn(
        id="t",
        conversation_id="c",
        user_id="u",
        question="paisa",
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
        status=Status.ANSWERED,
        receipt=replace(receipt, reason=Reason.UNCLEAR, fetched=fetched),
    )


def test_the_options_are_numbered_in_the_language_of_the_customer() -> None:
    assert "2. Question 2?" in ask_back(OPTIONS, "en").splitlines()
    assert "3. सवाल 3?" in ask_back(OPTIONS, "hi").splitlines()
    assert len(ask_back(OPTIONS, "hinglish").splitlines()) == MOST_OPTIONS + 2


@pytest.mark.parametrize(
    ("reply", "entry"),
    [("2", "e2"), ("option 3", "e3"), ("pehla wala", "e1"), ("दूसरा", "e2"), ("4", None), ("2 cards", None), ("", None)],
)
def test_a_number_chooses_an_option_and_anything_else_is_a_question(reply: str, entry: str | None) -> None:
    assert chosen(reply, asked_back()) == entry


def test_a_number_chooses_nothing_when_nothing_was_asked() -> None:
    assert chosen("2", None) is None
    assert chosen("2", replace(asked_back(), receipt=RECEIPT)) is None


@pytest.mark.parametrize(
    ("scores", "reason", "action"),
    [
        ((0.8, 0.1), Reason.THRESHOLD, Action.FETCH),
        ((0.4, 0.35), Reason.UNCLEAR, Action.FETCH),
        ((0.3, 0.2), Reason.THRESHOLD, Action.NO_FETCH),
        ((0.45,), Reason.THRESHOLD, Action.NO_FETCH),
    ],
)
def test_the_customer_is_asked_when_something_fits_but_nothing_clearly(
    scores: tuple[float, ...], reason: Reason, action: Action
) -> None:
    hits = tuple(Hit(option, score) for option, score in zip(OPTIONS, scores, strict=False))
    policy = UnclearFirst(Threshold(0.5), 0.5, 0.7)
    decision = policy.decide(TurnState("paisa", "hinglish", (), hits))
    assert (decision.reason, decision.action) == (reason, action)
