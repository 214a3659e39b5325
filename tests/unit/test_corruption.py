"""The short form of `python -m benchmarks.corruption`."""

import json
from pathlib import Path

import pytest
from benchmarks.corruption import LEGITIMATE, MODELS, cases, edits, opened

from questrag.artifacts import MANIFEST, open_artifact, seal
from questrag.chat.errors import ArtifactError
from questrag.knowledge.base import EntryBase
from questrag.library import Library
from questrag.policy.versions import LOG, PolicyVersions
from questrag.retrieval.encoder import OnnxEncoder, WordPieceCounter
from questrag.retrieval.index import SearchIndex, build_index
from tests.contracts.test_retriever import ENTRIES, documents


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.fixture(scope="module")
def library(folder: Path) -> Library:
    artifact = open_artifact(MODELS / "retriever", "encoder")
    encoder, knowledge = OnnxEncoder(artifact), EntryBase(ENTRIES)
    build_index(documents(ENTRIES), encoder, folder / "index", knowledge=knowledge.version)
    index = SearchIndex(folder / "index")
    return Library(knowledge, (), encoder, WordPieceCounter(artifact), index, MODELS / "ranking")


def test_every_folder_that_is_opened_is_opened_while_it_is_whole(library: Library, folder: Path) -> None:
    for each in opened(library, folder / "index", folder / "some"):
        each.open(each.folder)


def test_every_damage_to_every_folder_is_refused_by_the_name_of_a_file(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    found = list(cases(opened(library, folder / "index", folder / "others"), 72, tmp_path))
    assert len({(each.what, each.how) for each in found}) >= 70
    assert [each for each in found if each.outcome != "refused"] == []


def test_a_damaged_file_of_entries_is_refused_by_name_unless_it_is_a_sound_edit(tmp_path: Path) -> None:
    found = list(edits(20, tmp_path))
    assert {each.outcome for each in found} <= {"refused", LEGITIMATE}
    assert any(each.outcome == "refused" for each in found)


def test_a_manifest_that_says_something_else_than_its_maker_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"0123")
    seal(tmp_path, "thing", {"max_tokens": "128"})
    path = tmp_path / MANIFEST
    body = json.loads(path.read_text(encoding="utf-8"))
    unnamed = {name: value for name, value in body.items() if name != "fingerprint"}
    for changed in (
        unnamed,
        {**body, "info": {"max_tokens": "64"}},
        {**body, "files": {}},
        {**unnamed, "fingerprinu": body["fingerprint"]},
        {**body, "fingerprint": None},
        {**body, "kind": ["thing"]},
    ):
        path.write_text(json.dumps(changed), encoding="utf-8")
        with pytest.raises(ArtifactError, match=MANIFEST):
            open_artifact(tmp_path, "thing")


def test_a_log_of_policies_that_says_what_cannot_be_is_refused_by_name(tmp_path: Path) -> None:
    line = {"at": "2026-11-02T12:00:00+00:00", "version": "abc", "by": "pronoted", "why": ""}
    (tmp_path / LOG).write_text(json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=LOG):
        PolicyVersions(tmp_path).served()
