"""Brings models here: into a folder beside their place, checked whole, and then put there at once."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from questrag.artifacts import MANIFEST, Artifact, read_manifest
from questrag.chat.errors import ArtifactError, Conflict, Invalid, Unavailable
from questrag.hub.asking import Hub
from questrag.hub.layout import (
    CARD,
    KINDS,
    RECORD,
    Listing,
    Record,
    RemoteFile,
    is_commit,
    open_models,
    read_record,
    require_layout,
    require_repository,
)
from questrag.progress import Progress

_OTHERS_MAY_TAKE_S = 900


@dataclass(frozen=True, slots=True)
class Pulled:
    """What lies in a folder now."""

    home: Path
    commit: str
    models: dict[str, Artifact]
    fetched: bool
    """False: it was there already."""
    before: Path | None = None
    """Where that is which lay there before."""


def commit_of(hub: Hub, repository: str, revision: str, *, unpinned: bool) -> str:
    """Return the commit that a revision names.

    Raises:
        Invalid: it is a branch or a tag, which name other bytes tomorrow, and nobody said that this is meant.
    """
    require_repository(repository)
    if is_commit(revision):
        return revision
    if not unpinned:
        raise Invalid(
            f"--revision {revision} is not a whole commit id of 40 hexadecimal digits: a branch may hold other models "
            f"tomorrow. Give the commit, or --unpinned to take the one that {revision} is at now."
        )
    return hub.listing(repository, revision).commit


def pull(
    hub: Hub, repository: str, commit: str, home: Path, *, replace: bool = False, progress: Progress | None = None
) -> Pulled:
    """Put the models of one commit into a folder; where anything goes wrong, what was there stays as it was.

    What came until then is kept beside it, and gone on with at the next call.

    Args:
        commit: whole commit id.
        replace: move aside what is in the folder, if that is something else.
        progress: called with (bytes here, bytes in all).

    Raises:
        ArtifactError: what the Hub has is damaged, or no set of models.
        Conflict: something else is in the folder.
        Misconfigured, Unavailable: see `Hub.listing`.
    """
    require_repository(repository)
    if not is_commit(commit):
        raise Invalid(f"{commit!r} is not a whole commit id of 40 hexadecimal digits")
    home = home.absolute()
    home.parent.mkdir(parents=True, exist_ok=True)
    staging = home.with_name(f".{home.name}.{commit[:12]}.partial")
    with _alone(staging.with_suffix(".lock")):
        here = _already(home, repository, commit)
        if here is not None:
            return here
        if not replace and home.exists() and any(home.iterdir()):
            raise Conflict(f"{home} holds something else: choose another folder, or --replace to move it aside")
        try:
            record = _stage(hub, repository, commit, staging, progress)
        except ArtifactError:
            shutil.rmtree(staging, ignore_errors=True)  # or the next try would go on with what is wrong
            raise
        before = _swap(staging, home)
        return Pulled(home, commit, open_models(home, record.models), fetched=True, before=before)


def pulled(home: Path, repository: str, commit: str) -> bool:
    """Tell whether the models of this commit were pulled into this folder. Looks at manifests, not into files.

    Raises:
        ArtifactError: they were, and are others now.
    """
    if not (home / RECORD).exists():
        return False
    record = read_record(home)
    if (record.repository, record.commit) != (repository, commit):
        return False
    record.require(home)
    return True


def _already(home: Path, repository: str, commit: str) -> Pulled | None:
    """Return what is there if it is all that it should be; damaged, it is as good as not there."""
    with suppress(ArtifactError):
        if pulled(home, repository, commit):
            return Pulled(home, commit, open_models(home, read_record(home).models), fetched=False)
    return None


def _stage(hub: Hub, repository: str, commit: str, staging: Path, progress: Progress | None) -> Record:
    """Download into the folder beside, and check everything there."""
    listing = hub.listing(repository, commit)
    where = f"{repository} at {commit}"
    if listing.commit != commit:
        raise ArtifactError(f"{where} was asked for, but the Hub answers with {listing.commit}")
    require_layout(listing.files, where)
    wanted = [file for file in listing.files if file.name != ".gitattributes"]
    names = sorted({file.folder for file in wanted if file.folder})
    if not names:
        raise ArtifactError(f"{where} holds no model: `questrag push` writes one there")
    count = _Count(sum(file.size for file in wanted), progress)

    def take(files: Iterable[RemoteFile]) -> None:
        for file in files:
            target = staging / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            hub.fetch(repository, commit, file, target, count.file(file.path))

    take(file for file in wanted if file.name == MANIFEST)
    for name in names:
        _require_complete(staging, name, listing, where)
    take(file for file in wanted if file.name != MANIFEST)
    models = _checked(staging, names, where)
    record = Record(repository, commit, {name: model.fingerprint for name, model in models.items()})
    record.write(staging)
    return record


def _require_complete(staging: Path, name: str, listing: Listing, where: str) -> None:
    """Hold a manifest against the listing: before a large file is fetched for nothing."""
    listed = {file.name: file for file in listing.files if file.folder == name}
    if MANIFEST not in listed:
        raise ArtifactError(f"{where} has no {name}/{MANIFEST}: nobody vouches for what is in {name}")
    manifest = read_manifest(staging / name)
    if manifest.kind != KINDS[name]:
        raise ArtifactError(f"{name} of {where} says that it is a {manifest.kind}, not a {KINDS[name]}")
    for missing in sorted(set(manifest.files) - set(listed)):
        raise ArtifactError(f"{where} has no {name}/{missing}, which {MANIFEST} lists")
    for stray in sorted(set(listed) - set(manifest.files) - {MANIFEST, CARD}):
        raise ArtifactError(f"{where} holds {name}/{stray}, which is not in {MANIFEST}: nobody vouches for it")
    for file, digest in manifest.files.items():
        if listed[file].sha256 not in ("", digest):
            raise ArtifactError(f"{name}/{file} of {where} is not the file that {MANIFEST} lists: it was exchanged")


def _checked(staging: Path, names: Iterable[str], where: str) -> dict[str, Artifact]:
    """Check every checksum, and name what is wrong by its place in the repository."""
    try:
        return open_models(staging, names)
    except ArtifactError as error:
        said = str(error).replace(f"{staging}/", "")
        raise ArtifactError(f"{where} is not put in place: {said}. Nothing here was changed.") from None


def _swap(staging: Path, home: Path) -> Path | None:
    """Put a finished folder in its place; return where that is which was there."""
    if not home.exists():
        staging.rename(home)
        return None
    if not any(home.iterdir()):
        staging.replace(home)
        return None
    before = home.with_name(f"{home.name}.before")
    if before.exists():
        raise Conflict(f"{before} is there from an earlier time: move it away first")
    home.rename(before)
    try:
        staging.rename(home)
    except OSError:
        before.rename(home)
        raise
    return before


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time fetch the same; the others then find it there."""
    try:
        with FileLock(lock, timeout=_OTHERS_MAY_TAKE_S):
            yield
            with suppress(OSError):
                lock.unlink()
    except Timeout:
        raise Unavailable(f"another process has held {lock} for {_OTHERS_MAY_TAKE_S} s: is it still alive?") from None


class _Count:
    """Adds up what came of several files."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress = total, progress
        self._here: dict[str, int] = {}

    def file(self, path: str) -> "_OfOne":
        return _OfOne(self, path)

    def told(self, path: str, there: int) -> None:
        self._here[path] = there
        if self._progress is not None:
            self._progress(sum(self._here.values()), self._total)


@dataclass(frozen=True, slots=True)
class _OfOne:
    count: _Count
    path: str

    def __call__(self, there: int) -> None:
        self.count.told(self.path, there)
