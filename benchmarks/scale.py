"""Searching a million keys: time, recall and memory beside an exact search. Keys are real phrasings, moved a little."""

import resource
from time import perf_counter

import faiss
import numpy as np

from benchmarks.results import percentile, save
from questrag.knowledge.base import read_knowledge
from questrag.retrieval import keys
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.text import passage_text
from questrag.settings import PROJECT

SIZE = 1_000_000
ENTRY_KEYS = 10
QUESTIONS = 300
REAL = 8_000
NOISE = 0.5
"""Length of the random part beside a real phrasing of length 1: cosine about 0.9 to it, as between paraphrases."""


def main() -> None:
    vectors, questions = _vectors()
    exact = faiss.IndexFlatIP(vectors.shape[1])
    exact.add(vectors)
    _, truth = exact.search(questions, 5)
    del exact
    start = perf_counter()
    index, effort = keys.key_index(vectors, np.repeat(np.arange(SIZE // ENTRY_KEYS), ENTRY_KEYS))
    made_s = perf_counter() - start
    del vectors
    faiss.omp_set_num_threads(1)
    keys.set_effort(index, effort)
    times, found = [], []
    for question in questions:
        start = perf_counter()
        found.append(index.search(question.reshape(1, -1), 5)[1][0])
        times.append(1000 * (perf_counter() - start))
    recall = keys.recall_of(np.array(found), truth)
    figures: dict[str, object] = {
        "keys": SIZE,
        "kind": type(index).__name__,
        "effort": effort,
        "questions": QUESTIONS,
        "recall@5_of_exact": recall,
        "p50_ms": percentile(times, 0.5),
        "p99_ms": percentile(times, 0.99),
        "made_s": round(made_s),
        "index_mb": round(len(faiss.serialize_index(index)) / 1e6),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    save("scale", figures, {"p50 of at most 20 ms": percentile(times, 0.5) <= 20, "recall@5 of 0.98": recall >= 0.98})


def _vectors() -> tuple[np.ndarray, np.ndarray]:
    """Return ``(SIZE, dim)`` keys and ``(QUESTIONS, dim)`` questions."""
    entries = read_knowledge(PROJECT / "data" / "knowledge", None)[0].entries
    texts = [passage_text(text) for entry in entries for _, _, text in entry.phrasings()]
    rng = np.random.default_rng(0)
    chosen = [texts[i] for i in rng.permutation(len(texts))[: REAL + QUESTIONS]]
    real = OnnxEncoder.open(PROJECT / "models" / "retriever").encode_many(sorted(chosen, key=len))
    real = real[rng.permutation(len(real))]
    dim = real.shape[1]
    keys_ = np.empty((SIZE, dim), dtype=np.float32)
    for start in range(0, SIZE, 50_000):
        part = real[rng.integers(REAL, size=50_000)]
        part = part + NOISE / np.sqrt(dim) * rng.standard_normal(part.shape, dtype=np.float32)
        keys_[start : start + 50_000] = part / np.linalg.norm(part, axis=1, keepdims=True)
    return keys_, real[REAL:]
