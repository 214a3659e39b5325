"""`questrag evaluate scope`: whether the search knows what it cannot answer."""

from collections.abc import Sequence

import numpy as np

from questrag.chat.errors import Invalid
from questrag.chat.ports import KnowledgeBase, Retriever
from questrag.chat.types import Hit
from questrag.evaluation.labelled import Query
from questrag.evaluation.retrieval import DEPTH
from questrag.evaluation.runs import provenance
from questrag.evaluation.separation import (
    auroc,
    expected_calibration_error,
    fpr_at_95_recall,
    reliability,
    risk_coverage,
)
from questrag.progress import Progress

_DRAWS = 1000


def evaluate_scope(
    retriever: Retriever,
    queries: Sequence[Query],
    *,
    baselines: dict[str, Retriever],
    knowledge: KnowledgeBase,
    answer_from: float,
    progress: Progress | None = None,
) -> dict[str, object]:
    """Return the result file of FORMATS: AUROC, false positives at 95 % recall, calibration, by kind and language.

    Args:
        retriever: its scores are probabilities; a question's is the sum over its hits.
        baselines: their best score stands for a question; it need not be a probability.
        answer_from: the probability of the best entry from which the server answers.

    Raises:
        Invalid: there are not both questions with an answer and questions without one.
    """
    answerable = [bool(query.relevant) for query in queries]
    if all(answerable) or not any(answerable):
        raise Invalid("both questions with a relevant entry and questions without one are needed")
    found = _searched({"": retriever, **baselines}, queries, progress)
    scores = [min(sum(hit.score for hit in hits), 1.0) for hits in found[""]]
    right = [
        bool(hits) and hits[0].passage.id in query.relevant for query, hits in zip(queries, found[""], strict=True)
    ]
    best = [hits[0].score if hits else 0.0 for hits in found[""]]
    return {
        "n": len(queries),
        "n_answerable": sum(answerable),
        **_separation(scores, answerable),
        "ece": expected_calibration_error(scores, answerable),
        "reliability": reliability(scores, answerable),
        "ece_best_entry": expected_calibration_error(best, right),
        "by_kind": _by_kind(queries, scores, answerable),
        "by_lang": {
            lang: _separation(*_where(scores, answerable, [query.lang == lang for query in queries]))
            for lang in sorted({query.lang for query in queries})
        },
        "ci95": _interval(queries, scores, answerable),
        "served": _served(best, right, answerable, answer_from),
        "risk_coverage": risk_coverage(best, right),
        "baselines": {
            name: {
                **_separation([hits[0].score if hits else 0.0 for hits in each], answerable),
                "by_kind": _by_kind(queries, [hits[0].score if hits else 0.0 for hits in each], answerable),
            }
            for name, each in found.items()
            if name
        },
        "provenance": provenance(
            knowledge=knowledge.version, encoder=retriever.encoder_version, index=retriever.index_version
        ),
    }


def _searched(
    retrievers: dict[str, Retriever], queries: Sequence[Query], progress: Progress | None
) -> dict[str, list[list[Hit]]]:
    found: dict[str, list[list[Hit]]] = {name: [] for name in retrievers}
    total = len(queries) * len(retrievers)
    for name, retriever in retrievers.items():
        for query in queries:
            found[name].append(retriever.search(query.query, DEPTH))
            if progress:
                progress(sum(map(len, found.values())), total)
    return found


def _separation(scores: Sequence[float], answerable: Sequence[bool]) -> dict[str, float]:
    return {"auroc": auroc(scores, answerable), "fpr95": fpr_at_95_recall(scores, answerable)}


def _by_kind(queries: Sequence[Query], scores: Sequence[float], answerable: Sequence[bool]) -> dict[str, object]:
    """Compare each kind of unanswerable question with all answerable ones."""
    kinds = sorted({query.kind or "unknown" for query in queries if not query.relevant})
    return {
        kind: {
            "n": sum((query.kind or "unknown") == kind and not query.relevant for query in queries),
            **_separation(
                *_where(
                    scores, answerable, [bool(query.relevant) or (query.kind or "unknown") == kind for query in queries]
                )
            ),
        }
        for kind in kinds
    }


def _where(
    scores: Sequence[float], answerable: Sequence[bool], chosen: Sequence[bool]
) -> tuple[list[float], list[bool]]:
    kept = [(score, yes) for score, yes, keep in zip(scores, answerable, chosen, strict=True) if keep]
    return [score for score, _ in kept], [yes for _, yes in kept]


def _interval(queries: Sequence[Query], scores: Sequence[float], answerable: Sequence[bool]) -> dict[str, object]:
    """Draw whole entries, and unanswerable questions one by one."""
    names, member = np.unique(
        [min(query.relevant) if query.relevant else f"\0{i}" for i, query in enumerate(queries)], return_inverse=True
    )
    rows_of = [np.flatnonzero(member == i) for i in range(len(names))]
    values, yes = np.asarray(scores), np.asarray(answerable)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_DRAWS):
        rows = np.concatenate([rows_of[i] for i in rng.integers(len(names), size=len(names))])
        if yes[rows].any() and not yes[rows].all():
            drawn.append(auroc(values[rows].tolist(), yes[rows].tolist()))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"auroc": (float(low), float(high))}


def _served(
    best: Sequence[float], right: Sequence[bool], answerable: Sequence[bool], answer_from: float
) -> dict[str, float]:
    """Return what the server's threshold does to questions with an answer and to those without one."""
    given = np.asarray(best) >= answer_from
    ok, can = np.asarray(right), np.asarray(answerable)
    return {
        "answer_from": answer_from,
        "answered": float(given[can].mean()),
        "right_of_answered": float(ok[can & given].mean()) if (can & given).any() else 0.0,
        "unanswerable_let_through": float(given[~can].mean()),
    }
