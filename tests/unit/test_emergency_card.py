"""What to do at once, beside a conversation, and whose numbers stand in it."""

import pytest

from questrag.chat.emergency import STEPS, emergency_card
from questrag.chat.types import LANGS, Lang, Passage
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.profile import Bank, bank_of

ENTRY = Passage(
    id="fraud",
    question="What now?",
    answer="Act now.\n1. Block it: 1800 000 0001.\n2. Call 1930.\nShare no OTP.",
    answers={"hi": "अभी:\n१. ब्लॉक करें।\n२. 1930 पर कॉल करें।", "hinglish": "Block kijiye, phir 1930 par call kijiye."},
    as_of="2026-04-01",
)


@pytest.mark.parametrize(
    ("lang", "steps"),
    [("en", ("Block it: 1800 000 0001.", "Call 1930.")), ("hi", ("ब्लॉक करें।", "1930 पर कॉल करें।"))],
)
def test_the_steps_are_those_of_the_approved_entry(lang: Lang, steps: tuple[str, ...]) -> None:
    card = emergency_card(ENTRY, lang)

    assert (card.steps, card.entry_id, card.as_of) == (steps, "fraud", "2026-04-01")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("entry", [None, Passage(id="x", question="q", answer="Call us.")], ids=["none", "no steps"])
def test_without_approved_steps_there_are_some_all_the_same(entry: Passage | None, lang: Lang) -> None:
    card = emergency_card(entry, lang)

    assert len(card.steps) == 3 and "1930" in card.steps[1]
    assert (card.entry_id, card.as_of) == ("", "")
    assert all(step in STEPS[lang] for step in card.steps)
    assert card.title and not card.title.endswith(":")


def test_steps_that_are_not_numbered_in_a_language_come_from_ourselves_in_that_language() -> None:
    card = emergency_card(ENTRY, "hinglish")

    assert card.entry_id == "" and "turant block karein" in card.steps[0]


def test_a_bank_is_told_by_its_profile_and_what_is_not_there_stays_empty() -> None:
    bank = bank_of(
        Profile({"bank_name": {"en": "Our Bank"}, "website": {"en": "www.our.bank"}, "card_block_number": {}})
    )

    assert bank == Bank(name="Our Bank", website="www.our.bank")
    assert not bank.is_example and not bank_of(Profile()).is_example


@pytest.mark.parametrize(
    ("website", "email", "example"),
    [
        ("www.namuna-bank.example", "", True),
        ("https://NAMUNA.EXAMPLE/help", "", True),
        ("www.real.bank.in", "fraud@namuna-bank.example", True),
        ("www.real.bank.in", "fraud@real.bank.in", False),
        ("www.example-bank.in", "", False),
        ("www.bank.examples.in", "", False),
    ],
)
def test_a_bank_whose_addresses_cannot_exist_is_an_example(website: str, email: str, example: bool) -> None:
    assert Bank(website=website, fraud_report_email=email).is_example is example
