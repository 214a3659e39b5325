"""Which entries meet in a batch: look-alikes, so that every other row is a hard negative."""

from collections.abc import Sequence
from random import Random

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def look_alikes(centres: Floats, n: int) -> npt.NDArray[np.int64]:
    """Return ``(n_topics, n)``: the nearest other topics of each, nearest first; fewer where there are fewer.

    "Block my card" and "unblock my card" are neighbours: opposites are mined with everything else that looks alike.

    Args:
        centres: ``(n_topics, dim)``, unit vectors.
    """
    scores = centres @ centres.T
    np.fill_diagonal(scores, -np.inf)
    return np.argsort(-scores, axis=1)[:, : min(n, len(centres) - 1)]


def batch_of(
    neighbours: npt.NDArray[np.int64], weights: Sequence[int], rng: Random, *, size: int, together: int
) -> list[int]:
    """Draw ``size`` topics: seeds at random, each with ``together - 1`` of its look-alikes; all differ.

    Args:
        neighbours: from `look_alikes`.
        weights: of each topic; the seeds are drawn in proportion.
        together: 1 draws every topic as a seed.
    """
    size = min(size, len(neighbours))
    drawn: dict[int, None] = {}
    for seed in _shuffled(weights, rng):
        near = rng.sample(list(neighbours[seed]), min(together - 1, neighbours.shape[1]))
        drawn.update(dict.fromkeys([seed, *map(int, near)]))
        if len(drawn) >= size:
            break
    return list(drawn)[:size]


def _shuffled(weights: Sequence[int], rng: Random) -> list[int]:
    """Return the rows in an order in which heavy ones tend to come first.

    Source: Efraimidis & Spirakis 2006, "Weighted random sampling with a reservoir".
    """
    keys = [rng.random() ** (1 / weight) for weight in weights]
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=True)
