"""Folders that hold a model or an index: a manifest with the checksum of every file, checked before use."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from questrag.chat.errors import ArtifactError

MANIFEST = "manifest.json"
_ITEMS = {"kind", "info", "files", "fingerprint"}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A folder whose files are what its manifest says they are."""

    folder: Path
    kind: str
    info: Mapping[str, str]
    """What the maker wrote down: name, fingerprint, commit, versions of what it was made from."""
    files: Mapping[str, str]
    """SHA-256 in hex, by file name."""

    def path(self, name: str) -> Path:
        """Return the path of a checked file; a file that the manifest does not name is never opened."""
        if name not in self.files:
            raise ArtifactError(f"{self.folder / MANIFEST} does not list {name}: make the {self.kind} again")
        return self.folder / name

    @property
    def fingerprint(self) -> str:
        """Short hash over the manifest: two artifacts with one fingerprint hold the same bytes and say the same."""
        parts = (self.kind, sorted(self.info.items()), sorted(self.files.items()))
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    def require_encoder(self, encoder: str, *, again: str) -> None:
        """Raises: ArtifactError: it was made for another encoder; ``again`` is the command that mends that."""
        if self.info.get("encoder") != encoder:
            raise ArtifactError(
                f"{self.folder} was made for encoder {self.info.get('encoder')}, not {encoder}: run `{again}`"
            )

    def number(self, name: str) -> int:
        """Return an item of `info` that has to be a whole number above or equal to zero."""
        value = self.info.get(name, "")
        if not (value.isascii() and value.isdigit()):
            raise ArtifactError(
                f"{self.folder / MANIFEST} has no usable {name} in its info: make the {self.kind} again"
            )
        return int(value)


def seal(folder: Path, kind: str, info: Mapping[str, str]) -> Artifact:
    """Write the manifest of a finished folder, over every file in it."""
    files = {
        path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name not in (MANIFEST, "README.md")
    }
    artifact = Artifact(folder, kind, info, files)
    body = {"kind": kind, "info": dict(info), "files": files, "fingerprint": artifact.fingerprint}
    (folder / MANIFEST).write_text(json.dumps(body, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return artifact


def write_artifact(
    out: Path, kind: str, info: Mapping[str, str], fill: Callable[[Path], Mapping[str, str] | None]
) -> Artifact:
    """Make a folder, whole or not at all: where ``fill`` raises, what was in ``out`` before stays.

    Args:
        fill: writes the files into the folder that it is given; what it returns is added to the info.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        more = fill(made) or {}
        artifact = seal(made, kind, {**info, **more})
        out.mkdir(parents=True, exist_ok=True)
        for path in made.iterdir():
            shutil.copy(path, out / path.name)
    return Artifact(out, artifact.kind, artifact.info, artifact.files)


def open_artifact(folder: Path, kind: str) -> Artifact:
    """Read a manifest and check every file against it.

    Raises:
        ArtifactError: something is missing, changed, or of another kind; the message names the file.
    """
    artifact = read_manifest(folder)
    if artifact.kind != kind:
        raise ArtifactError(f"{folder / MANIFEST} says that {folder} holds a {artifact.kind}, not a {kind}")
    for name, digest in artifact.files.items():
        _check(folder, name, digest)
    return artifact


def read_manifest(folder: Path) -> Artifact:
    """Read a manifest, and none of the files that it lists. Raises: ArtifactError: it is missing or damaged."""
    path = folder / MANIFEST
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        kind, info, files, named = body["kind"], body["info"], body["files"], body["fingerprint"]
        maps = all(isinstance(part, dict) and all(isinstance(v, str) for v in part.values()) for part in (info, files))
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing: {folder} is not a folder that was made whole") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ArtifactError(f"{path} cannot be read as a manifest ({error})") from None
    if not maps or not isinstance(kind, str):
        raise ArtifactError(f"{path} cannot be read as a manifest: kind is text, info and files map names to text")
    found = Artifact(folder, kind, info, files)
    if set(body) != _ITEMS or named != found.fingerprint:
        raise ArtifactError(f"{path} is damaged or was changed: its fingerprint is not that of what it says")
    return found


def _check(folder: Path, name: str, digest: str) -> None:
    path = folder / name
    if path.name != name:
        raise ArtifactError(f"{folder / MANIFEST} names {name!r}, which is not a file name")
    if not path.is_file():
        raise ArtifactError(f"{path} is missing, but {MANIFEST} lists it")
    try:
        found = sha256_of(path)
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read ({error.strerror})") from None
    if found != digest:
        raise ArtifactError(f"{path} is damaged or was exchanged: its checksum is not the one in {MANIFEST}")


def sha256_of(path: Path) -> str:
    """Return the checksum of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
