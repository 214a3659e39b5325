"""How sure a mean is."""

from collections.abc import Sequence
from math import exp, lgamma, log, log1p, sqrt

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
    random = np.random.default_rng(seed)
    at_once = max(1, _MOST_DRAWN // len(names))
    ratios = []
    for start in range(0, draws, at_once):
        drawn = random.integers(len(names), size=(min(at_once, draws - start), len(names)))
        ratios.append(above[drawn].sum(axis=1) / below[drawn].sum(axis=1))
    low, high = np.percentile(np.concatenate(ratios), [2.5, 97.5])
    return float(low), float(high)


_MOST_DRAWN = 2_000_000
"""Clusters drawn at once: 16 MB."""


def wilson95(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share that was counted, close to what it covers also for few.

    For shares of very many: `exact95` is never too narrow, and takes as long as there are successes.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22.

    >>> [round(end, 4) for end in wilson95(8, 10)], wilson95(0, 0)
    ([0.4902, 0.9433], (0.0, 1.0))
    """
    if not n:
        return 0.0, 1.0
    z, share = 1.959964, successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (max(0.0, middle - half) if successes else 0.0), (min(1.0, middle + half) if successes < n else 1.0)


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
