import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.generation.figures import Evidence, Figure, figures
from questrag.knowledge.base import read_knowledge
from questrag.knowledge.profile import read_profile
from questrag.settings import PROJECT
from tests.growth import assert_proportional


def values(text: str) -> set[tuple[str, str]]:
    return {(figure.kind, figure.value) for figure in figures(text)}


@pytest.mark.parametrize(
    "spelling",
    "₹1,00,000.00|Rs.100000|INR 1 lakh|1 lac|1.0 lakhs|one lakh|a lakh|ek lakh|एक लाख रुपये|100 thousand|100k|₹1L|१ लाख|"
    "1\u202flakh|Rs 1\u200b00000|sau hazaar|rupees 100000|100000 rupaye|1,00,000/-|0.1 million".split("|"),
)
def test_an_amount_is_the_same_however_it_is_written(spelling: str) -> None:
    assert values(spelling) == {("amount", "100000")}


DAY = 24 * 60


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,00,000", {("number", "100000")}),
        ("a dozen", {("number", "12")}),
        ("seventy one or nineteen", {("number", "71"), ("number", "19")}),
        ("two hundred", {("number", "200")}),
        ("two hundred and five rupees", {("amount", "205")}),
        ("a hundred rupees", {("amount", "100")}),
        ("sau rupaye", {("amount", "100")}),
        ("2 crore", {("amount", "20000000")}),
        ("2 lakh crore", {("amount", "2000000000000")}),
        ("one lakh fifty thousand", {("amount", "150000")}),
        ("dhai lakh", {("amount", "250000")}),
        ("डेढ़ करोड़", {("amount", "15000000")}),
        ("1.5 million", {("amount", "1500000")}),
        ("5k", {("amount", "5000")}),
        ("$5", {("amount", "5 USD")}),
        ("Rs 10,000 - 25,000", {("amount", "10000"), ("amount", "25000")}),
        ("1-2 lakh", {("amount", "100000"), ("amount", "200000")}),
        ("24x7", {("number", "24"), ("number", "7")}),
        ("no one in particular", set()),
        ("there are three ways", set()),
        ("7.50%", {("percentage", "7.5")}),
        ("7½%", {("percentage", "7.5")}),
        (".5%", {("percentage", "0.5")}),
        ("7.5 per cent", {("percentage", "7.5")}),
        ("seven point five percent", {("percentage", "7.5")}),
        ("७.५ प्रतिशत", {("percentage", "7.5")}),
        ("साढ़े सात प्रतिशत", {("percentage", "7.5")}),
        ("half a percent", {("percentage", "0.5")}),
        ("aadha percent", {("percentage", "0.5")}),
        ("25 basis points", {("percentage", "0.25")}),
        ("6–7.25%", {("percentage", "6"), ("percentage", "7.25")}),
        ("6 se 7.25 percent", {("percentage", "6"), ("percentage", "7.25")}),
        ("hundred percent", {("percentage", "100")}),
        ("within 05 days", {("duration", f"{5 * DAY} minutes")}),
        ("twenty-five days", {("duration", f"{25 * DAY} minutes")}),
        ("5 working days", {("duration", f"{5 * DAY} minutes")}),
        ("do-teen din", {("duration", f"{2 * DAY} minutes"), ("duration", f"{3 * DAY} minutes")}),
        ("दो से तीन दिन", {("duration", f"{2 * DAY} minutes"), ("duration", f"{3 * DAY} minutes")}),
        ("between 7 and 30 days", {("duration", f"{7 * DAY} minutes"), ("duration", f"{30 * DAY} minutes")}),
        ("5-year", {("duration", "60 months")}),
        ("one and a half years", {("duration", "18 months")}),
        ("dedh saal", {("duration", "18 months")}),
        ("ek saal", {("duration", "12 months")}),
    ],
)
def test_quantities_are_read_with_what_they_count(text: str, found: set[tuple[str, str]]) -> None:
    assert values(text) == found


@pytest.mark.parametrize(
    "text",
    ["card block kar do", "PAN bhej do please", "app ke saath", "बता दो", "ek document", "teen account", "a day"],
)
def test_a_word_that_can_mean_something_else_is_a_number_only_before_what_is_counted(text: str) -> None:
    assert values(text) == set()


@pytest.mark.parametrize(
    "spelling", ["5 November", "5th Nov", "05-Nov", "November 5", "Nov. 5th", "5th of November", "५ नवंबर", "5 नवम्बर"]
)
def test_a_date_is_the_same_however_it_is_written(spelling: str) -> None:
    assert values(spelling) == {("date", "5/11")}


@pytest.mark.parametrize(
    "spelling", ["5 November 2026", "November 5, 2026", "05/11/2026", "5-11-26", "5.11.2026", "2026-11-05"]
)
def test_a_date_with_a_year_is_a_day_a_month_and_a_year(spelling: str) -> None:
    assert values(spelling) == {("date", "5/11"), ("date", "11/2026"), ("number", "2026")}


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
    assert values("Rs 10000 - 25000") == {("amount", "10000"), ("amount", "25000")}


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
    assert values("Do this:\n1. Log in\n 2) Choose\n**3.** Pay 40 rupees\n(4) Leave") == {("amount", "40")}


@given(st.integers(min_value=0, max_value=10**12))
def test_grouping_does_not_change_a_number(number: int) -> None:
    assert figures(f"Rs {number:,}") == {Figure("amount", str(number))}


@given(st.text(max_size=100))
def test_any_text_can_be_read(text: str) -> None:
    figures(text)


RUNS = (
    "1|1,|a.|1 to |1 se 2 |a@|two |two-|one |-|Rs |Rs. 1 - |1 lakh |lakh |crore crore |half a |1 and a |between 1 and |"
    "per |1 - |nau |do |एक |दो-|www.|January |1 Jan |call |call us at |.|,|#|1-1-1-|1/1/|9 point 1 |1 point |½|० |² |"
    " |\n|1800 |+91 |12 working |1 kaam ke |a1.|-a.".split("|")
)


@pytest.mark.parametrize("run", RUNS)
def test_the_time_grows_with_the_text_and_no_faster(run: str) -> None:
    assert_proportional(figures, run, 8_000)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("The fee is Rs. 200 plus 18% GST.", "It is ₹200 and eighteen per cent on top, so 200."),
        ("You can take out 1 lakh a day.", "The limit is ₹1,00,000, within one day."),
        ("The minimum is 25000.", "You need ₹25,000, that is twenty-five thousand."),
        ("FD tenors go from 7 days to 10 years.", "A week at least, 1 week; ten years at most, or 120 months."),
        ("Call 1930 at once.", "The number is 1930."),
        ("The helpline number: 14448", "14448 par call kijiye."),
        ("It comes in 24 hours.", "It comes in 1 day."),
        ("2 saal ke liye, saadhe saat percent", "Two years at 7.5%"),
        ("दो साल तक, ₹50 हज़ार", "2 saal tak, pachaas hazaar rupaye"),
    ],
)
def test_a_source_bears_out_the_same_figure_in_other_words(source: str, said: str) -> None:
    assert Evidence([source]).missing(figures(said)) == frozenset()


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("It costs Rs 5.", ("amount", "5")),
        ("It costs 5 rupaye.", ("amount", "5")),
        ("The rate is 5%.", ("percentage", "5")),
        ("It takes 5 days.", ("duration", f"{5 * DAY} minutes")),
        ("It takes 1,000 years.", ("duration", "12000 months")),
        ("It takes five months.", ("duration", "5 months")),
        ("It costs ₹1L.", ("amount", "100000")),
    ],
)
def test_a_number_that_counts_one_thing_does_not_bear_out_another(said: str, missing: tuple[str, str]) -> None:
    assert Evidence(["It runs for 5 years and costs Rs 1,000."]).missing(figures(said)) == {Figure(*missing)}


@pytest.mark.parametrize(
    ("asked", "said", "passes"),
    [
        ("My card ends in 4321", "The card 4321 is safe.", True),
        ("Is the FD rate 9.5%?", "Yes, the FD rate is 9.5%.", False),
        ("Is the FD rate 9.5%?", "Yes, it is 9.5.", False),
        ("Is the fee Rs 250?", "Yes, Rs 250.", False),
        ("Is it 3 lakh?", "Yes, teen lakh.", False),
        ("Does it take 9 days?", "Yes, nine days.", False),
        ("Is 5 May a holiday?", "Yes, 5 May is.", False),
        ("Is bank-kyc.co yours?", "Yes, go to bank-kyc.co.", False),
        ("Is 98765 43210 your number?", "Yes, call 9876543210.", False),
        ("Is 1931 the helpline?", "Yes, call 1931.", False),
    ],
)
def test_of_what_the_customer_gave_only_a_plain_number_may_be_repeated(asked: str, said: str, passes: bool) -> None:
    assert bool(Evidence(["Open the app."], [asked]).missing(figures(said))) is not passes


MADE_UP = [
    "FD rates: 6.5% for 1 year, 7.25% for 3 years, 7.75% for senior citizens, from 1 April 2026.",
    "The minimum balance is Rs. 10,000; the penalty is Rs 250 plus 18% GST. Call 1800 123 4567 or 98765-43210.",
    "A home loan costs 8.4% to 9.1% a year. The fee is 0.35%, at most ₹15,000, for up to 30 years and Rs 5 crore.",
    "NEFT settles within 2 hours, RTGS from Rs 2 lakh in 30 minutes. Limit: 25 lakh a day until 31 December 2027.",
    "FD par 7 din se 45 din tak 3.5% aur 5 saal par 6.75% byaj milta hai. TDS 10 percent hai, 15 June se.",
    "Minimum balance 3,000 rupaye hai, nahi to 150 rupaye lagenge. Helpline 1800-425-3800, ya 14440 par call kijiye.",
    "Cheque 3 kaam ke din mein clear hota hai. Locker ka kiraya 2,500 se 8,000 rupaye, saal mein 12 visit free.",
    "एक साल की एफडी पर 6.8% और 3 साल पर 7.1 प्रतिशत ब्याज मिलता है, 1 जुलाई 2026 से।",
    "न्यूनतम शेष ₹5,000 है, नहीं तो 300 रुपये और 18% जीएसटी। 1800 209 7777 पर फोन करें।",
    "लोन 20 साल तक, 50 लाख रुपये तक मिलता है। शुल्क 0.5% या ₹7,500। दस्तावेज़ 7 दिन में दें।",
]
PASSAGES = [
    entry.passage(read_profile(PROJECT / "data" / "knowledge" / "profile.json"))
    for entry in read_knowledge(PROJECT / "data" / "knowledge")[0].entries
]
ANSWERS = [text for passage in PASSAGES for text in (passage.answer, *passage.answers.values())]
_OTHER_UNIT = {
    "%": " rupees",
    "percent": "rupaye",
    "प्रतिशत": "रुपये",
    "rupaye": "percent",
    "रुपये": "प्रतिशत",
    "lakh": "crore",
    "लाख": "करोड़",
    "crore": "lakh",
    "year": "month",
    "years": "months",
    "saal": "mahine",
    "साल": "महीने",
    "days": "weeks",
    "din": "saal",
    "दिन": "महीने",
    "hours": "days",
    "minutes": "hours",
    "April": "May",
    "December": "November",
    "June": "July",
    "जुलाई": "अगस्त",
}
_UNIT = re.compile(rf"(?<=\d)%|(?<=\d )(?:{'|'.join(sorted(_OTHER_UNIT, key=len, reverse=True))})")
_WRITTEN = re.compile(r"\d+")
_MARKER = re.compile(r"^\d{1,2}[.)](?=\s)", re.MULTILINE)


def changed(text: str) -> list[str]:
    """Return the text once for each of its numbers and each way to get one wrong."""
    markers = {match.start() for match in _MARKER.finditer(text)}
    spans = [
        (match.span(), _others(match.group())) for match in _WRITTEN.finditer(text) if match.start() not in markers
    ]
    spans += [(match.span(), [_OTHER_UNIT[match.group()]]) for match in _UNIT.finditer(text)]
    return [text[:start] + other + text[end:] for (start, end), others in spans for other in others]


def _others(digits: str) -> Sequence[str]:
    last, first = (int(digits[-1]) + 1) % 10, int(digits[0]) % 9 + 1
    return f"{digits[:-1]}{last}", f"{first}{digits[1:]}", f"{digits}5", f"7{digits}"


def test_no_approved_answer_is_stopped_by_itself() -> None:
    assert not [text for text in [*ANSWERS, *MADE_UP] if Evidence([text]).missing(figures(text))]


def test_a_changed_number_is_noticed_unless_it_is_another_one_of_the_same_source() -> None:
    """Of all 15,124 wrong numbers 176 (1.2 %) are missed: 155 because the source has the wrong number too."""
    evidence = {text: Evidence([text]) for text in [*ANSWERS[::3], *MADE_UP]}
    tried = [(text, wrong) for text in evidence for wrong in changed(text)]
    missed = [(text, wrong) for text, wrong in tried if not evidence[text].missing(figures(wrong))]

    assert len(tried) > 900
    assert len(missed) <= 0.015 * len(tried)
    read = [({value for _, value in values(text)}, {value for _, value in values(wrong)}) for text, wrong in missed]
    assert sum(not wrong <= right for right, wrong in read) <= 0.002 * len(tried)
