"""How sure a mean is."""

from collections.abc import Sequence
from math import exp, lgamma, log, log1p

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
    return ratio95(values, [1.0] * len(values), clusters, draws=draws, seed=seed)


def ratio95(
    values: Sequence[float], of: Sequence[float], clusters: Sequence[str], *, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of ``sum(values) / sum(of)``, drawing whole clusters as `bootstrap95` does.

    >>> ratio95([1.0, 2.0], [2.0, 4.0], ["a", "b"])
    (0.5, 0.5)
    """
    if not values:
        raise ValueError("there is no interval without a value")
    names, member = np.unique(np.asarray(clusters), return_inverse=True)
    above, below = (np.bincount(member, weights=np.asarray(each, dtype=np.float64)) for each in (values, of))
    drawn = np.random.default_rng(seed).integers(len(names), size=(draws, len(names)))
    ratios = above[drawn].sum(axis=1) / below[drawn].sum(axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(low), float(high)


def exact95(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share that was counted; it is honest about none of few.

    Source: Clopper & Pearson 1934.

    >>> exact95(0, 300)[0], round(exact95(0, 300)[1], 4)
    (0.0, 0.0122)
    """
    if not n:
        return 0.0, 1.0
    low = _quantile(0.025, successes, n - successes + 1) if successes else 0.0
    high = _quantile(0.975, successes + 1, n - successes) if successes < n else 1.0
    return low, high


def _quantile(p: float, a: int, b: int) -> float:
    """Return where the beta distribution with whole-number parameters has ``p`` below it, by bisection."""
    n = a + b - 1
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        # P(Beta(a, b) <= x) = P(Binomial(a + b - 1, x) >= a)
        terms = [
            lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(middle) + (n - k) * log1p(-middle)
            for k in range(a)
        ]
        below = 1 - sum(exp(term) for term in terms)
        low, high = (middle, high) if below < p else (low, middle)
    return (low + high) / 2
