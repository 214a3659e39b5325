"""Messages with personal numbers, and without: made up, so that what must be hidden is known to the digit.

Phrases and surroundings come in two halves. The rules of `questrag.chat.privacy` were written with the first in view.
The second was counted when they were done, and looked at once after that: `docs/guard.md` has both counts.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.number_phrases import ALONE, AROUND, PHRASES, SPLIT

LANGS = ("en", "hinglish", "hi")
KINDS = ("card", "account", "aadhaar", "pan", "ifsc", "upi", "phone", "email", "otp", "cvv", "pin")
_VERHOEFF = (
    "0123456789 1234067895 2340178956 3401289567 4012395678 5987604321 6598710432 7659821043 8765932104 9876543210"
).split()
_TURNED = "0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258".split()
_WORDS = {
    "en": "zero one two three four five six seven eight nine".split(),
    "hinglish": "zero ek do teen char paanch chhe saat aath nau".split(),
    "hi": "शून्य एक दो तीन चार पांच छह सात आठ नौ".split(),
}
_BANKS = "HDFC ICIC SBIN UTIB KKBK PUNB BARB CNRB YESB IDIB".split()
_HANDLES = "okhdfcbank okicici oksbi okaxis ybl paytm ibl axl upi apl".split()
_NAMES = "ravi priya amit sunita farhan meena joseph kavita imran deepa".split()


@dataclass(frozen=True, slots=True)
class Made:
    """One message; where it is split over two turns, ``turns`` has both."""

    kind: str
    lang: str
    form: str
    half: int
    """0 was in view while the rules were written, 1 was not, but for one look at what leaked."""
    turns: tuple[str, ...]
    secret: str
    """Letters and digits that must not be read any more, in lower case."""
    around: tuple[str, str]
    """What stands before and behind, and must stay as it is."""


def check_digit(digits: str) -> str:
    """Return the digit that Verhoeff's scheme adds.

    Source: Verhoeff 1969, "Error detecting decimal codes".

    >>> check_digit("236")
    '3'
    """
    check = 0
    for place, digit in enumerate(reversed(digits), start=1):
        check = int(_VERHOEFF[check][int(_TURNED[place % 8][int(digit)])])
    return next(str(d) for d in range(10) if _VERHOEFF[check][d] == "0")


def luhn_digit(digits: str) -> str:
    """
    >>> luhn_digit("411111111111111")
    '1'
    """
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def _digits(draw: random.Random, n: int, first: str = "0123456789") -> str:
    return draw.choice(first) + "".join(draw.choices("0123456789", k=n - 1))


def _card(draw: random.Random) -> list[str]:
    start = draw.choice(("4", "51", "55", "60", "65", "37"))
    n = 15 if start == "37" else 16
    body = start + _digits(draw, n - 1 - len(start))
    number = body + luhn_digit(body)
    return [number[:4], number[4:10], number[10:]] if n == 15 else re.findall("....", number)


def _account(draw: random.Random) -> list[str]:
    return re.findall(".{1,4}", _digits(draw, draw.randint(9, 17)))


def _aadhaar(draw: random.Random) -> list[str]:
    body = _digits(draw, 11, "23456789")
    return re.findall("....", body + check_digit(body))


def _phone(draw: random.Random) -> list[str]:
    number = _digits(draw, 10, "6789")
    parts = draw.choice(([5], [3, 6], [4, 7]))
    return [number[a:b] for a, b in zip([0, *parts], [*parts, 10], strict=True)]


def _pan(draw: random.Random) -> list[str]:
    letters = "".join(draw.choices("ABCDEFGHJKLMNPRSTVW", k=3)) + draw.choice("PCHF") + draw.choice("ABDGKMRS")
    return [letters, _digits(draw, 4), draw.choice("ABCDEFGH")]


def _ifsc(draw: random.Random) -> list[str]:
    return [draw.choice(_BANKS), "0" + _digits(draw, 6)]


def _upi(draw: random.Random) -> list[str]:
    name = draw.choice(_NAMES) + draw.choice(("", ".", "-", "_")) + draw.choice(("", "k", "kumar")) + _digits(draw, 2)
    return [draw.choice((name, _digits(draw, 10, "6789"))), draw.choice(_HANDLES)]


def _email(draw: random.Random) -> list[str]:
    return [f"{draw.choice(_NAMES)}.{_digits(draw, 4)}", draw.choice(("gmail", "yahoo", "outlook")), "com"]


def _code(lengths: Sequence[int]) -> Callable[[random.Random], list[str]]:
    def drawn(draw: random.Random) -> list[str]:
        n = draw.choice(lengths)
        while (digits := _digits(draw, n)).endswith("000"):
            pass
        return [digits[: n // 2], digits[n // 2 :]] if n > 3 else [digits]

    return drawn


_PARTS: dict[str, Callable[[random.Random], list[str]]] = {
    "card": _card, "account": _account, "aadhaar": _aadhaar, "pan": _pan, "ifsc": _ifsc, "upi": _upi, "phone": _phone,
    "email": _email, "otp": _code((4, 6, 6, 6, 8)), "cvv": _code((3, 3, 4)), "pin": _code((4, 6)),
}  # fmt: skip
_SEPARATORS = {"plain": "", "spaced": " ", "dashed": "-", "dotted": ".", "wide gaps": "  ", "ruled": " - "}
_OF_LETTERS = ("plain", "lower", "full width", "devanagari")
FORMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("card", "account", "aadhaar"),
        (*_SEPARATORS, "devanagari", "devanagari spaced", "full width", "letter by letter", "hidden gaps"),
    ),
    "phone": (*_SEPARATORS, "devanagari", "full width", "words", "with +91", "letter by letter"),
    "pan": (*_OF_LETTERS, "spaced", "dashed", "letter by letter"),
    "ifsc": (*_OF_LETTERS, "spaced", "dashed"),
    "upi": (*_OF_LETTERS, "spaced", "spelt"),
    "email": (*_OF_LETTERS, "spaced", "spelt"),
    **dict.fromkeys(
        ("otp", "pin"), ("plain", "spaced", "dashed", "devanagari", "full width", "words", "letter by letter")
    ),
    "cvv": ("plain", "devanagari", "full width", "words", "letter by letter"),
}  # fmt: skip


def _devanagari(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "०१२३४५६७८९"))


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _address(parts: list[str], form: str) -> str:
    at, dot = {"spaced": (" @ ", "."), "spelt": (" at the rate ", " dot ")}.get(form, ("@", "."))
    if form == "spelt" and len(parts) == 3:
        at = " at "
    return _dressed(at.join((parts[0], dot.join(parts[1:]))), form)


def _dressed(text: str, form: str) -> str:
    if form == "lower":
        return text.lower()
    if form == "full width":
        return _full_width(text)
    return _devanagari(text) if form.startswith("devanagari") else text


def _written(kind: str, parts: list[str], form: str, lang: str) -> str:
    if kind in ("upi", "email"):
        return _address(parts, form)
    whole = "".join(parts)
    if form == "letter by letter":
        return " ".join(whole)
    if form == "words":
        return " ".join(_WORDS[lang][int(digit)] for digit in whole)
    if form == "with +91":
        return f"+91 {parts[0]} {''.join(parts[1:])}"
    gap = "\u200b" if form == "hidden gaps" else _SEPARATORS.get(form.removeprefix("devanagari "), "")
    return _dressed(gap.join(parts), form)


def _filled(text: str, draw: random.Random) -> str:
    """Put in numbers that everybody may know."""
    n = draw.randint
    drawn: dict[str, Callable[[], str]] = {
        "amount": lambda: draw.choice(
            (f"{n(1, 99) * 500}", f"{n(1, 9)},{n(10, 99)},000", f"{n(2, 99)},{n(100, 999)}", f"{n(100, 9999)}.50")
        ),
        "date": lambda: draw.choice(
            (
                f"{n(1, 28):02}-{n(1, 12):02}-202{n(0, 6)}",
                f"{n(1, 28)}/{n(1, 12)}/2{n(0, 6)}",
                f"{n(1, 28)} March 202{n(0, 6)}",
            )
        ),
        "year": lambda: f"20{draw.randint(10, 26)}",
        "fy": lambda: f"20{(y := draw.randint(15, 25))}-{y + 1}",
        "helpline": lambda: draw.choice(("1930", "14448", "14416", "112", "1800 11 2211", "1860 120 7777", "155260")),
        "count": lambda: draw.choice((f"{draw.randint(2, 400)}", f"{draw.randint(1000, 24000)}")),
        "pincode": lambda: f"{draw.randint(11, 85)}00{draw.randint(10, 99)}",
        "last": lambda: _digits(draw, 4),
    }  # fmt: skip
    return re.sub(r"{(\w+)}", lambda found: drawn[found[1]](), text)


def _half(listed: Sequence[str], half: int) -> Sequence[str]:
    return listed[half::2]


def made(n: int, seed: int = 0) -> Iterator[Made]:
    """Yield ``n`` messages with one personal number each, evenly over kinds, languages and halves."""
    draw = random.Random(seed)
    for i in range(n):
        kind, lang, half = KINDS[i % 11], LANGS[i // 11 % 3], i // 33 % 2
        form = draw.choice(FORMS[kind])
        parts = _PARTS[kind](draw)
        before, _, behind = draw.choice(_half(PHRASES[lang][kind], half)).partition("#")
        opening, _, closing = draw.choice(_half(AROUND[lang], half)).partition("#")
        before, behind = _filled(opening + before, draw), _filled(behind + closing, draw)
        text = before + _written(kind, parts, form, lang) + behind
        yield Made(kind, lang, form, half, (text,), "".join(parts).lower(), (before, behind))


def made_split(n: int, seed: int = 0) -> Iterator[Made]:
    """Yield ``n`` pairs of messages; the second goes on with the number that the first began."""
    draw = random.Random(seed)
    for i in range(n):
        kind, lang, half = ("card", "account", "aadhaar", "phone")[i % 4], LANGS[i // 4 % 3], i // 12 % 2
        form = draw.choice(("plain", "spaced", "dashed", "devanagari"))
        parts = _PARTS[kind](draw)
        middle = (len(parts) + 1) // 2
        before = draw.choice(_half(PHRASES[lang][kind], half)).partition("#")[0]
        second, _, after = draw.choice(_half(SPLIT[lang], half)).partition("#")
        first_turn = _filled(before, draw) + _written(kind, parts[:middle], form, lang)
        second_turn = second + _written(kind, parts[middle:], form, lang) + after
        yield Made(kind, lang, form, half, (first_turn, second_turn), "".join(parts), (_filled("", draw), after))


def innocent(n: int, seed: int = 0) -> Iterator[tuple[str, int, str]]:
    """Yield ``n`` messages without anything personal, as (language, half, text)."""
    draw = random.Random(seed)
    for i in range(n):
        lang, half = LANGS[i % 3], i // 3 % 2
        yield lang, half, _filled(draw.choice(_half(ALONE[lang], half)), draw)


_SAID = {word: str(digit) for words in _WORDS.values() for digit, word in enumerate(words)}


def squeezed(text: str) -> str:
    """Return the letters and digits that somebody could read, digits in words as digits."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in plain)
    plain = " ".join(_SAID.get(word, word) for word in plain.split())
    return re.sub(r"[^a-z0-9]", "", plain)


def leaked(secret: str, masked: str, around: str = "") -> bool:
    """Return whether any four signs of the secret that follow each other can still be read."""
    n = min(4, len(secret))
    visible, known = ("|".join(map(squeezed, re.split(r"\[[A-Z_]+\]", text))) for text in (masked, around))
    wanted = re.sub(r"[^a-z0-9]", "", secret)
    pieces = {wanted[i : i + n] for i in range(len(wanted) - n + 1)}
    return any(piece in visible and piece not in known and any(c.isdigit() for c in piece) for piece in pieces)
