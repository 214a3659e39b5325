import json

import pytest

from questrag.chat.privacy import mask
from questrag.settings import PROJECT


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("my card 4111111111111111 is lost", "my card [CARD] is lost"),
        ("card no. 5500-0000-0000-0004", "card no. [CARD]"),
        ("aadhaar 2345 6789 0124", "aadhaar [AADHAAR]"),
        ("आधार २३४५ ६७८९ ०१२४", "आधार [AADHAAR]"),
        ("PAN ABCPE1234F please", "PAN [PAN] please"),
        ("pan abcpe1234f", "pan [PAN]"),
        ("pay ravi.k@okbank now", "pay [UPI_ID] now"),
        ("write to ravi.k@example.com", "write to [EMAIL]"),
        ("call +91 98765 43210", "call [PHONE]"),
        ("call 9876543210", "call [PHONE]"),
        ("account 012345678901234", "account [CARD]"),
        ("a/c 50100123456789", "a/c [ACCOUNT]"),
        ("my otp is 482913", "my otp is [SECRET]"),
        ("OTP: 4829", "OTP: [SECRET]"),
        ("cvv 123", "cvv [SECRET]"),
        ("mera pin hai 4321", "mera pin hai [SECRET]"),
        ("ओटीपी है 123456", "ओटीपी है [SECRET]"),
        ("password is hunter2!", "password is [SECRET]"),
    ],
)
def test_personal_numbers_and_secrets_are_masked(typed: str, kept: str) -> None:
    assert mask(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "How much is an FD of 1,00,000 for 5 years?",
        "₹ 12,50,000 home loan EMI",
        "statement from 01-04-2025 to 31-03-2026",
        "is 1800 123 4567 your number?",
        "I forgot my PIN and have 3 tries left",
        "what is TDS u/s 194A",
        "upi pin change kaise kare",
    ],
)
def test_ordinary_questions_stay_as_they_are(typed: str) -> None:
    assert mask(typed) == typed


def test_masking_twice_changes_nothing_more() -> None:
    once = mask("card 4111111111111111, otp 123456, ravi@okbank")
    assert mask(once) == once


def test_at_most_one_text_in_a_hundred_of_the_knowledge_base_would_be_touched() -> None:
    lines = (PROJECT / "data" / "knowledge" / "starter.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [text for line in lines for entry in [json.loads(line)] for text in (entry["question"], entry["answer"])]
    assert sum(mask(text) != text for text in texts) <= len(texts) / 100
