"""Which of the candidates answers a question, and whether any of them does."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from questrag.artifacts import open_artifact
from questrag.chat.errors import ArtifactError
from questrag.retrieval import text
from questrag.retrieval.context import LEAN_FEATURES, PARTS, Look
from questrag.retrieval.encoder import OnnxEncoder, Vectors
from questrag.retrieval.index import Floats, Rows, SearchIndex
from questrag.retrieval.lexical import cover, likelihood, unknown
from questrag.retrieval.opposites import opposites

_FEATURES = (
    "nearest", "near", "whole", "words", "letters", "answers", "says", "couples", "agree", "against", "extra",
)  # fmt: skip
ENTRY_FEATURES = (*_FEATURES, *(f"{name}, few" for name in _FEATURES))
"""Of a question and an entry: cosine to its nearest phrasing, mean of its three nearest, cosine to its question and
answer; content words of the question in its phrasings, in runs of letters, in its answers; how likely it is asked for
in these words, and in these pairs of words; sides taken alike, opposite, and beyond the question
(`retrieval.opposites`). And each once more over the number of its phrasings: an entry that has one is found by other
things than an entry that has twenty."""

QUESTION_FEATURES = (
    "score", "margin", "nearest", "near", "whole", "words", "letters", "unknown", "length", "outside", "few", "one",
)  # fmt: skip
"""Of a question: the best score and its lead over the second; five features of the best entry; the share of words that
no entry knows; the number of words; how near it is to questions that no entry answers; one over the number of phrasings
of the best entry; and 1."""

_NEAREST = 3
"""Phrasings of an entry that have to be near: one alone may be odd."""
LEAST_CANDIDATES = 16
_ALMOST, _SAME_WEIGHT = 0.95, 6.0
"""A phrasing this near is the question almost word for word, and decides: no weight can be fitted to that, because
nobody who writes development questions writes those that are there."""
_SCALE = 20.0
"""Nats; brings the likelihoods to the size of the others."""
_LONG = 12
"""Content words; a longer question is no clearer."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Entries that may answer a question."""

    rows: Rows
    """``(n,)``, of the index."""
    features: Floats
    """``(n, len(ENTRY_FEATURES))``."""
    few: Floats
    """``(n,)``: one over the number of phrasings."""
    unknown: float
    n_words: int


def candidates(index: SearchIndex, question: str, vector: Vectors, n: int, also: Rows | None = None) -> Candidates:
    """Return the best ``n`` entries by meaning, by words and by letters, with their features.

    Args:
        vector: ``(dim,)``, of the question.
        also: ``(m,)``, rows that are candidates in any case.
    """
    n = min(max(n, LEAST_CANDIDATES), len(index))
    terms, read = text.terms(question), text.words(question)
    words = cover(index.lexical["words"], terms)
    letters = cover(index.lexical["letters"], text.grams(terms))
    by_side = [index.nearest(vector, n), index.nearest_wholes(vector, n), highest(words, n), highest(letters, n)]
    by_side += [also] if also is not None else []
    rows = np.unique(np.concatenate(by_side))
    cosines, closeness = index.cosines(vector, rows, _NEAREST)
    agree, against, extra = opposites().compare(read, index.shares(rows))
    columns = (
        cosines, closeness, index.whole_cosines(vector, rows),
        words[rows], letters[rows], cover(index.lexical["answers"], terms)[rows],
        likelihood(index.lexical["says"], {*read, *terms})[rows] / _SCALE,
        likelihood(index.lexical["couples"], text.couples(read))[rows] / _SCALE,
        agree, against, extra,
    )  # fmt: skip
    features = np.stack(columns, axis=1)
    few = index.few(rows)
    both = np.concatenate([features, features * few[:, np.newaxis]], axis=1)
    return Candidates(rows, both, few, unknown(index.lexical["words"], terms), len(terms))


def highest(scores: Floats, n: int) -> Rows:
    """Return the rows of the ``n`` highest scores above zero, in no order."""
    n = min(n, len(scores))
    rows = np.argpartition(-scores, n - 1)[:n] if n else np.empty(0, dtype=np.int64)
    return np.asarray(rows[scores[rows] > 0], dtype=np.int64)


class Ranking:
    """Weights fitted on development questions, by `questrag train ranking`."""

    def __init__(self, entry: Floats, question: Floats, context: Floats, outside: Vectors, version: str) -> None:
        """
        Args:
            entry: ``(len(ENTRY_FEATURES),)``, of the logit that it is this entry.
            question: ``(len(QUESTION_FEATURES),)``, of the logit that an entry answers.
            context: ``(len(PARTS), len(LEAN_FEATURES))``, see `retrieval.context`.
            outside: ``(n, dim)``, questions that no entry answers.
        """
        self.entry, self.question, self.context, self.outside = entry, question, context, outside
        self.version = version

    @classmethod
    def open(cls, folder: Path, *, encoder: str) -> Self:
        """Raises: ArtifactError: the folder is not intact, or was fitted for another encoder."""
        artifact = open_artifact(folder, "ranking")
        artifact.require_encoder(encoder, again="questrag train ranking")
        try:
            read = json.loads(artifact.path("weights.json").read_text(encoding="utf-8"))
            entry = np.array([read["entry"][name] for name in ENTRY_FEATURES], dtype=np.float32)
            question = np.array([read["question"][name] for name in QUESTION_FEATURES], dtype=np.float32)
            context = np.array([[read[part][name] for name in LEAN_FEATURES] for part in PARTS], dtype=np.float32)
            outside = np.load(artifact.path("outside.npy"), allow_pickle=False).astype(np.float32)
            return cls(entry, question, context, outside, artifact.fingerprint)
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise ArtifactError(f"{folder} is not a ranking ({error}): run `questrag train ranking`") from error

    def scores(self, found: Candidates) -> Floats:
        """Return ``(n,)``: logits of which of them it is."""
        nearest = found.features[:, ENTRY_FEATURES.index("nearest")]
        said = _SAME_WEIGHT * np.clip((nearest - _ALMOST) / (1 - _ALMOST), 0, 1)
        scores: Floats = (found.features @ self.entry + said).astype(np.float32)
        return scores

    def probabilities(self, found: Candidates, vector: Vectors) -> tuple[Floats, float]:
        """Return for each candidate how likely it answers, ``(n,)``, and how likely any entry does, their sum."""
        scores = self.scores(found)
        about = question_features(found, scores, nearness(self.outside, vector))
        any_answers = 1 / (1 + np.exp(-float(about @ self.question)))
        weights = np.exp(scores - scores.max())
        shared: Floats = (any_answers * weights / weights.sum()).astype(np.float32)
        return shared, float(any_answers)


def look(
    index: SearchIndex, encoder: OnnxEncoder, ranking: Ranking, question: str, n: int, also: Rows | None = None
) -> Look:
    """Search for a question, or for one reading of it, among ``n`` entries or more and those named in ``also``."""
    vector = encoder.encode_query(text.query_text(question))
    found = candidates(index, question, vector, n, also)
    return Look(found.rows, *ranking.probabilities(found, vector), found.unknown, vector)


def question_features(found: Candidates, scores: Floats, outside: float) -> Floats:
    """Return ``(len(QUESTION_FEATURES),)``."""
    order = np.argsort(-scores)
    best = found.features[order[0]]
    margin = scores[order[0]] - scores[order[1]] if len(order) > 1 else 1.0
    of_best = [best[ENTRY_FEATURES.index(name)] for name in ("nearest", "near", "whole", "words", "letters")]
    length = min(found.n_words, _LONG) / _LONG
    few = found.few[order[0]]
    return np.array([scores[order[0]], margin, *of_best, found.unknown, length, outside, few, 1.0], dtype=np.float32)


def nearness(outside: Vectors, vector: Vectors) -> float:
    """Return the mean cosine to the three nearest of the questions that no entry answers."""
    if not len(outside):
        return 0.0
    return float(np.sort(outside @ vector)[-_NEAREST:].mean())
