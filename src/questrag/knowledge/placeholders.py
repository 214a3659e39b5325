"""``{{placeholders}}``: what differs from bank to bank, and what stands there at one bank."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from questrag.chat.types import Lang

_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_OF_THE_BANK: dict[Lang, str] = {"en": "your bank's {}", "hinglish": "bank ka {}", "hi": "बैंक का {}"}
_DETAIL: dict[Lang, str] = {"en": "own rule", "hinglish": "apna niyam", "hi": "अपना नियम"}
_NOT_ON_FILE: dict[Lang, str] = {
    "en": "Not on file here: {}. Please ask your branch.",
    "hinglish": "Yahan darj nahi hai: {}. Apni branch se pooch lijiye.",
    "hi": "यहाँ दर्ज नहीं है: {}। कृपया अपनी शाखा से पूछें।",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One bank's values of the placeholders; made by `read_profile`."""

    texts: Mapping[str, Mapping[Lang, str]] = field(default_factory=dict)
    """By `placeholder_key`, in each language; empty where the name is known and the value is not, yet."""

    def __bool__(self) -> bool:
        return bool(self.texts)

    def __contains__(self, name: str) -> bool:
        return placeholder_key(name) in self.texts

    def text(self, name: str, lang: Lang) -> str:
        """Return what stands for a placeholder; empty when nobody knows."""
        return self.texts.get(placeholder_key(name), {}).get(lang, "")


def placeholder_key(name: str) -> str:
    """Return the name under which a bank profile holds a placeholder.

    >>> placeholder_key(" Customer Support Phone Number")
    'customer_support_phone_number'
    """
    return re.sub(r"[\W_]+", "_", name.lower()).strip("_")


def placeholders(text: str) -> list[str]:
    """Return the names of the ``{{placeholders}}`` in a text, as they are written.

    >>> placeholders("Call {{Phone Number}} or {{ e-mail }}.")
    ['Phone Number', 'e-mail']
    """
    return [name for match in _PLACEHOLDER.finditer(text) if (name := " ".join(match[1].split()))]


def misplaced(text: str, profile: Profile, *, shown: bool) -> Iterator[str]:
    """Yield what is wrong with the placeholders of a text, each as a half-sentence.

    Args:
        shown: customers read the text; others may hold none.

    >>> list(misplaced("Call {{phone}.", Profile({"phone": {}}), shown=True))
    ['holds a brace outside a {{placeholder}}: close it, or remove the brace']
    """
    for name in (match[1] for match in _PLACEHOLDER.finditer(text)):
        if not shown:
            yield f"holds {{{{{name}}}}}: no customer types that, write what they would"
        elif name not in profile:
            advice = "correct the name, or add it there, with null while it is not known"
            yield f"{{{{{name}}}}} is not in the bank profile: {advice}"
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        yield "holds a brace outside a {{placeholder}}: close it, or remove the brace"


def fill(text: str, lang: Lang, profile: Profile) -> str:
    """Replace each ``{{placeholder}}`` by what the profile says; a last sentence names those it does not know.

    Of a broken one, such as ``Website}}``, the words stay and the braces go.

    >>> fill("Call {{phone_number}}.", "en", Profile({"phone_number": {"en": "1800 000 0000"}}))
    'Call 1800 000 0000.'
    >>> print(fill("Call {{phone_number}}.", "en", Profile()))
    Call your bank's phone number.
    Not on file here: phone number. Please ask your branch.
    """
    filled = fill_question(text, lang, profile)
    names = (match[1] for match in _PLACEHOLDER.finditer(text) if not profile.text(match[1], lang))
    unknown = dict.fromkeys(_shown(name, lang) for name in names)
    return f"{filled}\n{_NOT_ON_FILE[lang].format(', '.join(unknown))}" if unknown else filled


def fill_question(text: str, lang: Lang, profile: Profile) -> str:
    """Do what `fill` does, without the last sentence: a question promises nothing."""
    if "{{" not in text and "}}" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        return profile.text(match[1], lang) or _OF_THE_BANK[lang].format(_shown(match[1], lang))

    return _PLACEHOLDER.sub(value, text).replace("{{", "").replace("}}", "")


def _shown(name: str, lang: Lang) -> str:
    return " ".join(re.sub(r"[\[\]_]", " ", name).split())[:60].strip() or _DETAIL[lang]
