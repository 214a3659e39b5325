"""Three ways to search one index."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from questrag.chat.errors import Unavailable
from questrag.chat.followup import search_text
from questrag.chat.ports import KnowledgeBase
from questrag.chat.types import Found, Hit
from questrag.retrieval.context import Look, consult, pooled
from questrag.retrieval.encoder import OnnxEncoder, Vectors
from questrag.retrieval.index import Floats, Rows, SearchIndex
from questrag.retrieval.lexical import cover
from questrag.retrieval.ranking import Ranking, highest, look
from questrag.retrieval.text import query_text, terms

_SPARE = 3
"""Candidates for each hit asked for: near-copies of better hits are dropped, and others take their place."""


@dataclass(frozen=True, slots=True)
class Dense:
    """Cosine between the question and the nearest phrasing of an entry."""

    index: SearchIndex
    encoder: OnnxEncoder
    knowledge: KnowledgeBase

    @property
    def encoder_version(self) -> str:
        return self.encoder.version

    @property
    def index_version(self) -> str:
        return self.index.version

    def search(self, question: str, k: int, earlier: Sequence[str] = ()) -> list[Hit]:
        return list(self.search_and_score(question, k, earlier, ()).hits)

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        """Where who keeps the vectors does not answer, entries are found by words alone, and `Found` says so."""
        try:
            return self._found(self.index, question, k, earlier, also)
        except Unavailable as error:
            found = self._found(self.index.by_words(), question, k, earlier, also)
            return replace(found, degraded=(f"entries were found by words alone: {error}",))

    def _found(self, index: SearchIndex, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        text = search_text(question, earlier)
        vector = self.encoder.encode_query(query_text(text))
        asked = self.index.rows_of(also)
        words = None if index is self.index else cover(index.lexical["words"], terms(text))

        def best(n: int) -> Found:
            nearest = index.nearest(vector, n) if words is None else highest(words, n)
            rows = np.union1d(nearest, asked)
            return _hits(self.index, self.knowledge, rows, self.index.cosines(vector, rows, 1)[0], k, also, vector)

        return _enough(best, k, len(self.index))


@dataclass(frozen=True, slots=True)
class Hybrid(Dense):
    """Meaning, words, letters and opposites, weighted by a ranking that was fitted on development questions.

    Its scores are probabilities: how likely the entry is the one that answers. Together they are at most 1; what is
    missing to 1 is the probability that no entry answers.
    """

    ranking: Ranking

    def _found(self, index: SearchIndex, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        asked = index.rows_of(also)
        searched = self if index is self.index else replace(self, index=index)

        def best(n: int) -> Found:
            probabilities, vector = searched.probabilities(question, earlier, n, asked)
            rows = np.union1d(np.flatnonzero(probabilities), asked)
            return _hits(self.index, self.knowledge, rows, probabilities[rows], k, also, vector)

        return _enough(best, k, len(self.index))

    def probabilities(self, question: str, earlier: Sequence[str], n: int, also: Rows) -> tuple[Floats, Vectors]:
        """Return ``(len(self.index),)``: how likely each entry answers, 0 for those that were not looked at; and the
        ``(dim,)`` vector of the question as it stands.

        Args:
            n: entries to look at by each side of the search.
            also: ``(m,)``, rows to look at in any case.
        """

        def look_at(text: str) -> Look:
            return look(self.index, self.encoder, self.ranking, text, n, also)

        if earlier:
            features, rows, said, vector = consult(question, earlier, look_at)
            found = pooled(self.ranking.context, features, said)[:-1]
        else:
            alone = look_at(question)
            rows, found, vector = alone.rows, alone.probabilities, alone.vector
        every = np.zeros(len(self.index), dtype=np.float32)
        every[rows] = found
        return every, vector


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 as a share of what the question could reach; needs no encoder."""

    index: SearchIndex
    knowledge: KnowledgeBase

    @property
    def encoder_version(self) -> str:
        return "none"

    @property
    def index_version(self) -> str:
        return self.index.version

    def search(self, question: str, k: int, earlier: Sequence[str] = ()) -> list[Hit]:
        return list(self.search_and_score(question, k, earlier, ()).hits)

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        words = cover(self.index.lexical["words"], terms(search_text(question, earlier)))
        asked = self.index.rows_of(also)

        def best(n: int) -> Found:
            rows = np.union1d(highest(words, n), asked)
            return _hits(self.index, self.knowledge, rows, words[rows], k, also)

        return _enough(best, k, int(np.count_nonzero(words)))


def _enough(best: Callable[[int], Found], k: int, n_candidates: int) -> Found:
    """Look at more and more candidates until ``k`` hits are left after the near-copies are dropped."""
    n = _SPARE * k
    while True:
        found = best(min(n, n_candidates))
        if len(found.hits) >= k or n >= n_candidates:
            return found
        n *= 4


def _hits(
    index: SearchIndex,
    knowledge: KnowledgeBase,
    rows: Rows,
    scores: Floats,
    k: int,
    also: Collection[str],
    vector: Vectors | None = None,
) -> Found:
    # Equal scores are ordered by entry, so that every run and every machine lists them alike.
    order = np.lexsort((rows, -scores))
    ranked = [Hit(knowledge.passage(index.ids[rows[i]]), float(scores[i])) for i in order]
    named = [hit for hit in ranked if hit.passage.id in also]
    hits = distinct((hit for hit in ranked if hit.score > 0 or hit.passage.id not in also), k)
    return Found(tuple(hits), tuple(named), tuple(map(float, vector)) if vector is not None else ())


def distinct(hits: Iterable[Hit], k: int) -> list[Hit]:
    """Return the first ``k`` hits whose answers are no near-copies of a better hit's.

    Answers that differ in a figure or in a negation are never copies: "by 7 pm" and "by 6 pm" both stay.
    """
    kept: list[Hit] = []
    seen: list[tuple[frozenset[str], tuple[str, ...]]] = []
    for hit in hits:
        if len(kept) == k:
            break
        shingles, telling = _shape(hit.passage.answer)
        if any(telling == other and _overlap(shingles, those) >= _COPY for those, other in seen):
            continue
        seen.append((shingles, telling))
        kept.append(hit)
    return kept


_COPY = 0.9
_WORD = re.compile(r"[\w\u0900-\u0963]+")
_TELLING = re.compile(r"\d+(?:[.,]\d+)*|\b(?:not|no|never|without|cannot|nahi|nahin|mat)\b|n't\b|नहीं|मत")


@lru_cache(maxsize=4096)
def _shape(answer: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the triples of words, and in order the figures and negations, which alone can turn an answer round."""
    plain = answer.lower()
    words = _WORD.findall(plain)
    shingles = frozenset(" ".join(words[i : i + 3]) for i in range(max(len(words) - 2, 1)))
    return shingles, tuple(_TELLING.findall(plain))


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Jaccard's coefficient, in [0, 1]."""
    return len(a & b) / len(a | b) if a | b else 1.0
