"""Answers of a model that keep to an entry, and the same with one figure changed.

A faithful answer is sentences of an entry in another order, fewer, joined, cut short or in slightly other words, with
figures written another way that is equal. An altered one is a faithful one in which one figure is another. A limit
turned round ("up to", "at least") is not made: no figure is altered there.
"""

import random
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from questrag.chat.prompt import Prompt, Shown
from questrag.chat.types import Lang, Passage
from questrag.knowledge.base import read_knowledge
from questrag.knowledge.profile import read_profile
from questrag.settings import PROJECT

_KNOWLEDGE = PROJECT / "data" / "knowledge"
_SHARE: dict[Lang, float] = {"en": 0.5, "hinglish": 0.25, "hi": 0.25}
_OTHERS = 2
"""Entries of the same category that stand in the prompt too."""

_MONTHS = "January February March April May June July August September October November December".split()
_WORDS: dict[Lang, list[str]] = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(),
    "hinglish": "shunya ek do teen char paanch chhe saat aath nau das gyarah barah terah chaudah pandrah".split(),
    "hi": "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह".split(),
}
_LENGTHS: dict[Lang, dict[str, str]] = {
    "en": {
        "minutes": "hours",
        "hours": "days",
        "days": "months",
        "weeks": "months",
        "months": "years",
        "years": "days",
    },
    "hinglish": {"minute": "ghante", "ghante": "din", "din": "mahine", "mahine": "saal", "saal": "din"},
    "hi": {"मिनट": "घंटे", "घंटे": "दिन", "दिन": "महीने", "महीने": "साल", "साल": "दिन"},
}
_PER_CENT: dict[Lang, list[str]] = {
    "en": ["%", " percent", " per cent"],
    "hinglish": ["%", " percent", " pratishat"],
    "hi": ["%", " प्रतिशत", " फ़ीसदी"],
}
_RUPEES: dict[Lang, str] = {"en": "rupees", "hinglish": "rupaye", "hi": "रुपये"}
_TIMES: dict[Lang, tuple[str, str, str]] = {
    "en": ("thousand", "lakh", "crore"),
    "hinglish": ("hazaar", "lakh", "crore"),
    "hi": ("हज़ार", "लाख", "करोड़"),
}
_SAME_WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "must": "has to", "need": "require", "usually": "normally", "ask": "check with", "buy": "get",
        "take": "bring", "get": "receive", "shows": "displays", "within": "in", "below": "under", "above": "over",
        "start": "begin", "free": "at no cost", "at least": "not less than", "for example": "say", "only": "just",
    },
    "hinglish": {
        "dekhiye": "check kijiye", "zyada": "adhik", "rakam": "amount", "seedhe": "direct", "lijiye": "le lijiye",
        "kholiye": "open kijiye", "kaagaz": "documents", "byaj": "interest", "saalana": "har saal", "abhi": "filhaal",
    },
    "hi": {
        "देखिए": "जाँचिए", "ज़्यादा": "अधिक", "रकम": "राशि", "ब्याज": "इंटरेस्ट", "कागज़": "दस्तावेज़", "सालाना": "प्रति वर्ष",
        "लीजिए": "ले लीजिए", "अभी": "फ़िलहाल", "बताइए": "बता दीजिए",
    },
}  # fmt: skip
_LEADS: dict[Lang, list[str]] = {
    "en": ["As the bank says, ", "Please note: ", "In short, ", "For your question: "],
    "hinglish": ["Bank ke anusaar, ", "Dhyan rakhiye: ", "Aapke sawaal par: "],
    "hi": ["बैंक के अनुसार, ", "ध्यान रखिए: ", "आपके सवाल पर: "],
}
_CLAUSE_END = re.compile(r"[,;:] ")
_DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
_PIECE_END = re.compile(r"(?<=[.!?।])(?<!\bRs\.)(?<!\d\.)\s+|\n+")
_MARKER = re.compile(r"^(?:\d{1,2}\. |[-•*] )")


@dataclass(frozen=True, slots=True)
class Spot:
    """A figure as it stands in a text."""

    kind: str
    start: int
    end: int
    number: str
    """Its digits, with its decimals, without commas."""
    unit: str
    """Of a length of time, or the multiple of an amount, or the month of a date."""
    rest: str = ""
    """Between the number and the unit: "working"."""


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    lang: Lang
    half: int
    """Of the entries: 0 was in view while the rules were written."""
    said: str
    prompt: Prompt


def _spots(text: str, lang: Lang) -> list[Spot]:
    """Return the figures of a text that do not overlap."""
    found: list[Spot] = []
    for kind, pattern in _patterns(lang):
        for match in pattern.finditer(text):
            if all(match.end() <= spot.start or match.start() >= spot.end for spot in found):
                parts = match.groupdict()
                number = parts["n"].replace(",", "")
                found.append(Spot(kind, *match.span(), number, parts.get("unit") or "", parts.get("rest") or ""))
    return found


@cache
def _patterns(lang: Lang) -> list[tuple[str, re.Pattern[str]]]:
    n = r"(?P<n>\d[\d,]*(?:\.\d+)?)"
    times = "|".join(_TIMES[lang])
    lengths = "|".join(_LENGTHS[lang])
    return [
        ("date", re.compile(rf"(?<![\d₹,.])(?P<n>\d{{1,2}}) (?P<unit>{'|'.join(_MONTHS)})\b")),
        ("amount", re.compile(rf"₹ ?{n}(?<!,)(?: (?P<unit>{times})(?!\w))?")),
        ("percentage", re.compile(r"(?<![\d,.])(?P<n>\d+(?:\.\d+)?)(?:%| per ?cent| प्रतिशत)")),
        (
            "duration",
            re.compile(rf"(?<![\d₹,.]){n}(?P<rest> working| कार्य)? (?P<unit>{lengths})(?![\w\u0900-\u0963])"),
        ),
        ("phone number", re.compile(r"(?<![\d,.-])(?P<n>1930|14448|112)(?![\d,-])")),
    ]  # fmt: skip


def _indian(number: str) -> str:
    """Return it with commas as in 1,00,000."""
    whole, point, part = number.partition(".")
    head, tail = whole[:-3], whole[-3:]
    head = re.sub(r"(?<=\d)(?=(?:\d\d)+$)", ",", head)
    return (f"{head},{tail}" if head else tail) + point + part


def _written(spot: Spot, lang: Lang, rng: random.Random) -> str:
    """Return a figure in one of the ways in which it may be written."""
    number = spot.number
    small = number.isdigit() and int(number) < len(_WORDS[lang])
    if spot.kind == "amount":
        digits = number if spot.unit else rng.choice([_indian(number), number])
        times = f" {spot.unit}" if spot.unit else ""
        written = rng.choice([f"₹{digits}{times}", f"Rs. {digits}{times}", f"{digits}{times} {_RUPEES[lang]}"])
    elif spot.kind == "percentage":
        number = _WORDS[lang][int(number)] if small and int(number) > 3 and rng.random() < 0.3 else number
        written = number + (rng.choice(_PER_CENT[lang][1:]) if number.isalpha() else rng.choice(_PER_CENT[lang]))
    elif spot.kind == "duration":
        number = _WORDS[lang][int(number)] if small and int(number) > 1 and rng.random() < 0.4 else number
        written = f"{number}{spot.rest} {spot.unit}"
    elif spot.kind == "date":
        written = rng.choice([f"{number} {spot.unit}", f"{spot.unit} {number}", f"{int(number):02} {spot.unit[:3]}"])
    else:
        return number
    return written.translate(_DEVANAGARI) if lang == "hi" and rng.random() < 0.5 else written


# One figure changed ------------------------------------------------------------------------


def _other_digit(spot: Spot, rng: random.Random) -> Spot:
    places = [i for i, sign in enumerate(spot.number) if sign.isdigit()]
    if spot.kind == "date":
        return replace(spot, number=str(rng.choice([day for day in range(1, 29) if day != int(spot.number)])))
    at = rng.choice(places)
    digits = [d for d in "123456789" if d != spot.number[at]]
    return replace(spot, number=f"{spot.number[:at]}{rng.choice(digits)}{spot.number[at + 1 :]}")


def _point_moved(spot: Spot, rng: random.Random) -> Spot | None:
    if spot.kind not in ("amount", "percentage") or float(spot.number) == 0:
        return None
    moved = float(spot.number) * rng.choice([10, 0.1])
    return replace(spot, number=f"{moved:.6f}".rstrip("0").rstrip("."))


def _other_length(spot: Spot, lang: Lang) -> Spot | None:
    return replace(spot, unit=_LENGTHS[lang][spot.unit]) if spot.kind == "duration" else None


def _other_unit(spot: Spot) -> Spot | None:
    others = {"percentage": "amount", "amount": "percentage"}
    return replace(spot, kind=others[spot.kind], unit="") if spot.kind in others and not spot.unit else None


def _other_multiple(spot: Spot, lang: Lang, rng: random.Random) -> Spot | None:
    if spot.kind != "amount":
        return None
    return replace(spot, unit=rng.choice([times for times in _TIMES[lang] if times != spot.unit]))


def _other_month(spot: Spot, rng: random.Random) -> Spot | None:
    others = [month for month in _MONTHS if month != spot.unit]
    return replace(spot, unit=rng.choice(others)) if spot.kind == "date" else None


def _in_words(spot: Spot, lang: Lang, rng: random.Random) -> str | None:
    if spot.kind not in ("percentage", "duration"):
        return None
    words = _WORDS[lang]
    other = words[rng.choice([n for n in range(4, len(words)) if str(n) != spot.number])]
    unit = f"{spot.rest} {spot.unit}" if spot.kind == "duration" else rng.choice(_PER_CENT[lang][1:])
    return other + unit


def _from_elsewhere(spot: Spot, elsewhere: Sequence[Spot], rng: random.Random) -> Spot | None:
    others = [s for s in elsewhere if s.kind == spot.kind and (s.number, s.unit) != (spot.number, spot.unit)]
    return rng.choice(others) if others else None


_Change = Callable[[Spot, Lang, Sequence[Spot], random.Random], Spot | str | None]
_CHANGES: dict[str, _Change] = {
    "a digit": lambda spot, lang, elsewhere, rng: _other_digit(spot, rng),
    "a digit, in Hindi digits": lambda spot, lang, elsewhere, rng: _other_digit(spot, rng),
    "the decimal point": lambda spot, lang, elsewhere, rng: _point_moved(spot, rng),
    "days and months": lambda spot, lang, elsewhere, rng: _other_length(spot, lang),
    "percent and rupees": lambda spot, lang, elsewhere, rng: _other_unit(spot),
    "lakh and crore": lambda spot, lang, elsewhere, rng: _other_multiple(spot, lang, rng),
    "the month": lambda spot, lang, elsewhere, rng: _other_month(spot, rng),
    "another number in words": lambda spot, lang, elsewhere, rng: _in_words(spot, lang, rng),
    "a figure from elsewhere": lambda spot, lang, elsewhere, rng: _from_elsewhere(spot, elsewhere, rng),
}
KINDS = tuple(_CHANGES)


def _changed(kind: str, spot: Spot, lang: Lang, elsewhere: Sequence[Spot], rng: random.Random) -> str | None:
    other = _CHANGES[kind](spot, lang, elsewhere, rng)
    if other is None or isinstance(other, str):
        return other
    written = _written(other, lang, rng)
    return written.translate(_DEVANAGARI) if kind.endswith("Hindi digits") else written


# Answers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    lang: Lang
    half: int
    prompt: Prompt
    pieces: tuple[str, ...]
    """The sentences of the first entry."""
    telling: tuple[int, ...]
    """Those with a figure."""


@cache
def _sources() -> dict[Lang, list[_Source]]:
    """Return what can be asked, by language: every entry with a figure, beside others of its category."""
    profile = read_profile(_KNOWLEDGE / "profile.json")
    base, _ = read_knowledge(_KNOWLEDGE, profile)
    found: dict[Lang, list[_Source]] = {lang: [] for lang in _SHARE}
    rng = random.Random("sources")
    by_category: dict[str, list[Passage]] = {}
    for passage in base.passages():
        by_category.setdefault(passage.category, []).append(replace(passage, regulated=False))
    for passages in by_category.values():
        for passage in passages:
            others = rng.sample([other for other in passages if other is not passage], _OTHERS)
            for lang in _SHARE:
                if lang == "en" or lang in passage.answers:
                    found[lang] += _source(passage, others, lang)
    return found


def _source(passage: Passage, others: Sequence[Passage], lang: Lang) -> Iterator[_Source]:
    pieces = tuple(_MARKER.sub("", piece).strip() for piece in _PIECE_END.split(passage.answer_in(lang)))
    telling = tuple(i for i, piece in enumerate(pieces) if _spots(piece, lang))
    if telling:
        shown = [Shown(n, p, p.answer_in(lang), 0.9) for n, p in enumerate([passage, *others], start=1)]
        prompt = Prompt(passage.question, lang, (), tuple(shown), enough=0.5)
        yield _Source(lang, zlib.crc32(passage.id.encode()) % 2, prompt, pieces, telling)


def _answer(source: _Source, rng: random.Random, kind: str = "") -> str | None:
    """Return a faithful answer, or one with one figure changed; None where it has none of this kind."""
    at = rng.choice(source.telling)
    others = [i for i in range(len(source.pieces)) if i != at and source.pieces[i]]
    kept = [at, *rng.sample(others, rng.randint(0, min(3, len(others))))]
    rng.shuffle(kept)
    elsewhere = [spot for s in source.prompt.sources for spot in _spots(s.text, source.lang)]
    written = []
    for i in kept:
        piece = source.pieces[i]
        if i == at and rng.random() < 0.3:
            piece = _cut_short(piece, source.lang)
        rewritten = _rewritten(piece, source.lang, elsewhere, rng, kind if i == at else "")
        if rewritten is None:
            return None
        written.append(rewritten)
    return _joined(written, rng)


def _rewritten(text: str, lang: Lang, elsewhere: Sequence[Spot], rng: random.Random, kind: str = "") -> str | None:
    spots = _spots(text, lang)
    chosen = rng.choice(spots) if kind else None
    for spot in sorted(spots, key=lambda s: -s.start):
        if spot is chosen:
            other = _changed(kind, spot, lang, elsewhere, rng)
            if other is None:
                return None
            text = text[: spot.start] + other + text[spot.end :]
        elif rng.random() < 0.5:
            text = text[: spot.start] + _written(spot, lang, rng) + text[spot.end :]
    return text if rng.random() < 0.5 else _reworded(text, lang, rng)


def _reworded(text: str, lang: Lang, rng: random.Random) -> str:
    for word, same in _SAME_WORDS[lang].items():
        text = re.sub(rf"(?<!\S){word}(?=[\s,.;।]|$)", same, text)
    return text if rng.random() < 0.5 else rng.choice(_LEADS[lang]) + text


def _cut_short(text: str, lang: Lang) -> str:
    """Return the first clauses of a sentence, as many as it takes to have all of its figures."""
    last = max(spot.end for spot in _spots(text, lang))
    ends = [match.start() for match in _CLAUSE_END.finditer(text, last)]
    return text[: ends[0]] + "." if ends else text


def _joined(pieces: Sequence[str], rng: random.Random) -> str:
    match rng.randrange(5):
        case 0:
            return "\n".join(f"- {piece}" for piece in pieces)
        case 1:
            return "\n".join(f"{n}. {piece}" for n, piece in enumerate(pieces, start=1))
        case 2:
            return "; ".join(piece.rstrip(".।") for piece in pieces) + "."
        case 3:
            return ", and ".join(piece.rstrip(".।") for piece in pieces) + "."
        case _:
            return " ".join(f"{piece} [1]" if rng.random() < 0.5 else piece for piece in pieces)


def made(n: int, seed: int, *, altered: bool) -> Iterator[Case]:
    """Yield ``n`` different answers."""
    rng = random.Random(f"{seed} {altered}")
    langs, shares = zip(*_SHARE.items(), strict=True)
    seen: set[tuple[str, str]] = set()
    while len(seen) < n:
        lang = rng.choices(langs, shares)[0]
        source = rng.choice(_sources()[lang])
        kind = rng.choice(KINDS) if altered else ""
        said = _answer(source, rng, kind)
        if said and (source.prompt.question, said) not in seen:
            seen.add((source.prompt.question, said))
            yield Case(kind or "faithful", lang, source.half, said, source.prompt)
