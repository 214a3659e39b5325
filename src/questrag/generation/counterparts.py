"""Finds the sentence of a source that a sentence of an answer was taken from, and what it says otherwise."""

import re
from collections import Counter
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import NamedTuple

from questrag.chat.words import content_words
from questrag.generation.figures import Figure, borne_out, counted

_SENTENCE_END = re.compile(r"\n+|(?:(?<!\d)(?<!\bRs)(?<!\bNo)\.|[!?।;])(?=\s|$)|(?<=\d)\.(?=\s+[^\W\d_])(?!\s*\d)")
_WORDY = re.compile(r"\w")
_CLAUSE_END = re.compile(r"[;:—]|,(?=\s)|[()]|\s-\s")
_NEXT = re.compile(r"[,;] (?:and|but|or|while|aur|lekin|par|ya|और|लेकिन|पर|या) ")
_TAKEN = 0.5
"""Share of the words of a sentence that stand in the one it was taken from."""
_CLAUSE_WORDS = 2
"""Fewer do not tell where they come from."""
_AS_GOOD = 0.1
"""A sentence that is nearly as much like it may be the one as well."""


class _Part(NamedTuple):
    words: frozenset[str]
    figures: Counter[Figure]
    """What it states."""
    bears_out: Counter[Figure]


class Counterparts:
    """A figure may stand in a source and yet in another sentence: there it is the figure of something else."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._parts = [part for text in sources for part in _parts(text)]

    def contradicted(self, text: str, echoed: Set[Figure] = frozenset()) -> frozenset[Figure]:
        """Return figures that stand where the source's sentence has others.

        Args:
            echoed: what the customer gave, and what may be said again.

        >>> source = Counterparts(["A debit card costs Rs. 200 a year.\\nThe locker costs Rs. 1,500 a year."])
        >>> [figure.value for figure in source.contradicted("A debit card costs you 1500 rupees.")]
        ['1500']
        >>> source.contradicted("The locker: Rs. 1500 a year. And a card is Rs. 200.")
        frozenset()
        """
        found: set[Figure] = set()
        for sentence in sentences(text):
            clauses = [clause for clause in _clauses(sentence) if len(content_words(clause)) >= _CLAUSE_WORDS]
            for part in dict.fromkeys((sentence, *_NEXT.split(sentence), *clauses)):
                found |= self._otherwise(part)
        return frozenset(found - echoed)

    def _otherwise(self, sentence: str) -> set[Figure]:
        stated, rest = counted(sentence)
        words = content_words(rest)
        if not (stated and words):
            return set()
        alike = [
            (2 * len(common) / (len(words) + len(part.words)), part)
            for part in self._parts
            if len(common := words & part.words) >= _TAKEN * len(words) and (len(common) > 1 or common == words)
        ]
        best = max((likeness for likeness, _ in alike), default=0.0)
        others: set[Figure] = set()
        for likeness, part in alike:
            if likeness >= best - _AS_GOOD:
                foreign = stated - part.bears_out
                if not (foreign and part.figures - borne_out(sentence)):
                    return set()
                others |= foreign.keys()
        return others


@lru_cache(maxsize=8192)
def _parts(text: str) -> tuple[_Part, ...]:
    """Return the sentences and clauses of a text that state a figure of something."""
    parts = dict.fromkeys(part for sentence in sentences(text) for part in (sentence, *_clauses(sentence)))
    found = []
    for part in parts:
        figures, rest = counted(part)
        if figures and (words := content_words(rest)):
            found.append(_Part(words, figures, borne_out(part)))
    return tuple(found)


def sentences(text: str) -> list[str]:
    """Return the sentences, list items and lines of a text; what a semicolon parts is two."""
    return [sentence for sentence in _SENTENCE_END.split(text) if _WORDY.search(sentence)]


def _clauses(sentence: str) -> list[str]:
    return [clause for clause in _CLAUSE_END.split(sentence) if clause.strip()]
