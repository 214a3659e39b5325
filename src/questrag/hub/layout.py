"""What a repository of models holds: folders as under `models/`, each with its manifest, and nothing else."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from questrag.artifacts import MANIFEST, Artifact, open_artifact, read_manifest
from questrag.chat.errors import ArtifactError, Invalid

KINDS = {
    "retriever": "encoder",
    "ranking": "ranking",
    "policy": "policy",
    "policy-bert": "policy",
    "policy-logistic": "policy",
}
"""What the manifest of each folder has to say that it is."""

SERVED = ("retriever", "ranking", "policy")
"""The folders that the default settings serve with: made for one another, and pushed together."""

CARD, LICENCES, RECORD = "README.md", "LICENSE.md", "pulled.json"

LARGEST_FILE = 500_000_000
LARGEST_REPOSITORY = 1_000_000_000
MOST_FILES = 64
LARGEST_MANIFEST = 100_000

_MADE_BY = {
    "ranking": "questrag train ranking",
    "policy": "questrag train policy",
    "policy-bert": "questrag train two-way",
    "policy-logistic": "questrag train two-way",
}
_BESIDE = {CARD, LICENCES, ".gitattributes"}
_DATA = (".onnx", ".json", ".npy", ".safetensors")
_PROGRAMS = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".h5", ".keras", ".py", ".so", ".npz")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the Hub lists it."""

    path: str
    size: int
    sha256: str = ""
    """Empty for small files, of which the Hub keeps none."""

    @property
    def folder(self) -> str:
        return self.path.partition("/")[0] if "/" in self.path else ""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Listing:
    """A repository at one commit."""

    commit: str
    files: tuple[RemoteFile, ...]
    private: bool = False


def is_repository(name: str) -> bool:
    """Tell whether this can be the name of a repository, owner and all.

    >>> is_repository("bank/models"), is_repository("models"), is_repository("bank/../etc")
    (True, False, False)
    """
    return bool(_REPOSITORY.fullmatch(name)) and ".." not in name and "--" not in name


def is_commit(revision: str) -> bool:
    """Tell whether a revision is a whole commit id, which always names the same bytes; a branch does not."""
    return bool(_COMMIT.fullmatch(revision))


def home_of(data_dir: Path, repository: str, commit: str) -> Path:
    """Return the folder of what was pulled: one for each commit, so that the next one leaves it as it is."""
    return data_dir / "models" / repository.replace("/", "--") / commit


def require_layout(files: Iterable[RemoteFile], where: str) -> None:
    """Raises: ArtifactError: something is too large, or is none of the files that a model is made of; names it."""
    found = list(files)
    for file in found:
        _require_file(file, where)
    if len(found) > MOST_FILES:
        raise ArtifactError(f"{where} holds {len(found)} files: models have at most {MOST_FILES}")
    total = sum(file.size for file in found)
    if total > LARGEST_REPOSITORY:
        raise ArtifactError(f"{where} holds {total:,} bytes: at most {LARGEST_REPOSITORY:,} are taken")


def _require_file(file: RemoteFile, where: str) -> None:
    path, name = PurePosixPath(file.path), file.name
    if file.path in _BESIDE:
        largest = LARGEST_MANIFEST
    elif ".." in path.parts or "\\" in file.path or path.is_absolute() or file.path != str(path):
        raise ArtifactError(f"{where} names {file.path!r}, which leads out of its folder: nothing of it is taken")
    elif name.lower().endswith(_PROGRAMS):
        raise ArtifactError(f"{where} holds {file.path}: such a file can run code when it is opened, and is not taken")
    elif file.folder not in KINDS or file.path != f"{file.folder}/{name}" or not _is_of_a_model(name):
        raise ArtifactError(f"{where} holds {file.path}, which is no part of a model that QUESTRAG knows")
    else:
        largest = LARGEST_MANIFEST if name in (MANIFEST, CARD) else LARGEST_FILE
    if not 0 <= file.size <= largest:
        raise ArtifactError(f"{where} holds {file.path} of {file.size:,} bytes: at most {largest:,} are taken")


def _is_of_a_model(name: str) -> bool:
    return bool(_FILE_NAME.fullmatch(name)) and (name == CARD or name.endswith(_DATA))


def open_models(home: Path, names: Iterable[str]) -> dict[str, Artifact]:
    """Open folders and check every file of them, and that they were made for one another.

    Raises:
        ArtifactError: one is missing, damaged, of another kind or made for another encoder, or holds a file that its
            manifest does not list.
    """
    models = {name: open_artifact(home / name, KINDS[name]) for name in names}
    for name, model in models.items():
        stray = sorted({path.name for path in (home / name).iterdir()} - {MANIFEST, CARD} - set(model.files))
        if stray:
            raise ArtifactError(f"{home / name / stray[0]} is not in {MANIFEST}: nobody vouches for it")
    if "retriever" in models:
        encoder = f"{models['retriever'].info.get('name', 'encoder')}@{models['retriever'].fingerprint}"
        for name, model in models.items():
            if name != "retriever":
                model.require_encoder(encoder, again=_MADE_BY[name])
    return models


@dataclass(frozen=True, slots=True)
class Record:
    """What was pulled: it lies beside the models, written last."""

    repository: str
    commit: str
    models: Mapping[str, str]
    """Fingerprint of each manifest, by folder."""

    def write(self, home: Path) -> None:
        body = {"repository": self.repository, "commit": self.commit, "models": dict(self.models)}
        (home / RECORD).write_text(json.dumps(body, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    def require(self, home: Path) -> None:
        """Raises: ArtifactError: a model is not the one that was pulled. Files are checked when they are opened."""
        for name, fingerprint in self.models.items():
            if read_manifest(home / name).fingerprint != fingerprint:
                raise ArtifactError(f"{home / name} is not what was pulled from {self.repository}")


def read_record(home: Path) -> Record:
    """Raises: ArtifactError: there is none, or it cannot be read."""
    path = home / RECORD
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        record = Record(body["repository"], body["commit"], body["models"])
        usable = all(name in KINDS and isinstance(value, str) for name, value in record.models.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{path} cannot be read: {home} was not pulled whole ({type(error).__name__})") from None
    if not usable:
        raise ArtifactError(f"{path} cannot be read: {home} was not pulled whole")
    return record


def require_repository(name: str) -> str:
    """Raises: Invalid: it is not the name of a repository."""
    if not is_repository(name):
        raise Invalid(f"{name!r} is not the name of a repository, such as bank/questrag-models")
    return name
