"""Words as evidence, as arrays: no objects to load, so a cold process is ready at once."""

from collections.abc import Collection, Mapping, Sequence
from math import log
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[np.generic]]

_K1, _B = 1.2, 0.75
_UNSEEN = 0.03
"""What an entry is taken to say in this share of its phrasings where it never says it."""


class Postings:
    """A weight for each term and entry, most of them zero."""

    def __init__(self, vocabulary: Sequence[str], arrays: Arrays) -> None:
        """
        Args:
            vocabulary: terms, in the order of the columns.
            arrays: from `arrays`.
        """
        self._column = {term: i for i, term in enumerate(vocabulary)}
        self._starts = np.asarray(arrays["starts"], dtype=np.int64)
        self._rows = np.asarray(arrays["rows"], dtype=np.int32)
        self._weights = np.asarray(arrays["weights"], dtype=np.float32)
        self.n_entries = int(arrays["n_entries"])

    @classmethod
    def of(cls, entries: Sequence[Mapping[str, float]]) -> Self:
        """Make them from the weights of each entry's terms."""
        postings: dict[str, list[tuple[int, float]]] = {}
        for row, weights in enumerate(entries):
            for term, weight in weights.items():
                postings.setdefault(term, []).append((row, weight))
        vocabulary = sorted(postings)
        flat = [posting for term in vocabulary for posting in postings[term]]
        arrays: Arrays = {
            "starts": np.cumsum([0, *(len(postings[term]) for term in vocabulary)], dtype=np.int64),
            "rows": np.array([row for row, _ in flat], dtype=np.int32),
            "weights": np.array([weight for _, weight in flat], dtype=np.float32),
            "n_entries": np.array(len(entries)),
        }
        return cls(vocabulary, arrays)

    @property
    def vocabulary(self) -> list[str]:
        return list(self._column)

    @property
    def arrays(self) -> Arrays:
        return {
            "starts": self._starts,
            "rows": self._rows,
            "weights": self._weights,
            "n_entries": np.array(self.n_entries),
        }

    def __contains__(self, term: str) -> bool:
        return term in self._column

    def sum(self, terms: Mapping[str, float]) -> Floats:
        """Return ``(n_entries,)``: each entry's weights of the terms, times what the terms count."""
        held = [(self._span(term), counts) for term, counts in terms.items() if term in self._column]
        if not held:
            return np.zeros(self.n_entries, dtype=np.float32)
        rows = np.concatenate([self._rows[start:end] for (start, end), _ in held])
        weights = np.concatenate([np.float32(counts) * self._weights[start:end] for (start, end), counts in held])
        return np.bincount(rows, weights, minlength=self.n_entries).astype(np.float32)

    def idf(self, term: str) -> float:
        """Return how telling a term is; what no entry holds is as telling as the rarest. The form that Lucene uses."""
        start, end = self._span(term)
        n = end - start
        return log(1 + (self.n_entries - n + 0.5) / (n + 0.5))

    def _span(self, term: str) -> tuple[int, int]:
        column = self._column.get(term)
        return (0, 0) if column is None else (int(self._starts[column]), int(self._starts[column + 1]))


def bm25(documents: Sequence[Mapping[str, float]]) -> Postings:
    """Weigh the terms of each document, given with their counts, for `cover`.

    Source: Robertson & Zaragoza 2009.
    """
    lengths = [sum(document.values()) for document in documents]
    mean_length = sum(lengths) / max(len(documents), 1) or 1.0
    norms = [_K1 * (1 - _B + _B * length / mean_length) for length in lengths]
    return Postings.of(
        [
            {term: times * (_K1 + 1) / (times + norm) for term, times in document.items()}
            for document, norm in zip(documents, norms, strict=True)
        ]
    )


def cover(postings: Postings, question_terms: Sequence[str]) -> Floats:
    """Return ``(n_entries,)`` scores in [0, 1]: BM25 as a share of the best that any entry could reach.

    A term that no entry holds counts among what could not be reached: a question about something else stays low,
    whatever words it shares.
    """
    weights = {term: postings.idf(term) for term in question_terms}
    reachable = sum(weights.values()) * (_K1 + 1)
    return postings.sum(weights) / np.float32(reachable or 1.0)


def unknown(postings: Postings, question_terms: Sequence[str]) -> float:
    """Return the share of a question that no entry holds, each term at its weight, in [0, 1]; 1 for no terms."""
    weights = {term: postings.idf(term) for term in question_terms}
    missing = sum(weight for term, weight in weights.items() if term not in postings)
    return missing / sum(weights.values()) if weights else 1.0


def likelihoods(entries: Sequence[Sequence[Collection[str]]]) -> Postings:
    """Weigh each term by how likely an entry says it, from the terms of each of its phrasings, for `likelihood`."""
    weighed = []
    for phrasings in entries:
        counts: dict[str, int] = {}
        for terms in phrasings:
            for term in set(terms):
                counts[term] = counts.get(term, 0) + 1
        weighed.append({term: log(1 + n / len(phrasings) / _UNSEEN) for term, n in counts.items()})
    return Postings.of(weighed)


def likelihood(postings: Postings, question_terms: Collection[str]) -> Floats:
    """Return ``(n_entries,)``: the log likelihood that an entry is asked for in these terms, 0 where it has none.

    Source: the multi-variate Bernoulli model of McCallum & Nigam 1998, terms that are said alone.
    """
    return postings.sum(dict.fromkeys(question_terms, 1.0))
