"""Spelling as people type it on a phone: what the encoder has to see through."""

import re
from collections.abc import Callable
from random import Random

_VOWELS = "aeiou"
_SHORT_FORMS = {
    "account": "acc", "amount": "amt", "application": "app", "balance": "bal", "because": "bcoz", "branch": "brnch",
    "customer": "cust", "document": "doc", "documents": "docs", "for": "4", "from": "frm", "good": "gd", "have": "hv",
    "help": "hlp", "how": "hw", "message": "msg", "money": "mny", "month": "mnth", "mobile": "mob", "number": "no",
    "payment": "pymt", "people": "ppl", "please": "plz", "problem": "prob", "received": "recd", "registered": "regd",
    "statement": "stmt", "thanks": "thx", "the": "d", "this": "dis", "to": "2", "today": "tdy", "tomorrow": "tmrw",
    "transaction": "txn", "transfer": "trf", "what": "wat", "when": "wen", "why": "y", "with": "wid", "without": "w/o",
    "you": "u", "your": "ur", "are": "r", "and": "n", "kya": "kia", "hai": "h", "hain": "h", "nahi": "nhi",
    "mein": "me", "kaise": "kese", "kyun": "kyu", "raha": "rha", "karna": "krna", "kar": "kr",
    "karo": "kro", "mujhe": "mje",
}  # fmt: skip
# Sounds that Hinglish writes in more than one way; English slips of the same kind come along.
_SOUNDS = [
    ("aa", "a"), ("a", "aa"), ("ee", "i"), ("i", "ee"), ("oo", "u"), ("u", "oo"), ("kh", "k"), ("k", "kh"),
    ("ph", "f"), ("f", "ph"), ("w", "v"), ("v", "w"), ("z", "j"), ("j", "z"), ("sh", "s"), ("ai", "e"), ("e", "ai"),
    ("th", "t"), ("dh", "d"), ("ck", "k"), ("y", "i"), ("q", "k"), ("c", "k"),
]  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+|[^A-Za-z]+")


def spelling_noise(text: str, rng: Random, *, share: float) -> str:
    """Return the text with about ``share`` of its Latin words misspelt, in [0, 1]; other scripts stay as they are.

    >>> spelling_noise("how to close my account", Random(1), share=0.0)
    'how to close my account'
    """
    return "".join(
        _misspelt(part, rng) if part[0].isascii() and part[0].isalpha() and rng.random() < share else part
        for part in _WORD.findall(text)
    )


def _misspelt(word: str, rng: Random) -> str:
    short = _SHORT_FORMS.get(word.lower())
    if short and rng.random() < 0.5:
        return short
    if len(word) < 4:
        return word
    return rng.choice(_SLIPS)(word, rng)


def _without_vowel(word: str, rng: Random) -> str:
    at = [i for i in range(1, len(word)) if word[i] in _VOWELS]
    return _without(word, rng.choice(at)) if at else word


def _without_vowels(word: str, rng: Random) -> str:
    return word[0] + "".join(letter for letter in word[1:] if letter not in _VOWELS)


def _without_letter(word: str, rng: Random) -> str:
    return _without(word, rng.randrange(1, len(word)))


def _doubled(word: str, rng: Random) -> str:
    i = rng.randrange(1, len(word))
    return word[:i] + word[i] + word[i:]


def _swapped(word: str, rng: Random) -> str:
    i = rng.randrange(1, len(word) - 1)
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _mistyped(word: str, rng: Random) -> str:
    i = rng.randrange(1, len(word))
    near = _KEYS.get(word[i].lower())
    return word[:i] + rng.choice(near) + word[i + 1 :] if near else word


def _by_sound(word: str, rng: Random) -> str:
    fitting = [(a, b) for a, b in _SOUNDS if a in word[1:]]
    if not fitting:
        return word
    a, b = rng.choice(fitting)
    return word[0] + word[1:].replace(a, b, 1)


def _without(word: str, i: int) -> str:
    return word[:i] + word[i + 1 :]


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {
    key: row[max(i - 1, 0) : i] + row[i + 1 : i + 2] for row in _ROWS for i, key in enumerate(row)
}  # neighbours on the keyboard
_SLIPS: tuple[Callable[[str, Random], str], ...] = (
    _without_vowel, _without_vowels, _without_letter, _doubled, _swapped, _mistyped, _by_sound, _by_sound,
)  # fmt: skip
