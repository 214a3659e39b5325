"""Reads the bank profile: names, numbers, hours, rates, charges and limits of one bank."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from questrag.chat.errors import ArtifactError, Invalid
from questrag.chat.types import Lang
from questrag.knowledge.entry import parse_json
from questrag.knowledge.placeholders import Profile, placeholder_key

VALUE_CHARS: Final = 2_000
LANGS: Final[tuple[Lang, ...]] = get_args(Lang)
_TO: Final[dict[Lang, str]] = {"en": "to", "hinglish": "se", "hi": "से"}

_Texts = dict[Lang, str]


def read_profile(path: Path) -> Profile:
    """Read a bank profile, see docs/formats.md; a name with null or an empty text is not known yet.

    Case, spaces and underscores of a name do not matter.

    Raises:
        ArtifactError: the file cannot be used; the message names it, and the name in it that is to blame.
    """
    content = _content(path)
    texts: dict[str, _Texts] = {}
    written: dict[str, str] = {}
    for name, value in content.items():
        reader = _SECTIONS.get(name, _text)
        prefix, named = "", {name: value}
        if name in _SECTIONS:
            if not isinstance(value, dict):
                raise ArtifactError(f"bank profile {path}: {name}: is a section: give an object with names and values")
            prefix, named = f"{name}.", value
        for own_name, own_value in named.items():
            where = f"{prefix}{own_name}"
            try:
                key = _key(own_name, where, written)
                texts[key] = {} if own_value is None else reader(own_value)
            except Invalid as error:
                raise ArtifactError(f"bank profile {path}: {_printable(where)}: {error}") from None
    return Profile(texts)


@dataclass(frozen=True, slots=True)
class Bank:
    """How customers reach the bank; a text is empty where its profile has none."""

    name: str = ""
    website: str = ""
    customer_care_number: str = ""
    card_block_number: str = ""
    fraud_report_email: str = ""

    @property
    def is_example(self) -> bool:
        """Its addresses end in ``.example``, which no real address does (RFC 2606): nobody is to call or write there.

        >>> Bank(website="https://www.namuna-bank.example/help").is_example, Bank(website="www.bank.in").is_example
        (True, False)
        """
        return any(_EXAMPLE.search(address) for address in (self.website, self.fraud_report_email))


_EXAMPLE = re.compile(r"\.example(?![\w.-])", re.IGNORECASE)


def bank_of(profile: Profile) -> Bank:
    return Bank(
        name=profile.text("bank_name", "en"),
        website=profile.text("website", "en"),
        customer_care_number=profile.text("customer_care_number", "en"),
        card_block_number=profile.text("card_block_number", "en"),
        fraud_report_email=profile.text("fraud_report_email", "en"),
    )


def _content(path: Path) -> Mapping[str, object]:
    try:
        content = parse_json(path.read_text(encoding="utf-8-sig"), no_name_twice=True)
    except OSError as error:
        raise ArtifactError(f"bank profile {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ArtifactError(f"bank profile {path} is not UTF-8: save it as UTF-8") from None
    except Invalid as error:
        raise ArtifactError(f"bank profile {path} {error}") from None
    if not isinstance(content, dict):
        raise ArtifactError(f'bank profile {path} is not a JSON object: write {{"Phone Number": "..."}}')
    return content


def _printable(name: str) -> str:
    return name[:80].encode("utf-8", "replace").decode()  # what is wrong may be the very characters


def _key(name: str, where: str, written: dict[str, str]) -> str:
    key = placeholder_key(name)
    if not key:
        raise Invalid("is no name: use letters or digits")
    if key in written:
        raise Invalid(f"means the same as {written[key]!r}: remove one of them")
    written[key] = where
    return key


def _text(value: object) -> _Texts:
    """A text for every language, or an object with one text for each."""
    if isinstance(value, dict):
        if set(value) != set(LANGS):
            raise Invalid(f"is an object: give a text, or an object with {', '.join(LANGS)}")
        return {lang: text for lang in LANGS if (text := _one_text(value[lang]))}
    text = _one_text(value)
    return dict.fromkeys(LANGS, text) if text else {}


def _one_text(value: object) -> str:
    if not isinstance(value, str):
        raise Invalid("is not text: put it in quotes")
    if len(value) > VALUE_CHARS:
        raise Invalid(f"has {len(value):,} characters: at most {VALUE_CHARS:,} are allowed")
    if "{{" in value or "}}" in value:
        raise Invalid("holds a placeholder itself: write the text that customers read")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise Invalid("holds a NUL character or half a character: remove it")
    return value.strip()


def _percent(value: object) -> _Texts:
    if any(end > 100 for end in _ends(value)):
        raise Invalid("is more than 100: give percent, such as 2.75")
    return _ranged(value, lambda end: f"{end:g}%")


def _rupees(value: object) -> _Texts:
    if any(round(end, 2) != end for end in _ends(value)):
        raise Invalid("has more than two decimals: give rupees and paise, such as 17.70")
    return _ranged(value, lambda end: f"₹{_grouped(end)}")


def _count(value: object) -> _Texts:
    if not all(float(end).is_integer() for end in _ends(value)):
        raise Invalid("is not a whole number")
    return _ranged(value, _grouped)


def _ranged(value: object, show: Callable[[float], str]) -> _Texts:
    ends = [show(end) for end in _ends(value)]
    return {lang: f" {_TO[lang]} ".join(ends) for lang in LANGS}


def _ends(value: object) -> list[float]:
    """Return a number alone, or the two ends of a range."""
    ends = value if isinstance(value, list) else [value]
    if not 1 <= len(ends) <= 2 or not all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
        raise Invalid("is not a number: give one, or [lowest, highest], without quotes, or null while not known")
    if min(ends) < 0 or max(ends) > 1e12:
        raise Invalid("is negative or too large")
    if ends != sorted(ends):
        raise Invalid("has its ends the wrong way round: give [lowest, highest]")
    return ends


def _grouped(number: float) -> str:
    """Return a number as it is written in India.

    >>> _grouped(1250000), _grouped(999), _grouped(17.7)
    ('12,50,000', '999', '17.70')
    """
    whole, _, paise = f"{number:.2f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*groups, tail]) + (f".{paise}" if int(paise) else "")


_SECTIONS: Final[dict[str, Callable[[object], _Texts]]] = {
    "bank": _text,
    "contacts": _text,
    "hours": _text,
    "rates_percent": _percent,
    "charges_rupees": _rupees,
    "limits_rupees": _rupees,
    "counts": _count,
}
