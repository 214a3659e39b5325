"""Encoding and searching a real question in process, over 20,000 real keys, one thread."""

from time import perf_counter

from benchmarks.results import SCRATCH, percentile, save
from questrag.evaluation.labelled import read_queries
from questrag.knowledge.base import EntryBase, read_knowledge
from questrag.library import documents_of
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.index import SearchIndex, build_index
from questrag.retrieval.ranking import Ranking
from questrag.retrieval.search import Hybrid
from questrag.settings import PROJECT

KEYS = 20_000
RUNS = 3


def main() -> None:
    encoder = OnnxEncoder.open(PROJECT / "models" / "retriever")
    knowledge, n_keys = _knowledge()
    folder = SCRATCH / "search-index"
    build_index(documents_of(knowledge), encoder, folder, knowledge=knowledge.version, replace=True)
    ranking = Ranking.open(PROJECT / "models" / "ranking", encoder=encoder.version)
    hybrid = Hybrid(SearchIndex(folder), encoder, knowledge, ranking)
    questions = [query.query for query in read_queries(PROJECT / "data" / "queries" / "dev.jsonl")[0]]
    times = []
    for run in range(RUNS + 1):
        for question in questions:
            start = perf_counter()
            hybrid.search(question, 5)
            if run:  # the first round only warms up
                times.append(1000 * (perf_counter() - start))
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    size_mb = sum(path.stat().st_size for path in (PROJECT / "models" / "retriever").iterdir()) / 1e6
    figures: dict[str, object] = {
        "keys": n_keys,
        "entries": len(knowledge),
        "n": len(times),
        "p50_ms": round(p50, 2),
        "p99_ms": round(p99, 2),
        "encoder_mb": round(size_mb, 1),
    }
    save("search", figures, {"p50 of 6 ms": p50 <= 6, "p99 of 15 ms": p99 <= 15, "at most 40 MB": size_mb <= 40})


def _knowledge() -> tuple[EntryBase, int]:
    """Return as many entries of the shipped knowledge base as have 20,000 phrasings together."""
    entries, n_keys = [], 0
    for entry in read_knowledge(PROJECT / "data" / "knowledge", None)[0].entries:
        entries.append(entry)
        n_keys += len({text for _, _, text in entry.phrasings()})
        if n_keys >= KEYS:
            break
    return EntryBase(entries), n_keys
