"""An index that is made beside an earlier one: quicker, and the same to the last byte."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from questrag.retrieval import earlier, keys
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.index import SearchIndex, build_index
from questrag.retrieval.writing import Document
from questrag.settings import PROJECT

TOPICS = ("loan", "card", "fee", "branch", "locker", "cheque", "deposit", "account")
DOCUMENTS = [
    Document(
        f"{topic}-{i}",
        (f"How do I ask about my {topic} number {i}?", f"{topic} {i} kaise milega", f"मेरा {topic} {i} कहाँ है"),
        f"Open the app and choose {topic}, then number {i}.",
    )
    for topic in TOPICS
    for i in range(4)
]
CHANGED = replace(DOCUMENTS[5], body="Call the branch instead.")
ASKED_OTHERWISE = replace(DOCUMENTS[5], phrasings=(*DOCUMENTS[5].phrasings, "Where did the second card go?"))
NEW = Document("new", ("What is a nominee?",), "Who gets the money.")
TWIN = replace(DOCUMENTS[5], id="twin")

Edit = Callable[[Sequence[Document]], Sequence[Document]]
EDITS: dict[str, Edit] = {
    "nothing but the version": lambda all_: all_,
    "an answer": lambda all_: [*all_[:5], CHANGED, *all_[6:]],
    "a way to ask": lambda all_: [*all_[:5], ASKED_OTHERWISE, *all_[6:]],
    "a new entry": lambda all_: [*all_, NEW],
    "an entry retired": lambda all_: [*all_[:5], *all_[6:]],
    "the order": lambda all_: all_[::-1],
    "two entries alike": lambda all_: [*all_, TWIN],
    "everything": lambda _: [NEW, CHANGED, ASKED_OTHERWISE],
}


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.open(PROJECT / "models" / "retriever")


def made(documents: Sequence[Document], encoder: OnnxEncoder, folder: Path, knowledge: str = "v") -> list[int]:
    """Make an index; return how many texts were encoded for it, at each report of progress."""
    encoded: list[int] = []
    build_index(documents, encoder, folder, knowledge=knowledge, progress=lambda _, total: encoded.append(total))
    return encoded


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("flat_up_to", [10_000, 20], ids=["flat", "graph"])
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_index_made_beside_an_earlier_one_is_the_same_byte_for_byte(
    encoder: OnnxEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Edit, flat_up_to: int
) -> None:
    monkeypatch.setattr(keys, "FLAT_UP_TO", flat_up_to)
    documents = edit(DOCUMENTS)
    made(DOCUMENTS, encoder, tmp_path / "kept" / "earlier")
    made(documents, encoder, tmp_path / "kept" / "new", "w")
    made(documents, encoder, tmp_path / "alone" / "new", "w")
    assert content(tmp_path / "kept" / "new") == content(tmp_path / "alone" / "new")


@pytest.mark.parametrize(
    ("edit", "n"),
    [
        ("nothing but the version", 0),
        ("an answer", 1),
        ("a way to ask", 1),
        ("a new entry", 2),
        ("an entry retired", 0),
    ],
)
def test_only_what_no_earlier_index_has_read_is_encoded(
    encoder: OnnxEncoder, tmp_path: Path, edit: str, n: int
) -> None:
    made(DOCUMENTS, encoder, tmp_path / "earlier")
    assert set(made(EDITS[edit](DOCUMENTS), encoder, tmp_path / "new")) == ({n} if n else set())


def test_several_earlier_indexes_are_drawn_on(encoder: OnnxEncoder, tmp_path: Path) -> None:
    made(DOCUMENTS[:16], encoder, tmp_path / "one")
    made(DOCUMENTS[16:], encoder, tmp_path / "other")
    assert made(DOCUMENTS, encoder, tmp_path / "both") == []


def test_a_damaged_index_is_not_drawn_on(encoder: OnnxEncoder, tmp_path: Path) -> None:
    made(DOCUMENTS, encoder, tmp_path / "damaged")
    path = tmp_path / "damaged" / "keys.faiss"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "manifest.json").write_text("{", encoding="utf-8")
    assert made(DOCUMENTS, encoder, tmp_path / "new") != []
    SearchIndex(tmp_path / "new")


def test_an_index_that_reads_texts_in_another_way_is_not_drawn_on(
    encoder: OnnxEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(DOCUMENTS, encoder, tmp_path / "earlier")
    monkeypatch.setattr("questrag.retrieval.text.VERSION", "another")
    assert set(made(DOCUMENTS, encoder, tmp_path / "new")) == {4 * len(DOCUMENTS)}


def test_a_text_has_one_vector_whatever_it_is_encoded_with(encoder: OnnxEncoder) -> None:
    texts = [phrasing for document in DOCUMENTS for phrasing in document.phrasings]
    together, alone = encoder.encode_passages(texts), encoder.encode_query(texts[7])
    assert np.array_equal(together[7], alone)
    assert np.array_equal(together[7:9], encoder.encode_passages(texts[7:9]))


def test_an_exact_index_finds_the_same_and_lies_where_it_was_asked_for(encoder: OnnxEncoder, tmp_path: Path) -> None:
    made(DOCUMENTS, encoder, tmp_path / "indexes" / "earlier")
    build_index(
        DOCUMENTS, encoder, tmp_path / "draft", knowledge="v", beside=tmp_path / "indexes", exact=True, progress=_never
    )
    found, wanted = (SearchIndex(tmp_path / name) for name in ("draft", "indexes/earlier"))
    question = encoder.encode_query("How do I ask about my locker number 3?")
    assert found.nearest(question, 3).tolist() == wanted.nearest(question, 3).tolist()


def test_the_last_few_indexes_of_a_knowledge_base_stay_and_others_are_left_alone(
    encoder: OnnxEncoder, tmp_path: Path
) -> None:
    made([NEW], encoder, tmp_path / "of-others")
    for i in range(earlier.KEPT + 2):
        changed = replace(DOCUMENTS[0], body=f"Version {i}.")
        made([changed, *DOCUMENTS[1:8]], encoder, tmp_path / f"{i}")
        _aged(tmp_path / f"{i}", i)
    left = {path.parent.name for path in tmp_path.glob("*/manifest.json")}
    assert left == {"of-others", *(str(i) for i in range(2, earlier.KEPT + 2))}


def _aged(folder: Path, place: int) -> None:
    """Have it look as if it was made a while after the one before."""
    import os

    os.utime(folder, (1_700_000_000 + place, 1_700_000_000 + place))


def _never(done: int, total: int) -> None:
    raise AssertionError(f"{total} texts were encoded again")
