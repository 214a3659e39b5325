"""A search in a real Milvus finds what FAISS finds, and says so when it cannot."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import numpy as np
import pytest

from questrag.chat.errors import ArtifactError, Misconfigured, Unavailable
from questrag.knowledge.base import EntryBase
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.index import SearchIndex, build_index
from questrag.retrieval.milvus import KEPT, Collections, InMilvus, Server
from questrag.retrieval.ranking import Ranking
from questrag.retrieval.search import Dense, Hybrid
from questrag.settings import PROJECT
from tests.contracts.test_retriever import ENTRIES, documents
from tests.milvus_server import MilvusServer, a_milvus, missing

QUESTION = "how can I block the card that I lost"
KNOWLEDGE = EntryBase(ENTRIES)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def ours() -> Iterator[MilvusServer | None]:
    if os.environ.get("MILVUS_URI"):
        yield None
        return
    if why := missing():
        pytest.skip(why)
    with a_milvus() as server:
        yield server


@pytest.fixture
def server(ours: MilvusServer | None) -> Server:
    """Where Milvus is, under a name of which there is nothing yet."""
    uri = ours.uri if ours else os.environ["MILVUS_URI"]
    return Server(uri, f"t{uuid4().hex[:8]}", os.environ.get("MILVUS_TOKEN", ""), timeout_s=3.0)


@pytest.fixture
def collections(server: Server) -> Iterator[Collections]:
    made = Collections(server)
    yield made
    for name in made.names():
        made.drop(name)


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.open(PROJECT / "models" / "retriever")


@pytest.fixture(scope="module")
def indexes(encoder: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> list[SearchIndex]:
    """Five indexes: of all entries, and of fewer and fewer."""
    folder = tmp_path_factory.mktemp("indexes")
    for n in range(5):
        build_index(documents(ENTRIES[n:]), encoder, folder / str(n), knowledge=f"v{n}")
    return [SearchIndex(folder / str(n)) for n in range(5)]


def hybrid(index: SearchIndex, encoder: OnnxEncoder) -> Hybrid:
    return Hybrid(index, encoder, KNOWLEDGE, Ranking.open(PROJECT / "models" / "ranking", encoder=encoder.version))


def test_milvus_finds_what_faiss_finds(
    collections: Collections, indexes: list[SearchIndex], encoder: OnnxEncoder
) -> None:
    index = indexes[0]
    collections.put(index)
    there = index.searched_by(collections.require(index))
    for entry in ENTRIES:
        vector = encoder.encode_query(entry.question)
        assert there.nearest(vector, 5).tolist() == index.nearest(vector, 5).tolist()
        assert there.nearest_wholes(vector, 5).tolist() == index.nearest_wholes(vector, 5).tolist()
        assert Dense(there, encoder, KNOWLEDGE).search(entry.question, 3) == Dense(index, encoder, KNOWLEDGE).search(
            entry.question, 3
        )
        assert hybrid(there, encoder).search_and_score(entry.question, 3, (), ("ppf",)) == hybrid(
            index, encoder
        ).search_and_score(entry.question, 3, (), ("ppf",))


def test_an_index_without_its_collection_is_refused_with_the_command_that_makes_it(
    collections: Collections, indexes: list[SearchIndex]
) -> None:
    with pytest.raises(ArtifactError, match=r"is missing: run `questrag index`"):
        collections.require(indexes[0])


def test_a_collection_that_is_of_another_index_or_not_whole_is_refused_and_made_again(
    collections: Collections, indexes: list[SearchIndex]
) -> None:
    name = collections.name_of(indexes[0])
    collections.put(indexes[0])
    collections.client.delete(name, ids=[0])
    with pytest.raises(ArtifactError, match=r"holds 13 vectors, not 14"):
        collections.require(indexes[0])

    collections.put(indexes[0])
    collections.require(indexes[0])
    collections.put(indexes[1])
    collections.drop(name)
    collections.client.rename_collection(collections.name_of(indexes[1]), name)
    with pytest.raises(ArtifactError, match=r"was made for index"):
        collections.require(indexes[0])

    collections.drop(name)
    collections.client.create_collection(name, dimension=8)
    with pytest.raises(ArtifactError, match=r"vectors of 8 numbers, not 384"):
        collections.require(indexes[0])


def test_searches_go_on_while_collections_change_and_the_last_few_stay(
    collections: Collections, indexes: list[SearchIndex], encoder: OnnxEncoder
) -> None:
    vector = encoder.encode_query(QUESTION)
    collections.put(indexes[0])
    before, wanted = indexes[0].searched_by(collections.require(indexes[0])), indexes[0].nearest(vector, 5).tolist()
    found: list[list[int]] = []
    done, failed = Event(), []

    def search() -> None:
        try:
            while not done.is_set():
                found.append(before.nearest(vector, 5).tolist())
        except Unavailable as error:
            failed.append(error)

    thread = Thread(target=search)
    thread.start()
    try:
        for index in indexes[1:KEPT]:
            collections.put(index)
            after = index.searched_by(collections.require(index))
            assert after.nearest(vector, 2).tolist() == index.nearest(vector, 2).tolist()
    finally:
        done.set()
        thread.join()
    assert not failed and len(found) > 10
    assert all(each == wanted for each in found)
    collections.put(indexes[KEPT])
    assert collections.names() == [collections.name_of(each) for each in indexes[KEPT:0:-1]]


def test_while_milvus_is_gone_words_find_the_answer_and_it_says_so_and_then_it_recovers(
    ours: MilvusServer | None, collections: Collections, indexes: list[SearchIndex], encoder: OnnxEncoder
) -> None:
    if ours is None:
        pytest.skip("the server of MILVUS_URI is not ours to kill")
    index = indexes[0]
    collections.put(index)
    near = collections.require(index)
    there = index.searched_by(near)
    whole = hybrid(there, encoder).search_and_score(QUESTION, 3, (), ())
    assert not whole.degraded and near.answers()
    ours.kill()
    try:
        for retriever in (hybrid(there, encoder), Dense(there, encoder, KNOWLEDGE)):
            found = retriever.search_and_score(QUESTION, 3, (), ())
            assert found.hits[0].passage.id == "block"
            assert found.degraded == ("entries were found by words alone: the vector index does not answer",)
        assert not near.answers()
        with pytest.raises(Unavailable):
            Collections(replace(collections.server, timeout_s=0.5))
    finally:
        ours.start()
    assert wait_for(near)
    again = hybrid(there, encoder).search_and_score(QUESTION, 3, (), ())
    assert again == whole


def wait_for(near: InMilvus) -> bool:
    """Ask until the collection can be searched again after a restart, for half a minute at most."""
    for _ in range(60):
        if near.answers():
            try:
                near.keys(np.ones(384, dtype=np.float32), 1)
            except Unavailable:
                pass
            else:
                return True
        Event().wait(0.5)
    return False


def test_without_the_client_the_settings_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pymilvus.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "pymilvus", raising=False)
    with pytest.raises(Misconfigured, match=r"pip install 'questrag\[milvus\]'"):
        Collections(Server("http://127.0.0.1:1"))
