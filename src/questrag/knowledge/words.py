"""Finds entries by words that stand in them, and entries that ask nearly the same: what people who write them need.

Customers are answered by `questrag.retrieval`, which understands what is meant; whoever keeps entries up to date looks
for words.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from questrag.hinglish.transliteration import DIGITS
from questrag.knowledge.entry import Entry
from questrag.knowledge.report import content_words

ALIKE: Final = 0.75
"""Share of the words of two questions that both have, from which they are taken for nearly the same."""

_LEFT_OUT = re.compile("[\u0300-\u036f\u093c\u200c\u200d]+")
"""Accents, the nukta, and what only says how letters are joined."""
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0900-\u0963\u0970-\u097f])*")
_DIGIT = re.compile("[०-९]+")
_LAST = "\U0010ffff"


def words(text: str) -> list[str]:
    """Return the words of a text without what people leave out when they type.

    >>> words("Café: फ़ीस ५०!")
    ['cafe', 'फीस', '50']
    """
    folded = text.casefold()
    if not folded.isascii():
        folded = _LEFT_OUT.sub("", unicodedata.normalize("NFKD", folded))
        folded = _DIGIT.sub(lambda digit: digit[0].translate(DIGITS), folded)
    return _WORD.findall(folded)


def words_of(entry: Entry) -> set[str]:
    """Return the words of everything of an entry that is searched."""
    texts = [entry.id, entry.category, entry.source]
    texts += [text for _, _, text in (*entry.phrasings(), *entry.answer_texts())]
    return {word for text in texts for word in words(text)}


class WordTable:
    """Where each word stands, in a fixed list of texts."""

    def __init__(self, texts: Iterable[Collection[str]]) -> None:
        """
        Args:
            texts: the words of each, none twice.
        """
        places: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._size = 0
        for place, text in enumerate(texts):
            self._size += 1
            for word in text:
                places[word].append(place)
        self._words = sorted(places)
        self._places: Mapping[str, array[int]] = dict(places)

    def holding(self, start: str) -> npt.NDArray[np.bool_]:
        """Return ``(n,)``: whether a word of the text begins so."""
        flags = np.zeros(self._size, dtype=np.bool_)
        first, end = bisect_left(self._words, start), bisect_left(self._words, start + _LAST)
        for word in self._words[first:end]:
            flags[np.frombuffer(self._places[word], dtype=np.uint32)] = True
        return flags


class LikeQuestions:
    """Finds the entries that can be asked for in nearly the same words, whatever their order."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._holders: dict[str, array[int]] = defaultdict(lambda: array("I"))
        owners, sizes = array("I"), array("I")
        for place, entry in enumerate(entries):
            for asked in {content_words(text) for _, _, text in entry.phrasings()}:
                for word in asked:
                    self._holders[word].append(len(owners))
                owners.append(place)
                sizes.append(len(asked))
        self._owners = np.array(owners, dtype=np.uint32)
        self._sizes = np.array(sizes, dtype=np.float32)

    def like(self, entry: Entry, most: int = 5) -> list[Entry]:
        """Return other entries, the most alike first."""
        best = np.zeros(len(self._entries), dtype=np.float32)
        for asked in {content_words(text) for _, _, text in entry.phrasings()}:
            shared = self._shared(asked)
            near = np.flatnonzero(shared > 1)  # one word alone says little
            share = shared[near] / (self._sizes[near] + len(asked) - shared[near])
            np.maximum.at(best, self._owners[near], share)
        likest = np.argsort(-best, kind="stable")[: most + 1]
        found = [self._entries[place] for place in likest.tolist() if best[place] >= ALIKE]
        return [other for other in found if other.id != entry.id][:most]

    def _shared(self, asked: frozenset[str]) -> npt.NDArray[np.float32]:
        shared = np.zeros(len(self._sizes), dtype=np.float32)
        for word in asked & self._holders.keys():
            shared[np.frombuffer(self._holders[word], dtype=np.uint32)] += 1
        return shared
