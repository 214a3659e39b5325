"""Retrieval metrics, one question at a time: means and intervals are made elsewhere."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from math import log2


def recall(ranking: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Return 1 when any relevant entry is among the first ``k``, else 0: any one of them answers the question.

    >>> recall(["x", "a", "b"], {"a", "b"}, k=1), recall(["x", "a", "b"], {"a", "b"}, k=2)
    (0.0, 1.0)
    """
    return float(any(entry in relevant for entry in ranking[:k]))


def reciprocal_rank(ranking: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Return one over the rank of the first relevant entry, 0 when it is beyond ``k``.

    >>> reciprocal_rank(["x", "a"], {"a"}, k=10)
    0.5
    """
    return next((1 / rank for rank, entry in enumerate(ranking[:k], start=1) if entry in relevant), 0.0)


def ndcg(ranking: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Normalised discounted cumulative gain at ``k`` with binary relevance, in [0, 1].

    Source: Järvelin & Kekäläinen 2002, with the log2(rank + 1) discount of trec_eval.

    >>> ndcg(["x", "y"], {"a"}, k=2), ndcg(["a"], {"a"}, k=2)
    (0.0, 1.0)
    """
    if not relevant:
        raise ValueError("nDCG is undefined for a question without a relevant entry")
    gain = sum(1 / log2(i + 2) for i, entry in enumerate(ranking[:k]) if entry in relevant)
    return gain / sum(1 / log2(i + 2) for i in range(min(k, len(relevant))))
