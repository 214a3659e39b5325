"""Words of Hinglish in all their spellings, with one normal form and an English gloss each."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files

from questrag.hinglish.spelling import phonetic_key
from questrag.hinglish.transliteration import DEVANAGARI_WORD, roman

_LATIN = re.compile(r"[a-z0-9]+")
_WORD = re.compile(rf"{DEVANAGARI_WORD.pattern}|{_LATIN.pattern}")
_SHORTEST_GUESS = 3
"""Letters of a phonetic key below which too many words sound alike."""


@dataclass(frozen=True, slots=True)
class Word:
    """One line of ``lexicon.tsv``."""

    normal: str
    gloss: str
    """In English."""
    devanagari: tuple[str, ...]
    spellings: tuple[str, ...]
    """Other Roman forms."""
    also_english: bool
    """The normal form is an English word of another meaning too, such as ``to`` or ``hi``."""

    @property
    def meanings(self) -> list[str]:
        """The gloss without what stands in brackets, one meaning each."""
        return re.sub(r"\s*\(.*?\)", "", self.gloss).split(", ")

    @classmethod
    def parse(cls, line: str) -> "Word":
        """
        >>> Word.parse("nahi\\tnot\\tनहीं,नही\\tnahin,nhi\\t").spellings
        ('nahin', 'nhi')
        """
        normal, gloss, devanagari, spellings, also_english = line.split("\t")
        listed = [tuple(filter(None, field.split(","))) for field in (devanagari, spellings)]
        return cls(normal, gloss, listed[0], listed[1], also_english == "english")


class Lexicon:
    """Looks words up by any spelling."""

    def __init__(self, words: Iterable[Word], version: str = "") -> None:
        self.words = tuple(words)
        self.version = version
        """Changes with anything in the file; what was made with one lexicon does not fit another."""
        self._by_form = {form: word for word in self.words for form in word.spellings}
        self._by_form |= {word.normal: word for word in self.words}
        self._by_devanagari = {form: word for word in reversed(self.words) for form in word.devanagari}

    @property
    def forms(self) -> Mapping[str, Word]:
        """Every Roman form, normal ones included."""
        return self._by_form

    @cached_property
    def _by_key(self) -> Mapping[str, Word]:
        """Made when a word is first guessed: a search never does, and it takes longer than all the rest."""
        return _unambiguous(self._by_form)

    def listed(self, form: str) -> Word | None:
        """Return the word of a form in either script, spelt as listed, or else as its Devanagari is typed."""
        if form.isascii():
            return self._by_form.get(form)
        return self._by_devanagari.get(form) or self._by_form.get(roman(form))

    def find(self, form: str) -> Word | None:
        """Return the word of a Roman form, spelt as listed or, when long enough, sounding like only one that is."""
        if word := self._by_form.get(form):
            return word
        key = phonetic_key(form)
        return self._by_key.get(key) if len(key) >= _SHORTEST_GUESS else None

    def normalise(self, text: str) -> str:
        """Return a Hinglish or Hindi text in Roman script, each known word in its normal form.

        For text of these two languages only: ``to`` and ``me`` of an English text would be taken for Hindi.

        >>> lexicon().normalise("mera pesa nhi aya, अकाउंट में देखा")
        'mera paisa nahi aaya, account me dekha'
        """
        text = DEVANAGARI_WORD.sub(lambda match: self._roman(match[0]), text)
        return _LATIN.sub(lambda match: self._normal(match[0]), roman(text).lower())

    def gloss(self, text: str) -> str:
        """Return a Hinglish or Hindi text word by word in English; words that are not known stay, in Roman script.

        Nobody would speak like that, but an encoder of English finds its way.

        >>> lexicon().gloss("mera khata band karo"), lexicon().gloss("मेरा कार्ड")
        ('my account closed do', 'my card')
        """
        return _WORD.sub(lambda match: self._meaning(match[0]), text.lower())

    def _meaning(self, form: str) -> str:
        word = self.listed(form)
        return word.meanings[0] if word else roman(form)

    def _roman(self, form: str) -> str:
        word = self._by_devanagari.get(form)
        return word.normal if word else roman(form)

    def _normal(self, form: str) -> str:
        word = self.find(form)
        return word.normal if word else form


@cache
def lexicon() -> Lexicon:
    """Return the lexicon that comes with the program."""
    text = (files("questrag.hinglish") / "lexicon.tsv").read_text(encoding="utf-8")
    return Lexicon((Word.parse(line) for line in text.splitlines()[1:]), sha256(text.encode()).hexdigest()[:12])


def _unambiguous(by_form: Mapping[str, Word]) -> dict[str, Word]:
    found: dict[str, set[Word]] = defaultdict(set)
    for form, word in by_form.items():
        found[phonetic_key(form)].add(word)
    return {key: next(iter(words)) for key, words in found.items() if len(words) == 1}
