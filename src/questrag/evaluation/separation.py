"""How well a score tells two kinds apart, and whether a probability means what it says."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_BINS = 10


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Return the chance that a positive scores above a negative, ties counting half; undefined without either.

    Source: Hanley & McNeil 1982.

    >>> auroc([0.9, 0.4, 0.4], [True, True, False])
    0.75
    """
    ranks = _mean_ranks(np.asarray(scores, dtype=np.float64))
    yes = np.asarray(positive, dtype=bool)
    n_yes, n_no = int(yes.sum()), int((~yes).sum())
    if not n_yes or not n_no:
        raise ValueError("AUROC needs positives and negatives")
    return float((ranks[yes].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * n_no))


def fpr_at_95_recall(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Return the share of negatives that pass at the highest threshold that lets 95 % of the positives pass.

    >>> fpr_at_95_recall([0.9, 0.8, 0.1, 0.85], [True, True, False, False])
    0.5
    """
    values, yes = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    passing = np.sort(values[yes])[::-1]
    threshold = passing[int(np.ceil(0.95 * len(passing))) - 1]
    return float((values[~yes] >= threshold).mean())


def expected_calibration_error(probabilities: Sequence[float], happened: Sequence[bool]) -> float:
    """Return the mean distance between what was said and what came true, over ten bins of equal count.

    Source: Naeini et al. 2015; bins of equal count as in Nguyen & O'Connor 2015, because most probabilities are high.

    >>> expected_calibration_error([0.5, 0.5], [True, False])
    0.0
    """
    bins = reliability(probabilities, happened)
    return sum(n * abs(said - came) for said, came, n in bins) / sum(n for _, _, n in bins)


def reliability(probabilities: Sequence[float], happened: Sequence[bool]) -> list[tuple[float, float, int]]:
    """Return for ten bins of equal count, ascending: the mean probability, the share that came true, and the count."""
    said, came = np.asarray(probabilities, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    order = np.argsort(said, kind="stable")
    bins = [rows for rows in np.array_split(order, min(_BINS, max(1, len(said) // 2))) if len(rows)]
    return [(float(said[rows].mean()), float(came[rows].mean()), len(rows)) for rows in bins]


def risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Return, for every twentieth of the questions that is answered, the most certain first, the share that is wrong.

    Source: El-Yaniv & Wiener 2010, "On the Foundations of Noise-free Selective Classification".

    Returns:
        (share answered, share of those wrong), ascending in the first.
    """
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    wrong = 1 - np.asarray(right, dtype=np.float64)[order]
    counts = sorted({max(1, round(len(wrong) * step / 20)) for step in range(1, 21)})
    return [(n / len(wrong), float(wrong[:n].mean())) for n in counts]


def _mean_ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rank from 1; equal values share the mean of their ranks."""
    _, first, counts = np.unique(np.sort(values), return_index=True, return_counts=True)
    mean = first + (counts + 1) / 2
    ranks: npt.NDArray[np.float64] = mean[np.searchsorted(np.sort(np.unique(values)), values)]
    return ranks
