"""What a real Milvus finds beside FAISS and an exact search, and how long each takes: `python -m benchmarks.milvus`.

Wants a server: see docs/operations.md, "Vectors in Milvus". Questions are those that no index holds.
"""

import json
import os
import random
from contextlib import AbstractContextManager, ExitStack
from time import perf_counter

import numpy as np
from tests.milvus_server import MilvusServer, a_milvus, missing

from benchmarks.results import percentile, save
from questrag.evaluation.intervals import bootstrap95
from questrag.library import open_library
from questrag.retrieval.milvus import Collections, Server
from questrag.retrieval.near import Near, Rows
from questrag.retrieval.text import query_text
from questrag.settings import PROJECT, Settings

N, K, SEED = 500, 5, 7
_TIMEOUT_S = 10.0


def _questions() -> list[str]:
    found = [
        json.loads(line)["query"]
        for path in sorted((PROJECT / "data" / "queries").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return random.Random(SEED).sample(sorted(set(found)), N)


def _timed(near: Near, vectors: list[np.ndarray]) -> tuple[list[Rows], list[float]]:
    found, times = [], []
    for vector in vectors:
        began = perf_counter()
        found.append(near.keys(vector, K))
        times.append(1000 * (perf_counter() - began))
    return found, times


def _a_server() -> AbstractContextManager[MilvusServer]:
    if why := missing():
        raise SystemExit(why)
    return a_milvus()


def main() -> None:
    with ExitStack() as stack:
        uri = os.environ.get("MILVUS_URI") or stack.enter_context(_a_server()).uri
        library = open_library(Settings())
        index = library.index
        collections = Collections(Server(uri, "benchmark", os.environ.get("MILVUS_TOKEN", ""), _TIMEOUT_S))
        began = perf_counter()
        collections.put(index)
        upload_s = perf_counter() - began
        there = collections.require(index)
        questions = _questions()
        vectors = [library.encoder.encode_query(query_text(question)) for question in questions]
        keys = index.vectors()[: index.n_keys]
        exact = [np.argsort(-(keys @ vector), kind="stable")[:K] for vector in vectors]
        engines: dict[str, Near] = {"faiss": index.near, "milvus": there}
        figures: dict[str, object] = {"keys": index.n_keys, "n": N, "k": K, "upload_s": round(upload_s, 1)}
        recalls = {}
        for name, near in engines.items():
            _timed(near, vectors[:50])  # warm up
            found, times = _timed(near, vectors)
            shares = [len(set(a) & set(b)) / K for a, b in zip(found, exact, strict=True)]
            recalls[name] = float(np.mean(shares))
            figures[name] = {
                "recall": round(recalls[name], 4),
                "ci95": [round(bound, 4) for bound in bootstrap95(shares, questions)],
                "p50_ms": round(percentile(times, 0.5), 2),
                "p99_ms": round(percentile(times, 0.99), 2),
            }
        collections.drop(collections.name_of(index))
    save("milvus", figures, {"Milvus finds 99 % of what an exact search finds": recalls["milvus"] >= 0.99})


if __name__ == "__main__":
    main()
