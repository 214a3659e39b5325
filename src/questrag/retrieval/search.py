"""Three ways to search one index."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from questrag.chat.ports import KnowledgeBase
from questrag.chat.types import Hit
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.index import Rows, SearchIndex
from questrag.retrieval.text import query_text

_SAME_WORDS = 0.95
"""Cosine above which two texts differ in case, punctuation or a small word at most."""

_NEAREST = 3
"""Phrasings of an entry that have to be near: one alone may be odd. Chosen on the development questions."""

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

    def search(self, question: str, k: int) -> list[Hit]:
        vector = self.encoder.encode_query(query_text(question))

        def best(n: int) -> list[Hit]:
            rows = self.index.nearest(vector, n)
            return _hits(self.index, self.knowledge, rows, self.index.cosines(vector, rows, 1)[0], k)

        return _enough(best, k, len(self.index))


@dataclass(frozen=True, slots=True)
class Hybrid(Dense):
    """A weighted sum of the two, over the best candidates of either.

    A phrasing that is the question almost word for word counts by its cosine alone: then it does not matter
    that a longer entry holds the same words more often.
    """

    dense_weight: float
    """Share of the cosine in a score, the rest being lexical cover, in [0, 1]."""

    def search(self, question: str, k: int) -> list[Hit]:
        vector = self.encoder.encode_query(query_text(question))
        cover = self.index.cover(question)

        def best(n: int) -> list[Hit]:
            rows = np.union1d(self.index.nearest(vector, n), _highest(cover, n))
            cosines, closeness = self.index.cosines(vector, rows, _NEAREST)
            mixed = self.dense_weight * closeness + (1 - self.dense_weight) * cover[rows]
            scores = np.where(cosines >= _SAME_WORDS, np.maximum(cosines, mixed), mixed)
            return _hits(self.index, self.knowledge, rows, scores, k)

        return _enough(best, k, len(self.index))


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

    def search(self, question: str, k: int) -> list[Hit]:
        cover = self.index.cover(question)

        def best(n: int) -> list[Hit]:
            rows = _highest(cover, n)
            return _hits(self.index, self.knowledge, rows, cover[rows], k)

        return _enough(best, k, int(np.count_nonzero(cover)))


def _enough(best: Callable[[int], list[Hit]], k: int, n_candidates: int) -> list[Hit]:
    """Look at more and more candidates until ``k`` hits are left after the near-copies are dropped."""
    n = _SPARE * k
    while True:
        hits = best(min(n, n_candidates))
        if len(hits) >= k or n >= n_candidates:
            return hits
        n *= 4


def _highest(scores: npt.NDArray[np.float32], n: int) -> Rows:
    n = min(n, len(scores))
    return np.argpartition(-scores, n - 1)[:n] if n else np.empty(0, dtype=np.int64)


def _hits(
    index: SearchIndex, knowledge: KnowledgeBase, rows: Rows, scores: npt.NDArray[np.float32], k: int
) -> list[Hit]:
    # Equal scores are ordered by entry, so that every run and every machine lists them alike.
    order = np.lexsort((rows, -scores))
    ranked = (Hit(knowledge.passage(index.ids[rows[i]]), float(scores[i])) for i in order)
    return distinct(ranked, k)


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


def _shape(answer: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the triples of words, and in order the figures and negations, which alone can turn an answer round."""
    plain = answer.lower()
    words = _WORD.findall(plain)
    shingles = frozenset(" ".join(words[i : i + 3]) for i in range(max(len(words) - 2, 1)))
    return shingles, tuple(_TELLING.findall(plain))


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Jaccard's coefficient, in [0, 1]."""
    return len(a & b) / len(a | b) if a | b else 1.0
