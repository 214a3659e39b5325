"""The search index of one knowledge base: made once, kept by content, checked whenever it is loaded."""

import copy
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
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
from questrag.progress import Progress
from questrag.retrieval import text
from questrag.retrieval.earlier import Earlier, Texts, earlier_indexes, known_vectors, remove_old
from questrag.retrieval.encoder import OnnxEncoder, Vectors
from questrag.retrieval.keys import set_effort
from questrag.retrieval.near import InMemory, Near, Nothing
from questrag.retrieval.writing import SIDES, Document, postings_of, write_index

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_FORMAT = "5"
_CHUNK = 2048


class UnusableIndex(ArtifactError):
    """An index that has to be made again."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: run `questrag index` to make it again")


class SearchIndex:
    """Vectors of every phrasing, and the words of every entry. Read-only; threads may share it."""

    def __init__(self, folder: Path) -> None:
        """Raises: UnusableIndex: the folder is not an intact index."""
        try:
            artifact = open_artifact(folder, "index")
        except ArtifactError as error:
            raise UnusableIndex(str(error)) from None
        self._folder = folder
        self.version = artifact.fingerprint
        self.info = artifact.info
        try:
            self._keys = faiss.read_index(str(artifact.path("keys.faiss")))
            self._entry_of_key = np.load(artifact.path("entry_of_key.npy"), allow_pickle=False)
            names = json.loads(artifact.path("names.json").read_text(encoding="utf-8"))
            with np.load(artifact.path("lexical.npz"), allow_pickle=False) as arrays:
                self.lexical = {side: postings_of(side, names["vocabulary"][side], arrays) for side in SIDES}
            self._shares = np.load(artifact.path("shares.npy"), allow_pickle=False)
            self._wholes = faiss.read_index(str(artifact.path("wholes.faiss")))
            set_effort(self._wholes, int(artifact.info["effort_wholes"]))
            set_effort(self._keys, int(artifact.info["effort"]))
        except (RuntimeError, ValueError, KeyError, OSError) as error:
            raise UnusableIndex(f"{folder} is not an index ({error})") from error
        self.near: Near = InMemory(self._keys, self._wholes)
        self.ids: list[str] = names["ids"]
        self._rows = {entry_id: row for row, entry_id in enumerate(self.ids)}
        self._keys_of_entry = np.searchsorted(self._entry_of_key, np.arange(len(self.ids) + 1))
        faiss.omp_set_num_threads(1)  # requests already fill the cores

    def __len__(self) -> int:
        return len(self.ids)

    def require(self, *, encoder: str, knowledge: str) -> Self:
        """Raises: UnusableIndex: it was made with another encoder, or from other entries."""
        for what, wanted in (("encoder", encoder), ("knowledge", knowledge)):
            if self.info.get(what) != wanted:
                raise UnusableIndex(f"the index {self._folder} was made for {what} {self.info.get(what)}, not {wanted}")
        return self

    def searched_by(self, near: Near) -> Self:
        """Return the same index with somebody else asked for the nearest vectors; what is found is scored as before."""
        other = copy.copy(self)
        other.near = near
        return other

    def by_words(self) -> Self:
        """Return the same index, of which no entry is found by its vectors."""
        return self.searched_by(Nothing())

    def vectors(self) -> Vectors:
        """Return ``(n_keys + n_entries, dim)``: of every phrasing, then of every entry as a whole."""
        return np.concatenate([index.reconstruct_n(0, index.ntotal) for index in (self._keys, self._wholes)])

    @property
    def dim(self) -> int:
        return int(self._keys.d)

    @property
    def n_keys(self) -> int:
        """Phrasings of all entries together."""
        return int(self._keys.ntotal)

    def rows_of(self, ids: Iterable[str]) -> Rows:
        """Return the rows of these entries, in order of rows; one that is not in the index has none."""
        return np.array(sorted({self._rows[each] for each in ids if each in self._rows}), dtype=np.int64)

    def nearest(self, vector: Vectors, n: int) -> Rows:
        """Return the rows of up to ``n`` different entries with the nearest phrasings, nearest first."""
        n = min(n, len(self))
        n_keys = 4 * n  # phrasings of one entry crowd together: ask for more keys than entries
        while True:
            n_keys = min(n_keys, self._keys.ntotal)
            found = self.near.keys(vector, n_keys)
            rows = self._entry_of_key[found]
            _, first = np.unique(rows, return_index=True)
            if len(first) >= n or n_keys == self._keys.ntotal or len(found) < n_keys:
                return np.asarray(rows[np.sort(first)][:n], dtype=np.int64)
            n_keys *= 4

    def cosines(self, vector: Vectors, rows: Rows, n_nearest: int) -> npt.NDArray[np.float32]:
        """Return ``(2, len(rows))``: each entry's nearest cosine, and the mean of its ``n_nearest``, or of all."""
        starts, counts = self._keys_of_entry[rows], np.diff(self._keys_of_entry)[rows]
        places = np.arange(counts.max(initial=0))
        there = places < counts[:, np.newaxis]  # (len(rows), most keys of one)
        cosines = np.full(there.shape, -np.inf, dtype=np.float32)
        cosines[there] = self._keys.reconstruct_batch((starts[:, np.newaxis] + places)[there]) @ vector
        nearest = -np.sort(-cosines, axis=1)[:, :n_nearest]
        known = np.isfinite(nearest)
        means = np.where(known, nearest, 0).sum(axis=1) / known.sum(axis=1)
        both: Floats = np.stack([nearest[:, 0], means]).astype(np.float32)
        return np.minimum(both, 1)  # a text's cosine to itself may be rounded to more

    def nearest_wholes(self, vector: Vectors, n: int) -> Rows:
        """Return the rows of the ``n`` entries that are nearest as a whole, question with the start of the answer."""
        return self.near.wholes(vector, min(n, len(self)))

    def whole_cosines(self, vector: Vectors, rows: Rows) -> Floats:
        """Return ``(len(rows),)``: cosine to each entry as a whole."""
        cosines: Floats = self._wholes.reconstruct_batch(rows) @ vector
        return cosines

    def few(self, rows: Rows) -> Floats:
        """Return ``(len(rows),)``: one over the number of phrasings of each entry."""
        return (1 / (self._keys_of_entry[rows + 1] - self._keys_of_entry[rows])).astype(np.float32)

    def shares(self, rows: Rows) -> Floats:
        """Return ``(len(rows), n_values)``: the share of an entry's phrasings that name each value of `opposites`."""
        shares: Floats = self._shares[rows]
        return shares


def index_name(encoder: str, knowledge: str) -> str:
    """Return the folder name of an index: the same inputs always meet the same index."""
    return sha256(f"{_FORMAT}|{_reading()}|{encoder}|{knowledge}".encode()).hexdigest()[:16]


def _reading() -> str:
    return f"{text.VERSION}|{lexicon().version}"


def build_index(
    documents: Sequence[Document],
    encoder: OnnxEncoder,
    folder: Path,
    *,
    knowledge: str,
    replace: bool = False,
    beside: Path | None = None,
    exact: bool = False,
    progress: Progress | None = None,
) -> None:
    """Make the index of some entries in ``folder``, all or nothing; of several processes one does, the others wait.

    What earlier indexes know of the same texts is taken from them: the result is the same, byte for byte.
    An interrupted build leaves its finished vectors beside it, and the next one goes on from there.

    Args:
        knowledge: version of the knowledge base that the documents are from.
        replace: make it even if the folder is there.
        beside: where the earlier indexes lie; None: where the new one will. The last few of those stay.
        exact: compare questions with every phrasing: sooner made, slower to search.
        progress: called with (texts encoded, texts to encode).
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(folder.name + ".lock")):
        if folder.exists() and not replace:
            return  # another process was faster, with the same content
        made_by = {"encoder": encoder.version, "reading": _reading(), "format": _FORMAT}
        texts = Texts.of([d.phrasings for d in documents], [(d.phrasings[0], d.body) for d in documents])
        earlier = earlier_indexes(beside or folder.parent, made_by, texts)
        kept = folder.with_name(folder.name + ".vectors")
        vectors = _vectors(documents, texts, earlier, encoder, kept, progress)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".index-") as scratch:
            made, old = Path(scratch) / "new", Path(scratch) / "old"
            made.mkdir()
            efforts = write_index(documents, texts, vectors, earlier[0] if earlier else None, made, exact=exact)
            seal(made, "index", {"knowledge": knowledge, **made_by, **efforts})
            if folder.exists():
                folder.rename(old)
            made.rename(folder)
        shutil.rmtree(kept, ignore_errors=True)
        remove_old(folder, made_by, texts)


def _vectors(
    documents: Sequence[Document],
    texts: Texts,
    earlier: Sequence[Earlier],
    encoder: OnnxEncoder,
    kept: Path,
    progress: Progress | None,
) -> Vectors:
    """Return ``(n_texts, dim)``: of every phrasing, then of every entry as a whole."""
    vectors, unknown = known_vectors(texts, earlier, encoder.dim)
    phrasings = [phrasing for document in documents for phrasing in document.phrasings]

    def read(place: int) -> str:
        if place < len(phrasings):
            return text.passage_text(phrasings[place])
        document = documents[place - len(phrasings)]
        return text.entry_text(document.phrasings[0], document.body)

    if unknown:
        encoded = _encode([read(places[0]) for places in unknown], encoder, kept, progress)
        for places, vector in zip(unknown, encoded, strict=True):
            vectors[places] = vector
    return vectors


def _encode(phrasings: list[str], encoder: OnnxEncoder, kept: Path, progress: Progress | None) -> Vectors:
    kept.mkdir(exist_ok=True)
    vectors = np.empty((len(phrasings), encoder.dim), dtype=np.float32)
    # Sorted, so that the work that is left is easy to tell from the work that is done.
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
