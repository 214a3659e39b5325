"""`questrag evaluate retrieval`: how often the right entry comes first."""

from collections.abc import Callable, Sequence
from random import Random
from typing import cast

from questrag.chat.errors import Invalid
from questrag.chat.ports import KnowledgeBase, Retriever
from questrag.evaluation.intervals import bootstrap95
from questrag.evaluation.labelled import Query
from questrag.evaluation.metrics import ndcg, recall, reciprocal_rank
from questrag.evaluation.runs import provenance
from questrag.hinglish.noise import spelling_noise
from questrag.progress import Progress

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
    progress: Progress | None = None,
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
    pairs = {"minimal_pairs": _pairs(asked, rankings[""])} if any(query.pair for query in asked) else {}
    return {
        **_with_langs(asked, rankings[""]),
        "by_style": {
            style: _scores(*_only(asked, rankings[""], [query.style == style for query in asked]))
            for style in sorted({query.style for query in asked} - {""})
        },
        **pairs,
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
        "by_lang": {
            lang: _scores(*_only(queries, rankings, [query.lang == lang for query in queries])) for lang in langs
        },
    }


def _only(
    queries: Sequence[Query], rankings: list[list[str]], wanted: Sequence[bool]
) -> tuple[list[Query], list[list[str]]]:
    chosen = [i for i, yes in enumerate(wanted) if yes]
    return [queries[i] for i in chosen], [rankings[i] for i in chosen]


def _pairs(queries: Sequence[Query], rankings: list[list[str]]) -> dict[str, object]:
    """Return how often a side's own entry comes before every entry of the opposite side, and is first at all."""
    sides: dict[str, list[int]] = {}
    for i, query in enumerate(queries):
        if query.pair:
            sides.setdefault(query.pair, []).append(i)
    whole = [each for each in sides.values() if len(each) == 2]
    before, first = [], []
    for a, b in whole:
        for mine, other in ((a, b), (b, a)):
            ranking, own, opposite = (
                rankings[mine],
                queries[mine].relevant,
                queries[other].relevant - queries[mine].relevant,
            )
            place = next((i for i, entry in enumerate(ranking) if entry in own), len(ranking))
            before.append(
                float(place < next((i for i, entry in enumerate(ranking) if entry in opposite), len(ranking)))
            )
            first.append(float(place == 0))
    clusters = [queries[a].pair for a, _ in whole for _ in range(2)]
    return {
        "n_sides": len(before),
        "before_opposite": sum(before) / max(len(before), 1),
        "first": sum(first) / max(len(first), 1),
        "ci95": {"before_opposite": bootstrap95(before, clusters), "first": bootstrap95(first, clusters)}
        if before
        else {},
    }


SHARES = (0.0, 0.1, 0.2, 0.3, 0.5)


def spelling_stress(
    retrievers: dict[str, Retriever], queries: Sequence[Query], progress: Progress | None = None
) -> list[dict[str, object]]:
    """Return how often the right entry is first when a share of the Latin words of each question is misspelt.

    Hindi in Devanagari is left out: the noise knows Latin letters only.
    """
    asked = [query for query in queries if query.relevant and query.lang != "hi"]
    curve: list[dict[str, object]] = []
    for done, share in enumerate(SHARES, start=1):
        rng = Random(0)  # noqa: S311 # no secret hangs on it
        texts = [spelling_noise(query.query, rng, share=share) for query in asked]
        point: dict[str, object] = {"share": share, "n": len(asked)}
        for name, retriever in retrievers.items():
            rankings = [[hit.passage.id for hit in retriever.search(text, 1)] for text in texts]
            scores = _scores(asked, rankings)
            point[name] = {"recall@1": scores["recall@1"], "ci95": cast(dict[str, object], scores["ci95"])["recall@1"]}
        curve.append(point)
        if progress:
            progress(done, len(SHARES))
    return curve


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
