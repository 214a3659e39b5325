"""The stores that the contracts are tried on.

MongoDB is the server at MONGODB_URI when that is set (with credentials, name the ``authSource`` too: a
database of its own is made and dropped there), else one in this process that speaks its protocol.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from pymongo import MongoClient
from secantus import SecantusDBServer

from questrag.chat.ports import Store
from questrag.storage.memory import MemoryStore
from questrag.storage.mongo import MongoStore
from questrag.storage.sqlite import SqliteStore


@pytest.fixture(scope="module")
def mongodb_uri() -> Iterator[str]:
    if given := os.environ.get("MONGODB_URI"):
        uri = urlsplit(given)._replace(path=f"/questrag_test_{uuid4().hex}").geturl()
        yield uri
        with MongoClient[dict[str, object]](uri) as client:
            client.drop_database(client.get_default_database())
    else:
        with SecantusDBServer(storage_path=":memory:") as server:
            yield server.uri


@pytest.fixture(params=["memory", "sqlite", "mongodb"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened: Store
    match request.param:
        case "memory":
            opened = MemoryStore()
        case "sqlite":
            opened = await SqliteStore.open(tmp_path / "new folder" / "questrag.db")
        case _:
            opened = await MongoStore.open(request.getfixturevalue("mongodb_uri"))
    yield opened
    await opened.close()
