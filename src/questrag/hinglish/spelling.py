"""What a Roman-script word sounds like, whatever its spelling: Hinglish has no orthography."""

import re
from typing import Final

_RULES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(.)\1+", r"\1"),  # "nahii", "acchha", "paaisa"
        (r"chh?", "C"),
        (r"sh", "s"),
        (r"ph", "f"),
        (r"([kgtdbj])h", r"\1"),  # kh/k, th/t, bh/b: thumbs leave the h out
        (r"c(?=[eiy])", "s"),
        (r"c?k|c|q", "k"),
        (r"x", "ks"),
        (r"z", "j"),
        (r"w", "v"),
        (r"(?<=[aeiou])y(?=[aeiou])", ""),  # "gaya", "gaa", "chahiye", "chahie"
        (r"(?<=.)(?:ai|ay|ei|ey)", "e"),
        (r"(?<=.)(?:au|ou|av)(?=[^aeiou]|$)", "o"),
        (r"y$", "i"),
        (r"(?<=[aeiou])[nm]$", ""),  # "nahin", "mein", "karun"
    )
)
_INNER_VOWELS = re.compile(r"(?<=.)[aeiou]+(?=.)")
_REPEATED = re.compile(r"(.)\1+")


def phonetic_key(word: str) -> str:
    """Return the same key for spellings of one word: aspiration, length and inner vowels do not count.

    After the idea of Soundex (Russell 1918), with the confusions of Hindi typed in Roman script.

    >>> {phonetic_key(word) for word in ("nahi", "nahin", "nhi", "naheen")}
    {'nhi'}
    >>> phonetic_key("kaise") == phonetic_key("kese") == phonetic_key("kse")
    True
    >>> phonetic_key("paisa") == phonetic_key("paise")
    False
    """
    key = word.lower()
    key = key.replace("ee", "i").replace("oo", "u")
    for pattern, replacement in _RULES:
        key = pattern.sub(replacement, key)
    return _REPEATED.sub(r"\1", _INNER_VOWELS.sub("", key))
