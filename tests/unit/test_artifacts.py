import json
import shutil
from pathlib import Path

import pytest

from questrag.artifacts import MANIFEST, Artifact, open_artifact, seal
from questrag.chat.errors import ArtifactError
from questrag.knowledge.base import EntryBase
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.index import SearchIndex, build_index
from questrag.settings import PROJECT
from tests.contracts.test_retriever import ENTRIES, documents

ENCODER = PROJECT / "models" / "retriever"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "thing"
    made.mkdir()
    (made / "a.bin").write_bytes(b"0123456789")
    (made / "b.json").write_text("{}", encoding="utf-8")
    seal(made, "thing", {"name": "x"})
    return made


def test_a_sealed_folder_opens(folder: Path) -> None:
    artifact = open_artifact(folder, "thing")
    assert artifact.info["name"] == "x"
    assert artifact.path("a.bin").read_bytes() == b"0123456789"


def test_one_changed_bit_is_refused_by_the_name_of_the_file(folder: Path) -> None:
    (folder / "a.bin").write_bytes(b"0123456788")
    with pytest.raises(ArtifactError, match=r"a\.bin"):
        open_artifact(folder, "thing")


def test_a_truncated_a_missing_and_a_swapped_file_are_refused(folder: Path) -> None:
    original = (folder / "a.bin").read_bytes()
    (folder / "a.bin").write_bytes(original[:5])
    with pytest.raises(ArtifactError, match=r"a\.bin"):
        open_artifact(folder, "thing")
    (folder / "a.bin").unlink()
    with pytest.raises(ArtifactError, match=r"a\.bin"):
        open_artifact(folder, "thing")
    shutil.copy(folder / "b.json", folder / "a.bin")
    with pytest.raises(ArtifactError, match=r"a\.bin"):
        open_artifact(folder, "thing")


@pytest.mark.parametrize("manifest", ["", "{", "[]", "{}", '{"kind": "thing", "info": {}, "files": {"a.bin": 3}}'])
def test_a_damaged_manifest_is_refused(folder: Path, manifest: str) -> None:
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    with pytest.raises(ArtifactError, match=MANIFEST):
        open_artifact(folder, "thing")


def test_a_manifest_cannot_point_outside_its_folder(folder: Path) -> None:
    body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    body["files"]["../secret"] = "0" * 64
    forged = Artifact(folder, body["kind"], body["info"], body["files"])
    body["fingerprint"] = forged.fingerprint  # as whoever forges one would
    (folder / MANIFEST).write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(ArtifactError, match="not a file name"):
        open_artifact(folder, "thing")


def test_another_kind_is_refused(folder: Path) -> None:
    with pytest.raises(ArtifactError, match="thing, not a encoder"):
        OnnxEncoder.open(folder)


def test_a_file_beside_the_manifest_is_not_opened(folder: Path) -> None:
    (folder / "extra.bin").write_bytes(b"x")
    with pytest.raises(ArtifactError, match=r"extra\.bin"):
        open_artifact(folder, "thing").path("extra.bin")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_encoder_is_refused_by_name(tmp_path: Path, name: str) -> None:
    shutil.copytree(ENCODER, tmp_path / "encoder")
    content = bytearray((tmp_path / "encoder" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "encoder" / name).write_bytes(bytes(content))
    with pytest.raises(ArtifactError, match=name):
        OnnxEncoder.open(tmp_path / "encoder")


def test_an_index_refuses_every_flipped_bit(tmp_path: Path) -> None:
    made = tmp_path / "index"
    build_index(documents(ENTRIES), OnnxEncoder.open(ENCODER), made, knowledge=EntryBase(ENTRIES).version)
    SearchIndex(made)
    for path in sorted(made.glob("*")):
        if path.name == MANIFEST:
            continue
        content = path.read_bytes()
        for place in (0, len(content) // 3, len(content) - 1):
            flipped = bytearray(content)
            flipped[place] ^= 0x10
            path.write_bytes(bytes(flipped))
            with pytest.raises(ArtifactError, match=path.name):
                SearchIndex(made)
        path.write_bytes(content)
    SearchIndex(made)
