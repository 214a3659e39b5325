"""The questions that training is stopped by; never those that are reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from questrag.chat.errors import Invalid
from questrag.evaluation.labelled import read_queries
from questrag.knowledge.base import read_knowledge
from questrag.retrieval.text import passage_text, query_text


class Encode(Protocol):
    def __call__(self, texts: Sequence[str], *, query: bool) -> npt.NDArray[np.float32]:
        """Return ``(len(texts), dim)`` unit vectors."""
        ...


@dataclass(frozen=True, slots=True)
class Development:
    """Questions with their entries, and the keys among which the right one has to come first."""

    questions: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]
    """Rows of `rows_of` that are right."""
    keys: tuple[str, ...]
    row_of_key: tuple[int, ...]
    """Entry of each key, ascending from 0."""

    @property
    def version(self) -> str:
        return sha256("\0".join((*self.questions, *self.keys)).encode()).hexdigest()[:12]

    def right_first(self, encode: Encode) -> float:
        """Return the share of questions whose nearest key is of a right entry."""
        return float(np.mean(self.rights(encode)))

    def rights(self, encode: Encode) -> list[bool]:
        """Say of each question whether its nearest key is of a right entry."""
        scores = encode(self.questions, query=True) @ encode(self.keys, query=False).T  # (questions, keys)
        nearest = scores.argmax(axis=1)
        return [self.row_of_key[key] in right for key, right in zip(nearest, self.relevant, strict=True)]


def read_development(kb: Path, queries: Path, *, others: int | None) -> Development:
    """Read the questions, all keys of their entries, and those of ``others`` further entries (None: of all).

    Raises:
        Invalid: no question has a relevant entry, or one names an entry that does not exist.
    """
    asked, bad = read_queries(queries)
    if bad:
        raise Invalid(bad[0])
    asked = [query for query in asked if query.relevant]
    if not asked:
        raise Invalid(f"{queries}: no question has a relevant entry, so training cannot be stopped by it")
    entries = {entry.id: entry for entry in read_knowledge(kb, None)[0].entries}
    needed = sorted({id_ for query in asked for id_ in query.relevant})
    for id_ in needed:
        if id_ not in entries:
            raise Invalid(f"{queries} asks for entry {id_}, which {kb} does not have")
    rest = [id_ for id_ in entries if id_ not in set(needed)]
    step = 1 if others is None else max(1, len(rest) // max(others, 1))
    chosen = needed + (rest[::step] if others != 0 else [])
    keys = [
        (row, passage_text(text))
        for row, id_ in enumerate(chosen)
        for text in dict.fromkeys(text for _, _, text in entries[id_].phrasings())
    ]
    row_of = {id_: row for row, id_ in enumerate(chosen)}
    return Development(
        tuple(query_text(query.query) for query in asked),
        tuple(frozenset(row_of[id_] for id_ in query.relevant) for query in asked),
        tuple(text for _, text in keys),
        tuple(row for row, _ in keys),
    )
