"""The vectors of an index in Milvus: one collection for each index, named by its fingerprint."""

import json
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np

from questrag.chat.errors import ArtifactError, Misconfigured, Unavailable
from questrag.retrieval.encoder import Vectors
from questrag.retrieval.index import SearchIndex
from questrag.retrieval.keys import GRAPH_UP_TO
from questrag.retrieval.near import Rows

logger = logging.getLogger(__name__)

KEPT = 3
"""Collections of one name, the newest included: one that another server may still search, and one to roll back to."""
_MOST = 16_384
"""Milvus returns no more at once."""
_BATCH = 2_000
_BUILD_S = 300.0
_REST_S = 5.0
"""Left alone for so long after it failed, so that not every question waits for it."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """Where Milvus is, and what is ours in it."""

    uri: str
    name: str = "questrag"
    """Collections begin with it."""
    token: str = ""
    timeout_s: float = 1.0
    """For one search."""


class Collections:
    """The collections of one name. Threads may share it."""

    def __init__(self, server: Server) -> None:
        """
        Raises:
            Misconfigured: the client library is missing, or the token was refused.
            Unavailable: nobody answers.
        """
        try:
            from pymilvus import MilvusClient, MilvusException
        except ImportError:
            raise Misconfigured("VECTOR_INDEX_URI needs the client of Milvus: pip install 'questrag[milvus]'") from None
        # It writes whole stack traces at every failed call; what failed is said here, in one line.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        self.server, self._failed = server, MilvusException
        timeout_s = max(server.timeout_s, 5.0)
        self.client: Any = self.asked(lambda: MilvusClient(server.uri, token=server.token, timeout=timeout_s))
        # A client may have been given the connection of an earlier one, which may be no more.
        self.asked(lambda: self.client.get_server_version(timeout=timeout_s))

    def asked(self, ask: Callable[[], T]) -> T:
        """Return what Milvus answers. Raises: Unavailable: nothing, or that it cannot."""
        try:
            return ask()
        except (self._failed, OSError, ValueError, RuntimeError) as error:
            said = str(getattr(error, "message", error)).splitlines()[0]
            if "auth" in said.lower():
                raise Misconfigured(f"Milvus refuses VECTOR_INDEX_TOKEN ({said}).") from error
            # The library says the same of a server that is away and of one that does not take the token.
            hint = ": see VECTOR_INDEX_URI and VECTOR_INDEX_TOKEN" if "connection params" in said else ""
            logger.warning("milvus failed: %s%s", said, hint)
            raise Unavailable("the vector index does not answer") from error

    def name_of(self, index: SearchIndex) -> str:
        """Return the collection of an index: another index has another one."""
        return f"{self.server.name}_{index.version}"

    def put(self, index: SearchIndex) -> None:
        """Make the collection of an index where there is none that is whole, then drop the oldest of the others.

        It gets its name once it is whole, so nobody finds half of one. Of two servers that make it one wins.

        Raises:
            Unavailable: Milvus does not answer; what was there is as it was.
        """
        wanted = self.name_of(index)
        if self._wrong(wanted, index):
            made = f"{wanted}_{uuid4().hex[:8]}"
            try:
                self.asked(lambda: self._fill(made, index))
                self.asked(lambda: self._rename(made, wanted, index))
            finally:
                self.drop(made)
        self._forget_old({wanted})

    def require(self, index: SearchIndex) -> "InMilvus":
        """Return the search in the collection of an index.

        Raises:
            ArtifactError: it is missing, or is not of this index.
            Unavailable: Milvus does not answer.
        """
        name = self.name_of(index)
        if wrong := self._wrong(name, index):
            raise ArtifactError(f"the collection {name} in Milvus {wrong}: run `questrag index` to make it")
        client, server = self.client, self.server
        self.asked(lambda: client.load_collection(name, timeout=_BUILD_S))
        return InMilvus(self, client, name, index.n_keys, server.timeout_s)

    def names(self) -> list[str]:
        """Return those that are whole, the newest first."""
        found = [name for name in self._all() if name.count("_") == self.server.name.count("_") + 1]
        return sorted(found, key=lambda name: self._about(name).get("made", 0.0), reverse=True)

    def _all(self) -> list[str]:
        names: list[str] = self.asked(lambda: self.client.list_collections(timeout=_BUILD_S))
        return [name for name in names if name.startswith(f"{self.server.name}_")]

    def _about(self, name: str) -> dict[str, Any]:
        """Return what `_fill` wrote down, and the dimension."""
        described = self.asked(lambda: self.client.describe_collection(name, timeout=_BUILD_S))
        try:
            written = json.loads(described["description"])
        except ValueError:
            written = {}
        dims = [each["params"]["dim"] for each in described["fields"] if each["name"] == "vector"]
        return {**(written if isinstance(written, dict) else {}), "dim": int(dims[0]) if dims else 0}

    def _wrong(self, name: str, index: SearchIndex) -> str:
        """Say what is wrong with a collection; empty: nothing."""
        if name not in self._all():
            return "is missing"
        about = self._about(name)
        if about["dim"] != index.dim:
            return f"has vectors of {about['dim']} numbers, not {index.dim}"
        if about.get("index") != index.version:
            return f"was made for index {about.get('index')}, not {index.version}"
        self.asked(lambda: self.client.load_collection(name, timeout=_BUILD_S))
        rows = self.asked(
            lambda: self.client.query(
                name, filter="", output_fields=["count(*)"], consistency_level="Strong", timeout=_BUILD_S
            )
        )
        n, wanted = int(rows[0]["count(*)"]), index.n_keys + len(index)
        return "" if n == wanted else f"holds {n} vectors, not {wanted}"

    def _fill(self, name: str, index: SearchIndex) -> None:
        from pymilvus import DataType

        client, vectors = self.client, index.vectors()
        about = json.dumps({"index": index.version, "made": time.time()})
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False, description=about)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=index.dim)
        # Beyond, an exact search would take longer than a turn may.
        exact = len(vectors) <= GRAPH_UP_TO
        kind = {"index_type": "FLAT"} if exact else {"index_type": "HNSW", "params": {"M": 32, "efConstruction": 200}}
        keys = client.prepare_index_params()
        keys.add_index("vector", metric_type="IP", **kind)
        client.create_collection(name, schema=schema, timeout=_BUILD_S)
        for start in range(0, len(vectors), _BATCH):
            rows = [{"id": start + i, "vector": each} for i, each in enumerate(vectors[start : start + _BATCH])]
            client.insert(name, rows, timeout=_BUILD_S)
        client.flush(name, timeout=_BUILD_S)
        client.create_index(name, keys, timeout=_BUILD_S)
        client.load_collection(name, timeout=_BUILD_S)

    def _rename(self, made: str, wanted: str, index: SearchIndex) -> None:
        if wanted in self._all() and self._wrong(wanted, index):
            self.client.drop_collection(wanted, timeout=_BUILD_S)
        if wanted not in self._all():
            self.client.rename_collection(made, wanted, timeout=_BUILD_S)

    def drop(self, name: str) -> None:
        """Drop one; where that fails it stays, and the log says so."""
        try:
            if name in self._all():
                self.client.drop_collection(name, timeout=_BUILD_S)
        except (self._failed, Unavailable):
            logger.warning("the collection %s was left behind", name)

    def _forget_old(self, used: Collection[str]) -> None:
        names = self.names()
        for name in [each for each in names[KEPT:] if each not in used]:
            self.drop(name)


@dataclass(slots=True)
class InMilvus:
    """The nearest vectors of one index, by its collection."""

    collections: Collections
    client: Any
    name: str
    n_keys: int
    timeout_s: float
    _rests_until: float = field(default=0.0, init=False)

    def keys(self, vector: Vectors, n: int) -> Rows:
        return self._search(vector, n, f"id < {self.n_keys}")

    def wholes(self, vector: Vectors, n: int) -> Rows:
        return self._search(vector, n, f"id >= {self.n_keys}") - self.n_keys

    def answers(self) -> bool:
        """Return whether Milvus has the collection at this moment; if so, it is searched again at once."""
        try:
            found = self.collections.asked(lambda: self.client.has_collection(self.name, timeout=self.timeout_s))
        except (Unavailable, Misconfigured):
            return False
        if found:
            self._rests_until = 0.0
        return bool(found)

    def _search(self, vector: Vectors, n: int, which: str) -> Rows:
        if time.monotonic() < self._rests_until:
            raise Unavailable("the vector index does not answer")
        limit = min(n, _MOST)
        ask = {"limit": limit, "filter": which, "consistency_level": "Eventually", "timeout": self.timeout_s}
        ask["search_params"] = {"metric_type": "IP", "params": {"ef": min(max(64, 2 * limit), 32_768)}}
        try:
            found = self.collections.asked(lambda: self.client.search(self.name, data=[vector], **ask))
        except (Unavailable, Misconfigured) as error:
            self._rests_until = time.monotonic() + _REST_S
            raise Unavailable("the vector index does not answer") from error
        # Equal scores in the order of rows, as FAISS has them.
        ids = np.array([hit["id"] for hit in found[0]], dtype=np.int64)
        scores = np.array([hit["distance"] for hit in found[0]], dtype=np.float32)
        return np.asarray(ids[np.lexsort((ids, -scores))], dtype=np.int64)
