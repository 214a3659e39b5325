"""What indexes that were made earlier know already, so that a changed entry costs no more than itself."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from questrag.artifacts import MANIFEST, Artifact, open_artifact
from questrag.chat.errors import ArtifactError
from questrag.retrieval import keys
from questrag.retrieval.encoder import Vectors
from questrag.retrieval.lexical import Counts

Ints = npt.NDArray[np.int64]

KEPT = 5
"""Indexes of one knowledge base, the newest included; a roll-back to one of them is served at once."""
_DIGEST_BYTES = 16
_SAME = 0.5
"""Share of its texts that an index has in common with another of the same knowledge base."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What an index reads, as digests: two that read the same texts in the same order are the same index."""

    digests: Sequence[bytes]
    """Of every phrasing, entry by entry, then of every entry as a whole."""
    n_phrasings: Ints
    """``(n_entries,)``"""

    @classmethod
    def of(cls, phrasings: Sequence[Sequence[str]], wholes: Sequence[tuple[str, str]]) -> "Texts":
        """
        Args:
            phrasings: of each entry.
            wholes: question and answers of each entry.
        """
        said = [_digest(phrasing) for each in phrasings for phrasing in each]
        return cls(
            [*said, *(_digest("\0".join(whole)) for whole in wholes)], np.array([len(each) for each in phrasings])
        )

    @classmethod
    def read(cls, artifact: Artifact) -> "Texts":
        packed = np.load(artifact.path("texts.npy"), allow_pickle=False).tobytes()
        digests = [packed[i : i + _DIGEST_BYTES] for i in range(0, len(packed), _DIGEST_BYTES)]
        return cls(digests, np.bincount(np.load(artifact.path("entry_of_key.npy"), allow_pickle=False)))

    def write(self, folder: Path) -> None:
        packed = np.frombuffer(b"".join(self.digests), dtype=np.uint8)
        np.save(folder / "texts.npy", packed.reshape(-1, _DIGEST_BYTES))

    def entries(self) -> Iterator[tuple[bytes, ...]]:
        """Yield all that is read of each entry."""
        n_keys = len(self.digests) - len(self.n_phrasings)
        bounds = np.concatenate([[0], np.cumsum(self.n_phrasings)])
        for row, (start, end) in enumerate(pairwise(bounds)):
            yield (*self.digests[start:end], self.digests[n_keys + row])

    @property
    def keys(self) -> tuple[Sequence[bytes], list[int]]:
        """The phrasings alone."""
        return self.digests[: len(self.digests) - len(self.n_phrasings)], self.n_phrasings.tolist()


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()


class Earlier:
    """An index that was made earlier, by the same encoder and with the same reading of texts."""

    def __init__(self, folder: Path) -> None:
        """Raises: ArtifactError: it is damaged."""
        self.artifact = open_artifact(folder, "index")
        self.texts = Texts.read(self.artifact)

    def vectors(self) -> Vectors:
        """Return ``(len(self.texts.digests), dim)``, exactly as they were encoded."""
        found = (faiss.read_index(str(self.artifact.path(name))) for name in ("keys.faiss", "wholes.faiss"))
        return np.concatenate([index.reconstruct_n(0, index.ntotal) for index in found])

    def counts(self, side: str) -> Counts:
        """Return the words of the entries, as one side of the search counts them."""
        with (
            np.load(self.artifact.path("lexical.npz"), allow_pickle=False) as weighed,
            np.load(self.artifact.path("counts.npz"), allow_pickle=False) as counted,
        ):
            starts, rows = weighed[f"{side}.starts"], weighed[f"{side}.rows"].astype(np.int64)
            times = counted[side].astype(np.int64)
        vocabulary = self._vocabulary[side]
        columns = np.repeat(np.arange(len(vocabulary)), np.diff(starts))
        return Counts(vocabulary, columns, rows, times, len(self.texts.n_phrasings))

    def shares(self) -> npt.NDArray[np.float32]:
        """Return ``(n_entries, n_values)``, see `opposites`."""
        found: npt.NDArray[np.float32] = np.load(self.artifact.path("shares.npy"), allow_pickle=False)
        return found

    @cached_property
    def _vocabulary(self) -> Mapping[str, list[str]]:
        found: Mapping[str, list[str]] = json.loads(self.artifact.path("names.json").read_text("utf-8"))["vocabulary"]
        return found


def earlier_indexes(around: Path, made_by: Mapping[str, str], texts: Texts) -> list[Earlier]:
    """Return the indexes of a folder that know some of these texts, those with the most of them first.

    Of two with the same texts one is enough; a damaged one is passed over, for nothing hangs on it.

    Args:
        made_by: what their `info` has to say.
    """
    missing = set(texts.digests)
    found: list[Earlier] = []
    for folder, known in sorted(_readable(around, made_by), key=lambda each: -len(missing & each[1])):
        if not missing & known:
            continue
        try:
            earlier = Earlier(folder)
        except ArtifactError:
            continue
        found.append(earlier)
        missing -= known
    return found


def _readable(around: Path, made_by: Mapping[str, str]) -> Iterator[tuple[Path, frozenset[bytes]]]:
    """Yield the indexes with exact vectors, and what they read; their checksums are not checked here."""
    for path in sorted(around.glob(f"*/{MANIFEST}")):
        try:
            info = json.loads(path.read_bytes())["info"]
            if all(info.get(name) == value for name, value in made_by.items()):
                known = Texts.read(Artifact(path.parent, "index", info, {"texts.npy": "", "entry_of_key.npy": ""}))
                if len(known.digests) <= keys.GRAPH_UP_TO:  # beyond, vectors are kept at half precision
                    yield path.parent, frozenset(known.digests)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError):
            continue  # removed at this moment, or damaged


def known_vectors(texts: Texts, earlier: Iterable[Earlier], dim: int) -> tuple[Vectors, list[list[int]]]:
    """Return ``(n_texts, dim)`` vectors, and for each text that no earlier index knows the places where it stands."""
    vectors = np.empty((len(texts.digests), dim), dtype=np.float32)
    wanted: dict[bytes, list[int]] = {}
    for place, digest in enumerate(texts.digests):
        wanted.setdefault(digest, []).append(place)
    for each in earlier:
        held = {digest: place for place, digest in enumerate(each.texts.digests) if digest in wanted}
        theirs = each.vectors()
        for digest, place in held.items():
            vectors[wanted.pop(digest)] = theirs[place]
    return vectors, list(wanted.values())


def remove_old(newest: Path, made_by: Mapping[str, str], texts: Texts) -> None:
    """Remove all but the last few indexes of the knowledge base that the newest one is of.

    What is in use was read into memory; what is wanted again is soon made from those that stay.
    """
    mine = frozenset(texts.digests)
    alike = [
        folder
        for folder, known in _readable(newest.parent, made_by)
        if folder != newest and len(known & mine) >= _SAME * len(known | mine)
    ]
    for folder in sorted(alike, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        gone = folder.with_name(f".{folder.name}.gone")
        with suppress(OSError):  # another process is at it
            folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
