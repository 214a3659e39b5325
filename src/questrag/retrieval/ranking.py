"""Which of the candidates answers a question, and whether any of them does."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from questrag.artifacts import open_artifact
from questrag.chat.errors import ArtifactError
from questrag.retrieval import text
from questrag.retrieval.context import LEAN_FEATURES, READINGS
from questrag.retrieval.encoder import Vectors
from questrag.retrieval.index import Floats, Rows, SearchIndex
from questrag.retrieval.opposites import opposites

ENTRY_FEATURES = (
    "nearest", "near", "words", "one_phrasing", "letters", "answers", "agree", "against", "extra",
)  # fmt: skip
"""Of a question and an entry: cosine to its nearest phrasing, mean of its three nearest; content words of the question
in its phrasings, in the one that holds most, in runs of letters, in its answers; sides taken alike, opposite, and
beyond the question (`retrieval.opposites`)."""

QUESTION_FEATURES = ("score", "margin", "nearest", "near", "words", "letters", "unknown", "length", "outside", "one")
"""Of a question: the best score and its lead over the second; four features of the best entry; the share of words that
no entry knows; the number of words; how near it is to questions that no entry answers; and 1."""

_NEAREST = 3
"""Phrasings of an entry that have to be near: one alone may be odd."""
_LEAST_CANDIDATES = 24


@dataclass(frozen=True, slots=True)
class Candidates:
    """Entries that may answer a question."""

    rows: Rows
    """``(n,)``, of the index."""
    features: Floats
    """``(n, len(ENTRY_FEATURES))``."""
    unknown: float
    n_words: int


def candidates(index: SearchIndex, question: str, vector: Vectors, n: int) -> Candidates:
    """Return the best ``n`` entries by meaning, by words and by letters, with their features.

    Args:
        vector: ``(dim,)``, of the question.
    """
    n = min(max(n, _LEAST_CANDIDATES), len(index))
    terms = text.terms(question)
    words, letters = index.words(terms), index.letters(text.grams(question))
    rows = np.unique(np.concatenate([index.nearest(vector, n), highest(words, n), highest(letters, n)]))
    cosines, closeness = index.cosines(vector, rows, _NEAREST)
    agree, against, extra = opposites().compare(text.words(question), index.shares(rows))
    columns = (
        cosines, closeness, words[rows], index.one_phrasing(terms)[rows], letters[rows], index.answers(terms)[rows],
        agree, against, extra,
    )  # fmt: skip
    return Candidates(rows, np.stack(columns, axis=1), index.unknown(terms), len(terms))


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
            context: ``(2, len(LEAN_FEATURES))``, see `retrieval.context`.
            outside: ``(n, dim)``, questions that no entry answers.
        """
        self.entry, self.question, self.context, self.outside = entry, question, context, outside
        self.version = version

    @classmethod
    def open(cls, folder: Path, *, encoder: str) -> Self:
        """Raises: ArtifactError: the folder is not intact, or was fitted for another encoder."""
        artifact = open_artifact(folder, "ranking")
        if artifact.info.get("encoder") != encoder:
            raise ArtifactError(
                f"{folder} was fitted for encoder {artifact.info.get('encoder')}, not {encoder}: "
                "run `questrag train ranking`"
            )
        try:
            read = json.loads(artifact.path("weights.json").read_text(encoding="utf-8"))
            entry = np.array([read["entry"][name] for name in ENTRY_FEATURES], dtype=np.float32)
            question = np.array([read["question"][name] for name in QUESTION_FEATURES], dtype=np.float32)
            context = np.array([[read[r][name] for name in LEAN_FEATURES] for r in READINGS[1:]], dtype=np.float32)
            outside = np.load(artifact.path("outside.npy"), allow_pickle=False).astype(np.float32)
            return cls(entry, question, context, outside, artifact.fingerprint)
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise ArtifactError(f"{folder} is not a ranking ({error}): run `questrag train ranking`") from error

    def scores(self, found: Candidates) -> Floats:
        """Return ``(n,)``: logits of which of them it is."""
        scores: Floats = found.features @ self.entry
        return scores

    def probabilities(self, found: Candidates, vector: Vectors) -> tuple[Floats, float]:
        """Return for each candidate how likely it answers, ``(n,)``, and how likely any entry does, their sum."""
        scores = self.scores(found)
        about = question_features(found, scores, nearness(self.outside, vector))
        any_answers = 1 / (1 + np.exp(-float(about @ self.question)))
        weights = np.exp(scores - scores.max())
        shared: Floats = (any_answers * weights / weights.sum()).astype(np.float32)
        return shared, float(any_answers)


def question_features(found: Candidates, scores: Floats, outside: float) -> Floats:
    """Return ``(len(QUESTION_FEATURES),)``."""
    order = np.argsort(-scores)
    best = found.features[order[0]]
    margin = scores[order[0]] - scores[order[1]] if len(order) > 1 else 1.0
    of_best = [best[ENTRY_FEATURES.index(name)] for name in ("nearest", "near", "words", "letters")]
    return np.array(
        [scores[order[0]], margin, *of_best, found.unknown, min(found.n_words, 12) / 12, outside, 1.0], dtype=np.float32
    )


def nearness(outside: Vectors, vector: Vectors) -> float:
    """Return the mean cosine to the three nearest of the questions that no entry answers."""
    if not len(outside):
        return 0.0
    return float(np.sort(outside @ vector)[-_NEAREST:].mean())
