"""Entries that mean the same although they read differently: pairs found by their vectors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from questrag.knowledge.entry import Entry
from questrag.knowledge.report import numbers

NEAR_ANSWER = 0.95
"""Cosine from which two answers are taken for one answer written twice."""
NEAR_QUESTION = 0.9
"""Cosine from which two questions are close enough for their answers to be compared."""
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Pair:
    """Two positions in a sequence, the earlier one first, and how alike they are."""

    first: int
    second: int
    cosine: float


def alike(vectors: npt.NDArray[np.float32], least: float) -> list[Pair]:
    """Return for each row the earlier one most like it, where their cosine is at least ``least``; most alike first.

    Args:
        vectors: ``(n, dim)``, of length 1.

    >>> alike(np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32), 0.9)
    [Pair(first=0, second=2, cosine=1.0)]
    """
    pairs: list[Pair] = []
    for start in range(0, len(vectors), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ vectors[: start + _BLOCK].T
        rows = np.arange(start, start + len(cosines))
        cosines[np.arange(cosines.shape[1]) >= rows[:, np.newaxis]] = -1.0  # only rows before
        nearest = cosines.argmax(axis=1)
        best = cosines[np.arange(len(nearest)), nearest]
        pairs += [
            Pair(int(nearest[row]), start + row, round(float(best[row]), 3))
            for row in np.nonzero(best >= least)[0].tolist()
        ]
    return sorted(pairs, key=lambda pair: -pair.cosine)


def contradictions(entries: Sequence[Entry], near_questions: Sequence[Pair]) -> Iterator[tuple[Pair, list[str]]]:
    """Yield pairs of like questions whose answers give different numbers, with those numbers."""
    for pair in near_questions:
        first, second = (set(numbers(entries[at].answer)) for at in (pair.first, pair.second))
        if first and second and first != second:
            yield pair, sorted(first ^ second)
