import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.generation.figures import Figure, figures


def values(text: str) -> set[tuple[str, str]]:
    return {(figure.kind, figure.value) for figure in figures(text)}


@pytest.mark.parametrize(
    "spelling",
    [
        "1,00,000",
        "100,000",
        "₹1,00,000.00",
        "Rs.100000",
        "INR 1 lakh",
        "1 lac",
        "1.0 lakhs",
        "one lakh",
        "a lakh",
        "100 thousand",
        "100k",
        "१,००,०००",
        "१ लाख",
        "1\u202flakh",
        "1\u200b00000",
    ],
)
def test_an_amount_is_the_same_however_it_is_written(spelling: str) -> None:
    assert values(spelling) == {("number", "100000")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("within 05 days", {("number", "5")}),
        ("twenty-five days", {("number", "25")}),
        ("seventy one or nineteen", {("number", "71"), ("number", "19")}),
        ("two hundred", {("number", "200")}),
        ("a hundred rupees", {("number", "100")}),
        ("2 crore", {("number", "20000000")}),
        ("1-2 lakh", {("number", "100000"), ("number", "200000")}),
        ("24x7", {("number", "24"), ("number", "7")}),
        ("no one in particular", set()),
        ("7.50%", {("percentage", "7.5")}),
        ("7.5 per cent", {("percentage", "7.5")}),
        ("७.५ प्रतिशत", {("percentage", "7.5")}),
        ("6–7.25%", {("percentage", "6"), ("percentage", "7.25")}),
        ("6 se 7.25 percent", {("percentage", "6"), ("percentage", "7.25")}),
        ("hundred percent", {("percentage", "100")}),
    ],
)
def test_numbers_and_percentages(text: str, found: set[tuple[str, str]]) -> None:
    assert values(text) == found


@pytest.mark.parametrize(
    "spelling", ["5 November", "5th Nov", "05-Nov", "November 5", "Nov. 5th", "5th of November", "५ नवंबर", "5 नवम्बर"]
)
def test_a_date_is_the_same_however_it_is_written(spelling: str) -> None:
    assert values(spelling) == {("date", "5/11")}


@pytest.mark.parametrize("spelling", ["5 November 2026", "05/11/2026", "5-11-26", "5.11.2026", "2026-11-05"])
def test_a_date_with_a_year_is_a_date_and_a_number(spelling: str) -> None:
    assert values(spelling) == {("date", "5/11"), ("number", "2026")}


def test_the_verb_may_is_no_month() -> None:
    assert values("withdrawals above 5 may be charged") == {("number", "5")}
    assert values("until 5 May") == {("date", "5/5")}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1800 123 4567", "18001234567"),
        ("1800-123-4567", "18001234567"),
        ("18001234567", "18001234567"),
        ("+91 98765 43210", "9876543210"),
        ("098765-43210", "9876543210"),
        ("022 2345 6789", "2223456789"),
        ("१८०० १२३ ४५६७", "18001234567"),
        ("1800\u20111234\u20115678", "180012345678"),
    ],
)
def test_a_phone_number_is_its_digits(text: str, number: str) -> None:
    assert values(text) == {("phone number", number)}


def test_a_range_of_years_or_amounts_is_no_phone_number() -> None:
    assert values("in 2025-2026") == {("number", "2025"), ("number", "2026")}
    assert values("Rs 10000 - 25000") == {("number", "10000"), ("number", "25000")}


def test_links_and_addresses() -> None:
    assert values("Write to Help@Bank.example.") == {("e-mail address", "help@bank.example")}
    assert values("Pay priya@okbank") == {("e-mail address", "priya@okbank")}
    assert values("see www.rbi.org.in, HTTPS-free") == {("link", "rbi.org.in")}
    assert values("(https://bank.example/cards?id=7)") == {
        ("link", "bank.example"),
        ("link", "bank.example/cards?id=7"),
    }


def test_a_page_that_is_not_given_is_not_covered_by_its_site() -> None:
    assert not figures("go to bank.in/gift") <= figures("our site is bank.in")
    assert figures("go to bank.in") <= figures("see https://www.bank.in/cards/")


@pytest.mark.parametrize("text", ["e.g. the app", "Open the app.Then log in", "at 9 a.m. or p.m."])
def test_a_full_stop_does_not_make_a_link(text: str) -> None:
    assert not [figure for figure in figures(text) if figure.kind == "link"]


def test_the_numbers_of_list_items_are_no_figures() -> None:
    assert values("Do this:\n1. Log in\n 2) Choose\n**3.** Pay 40 rupees\n(4) Leave") == {("number", "40")}


@given(st.integers(min_value=0, max_value=10**12))
def test_grouping_does_not_change_a_number(number: int) -> None:
    assert figures(f"Rs {number:,}") == {Figure("number", str(number))}


@given(st.text(max_size=100))
def test_any_text_can_be_read(text: str) -> None:
    figures(text)


def test_a_long_run_is_read_in_no_time() -> None:
    for run in ("1", "1,", "a.", "1 to ", "a@", "two ", "-"):
        figures(run * 5_000)
