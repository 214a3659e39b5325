"""Finding the nearest of many vectors: exactly where there are few, else as well as was measured."""

import os

import faiss
import numpy as np
import numpy.typing as npt

from questrag.retrieval.encoder import Vectors

Rows = npt.NDArray[np.int64]

FLAT_UP_TO, GRAPH_UP_TO = 10_000, 200_000
"""Keys. A flat index is exact; a graph answers in a tenth of the time; beyond, lists of half precision need less than
half of its memory. Times and memory: benchmarks/results/scale.json."""
LEAST_RECALL = 0.99
_LINKS, _BUILD_EFFORT = 32, 40
EFFORTS = (32, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
_PROBES, _DEPTH = 200, 5


def key_index(vectors: Vectors, entry_of_key: Rows, *, exact: bool = False) -> tuple[faiss.Index, int]:
    """Return an index over the keys and the least effort at which it finds what an exact search finds.

    Measured as recall@5 for stand-ins of questions: the middle of two phrasings of one entry.

    Args:
        vectors: ``(n_keys, dim)``, of length 1.
        entry_of_key: ``(n_keys,)``, ascending.
        exact: compare with every key however many there are: made in no time, slower to search.
    """
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    if exact or len(vectors) <= FLAT_UP_TO:
        return _filled(faiss.IndexFlatIP(vectors.shape[1]), vectors), 0
    made = _graph(vectors) if len(vectors) <= GRAPH_UP_TO else _lists(vectors)
    return made, effort_for(made, vectors, _stand_ins(vectors, entry_of_key), LEAST_RECALL)


def effort_for(index: faiss.Index, vectors: Vectors, questions: Vectors, least: float) -> int:
    """Return the least effort with recall@5 of at least ``least``, or the greatest one there is."""
    exact = _filled(faiss.IndexFlatIP(vectors.shape[1]), vectors).search(questions, _DEPTH)[1]
    for effort in EFFORTS:
        set_effort(index, effort)
        if recall_of(index.search(questions, _DEPTH)[1], exact) >= least:
            return effort
    return EFFORTS[-1]


def recall_of(found: Rows, exact: Rows) -> float:
    """Return the share of the exact neighbours that were found; both ``(n, depth)``."""
    return float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, exact, strict=True)]))


def set_effort(index: faiss.Index, effort: int) -> None:
    """Set how many nodes or lists a search looks at; an exact index has no such choice."""
    if isinstance(index, faiss.IndexHNSW):
        index.hnsw.efSearch = effort
    elif isinstance(index, faiss.IndexIVF):
        index.nprobe = min(effort, index.nlist)
        index.make_direct_map()


def _graph(vectors: Vectors) -> faiss.Index:
    graph = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = _BUILD_EFFORT
    return _filled(graph, vectors)


def _lists(vectors: Vectors) -> faiss.Index:
    dim = vectors.shape[1]
    n_lists = int(4 * np.sqrt(len(vectors)))
    lists = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim), dim, n_lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    rng = np.random.default_rng(0)
    sample = rng.choice(len(vectors), min(len(vectors), 40 * n_lists), replace=False)
    lists.train(vectors[np.sort(sample)])
    return _filled(lists, vectors)


def _filled(index: faiss.Index, vectors: Vectors) -> faiss.Index:
    index.add(vectors)
    return index


def _stand_ins(vectors: Vectors, entry_of_key: Rows) -> Vectors:
    neighbours = np.flatnonzero(entry_of_key[:-1] == entry_of_key[1:])
    chosen = np.random.default_rng(0).permutation(neighbours if len(neighbours) else len(vectors) - 1)[:_PROBES]
    middle = vectors[chosen] + vectors[chosen + 1]
    return np.asarray(middle / np.linalg.norm(middle, axis=1, keepdims=True), dtype=np.float32)
