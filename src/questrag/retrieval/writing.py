"""The files of an index: what the entries are asked in, counted and weighed."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from questrag.retrieval import text
from questrag.retrieval.earlier import Earlier, Texts
from questrag.retrieval.encoder import Vectors
from questrag.retrieval.keys import key_index
from questrag.retrieval.lexical import Counts, Postings, bm25, likelihoods
from questrag.retrieval.opposites import opposites

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Document:
    """What the index knows of an entry."""

    id: str
    phrasings: tuple[str, ...]
    """Ways to ask for it; each one is a key of its own."""
    body: str
    """Its answers, the main one first."""


@dataclass(frozen=True, slots=True)
class Read:
    """The words of one entry."""

    words: Sequence[Sequence[str]]
    """Of each phrasing."""
    content: Sequence[Sequence[str]]
    """The content words of each phrasing."""
    answer: Sequence[str]
    """The content words of its answers."""

    @classmethod
    def of(cls, document: Document) -> "Read":
        phrasings = document.phrasings
        return cls([text.words(p) for p in phrasings], [text.terms(p) for p in phrasings], text.terms(document.body))


_SAID: Mapping[str, Callable[[Read], Mapping[str, int]]] = {
    "words": lambda read: Counter(chain.from_iterable(read.content)),
    "letters": lambda read: Counter(text.grams(list(chain.from_iterable(read.content)))),
    "answers": lambda read: Counter(read.answer),
    "says": lambda read: Counter(chain.from_iterable({*a, *b} for a, b in zip(read.content, read.words, strict=True))),
    "couples": lambda read: Counter(chain.from_iterable(text.couples(words) for words in read.words)),
}
"""What each side of the lexical search counts of an entry."""
_LIKELIHOODS = ("says", "couples")
SIDES = tuple(_SAID)


def write_index(
    documents: Sequence[Document],
    texts: Texts,
    vectors: Vectors,
    earlier: Earlier | None,
    folder: Path,
    *,
    exact: bool,
) -> dict[str, str]:
    """Write everything but the manifest, and return what a search has to know.

    Args:
        texts: of the documents.
        vectors: of every phrasing, then of every entry as a whole.
        earlier: an index that has read some of the documents.
        exact: see `key_index`.
    """
    np.save(folder / "entry_of_key.npy", np.repeat(np.arange(len(documents)), texts.n_phrasings))
    texts.write(folder)
    rows = _rows_in(earlier.texts, texts) if earlier else np.full(len(documents), -1, dtype=np.int64)
    _write_words(documents, texts, earlier, rows, folder)
    return _write_keys(texts, vectors, earlier, folder, exact)


def _rows_in(earlier: Texts, texts: Texts) -> Rows:
    """Return ``(n_entries,)``: the row in the earlier index of the entry with the same texts, -1 where it has none."""
    known: dict[tuple[bytes, ...], list[int]] = {}
    for row, entry in enumerate(earlier.entries()):
        known.setdefault(entry, []).append(row)
    return np.array([known[entry].pop() if known.get(entry) else -1 for entry in texts.entries()], dtype=np.int64)


def _write_keys(texts: Texts, vectors: Vectors, earlier: Earlier | None, folder: Path, exact: bool) -> dict[str, str]:
    n_keys, n_entries = int(texts.n_phrasings.sum()), len(texts.n_phrasings)
    wholes, effort_wholes = key_index(vectors[n_keys:], np.arange(n_entries), exact=exact)
    faiss.write_index(wholes, str(folder / "wholes.faiss"))
    if earlier and not exact and earlier.texts.keys == texts.keys:
        shutil.copy(earlier.artifact.path("keys.faiss"), folder)
        effort = earlier.artifact.number("effort")
    else:
        entry_of_key = np.repeat(np.arange(n_entries), texts.n_phrasings)
        keys, effort = key_index(vectors[:n_keys], entry_of_key, exact=exact)
        faiss.write_index(keys, str(folder / "keys.faiss"))
    return {"effort": str(effort), "effort_wholes": str(effort_wholes)}


def _write_words(
    documents: Sequence[Document], texts: Texts, earlier: Earlier | None, rows: Rows, folder: Path
) -> None:
    """
    Args:
        rows: ``(n_entries,)``, of each entry in the earlier index, -1 where it has none.
    """
    new = np.flatnonzero(rows < 0)
    read = [Read.of(documents[int(i)]) for i in new]
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    times: dict[str, npt.NDArray[np.int32]] = {}
    vocabulary: dict[str, list[str]] = {}
    for side, said in _SAID.items():
        counts = Counts.of([said(each) for each in read])
        if earlier:
            counts = counts.woven(new, earlier.counts(side), _places(rows, earlier), len(documents))
        postings = likelihoods(counts, texts.n_phrasings) if side in _LIKELIHOODS else bm25(counts)
        arrays |= {f"{side}.{name}": array for name, array in postings.arrays.items()}
        times[side], vocabulary[side] = counts.times.astype(np.int32), postings.vocabulary
    np.savez(folder / "lexical.npz", **arrays)  # type: ignore[arg-type]
    np.savez(folder / "counts.npz", **times)  # type: ignore[arg-type]
    names = {"ids": [document.id for document in documents], "vocabulary": vocabulary}
    (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    shares = np.empty((len(documents), len(opposites().values)), dtype=np.float32)
    if earlier:
        shares[rows >= 0] = earlier.shares()[rows[rows >= 0]]
    for row, each in zip(new, read, strict=True):
        shares[row] = opposites().shares(each.words)
    np.save(folder / "shares.npy", shares)


def _places(rows: Rows, earlier: Earlier) -> Rows:
    """Return ``(entries of the earlier index,)``: the row of each one in the new index, -1 where it has none."""
    places = np.full(len(earlier.texts.n_phrasings), -1, dtype=np.int64)
    places[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
    return places


def postings_of(side: str, vocabulary: Sequence[str], arrays: Mapping[str, npt.NDArray[np.generic]]) -> Postings:
    """Return one side of the lexical search as `write_index` wrote it."""
    return Postings(vocabulary, {name: arrays[f"{side}.{name}"] for name in ("starts", "rows", "weights", "n_entries")})
