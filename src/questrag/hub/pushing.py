"""Brings models to the Hub as they are shipped: checked first, and in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from questrag.artifacts import MANIFEST, sha256_of
from questrag.chat.errors import ArtifactError, Invalid, Misconfigured
from questrag.hub.asking import Hub
from questrag.hub.card import licence_text, write_card
from questrag.hub.layout import (
    CARD,
    KINDS,
    LICENCES,
    Listing,
    RemoteFile,
    is_commit,
    open_models,
    require_layout,
    require_repository,
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to the Hub."""

    files: dict[str, Path | bytes]
    """Content by path in the repository."""
    versions: dict[str, str]
    """Name and fingerprint of each model, by folder."""

    def listed(self) -> list[RemoteFile]:
        """Return the files as the Hub would list them, in order."""
        return [
            RemoteFile(path, len(what) if isinstance(what, bytes) else what.stat().st_size)
            for path, what in sorted(self.files.items())
        ]


def packed(folder: Path, names: Sequence[str], results: Path | None) -> Parcel:
    """Return the models of a folder with a card, each file checked against its manifest.

    Args:
        names: folders under ``folder``.
        results: folder of result files, for the figures of the card.

    Raises:
        ArtifactError: a model is missing, damaged or does not fit the others.
        Invalid: there is no such model.
    """
    unknown = [name for name in names if name not in KINDS]
    if unknown or not names:
        raise Invalid(f"there is no model {', '.join(unknown) or '(none named)'}: choose of {', '.join(KINDS)}")
    models = open_models(folder, names)
    files: dict[str, Path | bytes] = {CARD: write_card(models, results).encode()}
    files[LICENCES] = licence_text(models).encode()
    for name, model in models.items():
        beside = [CARD] if (model.folder / CARD).is_file() else []
        files |= {f"{name}/{each}": model.folder / each for each in (MANIFEST, *model.files, *beside)}
    parcel = Parcel(
        files, {name: f"{model.info.get('name', name)}@{model.fingerprint}" for name, model in models.items()}
    )
    require_layout(parcel.listed(), str(folder))
    return parcel


def push(hub: Hub, repository: str, parcel: Parcel, *, branch: str = "main", private: bool = False) -> str:
    """Write a parcel into a repository, made where there is none; return the commit, once it was looked at.

    Raises:
        ArtifactError: the repository holds what is no model, or the Hub lists other files than were sent.
        Invalid: the branch is a commit.
        Misconfigured, Unavailable: see `Hub.listing`.
    """
    require_repository(repository)
    if not hub.token:
        raise Misconfigured(
            "HF_TOKEN is not set: make a token with write access at https://huggingface.co/settings/tokens"
        )
    if is_commit(branch):
        raise Invalid(f"--revision {branch} is a commit, which cannot be written to: name a branch")
    hub.create(repository, private=private)
    if branch != "main":
        hub.create_branch(repository, branch)
    there = hub.listing(repository, branch)
    if private and not there.private:
        raise Misconfigured(f"{repository} is there and public: --private would not hide what is pushed into it")
    require_layout(there.files, f"{repository} at {branch}")
    gone = sorted({file.path for file in there.files} - set(parcel.files) - {".gitattributes"})
    title = "Models: " + ", ".join(parcel.versions.values())
    commit = hub.commit(repository, branch, parcel.files, gone, on=there.commit, title=title)
    _require_arrived(hub.listing(repository, commit), parcel, f"{repository} at {commit}")
    return commit


def _require_arrived(listing: Listing, parcel: Parcel, where: str) -> None:
    """Raises: ArtifactError: the Hub lists other files than were sent."""
    found = {file.path: file for file in listing.files}
    for sent in parcel.listed():
        what, got = parcel.files[sent.path], found.get(sent.path)
        same = got is not None and got.size == sent.size
        if same and got is not None and got.sha256 and isinstance(what, Path):
            same = got.sha256 == sha256_of(what)
        if not same:
            raise ArtifactError(f"{where} does not hold {sent.path} as it was sent: push again")
    stray = sorted(set(found) - set(parcel.files) - {".gitattributes"})
    if stray:
        raise ArtifactError(f"{where} holds {stray[0]}, which was not sent")
