"""Words as evidence, as arrays: no objects to load, so a cold process is ready at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Arrays = Mapping[str, npt.NDArray[np.generic]]

_K1, _B = 1.2, 0.75
_UNSEEN = 0.03
"""What an entry is taken to say in this share of its phrasings where it never says it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each entry holds each term: what weights are made of."""

    vocabulary: Sequence[str]
    """Ascending, each of them held by an entry."""
    columns: Ints
    """``(n,)``, place of the term of each count, ascending."""
    rows: Ints
    """``(n,)``, its entry, ascending within a term."""
    times: Ints
    """``(n,)``, at least 1."""
    n_entries: int

    @classmethod
    def of(cls, entries: Sequence[Mapping[str, int]]) -> Self:
        """Make them from the terms of each entry with their counts."""
        vocabulary = sorted(set().union(*entries))
        column = {term: i for i, term in enumerate(vocabulary)}
        n = [len(terms) for terms in entries]
        columns = np.fromiter((column[term] for terms in entries for term in terms), dtype=np.int64, count=sum(n))
        rows = np.repeat(np.arange(len(entries)), n)
        times = np.fromiter((times for terms in entries for times in terms.values()), dtype=np.int64, count=sum(n))
        order = np.argsort(columns, kind="stable")
        return cls(vocabulary, columns[order], rows[order], times[order], len(entries))

    def woven(self, to: Ints, others: "Counts", others_to: Ints, n_entries: int) -> "Counts":
        """Return these and the others in one.

        Args:
            to: ``(self.n_entries,)``, row of each entry of these, -1 for one to be left out.
            others_to: the same, of the others.
            n_entries: of the result.
        """
        parts = [part._moved(rows) for part, rows in ((self, to), (others, others_to))]
        vocabulary = sorted({term for part in parts for term in part.vocabulary})
        column = {term: i for i, term in enumerate(vocabulary)}
        columns = np.concatenate(
            [np.array([column[term] for term in part.vocabulary], dtype=np.int64)[part.columns] for part in parts]
        )
        rows, times = (np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "times"))
        order = np.argsort(columns * n_entries + rows, kind="stable")
        return Counts(vocabulary, columns[order], rows[order], times[order], n_entries)

    def _moved(self, to: Ints) -> "Counts":
        rows = to[self.rows]
        stay = rows >= 0
        held, columns = np.unique(self.columns[stay], return_inverse=True)
        vocabulary = [self.vocabulary[i] for i in held]
        return Counts(vocabulary, columns, rows[stay], self.times[stay], self.n_entries)

    def weighed(self, weights: Floats64) -> "Postings":
        """Return postings with these weights, one for each count."""
        n_of_term = np.bincount(self.columns, minlength=len(self.vocabulary))
        arrays: Arrays = {
            "starts": np.concatenate([[0], np.cumsum(n_of_term)]),
            "rows": self.rows,
            "weights": weights,
            "n_entries": np.array(self.n_entries),
        }
        return Postings(self.vocabulary, arrays)


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


def bm25(counts: Counts) -> Postings:
    """Weigh the terms of each entry for `cover`.

    Source: Robertson & Zaragoza 2009.
    """
    lengths = np.bincount(counts.rows, counts.times, minlength=counts.n_entries)
    mean_length = lengths.sum() / max(counts.n_entries, 1) or 1.0
    norms = _K1 * (1 - _B + _B * lengths / mean_length)
    return counts.weighed(counts.times * (_K1 + 1) / (counts.times + norms[counts.rows]))


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


def likelihoods(counts: Counts, n_phrasings: Ints) -> Postings:
    """Weigh each term by how likely an entry says it, for `likelihood`.

    Args:
        counts: in how many of its phrasings each entry says a term.
        n_phrasings: ``(n_entries,)``, of each entry.
    """
    shares = 1 + counts.times / n_phrasings[counts.rows] / _UNSEEN
    different, which = np.unique(shares, return_inverse=True)
    return counts.weighed(np.array([log(share) for share in different])[which])  # the same on every processor


def likelihood(postings: Postings, question_terms: Collection[str]) -> Floats:
    """Return ``(n_entries,)``: the log likelihood that an entry is asked for in these terms, 0 where it has none.

    Source: the multi-variate Bernoulli model of McCallum & Nigam 1998, terms that are said alone.
    """
    return postings.sum(dict.fromkeys(question_terms, 1.0))
