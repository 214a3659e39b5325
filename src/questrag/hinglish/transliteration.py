"""Devanagari in Roman script, the way people type it: कैसे becomes ``kaise``, not ``kaisē``."""

import re
import unicodedata
from typing import Final

_VOWELS: Final = {
    "अ": "a", "आ": "aa", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ऋ": "ri", "ए": "e", "ऐ": "ai", "ऍ": "e", "ऑ": "o",
    "ओ": "o", "औ": "au",
}  # fmt: skip
_SIGNS: Final = {
    "ा": "aa", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "ृ": "ri", "े": "e", "ै": "ai", "ॅ": "e", "ॉ": "o", "ो": "o",
    "ौ": "au",
}  # fmt: skip
_CONSONANTS: Final = {
    "क": "k", "ख": "kh", "ग": "g", "घ": "gh", "ङ": "n", "च": "ch", "छ": "chh", "ज": "j", "झ": "jh", "ञ": "n",
    "ट": "t", "ठ": "th", "ड": "d", "ढ": "dh", "ण": "n", "त": "t", "थ": "th", "द": "d", "ध": "dh", "न": "n",
    "प": "p", "फ": "ph", "ब": "b", "भ": "bh", "म": "m", "य": "y", "र": "r", "ल": "l", "ळ": "l", "व": "v",
    "श": "sh", "ष": "sh", "स": "s", "ह": "h",
}  # fmt: skip
_WITH_DOT: Final = {"क": "q", "ख": "kh", "ग": "g", "ज": "z", "ड": "d", "ढ": "dh", "फ": "f", "य": "y"}
_DOT, _HALANT, _CANDRABINDU, _ANUSVARA, _VISARGA = "़", "्", "ँ", "ं", "ः"
DEVANAGARI_WORD: Final = re.compile(r"[\u0900-\u0963\u0970-\u097f]+")
DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_INHERENT: Final = "ə"
"""Marks an inherent vowel until it is settled whether it is spoken."""


def roman(text: str) -> str:
    """Return a text with its Devanagari words in Roman script; everything else stays.

    Whether an inherent vowel is spoken follows the rule of Ohala 1983, "Aspects of Hindi Phonology": it is silent at
    the end of a word, and between a vowel with one consonant and one consonant with a vowel, from right to left.

    >>> roman("मेरा पैसा कब तक वापस मिलेगा? ATM से कटा था")
    'mera paisa kab tak vapas milega? ATM se kata tha'
    """
    decomposed = unicodedata.normalize("NFD", text)  # ज़ comes as one character or as two
    return unicodedata.normalize("NFC", DEVANAGARI_WORD.sub(lambda match: _word(match[0]), decomposed)).translate(
        DIGITS
    )


def _word(word: str) -> str:
    spoken = _without_silent_vowels(_sounds(word))
    text = "".join(spoken).replace(_INHERENT, "a")
    return re.sub(r"aa(?=[^aeiou]*[aeiou]|$)", "a", text)  # "kata", "vapas"; but "baat", "kaam"


def _sounds(word: str) -> list[str]:
    """Return consonants and vowels in the order in which they are spoken."""
    sounds: list[str] = []
    for character, following in zip(word, f"{word[1:]} ", strict=True):
        if character in _CONSONANTS:
            sounds += [
                _WITH_DOT.get(character, _CONSONANTS[character]) if following == _DOT else _CONSONANTS[character]
            ]
            sounds.append(_INHERENT)
        elif character in _SIGNS:
            sounds[-1:] = [_SIGNS[character]]
        elif character == _HALANT:
            sounds[-1:] = []
        elif character in _VOWELS:
            sounds.append(_VOWELS[character])
        elif character in (_ANUSVARA, _CANDRABINDU):
            sounds.append("m" if _CONSONANTS.get(following, "")[:1] in ("p", "b") else "n")
        elif character == _VISARGA:
            sounds.append("h")
    return sounds


def _without_silent_vowels(sounds: list[str]) -> list[str]:
    kept = list(sounds)
    if len(kept) > 2 and kept[-1] == _INHERENT:
        del kept[-1]
    for at in range(len(kept) - 3, 1, -1):
        if kept[at] == _INHERENT and _is_vowel(kept[at - 2]) and not _is_vowel(kept[at - 1]) and _cv(kept, at + 1):
            del kept[at]
    return kept


def _cv(sounds: list[str], at: int) -> bool:
    return at + 1 < len(sounds) and not _is_vowel(sounds[at]) and _is_vowel(sounds[at + 1])


def _is_vowel(sound: str) -> bool:
    return sound[0] in f"aeiou{_INHERENT}"
