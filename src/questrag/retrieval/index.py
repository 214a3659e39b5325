"""The search index of one knowledge base: made once, kept by content, checked whenever it is loaded."""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import faiss
import numpy as np
import numpy.typing as npt
from filelock import FileLock

from questrag.artifacts import open_artifact, seal
from questrag.chat.errors import ArtifactError
from questrag.hinglish.lexicon import lexicon
from questrag.retrieval import text
from questrag.retrieval.encoder import OnnxEncoder, Progress, Vectors
from questrag.retrieval.keys import key_index, set_effort
from questrag.retrieval.lexical import Bm25
from questrag.retrieval.opposites import opposites

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_FORMAT = "3"
_CHUNK = 2048


class UnusableIndex(ArtifactError):
    """An index that has to be made again."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: run `questrag index` to make it again")


@dataclass(frozen=True, slots=True)
class Document:
    """What the index knows of an entry."""

    id: str
    phrasings: tuple[str, ...]
    """Ways to ask for it; each one is a key of its own."""
    body: str
    """Its answers, for the lexical side."""


_SIDES = ("words", "phrasings", "letters", "answers")


class SearchIndex:
    """Vectors of every phrasing, and the words of every entry. Read-only; threads may share it."""

    def __init__(self, folder: Path) -> None:
        """Raises: UnusableIndex: the folder is not an intact index."""
        try:
            artifact = open_artifact(folder, "index")
        except ArtifactError as error:
            raise UnusableIndex(str(error)) from None
        self.version = artifact.fingerprint
        self.info = artifact.info
        try:
            self._keys = faiss.read_index(str(artifact.path("keys.faiss")))
            self._entry_of_key = np.load(artifact.path("entry_of_key.npy"), allow_pickle=False)
            names = json.loads(artifact.path("names.json").read_text(encoding="utf-8"))
            with np.load(artifact.path("lexical.npz"), allow_pickle=False) as arrays:
                self._lexical = {side: Bm25.unpacked(side, names["vocabulary"][side], arrays) for side in _SIDES}
            self._shares = np.load(artifact.path("shares.npy"), allow_pickle=False)
            set_effort(self._keys, int(artifact.info["effort"]))
        except (RuntimeError, ValueError, KeyError, OSError) as error:
            raise UnusableIndex(f"{folder} is not an index ({error})") from error
        self.ids: list[str] = names["ids"]
        self._keys_of_entry = np.searchsorted(self._entry_of_key, np.arange(len(self.ids) + 1))
        faiss.omp_set_num_threads(1)  # requests already fill the cores

    def __len__(self) -> int:
        return len(self.ids)

    def require(self, *, encoder: str, knowledge: str) -> Self:
        """Raises: UnusableIndex: it was made with another encoder, or from other entries."""
        for what, wanted in (("encoder", encoder), ("knowledge", knowledge)):
            if self.info.get(what) != wanted:
                raise UnusableIndex(f"the index was made for {what} {self.info.get(what)}, not {wanted}")
        return self

    def nearest(self, vector: Vectors, n: int) -> Rows:
        """Return the rows of up to ``n`` different entries with the nearest phrasings, nearest first."""
        n = min(n, len(self))
        n_keys = 4 * n  # phrasings of one entry crowd together: ask for more keys than entries
        while True:
            n_keys = min(n_keys, self._keys.ntotal)
            _, found = self._keys.search(vector.reshape(1, -1), n_keys)
            rows = self._entry_of_key[found[0][found[0] >= 0]]
            _, first = np.unique(rows, return_index=True)
            if len(first) >= n or n_keys == self._keys.ntotal:
                return np.asarray(rows[np.sort(first)][:n], dtype=np.int64)
            n_keys *= 4

    def cosines(self, vector: Vectors, rows: Rows, n_nearest: int) -> npt.NDArray[np.float32]:
        """Return ``(2, len(rows))``: each entry's nearest cosine, and the mean of its ``n_nearest``, or of all."""
        found = np.empty((2, len(rows)), dtype=np.float32)
        for i, row in enumerate(rows):
            start, end = self._keys_of_entry[row], self._keys_of_entry[row + 1]
            cosines = np.sort(self._keys.reconstruct_n(int(start), int(end - start)) @ vector)
            found[:, i] = cosines[-1], cosines[-n_nearest:].mean()
        return found

    def words(self, terms: Sequence[str]) -> Floats:
        """Return ``(len(self),)``: how much of a question's content words the phrasings of each entry hold."""
        return self._lexical["words"].cover(terms)

    def letters(self, grams: Sequence[str]) -> Floats:
        """Return ``(len(self),)``: the same in runs of letters."""
        return self._lexical["letters"].cover(grams)

    def answers(self, terms: Sequence[str]) -> Floats:
        """Return ``(len(self),)``: how much of a question's content words the answers of each entry hold."""
        return self._lexical["answers"].cover(terms)

    def one_phrasing(self, terms: Sequence[str]) -> Floats:
        """Return ``(len(self),)``: the same as `words`, in the one phrasing that holds most."""
        return np.maximum.reduceat(self._lexical["phrasings"].cover(terms), self._keys_of_entry[:-1])

    def unknown(self, terms: Sequence[str]) -> float:
        """Return the share of a question's content words that no phrasing holds, weighted, in [0, 1]."""
        return self._lexical["words"].unknown(terms)

    def shares(self, rows: Rows) -> Floats:
        """Return ``(len(rows), n_values)``: the share of an entry's phrasings that name each value of `opposites`."""
        shares: Floats = self._shares[rows]
        return shares


def index_name(encoder: str, knowledge: str) -> str:
    """Return the folder name of an index: the same inputs always meet the same index."""
    reading = f"{text.VERSION}|{lexicon().version}"
    return sha256(f"{_FORMAT}|{reading}|{encoder}|{knowledge}".encode()).hexdigest()[:16]


def build_index(
    documents: Sequence[Document],
    encoder: OnnxEncoder,
    folder: Path,
    *,
    knowledge: str,
    replace: bool = False,
    progress: Progress | None = None,
) -> None:
    """Make the index of some entries in ``folder``, all or nothing; of several processes one does, the others wait.

    An interrupted build leaves its finished vectors beside it, and the next one goes on from there.

    Args:
        knowledge: version of the knowledge base that the documents are from.
        replace: make it even if the folder is there.
        progress: called with (keys encoded, keys in all).
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(folder.name + ".lock")):
        if folder.exists() and not replace:
            return  # another process was faster, with the same content
        phrasings = [text.passage_text(phrasing) for document in documents for phrasing in document.phrasings]
        kept = folder.with_name(folder.name + ".vectors")
        vectors = _encode(phrasings, encoder, kept, progress)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".index-") as scratch:
            made, old = Path(scratch) / "new", Path(scratch) / "old"
            made.mkdir()
            effort = _write(documents, vectors, made)
            info = {
                "knowledge": knowledge,
                "encoder": encoder.version,
                "text": text.VERSION,
                "format": _FORMAT,
                "effort": str(effort),
            }
            seal(made, "index", info)
            if folder.exists():
                folder.rename(old)
            made.rename(folder)
        shutil.rmtree(kept)


def _encode(phrasings: list[str], encoder: OnnxEncoder, kept: Path, progress: Progress | None) -> Vectors:
    kept.mkdir(exist_ok=True)
    vectors = np.empty((len(phrasings), encoder.dim), dtype=np.float32)
    # Long and short texts in one batch would waste padding; sorted, neighbours are of one length.
    order = sorted(range(len(phrasings)), key=lambda i: (len(phrasings[i]), phrasings[i]))
    for start in range(0, len(order), _CHUNK):
        rows = order[start : start + _CHUNK]
        name = sha256("\0".join(phrasings[i] for i in rows).encode() + encoder.version.encode()).hexdigest()
        path = kept / f"{name}.npy"
        if path.exists():
            vectors[rows] = np.load(path, allow_pickle=False)
        else:
            report = _shifted(progress, start, len(order))
            vectors[rows] = encoder.encode_passages(
                [phrasings[i] for i in rows], workers=os.cpu_count() or 1, progress=report
            )
            partial = path.with_suffix(f".{os.getpid()}")
            with partial.open("wb") as file:
                np.save(file, vectors[rows])
            partial.replace(path)
        if progress:
            progress(start + len(rows), len(order))
    return vectors


def _shifted(progress: Progress | None, start: int, total: int) -> Progress | None:
    return (lambda done, _: progress(start + done, total)) if progress else None


def _write(documents: Sequence[Document], vectors: Vectors, folder: Path) -> int:
    """Write everything but the manifest, and return the effort that a search needs."""
    counts = [len(document.phrasings) for document in documents]
    entry_of_key = np.repeat(np.arange(len(documents)), counts)
    keys, effort = key_index(vectors, entry_of_key)
    faiss.write_index(keys, str(folder / "keys.faiss"))
    np.save(folder / "entry_of_key.npy", entry_of_key)

    sides: dict[str, list[Counter[str]]] = {
        "words": [Counter(text.terms(" ".join(document.phrasings))) for document in documents],
        "phrasings": [Counter(text.terms(phrasing)) for document in documents for phrasing in document.phrasings],
        "letters": [Counter(text.grams(" ".join(document.phrasings))) for document in documents],
        "answers": [Counter(text.terms(document.body)) for document in documents],
    }
    vocabulary, arrays = {}, {}
    for side in _SIDES:
        vocabulary[side], packed = Bm25.packed(side, sides[side])
        arrays.update(packed)
    np.savez(folder / "lexical.npz", **arrays)  # type: ignore[arg-type]
    shares = [opposites().shares(text.words(phrasing) for phrasing in document.phrasings) for document in documents]
    np.save(folder / "shares.npy", np.stack(shares))
    names = {"ids": [document.id for document in documents], "vocabulary": vocabulary}
    (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
    return effort
