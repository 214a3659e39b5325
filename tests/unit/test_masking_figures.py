"""The short form of `python -m benchmarks.masking`."""

import pytest
from benchmarks.masking import leaks, split

from questrag.chat.privacy import mask
from tests.personal_numbers import check_digit, innocent, luhn_digit


def test_no_made_up_personal_number_can_be_read_and_nothing_around_it_is_hidden() -> None:
    by = leaks(1_980)
    assert {half: each["hits"] for half, each in by["by_half"].items()} == {"in view": 0, "not in view": 0}
    assert {half: each["hits"] for half, each in by["hidden_around"].items()} == {"in view": 0, "not in view": 0}


def test_amounts_dates_and_helplines_stay() -> None:
    assert [text for _, _, text in innocent(900) if mask(text) != text] == []


def test_a_number_over_two_turns_cannot_be_read_in_whole_and_its_rest_hardly_ever() -> None:
    turns = split(600)
    assert turns["told what came before: whole number"]["hits"] == 0
    rest = int(str(turns["told what came before: second part"]["hits"]))
    assert rest <= 6  # one that ends in three zeros is taken for an amount


@pytest.mark.parametrize(
    ("before", "typed", "kept"),
    [
        ("my card is 4111 1111 1111", "1111", "[CARD]"),
        ("mera aadhaar number 2345 6789", "aage 0124 hai", "aage [AADHAAR] hai"),
        ("मेरा खाता नंबर", "5010 0123", "[ACCOUNT]"),
        ("what is the rate?", "1930", "1930"),
        ("what is the rate?", "and for 5000?", "and for 5000?"),
        ("my account number is 50100123456789", "and for 5000?", "and for 5000?"),
        ("", "482913", "[ACCOUNT]"),
        ("", "100000", "100000"),
        ("", "155260", "155260"),
    ],
)
def test_the_rest_of_a_number_is_masked_where_the_message_before_broke_off(before: str, typed: str, kept: str) -> None:
    assert mask(typed, before) == kept


def test_check_digits_are_those_of_published_examples() -> None:
    assert [luhn_digit("7992739871"), luhn_digit("411111111111111")] == ["3", "1"]
    assert [check_digit("236"), check_digit("12345")] == ["3", "1"]
