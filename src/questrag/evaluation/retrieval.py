"""`questrag evaluate retrieval`: how often the right entry comes first."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from questrag.chat.errors import Invalid
from questrag.chat.ports import KnowledgeBase, Retriever
from questrag.evaluation.intervals import bootstrap95
from questrag.evaluation.labelled import Query
from questrag.evaluation.metrics import ndcg, recall, reciprocal_rank
from questrag.evaluation.runs import provenance

DEPTH = 10

_METRICS: dict[str, Callable[[Sequence[str], frozenset[str]], float]] = {
    "recall@1": lambda ranking, relevant: recall(ranking, relevant, 1),
    "recall@5": lambda ranking, relevant: recall(ranking, relevant, 5),
    "mrr@10": lambda ranking, relevant: reciprocal_rank(ranking, relevant, DEPTH),
    "ndcg@10": lambda ranking, relevant: ndcg(ranking, relevant, DEPTH),
}


def evaluate_retrieval(
    retriever: Retriever,
    queries: Sequence[Query],
    *,
    baselines: dict[str, Retriever],
    knowledge: KnowledgeBase,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, object]:
    """Return the result file of FORMATS: each metric with its interval, by language, baselines beside it.

    Queries without a relevant entry are left out and counted.

    Raises:
        Invalid: no query is left, or one names an entry that the knowledge base does not have.
    """
    asked = [query for query in queries if query.relevant]
    if not asked:
        raise Invalid("no query has a relevant entry: there is nothing to measure")
    for query in asked:
        for entry_id in query.relevant:
            knowledge.passage(entry_id)
    retrievers = {"": retriever, **baselines}
    total, done = len(asked) * len(retrievers), 0
    rankings: dict[str, list[list[str]]] = {}
    for name, candidate in retrievers.items():
        rankings[name] = []
        for query in asked:
            rankings[name].append([hit.passage.id for hit in candidate.search(query.query, DEPTH)])
            done += 1
            if progress:
                progress(done, total)
    return {
        **_with_langs(asked, rankings[""]),
        "baselines": {name: _with_langs(asked, rankings[name]) for name in baselines},
        "left_out": len(queries) - len(asked),
        "provenance": provenance(
            knowledge=knowledge.version, encoder=retriever.encoder_version, index=retriever.index_version
        ),
    }


def _with_langs(queries: Sequence[Query], rankings: list[list[str]]) -> dict[str, object]:
    langs = sorted({query.lang for query in queries})
    return {
        **_scores(queries, rankings),
        "by_lang": {lang: _scores(*_only(lang, queries, rankings)) for lang in langs},
    }


def _only(lang: str, queries: Sequence[Query], rankings: list[list[str]]) -> tuple[list[Query], list[list[str]]]:
    chosen = [i for i, query in enumerate(queries) if query.lang == lang]
    return [queries[i] for i in chosen], [rankings[i] for i in chosen]


def _scores(queries: Sequence[Query], rankings: list[list[str]]) -> dict[str, object]:
    clusters = [min(query.relevant) for query in queries]
    values = {
        name: [metric(ranking, query.relevant) for query, ranking in zip(queries, rankings, strict=True)]
        for name, metric in _METRICS.items()
    }
    return {
        "n": len(queries),
        **{name: sum(terms) / len(terms) for name, terms in values.items()},
        "ci95": {name: bootstrap95(terms, clusters) for name, terms in values.items()},
    }


def write_result(result: dict[str, object], path: Path) -> None:
    """Write a result file, readable and with a stable order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
