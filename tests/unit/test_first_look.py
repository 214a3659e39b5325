"""Language, small talk and fraud reports: what is known of a question before anything is searched."""

import json

import pytest

from questrag.chat.emergency import STEPS, reports_fraud
from questrag.chat.language import language_of
from questrag.chat.smalltalk import small_talk
from questrag.chat.types import LANGS
from questrag.settings import PROJECT

ENTRIES = [
    json.loads(line)
    for line in (PROJECT / "data" / "knowledge" / "starter.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_the_language_of_the_starter_set_is_recognised() -> None:
    phrasings = [(p["text"], p["lang"]) for entry in ENTRIES for p in entry["paraphrases"]]
    right = sum(language_of(text) == lang for text, lang in phrasings)
    assert right / len(phrasings) >= 0.98


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hi", "greeting"),
        ("Hello!!", "greeting"),
        ("Good morning sir", "greeting"),
        ("नमस्ते", "greeting"),
        ("namaste ji", "greeting"),
        ("kaise ho aap", "how_are_you"),
        ("thanks a lot", "thanks"),
        ("shukriya bhai", "thanks"),
        ("धन्यवाद", "thanks"),
        ("who are you?", "who_are_you"),
        ("are you a real person", "who_are_you"),
        ("can you help me", "help"),
        ("ok bye", "goodbye"),
        ("theek hai", "acknowledge"),
    ],
)
def test_small_talk_is_recognised_in_three_languages(text: str, kind: str) -> None:
    assert small_talk(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "hi, my card is lost",
        "thanks, and how do I close my account",
        "help me block my card",
        "what is KYC",
        "fd",
        "?",
        "",
    ],
)
def test_a_message_with_a_request_in_it_is_not_small_talk(text: str) -> None:
    assert small_talk(text) is None


def test_no_question_of_the_starter_set_is_taken_for_small_talk() -> None:
    phrasings = [text for entry in ENTRIES for text in (entry["question"], *(p["text"] for p in entry["paraphrases"]))]
    assert [text for text in phrasings if small_talk(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "I shared my OTP with someone on the phone",
        "there is an unauthorised transaction in my account",
        "someone used my card in another city",
        "someone stole my card and withdrew money",
        "mere account se paise chori ho gaye",
        "mere saath fraud ho gaya",
        "maine OTP bata diya",
        "मेरे साथ धोखाधड़ी हो गई",
        "मैंने ओटीपी बता दिया",
        "my phone was stolen and it has my bank app",
    ],
)
def test_a_report_of_fraud_is_recognised(text: str) -> None:
    assert reports_fraud(text)


@pytest.mark.parametrize(
    "text",
    ["how do I change my PIN", "OTP nahi aa raha", "what is phishing", "how to unblock card", "कार्ड का पिन कैसे बदलें"],
)
def test_an_ordinary_question_is_no_report(text: str) -> None:
    assert not reports_fraud(text)


def test_no_entry_outside_fraud_lost_cards_is_taken_for_a_report() -> None:
    wrong = [
        text
        for entry in ENTRIES
        if entry["category"] != "fraud" and entry["id"] != "cards-block-lost"
        for text in (entry["question"], *(p["text"] for p in entry["paraphrases"]))
        if reports_fraud(text)
    ]
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_emergency_steps_stand_in_every_language_and_ask_for_nothing(lang: str) -> None:
    text = STEPS[lang]  # type: ignore[index]
    assert "1930" in text
    assert "cybercrime.gov.in" in text
