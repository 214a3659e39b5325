"""How sure a mean is."""

from collections.abc import Sequence

import numpy as np


def bootstrap95(
    values: Sequence[float], clusters: Sequence[str], *, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of the mean, drawing whole clusters with replacement.

    Questions about one entry succeed and fail together; drawing them one by one would claim more certainty
    than there is.

    Source: Efron & Tibshirani 1993, percentile method; Field & Welsh 2007 for clusters.

    Args:
        values: ``(n,)``, one per question.
        clusters: ``(n,)``, the entry that each question is about.

    >>> bootstrap95([1.0, 1.0], ["a", "b"])
    (1.0, 1.0)
    """
    if not values:
        raise ValueError("there is no interval without a value")
    names, member = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.bincount(member, weights=np.asarray(values, dtype=np.float64))
    sizes = np.bincount(member)
    drawn = np.random.default_rng(seed).integers(len(names), size=(draws, len(names)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
