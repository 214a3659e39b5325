"""BM25 over entries, as arrays: no objects to load, so a cold process is ready at once."""

from collections.abc import Mapping, Sequence
from math import log
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_K1, _B = 1.2, 0.75


class Bm25:
    """Scores every entry against a question.

    Source: Robertson & Zaragoza 2009, with the idf that Lucene uses, which is never negative.
    """

    def __init__(self, vocabulary: Sequence[str], arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """
        Args:
            vocabulary: terms, in the order of the columns.
            arrays: as `build` returned them.
        """
        self._column = {term: i for i, term in enumerate(vocabulary)}
        self._starts = np.asarray(arrays["starts"], dtype=np.int64)
        self._rows = np.asarray(arrays["rows"], dtype=np.int32)
        self._weights = np.asarray(arrays["weights"], dtype=np.float32)
        self.n_entries = int(arrays["n_entries"])

    @staticmethod
    def build(documents: Sequence[Mapping[str, float]]) -> tuple[list[str], dict[str, npt.NDArray[np.generic]]]:
        """Return vocabulary and arrays for documents given as the weight of each of their terms, usually its count."""
        lengths = [sum(document.values()) for document in documents]
        mean_length = sum(lengths) / max(len(documents), 1) or 1.0
        postings: dict[str, list[tuple[int, float]]] = {}
        for row, document in enumerate(documents):
            length_norm = _K1 * (1 - _B + _B * lengths[row] / mean_length)
            for term, times in document.items():
                postings.setdefault(term, []).append((row, times * (_K1 + 1) / (times + length_norm)))
        vocabulary = sorted(postings)
        starts = np.cumsum([0, *(len(postings[term]) for term in vocabulary)], dtype=np.int64)
        flat = [posting for term in vocabulary for posting in postings[term]]
        return vocabulary, {
            "starts": starts,
            "rows": np.array([row for row, _ in flat], dtype=np.int32),
            "weights": np.array([weight for _, weight in flat], dtype=np.float32),
            "n_entries": np.array(len(documents)),
        }

    @classmethod
    def packed(
        cls, side: str, documents: Sequence[Mapping[str, float]]
    ) -> tuple[list[str], dict[str, npt.NDArray[np.generic]]]:
        """Do what `build` does, with names of arrays that several of these can share a file by."""
        vocabulary, arrays = cls.build(documents)
        return vocabulary, {f"{side}.{name}": array for name, array in arrays.items()}

    @classmethod
    def unpacked(cls, side: str, vocabulary: Sequence[str], arrays: Mapping[str, npt.NDArray[np.generic]]) -> Self:
        """Undo `packed`."""
        return cls(vocabulary, {name: arrays[f"{side}.{name}"] for name in ("starts", "rows", "weights", "n_entries")})

    def unknown(self, question_terms: Sequence[str]) -> float:
        """Return the share of the question that no entry holds, each term at its weight, in [0, 1]."""
        terms = dict.fromkeys(question_terms)
        weights = {term: self._idf(self._span(term)) for term in terms}
        missing = sum(weights[term] for term in terms if term not in self._column)
        return missing / sum(weights.values()) if terms else 1.0

    def _span(self, term: str) -> tuple[int, int]:
        column = self._column.get(term)
        return (0, 0) if column is None else (int(self._starts[column]), int(self._starts[column + 1]))

    def _idf(self, span: tuple[int, int]) -> float:
        n = span[1] - span[0]
        return log(1 + (self.n_entries - n + 0.5) / (n + 0.5))

    def cover(self, question_terms: Sequence[str]) -> Floats:
        """Return ``(n_entries,)`` scores in [0, 1]: BM25 as a share of the best that any entry could reach.

        A term that no entry holds counts among what could not be reached, at the weight of the rarest:
        a question about something else stays low, whatever words it shares.
        """
        scores = np.zeros(self.n_entries, dtype=np.float32)
        reachable = 0.0
        for term in dict.fromkeys(question_terms):
            start, end = span = self._span(term)
            idf = self._idf(span)
            reachable += idf * (_K1 + 1)
            scores[self._rows[start:end]] += idf * self._weights[start:end]
        return scores / np.float32(reachable) if reachable else scores
