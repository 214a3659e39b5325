"""Which checkable facts a text states: numbers, percentages, dates, phone numbers, links, e-mail addresses.

Written differently they are still the same figure, so that an answer can be compared with its sources.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple


class Figure(NamedTuple):
    kind: str
    """In words that can be shown: number, percentage, date, phone number, link, e-mail address."""
    value: str
    """Equal for equal facts, however they were written."""


_SMALL = (
    "two three four five six seven eight nine ten eleven twelve "
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: n for n, word in enumerate(_SMALL.split(), start=2)}
_WORDS |= {word: n for n, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
_UNITS = "|".join(["one", *_SMALL.split()[:8]])

_TIMES = {"hundred": 100, "सौ": 100}
_TIMES |= dict.fromkeys(("thousand", "hazaar", "hazar", "k", "हज़ार", "हजार"), 1_000)
_TIMES |= dict.fromkeys(("lakhs", "lakh", "lacs", "lac", "लाख"), 100_000)
_TIMES |= dict.fromkeys(("crores", "crore", "cr", "करोड़", "करोड"), 10_000_000)

_MONTHS = (
    "january|jan|जनवरी",
    "february|feb|फ़रवरी|फरवरी",
    "march|mar|मार्च",
    "april|apr|अप्रैल",
    "(?-i:May)|मई",  # in small letters it is a verb
    "june|jun|जून",
    "july|jul|जुलाई",
    "august|aug|अगस्त",
    "september|sept|sep|सितंबर|सितम्बर",
    "october|oct|अक्टूबर|अक्तूबर",
    "november|nov|नवंबर|नवम्बर",
    "december|dec|दिसंबर|दिसम्बर",
)
_ANY_MONTH = "|".join(_MONTHS)
_NUMBER = r"(?<!\d)(?:\d{1,3}(?:,\d{2,3}){0,6},\d{3}(?!\d)|\d{1,24})(?:\.\d{1,12})?"
_LETTER = r"[\w\u0900-\u097F]"  # vowel signs are not part of \w


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_LIST_MARKER = re.compile(r"^[ \t>*_#•-]*\(?\d{1,2}[.)][*_]*(?=\s)", re.MULTILINE)
_EMAIL = _re(r"(?<![\w.+-])[\w.+-]{1,64}@\w[\w.-]{0,253}\w")
_LABEL = r"[A-Za-z0-9-]{1,63}"
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>()\[\]\"'|]+"
    rf"|(?<![\w.-])(?:{_LABEL}\.){{0,5}}(?=[0-9-]{{0,62}}[A-Za-z]){_LABEL}\.(?:[a-z]{{2,63}}|[A-Z]{{2,63}})(?![\w-])"
    r"(?:/[^\s<>()\[\]\"'|]*)?"
)
_DAY_MONTH = _re(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]*({_ANY_MONTH})(?!{_LETTER})")
_MONTH_DAY = _re(rf"(?<!{_LETTER})({_ANY_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!{_LETTER})")
_DAY_FIRST = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_YEAR_FIRST = re.compile(r"(?<![\d./-])(\d{4})([/-])(\d{1,2})\2(\d{1,2})(?![\d/-])")
_PHONE = re.compile(r"(?<![\w,.])\+?\d(?:[ -]?\d){7,14}(?![\w,]|\.\d)")
_RANGE = re.compile(r"[1-9]\d{0,6} ?- ?\d{1,7}")
_WORD_NUMBER = _re(rf"\b({'|'.join(_TENS.split())})(?:[ -]({_UNITS}))?\b|\b({'|'.join(_SMALL.split())})\b")
_ONE_OF = _re(rf"\b(?:an?|one|ek)\s+(?=(?:{'|'.join(_TIMES)})(?!{_LETTER}))")
_TIMES_OF = _re(rf"(?:({_NUMBER})\s*(?:-|to|se|से)\s*)?({_NUMBER})\s*({'|'.join(_TIMES)})(?!{_LETTER})")
_HUNDRED = _re(r"\bhundred\b")
_PERCENT = _re(rf"(?:({_NUMBER})\s*(?:-|to|se|से)\s*)?({_NUMBER})\s*(?:%|per ?cent|pratishat|प्रतिशत|फ़ीसदी|फीसदी)")


def figures(text: str) -> frozenset[Figure]:
    """Return the figures that a text states. Numbers of list items ("1." at the start of a line) are none.

    >>> figures("₹1,00,000") == figures("Rs. 1 lakh") == figures("१ लाख") == figures("one lakh rupees")
    True
    >>> sorted(figures("1. Pay 2.50% by 05 Nov 2026"))
    [Figure(kind='date', value='5/11'), Figure(kind='number', value='2026'), Figure(kind='percentage', value='2.5')]
    >>> figures("call 1800-123-4567") == figures("call 1800 123 4567") != figures("call 1800 123 4568")
    True
    >>> sorted(f.value for f in figures("See https://www.bank.example/fees or bank.in, or mail help@bank.in."))
    ['bank.example', 'bank.example/fees', 'bank.in', 'help@bank.in']
    """
    rest = _LIST_MARKER.sub(" ", _plain(text))
    found: set[Figure] = set()
    for pattern, read in _AS_WRITTEN:
        rest = _take(rest, pattern, read, found)
    rest = _ONE_OF.sub("1 ", _WORD_NUMBER.sub(_spelt_out, rest))
    rest = _HUNDRED.sub("100", _TIMES_OF.sub(_multiplied, rest))
    for pattern, read in _COUNTED:
        rest = _take(rest, pattern, read, found)
    return frozenset(found)


def _take(text: str, pattern: re.Pattern[str], read: "_Read", found: set[Figure]) -> str:
    """Add what the pattern finds; return the text without it, so that nothing is read twice."""

    def note(match: re.Match[str]) -> str:
        here = read(match)
        found.update(here)
        return " ; " if here else match.group()

    return pattern.sub(note, text)


def _plain(text: str) -> str:
    """Return it with one kind of digit, dash and space, without what cannot be seen."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", text)
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    return re.sub(r"\d", lambda m: str(int(m.group())), text)


def _links(match: re.Match[str]) -> list[Figure]:
    """Return the address and, since whoever gives a page gives its site too, the site."""
    link = re.sub(r"^(?:https?://)?(?:www\.)?", "", match.group().casefold()).rstrip("/.,;:!?*_।")
    return [Figure("link", link), Figure("link", link.partition("/")[0])]


def _dates(day: str, month: str, year: str = "") -> list[Figure]:
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return []
    when = [Figure("date", f"{int(day)}/{int(month)}")]
    return [*when, Figure("number", year)] if year else when


def _month(name: str) -> str:
    return next(str(n) for n, names in enumerate(_MONTHS, start=1) if re.fullmatch(names, name, re.IGNORECASE))


def _phones(match: re.Match[str]) -> list[Figure]:
    if _RANGE.fullmatch(match.group()):
        return []  # amounts or years, from and to
    digits = re.sub(r"\D", "", match.group())
    grouped = len(digits) < len(match.group())
    if not (grouped or digits.startswith("0") or len(digits) >= 10):
        return []
    return [Figure("phone number", re.sub(r"^(?:91(?=\d{10}$)|0+)", "", digits))]


def _spelt_out(match: re.Match[str]) -> str:
    tens, unit, small = (part and part.lower() for part in match.groups())
    if small:
        return str(_WORDS[small])
    return str(_WORDS[tens] + ({"one": 1} | _WORDS)[unit] if unit else _WORDS[tens])


def _multiplied(match: re.Match[str]) -> str:
    times = _TIMES[match[3].lower()]
    return " - ".join(_value(str(Decimal(n.replace(",", "")) * times)) for n in match.groups()[:2] if n)


def _value(number: str) -> str:
    return f"{Decimal(number.replace(',', '')).normalize():f}"


_Read = Callable[[re.Match[str]], list[Figure]]

_AS_WRITTEN: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (_EMAIL, lambda m: [Figure("e-mail address", m.group().casefold())]),
    (_LINK, _links),
    (_YEAR_FIRST, lambda m: _dates(m[4], m[3], m[1])),
    (_DAY_FIRST, lambda m: _dates(m[1], m[3], m[4] if len(m[4]) == 4 else f"20{m[4]}")),
    (_DAY_MONTH, lambda m: _dates(m[1], _month(m[2]))),
    (_MONTH_DAY, lambda m: _dates(m[2], _month(m[1]))),
    (_PHONE, _phones),
)
_COUNTED: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (_PERCENT, lambda m: [Figure("percentage", _value(n)) for n in m.groups() if n]),
    (re.compile(_NUMBER), lambda m: [Figure("number", _value(m.group()))]),
)
