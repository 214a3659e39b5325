"""Which checkable facts a text states, and whether other texts bear them out.

Written differently they are still the same figure, so that an answer can be compared with its sources.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from questrag.generation.numerals import LETTER, NUMBER, decimal, either, in_digits, normal, plain, value


class Figure(NamedTuple):
    kind: str
    """In words that can be shown: number, amount, percentage, duration, date, phone number, link, e-mail address."""
    value: str
    """Equal for equal facts, however they were written."""


_MONTH_NAMES = (
    "january|jan|janvari|janwari|जनवरी",
    "february|feb|farvari|farwari|फ़रवरी|फरवरी",
    "march|mar|मार्च",
    "april|apr|aprail|अप्रैल",
    "(?-i:May)|मई",  # in small letters it is a verb
    "june|jun|joon|जून",
    "july|jul|julai|जुलाई",
    "august|aug|agast|अगस्त",
    "september|sept|sep|sitambar|सितंबर|सितम्बर",
    "october|oct|aktubar|अक्टूबर|अक्तूबर",
    "november|nov|navambar|नवंबर|नवम्बर",
    "december|dec|disambar|दिसंबर|दिसम्बर",
)
_MONTHS = tuple(map(normal, _MONTH_NAMES))
_ANY_MONTH = "|".join(_MONTHS)

# Lengths of time are compared in minutes or in months, which no number of days is equal to.
_DURATIONS = {
    "second seconds sec secs sekand सेकंड": (Decimal(1) / 60, "minutes"),
    "minute minutes min mins minat मिनट": (Decimal(1), "minutes"),
    "hour hours hr hrs ghanta ghante ghanton घंटा घंटे घंटों घण्टे": (Decimal(60), "minutes"),
    "day days din dino dinon दिन दिनों दिवस दिवसों": (Decimal(1440), "minutes"),
    "week weeks hafta hafte hafton saptah हफ़्ता हफ्ता हफ़्ते हफ्ते सप्ताह": (Decimal(10080), "minutes"),
    "month months mahina mahine mahino mahinon maheene महीना महीने महीनों माह": (Decimal(1), "months"),
    "year years yr yrs saal sal saalon salon varsh साल सालों वर्ष वर्षों": (Decimal(12), "months"),
}
_DURATION = {word: unit for words, unit in _DURATIONS.items() for word in normal(words).split()}
_KIND_OF_DAY = either(
    "working business calendar banking bank full financial consecutive continuous complete kaam karya kaamkaji "
    "कार्य कामकाजी काम लगातार पूरे"
)
_RUPEES = "rupees rupee rupaye rupaiye rupay rupya inr रुपये रुपए रुपया रुपयों रुपयें"
_FOREIGN = {"$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR"}
_FOREIGN |= {"euros": "EUR", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "डॉलर": "USD"}
_BEFORE = rf"(?P<before>₹|\$|€|£|(?<!{LETTER})(?:rs|रु)\b\.?|{either(_RUPEES + ' usd eur gbp')})"
_AFTER = "|".join(
    (
        r"(?P<percent>%|per ?cent(?:age)?(?! *wise)|pct\b|" + either("pratishat fisdi feesdi प्रतिशत फ़ीसदी फीसदी") + ")",
        rf"(?P<bps>{either('bps bp')}|basis points?)",
        rf"(?P<money>/-|{either(_RUPEES + ' rs paise paisa पैसे रु usd eur gbp dollar dollars euro euros pounds डॉलर')})",
        rf"(?:{_KIND_OF_DAY}(?: ke| के)?[ -])?(?P<duration>{either(' '.join(_DURATION))})",
    )
)
_N = rf"{NUMBER}#?"
_QUANTITY = re.compile(
    rf"(?:{_BEFORE} ?)?(?:(?P<low>{_N})(?: ?- ?| (?:to|or|se|ya|से|या) )(?:(?P<again>₹|rs\b\.?|\$) ?)?)?"
    rf"(?P<high>{_N})(?:[ -]?(?:{_AFTER}))?",
    re.IGNORECASE,
)


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_LIST_MARKER = re.compile(r"^[ >*_#•-]{0,9}\(?\d{1,2}[.)][*_]{0,3}(?=\s)", re.MULTILINE)
_EMAIL = _re(r"(?<![\w.+-])[\w.+-]{1,64}@\w[\w.-]{0,253}\w")
_LABEL = r"[A-Za-z0-9-]{1,63}"
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>()\[\]\"'|]+"
    rf"|(?<![\w.-])(?:{_LABEL}\.){{0,5}}(?=[0-9-]{{0,62}}[A-Za-z]){_LABEL}\.(?:[a-z]{{2,63}}|[A-Z]{{2,63}})(?![\w-])"
    r"(?:/[^\s<>()\[\]\"'|]*)?"
)
_YEAR = r"(?:(?:,? |[-])(\d{4})(?!\d))?"
_DAY_MONTH = _re(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]?({_ANY_MONTH})(?!{LETTER})\.?{_YEAR}")
_MONTH_DAY = _re(rf"(?<!{LETTER})({_ANY_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?(?!{LETTER}){_YEAR}")
_MONTH_YEAR = _re(rf"(?<!{LETTER})({_ANY_MONTH})(?:\.?,? |-)(\d{{4}})(?!{LETTER})")
_DAY_FIRST = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_YEAR_FIRST = re.compile(r"(?<![\d./-])(\d{4})([/-])(\d{1,2})\2(\d{1,2})(?![\d/-])")
_PHONE = re.compile(r"(?<![\w,.])\+?\d(?:[ -]?\d){7,14}(?![\w,]|\.\d)")
_CALLED = _re(
    rf"(?:{either('call dial phone helpline')}(?: (?:number|us|at|on|is))?:? )(\d{{3,6}})(?![\w,.%-]\d|\w)"
    r"|(?<![\w,.-])(\d{3,6})(?= (?:par|pe|पर) (?:call|phone|dial|कॉल|फ़ोन|फोन))"
)
_RANGE = re.compile(r"[1-9]\d{0,6} ?- ?\d{1,7}")
_BETWEEN = _re(r"(?<!\w)between ([^.;,]{1,30}?) and (?=\W{0,2}\d)")
_OWN_COUNT = _re(
    rf"{_N} (?:easy |simple |main |other |different |aasan |आसान )?"
    + either("ways steps options methods things points tareeke tarike tareekon तरीके तरीक़े तरीकों चरण विकल्प")
)
_EVERY = _re(
    rf"{either('a an per each every har prati single हर प्रति')} (?={_KIND_OF_DAY} |{either(' '.join(_DURATION))})"
)
_DIGIT = re.compile(r"\d")
_LARGE = 10_000
"""A number at least so large is taken for an amount where a source does not say what it counts."""


def figures(text: str) -> frozenset[Figure]:
    """Return the figures that a text states. Numbers of list items ("1." at the start of a line) are none.

    >>> figures("₹1,00,000") == figures("Rs. 1 lakh") == figures("१ लाख रुपये") == figures("one lakh rupees")
    True
    >>> sorted(figures("1. Pay 2.50% by 05 Nov within 2 years"))
    [Figure(kind='date', value='5/11'), Figure(kind='duration', value='24 months'), \
Figure(kind='percentage', value='2.5')]
    >>> figures("call 1800-123-4567") == figures("call 1800 123 4567") != figures("call 1800 123 4568")
    True
    >>> sorted(f.value for f in figures("See https://www.bank.example/fees or bank.in, or mail help@bank.in."))
    ['bank.example', 'bank.example/fees', 'bank.in', 'help@bank.in']
    """
    return frozenset(_read(plain(text), _quantities)[0])


def counted(text: str) -> tuple[Counter[Figure], str]:
    """Return how often a text states each of its figures, and the text without them.

    >>> counted("Pay Rs. 50, then 50 rupees.")
    (Counter({Figure(kind='amount', value='50'): 2}), 'Pay  ; , then  ; .')
    """
    found, rest = _read(plain(text), _quantities)
    return Counter(found), rest


def borne_out(text: str) -> Counter[Figure]:
    """Return how often a text of a source bears out each figure."""
    source = plain(text)
    every = set(_read(_EVERY.sub("1 ", source), _quantities)[0])
    found = Counter(_read(source, _quantities_of_source)[0])
    return found + Counter(every - set(found))


class Evidence:
    """What an answer may state: what its sources do, and plain numbers that the customer gave.

    A customer's own percentage, amount, length of time, date or address is a question, not a fact.
    """

    def __init__(self, sources: Iterable[str], customer: Iterable[str] = ()) -> None:
        self._stated = frozenset[Figure]().union(*map(_stated, sources))
        self.echoed = {figure for figure in figures("\n".join(customer)) if figure.kind == "number"}

    def missing(self, stated: Iterable[Figure]) -> frozenset[Figure]:
        """Return those that nothing bears out."""
        return frozenset(figure for figure in stated if not self._bears_out(figure))

    def _bears_out(self, figure: Figure) -> bool:
        if figure in self._stated or figure in self.echoed:
            return True
        # A source may say "1930" alone where the answer says "call 1930", and the other way round.
        either_way = {Figure("number", figure.value), Figure("phone number", figure.value)}
        return figure in either_way and bool(either_way & self._stated)


@lru_cache(maxsize=16_384)
def _stated(source: str) -> frozenset[Figure]:
    return frozenset(borne_out(source))


_Read = Callable[[re.Match[str]], list[Figure]]


def _read(text: str, quantities: _Read) -> tuple[list[Figure], str]:
    """Return the figures, and the text without them."""
    rest = _LIST_MARKER.sub(" ", text)
    found: list[Figure] = []
    for pattern, read in _ADDRESSES:
        rest = _take(rest, pattern, read, found)
    for pattern, read in _DATES_AND_PHONES if _DIGIT.search(rest) else ():
        rest = _take(rest, pattern, read, found)
    if not _DIGIT.search(rest := in_digits(rest)):
        return found, rest
    rest = _take(_BETWEEN.sub(r"\1 to ", _OWN_COUNT.sub(" ", rest)), _CALLED, _short_phones, found)
    return found, _take(rest, _QUANTITY, quantities, found)


def _take(text: str, pattern: re.Pattern[str], read: _Read, found: list[Figure]) -> str:
    """Add what the pattern finds; return the text without it, so that nothing is read twice."""

    def note(match: re.Match[str]) -> str:
        here = read(match)
        found.extend(here)
        return " ; " if here else match.group()

    return pattern.sub(note, text)


def _links(match: re.Match[str]) -> list[Figure]:
    """Return the address and, since whoever gives a page gives its site too, the site."""
    link = re.sub(r"^(?:https?://)?(?:www\.)?", "", match.group().casefold()).rstrip("/.,;:!?*_।")
    return [Figure("link", link), Figure("link", link.partition("/")[0])]


def _dates(day: str, month: str, year: str | None = None) -> list[Figure]:
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return []
    return [Figure("date", f"{int(day)}/{int(month)}"), *(_month_of(month, year) if year else [])]


def _month_of(month: str, year: str) -> list[Figure]:
    return [Figure("date", f"{int(month)}/{year}"), Figure("number", year)]


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


def _short_phones(match: re.Match[str]) -> list[Figure]:
    return [Figure("phone number", match[1] or match[2])]


def _quantities(match: re.Match[str]) -> list[Figure]:
    found = [_quantity(match, number) for number in (match["low"], match["high"]) if number]
    if match["before"] and match["low"] and (match["percent"] or match["duration"]):
        found[0] = _quantity(match, match["low"], ends=False)  # "Rs. 5 to 7%": what comes last is not said of the first
    return found


def _quantities_of_source(match: re.Match[str]) -> list[Figure]:
    """Return them with what they bear out besides: a number by itself, and an amount if one is large enough."""
    numbers = [Figure("number", value(n.rstrip("#"))) for n in (match["low"], match["high"]) if n]
    found = _quantities(match)
    large = (f for f in found if f.kind == "number" and ("," in match["high"] or Decimal(f.value) >= _LARGE))
    return [*found, *numbers, *(Figure("amount", figure.value) for figure in large)]


def _quantity(match: re.Match[str], written: str, *, ends: bool = True) -> Figure:
    """Return one figure of a match; ``ends`` says whether the unit at the end is its own."""
    number = written.rstrip("#")
    if ends and match["percent"]:
        return Figure("percentage", value(number))
    if ends and match["bps"]:
        return Figure("percentage", value(decimal(number) / 100))
    if ends and (duration := match["duration"]):
        times, unit = _DURATION[duration.lower()]
        return Figure("duration", f"{value(Decimal(number.replace(',', '')) * times)} {unit}")
    currency = (match["before"] or match["again"] or match["money"] or "").lower()
    if currency in _FOREIGN:
        return Figure("amount", f"{value(number)} {_FOREIGN[currency]}")
    return Figure("amount" if currency or written.endswith("#") else "number", value(number))


_ADDRESSES: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (_EMAIL, lambda m: [Figure("e-mail address", m.group().casefold())]),
    (_LINK, _links),
)
_DATES_AND_PHONES: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (_YEAR_FIRST, lambda m: _dates(m[4], m[3], m[1])),
    (_DAY_FIRST, lambda m: _dates(m[1], m[3], m[4] if len(m[4]) == 4 else f"20{m[4]}")),
    (_DAY_MONTH, lambda m: _dates(m[1], _month(m[2]), m[3])),
    (_MONTH_DAY, lambda m: _dates(m[2], _month(m[1]), m[3])),
    (_MONTH_YEAR, lambda m: _month_of(_month(m[1]), m[2])),
    (_PHONE, _phones),
)
