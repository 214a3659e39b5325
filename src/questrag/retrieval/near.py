"""Who is asked for the nearest vectors of an index."""

from typing import Protocol

import faiss
import numpy as np
import numpy.typing as npt

from questrag.retrieval.encoder import Vectors

Rows = npt.NDArray[np.int64]


class Near(Protocol):
    """Nearest vectors of one index by inner product. Threads may share it."""

    def keys(self, vector: Vectors, n: int) -> Rows:
        """Return up to ``n`` different keys, nearest first; fewer mean that no more can be had.

        Raises:
            Unavailable: who keeps the vectors does not answer at the moment.
        """
        ...

    def wholes(self, vector: Vectors, n: int) -> Rows:
        """Return up to ``n`` rows of entries, nearest as a whole first. Raises: Unavailable."""
        ...


class InMemory:
    """FAISS, in this process."""

    def __init__(self, keys: faiss.Index, wholes: faiss.Index) -> None:
        self._keys, self._wholes = keys, wholes

    def keys(self, vector: Vectors, n: int) -> Rows:
        return _found(self._keys, vector, n)

    def wholes(self, vector: Vectors, n: int) -> Rows:
        return _found(self._wholes, vector, n)


class Nothing:
    """Finds nothing: for a search by words alone."""

    def keys(self, vector: Vectors, n: int) -> Rows:
        return np.empty(0, dtype=np.int64)

    wholes = keys


def _found(index: faiss.Index, vector: Vectors, n: int) -> Rows:
    found: Rows = index.search(vector.reshape(1, -1), n)[1][0]
    return found[found >= 0]
