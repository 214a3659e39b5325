"""`questrag train ranking`: fits the weights of the search to development questions."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from questrag.artifacts import write_artifact
from questrag.chat.errors import Invalid
from questrag.evaluation.labelled import LabelledConversation, Query
from questrag.evaluation.runs import provenance
from questrag.progress import Progress
from questrag.retrieval.context import LEAN_FEATURES, PARTS, Look
from questrag.retrieval.encoder import OnnxEncoder, Vectors
from questrag.retrieval.index import SearchIndex, build_index
from questrag.retrieval.ranking import (
    ENTRY_FEATURES,
    LEAST_CANDIDATES,
    QUESTION_FEATURES,
    Candidates,
    Ranking,
    candidates,
    look,
    nearness,
    question_features,
)
from questrag.retrieval.text import query_text
from questrag.retrieval.writing import Document
from questrag.training.context import fit_context_weights, leaning_turns
from questrag.training.fitting import Choices, least

ANSWERABLE = 0.8
"""Share of questions that an entry answers which the probabilities assume; a bank's own logs will know better."""

VAGUE = "vague"
"""Style of a question of a word or two, "card" or "paisa": an entry answers it, and nobody can say which."""

_CANDIDATES = 50
_FOLDS = 5

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A development question with what the search finds for it."""

    query: Query
    vector: Vectors
    found: Candidates
    right: npt.NDArray[np.bool_]
    """``(n candidates,)``; all False where none of them, or no entry at all, answers."""


def examples(
    index: SearchIndex, encoder: OnnxEncoder, queries: Sequence[Query], progress: Progress | None = None
) -> list[Example]:
    """Search for every question."""
    made = []
    for done, query in enumerate(queries, start=1):
        vector = encoder.encode_query(query_text(query.query))
        found = candidates(index, query.query, vector, _CANDIDATES)
        made.append(Example(query, vector, found, np.array([index.ids[row] in query.relevant for row in found.rows])))
        if progress:
            progress(done, len(queries))
    return made


def fit_entry_weights(answerable: Sequence[Example]) -> Floats:
    """Return ``(len(ENTRY_FEATURES),)``: the maximum of the likelihood that a right entry is chosen.

    Raises:
        Invalid: no question has a right entry among its candidates.
    """
    usable = [example for example in answerable if example.right.any() and example.query.style != VAGUE]
    if not usable:
        raise Invalid("no development question has a right entry among what the search finds")
    choices = Choices([example.found.features for example in usable], [example.right for example in usable])
    return least(choices.loss, len(ENTRY_FEATURES))


def fit_question_weights(examples: Sequence[Example], entry: Floats, outside: Vectors) -> Floats:
    """Return ``(len(QUESTION_FEATURES),)``: a logistic regression of whether an entry answers.

    Args:
        outside: ``(n, dim)``, the vectors of the questions of ``examples`` that no entry answers, or of some of them;
            a question is never compared with itself.
    """
    rows = [_about(example, entry, outside) for example in examples]
    features = torch.tensor(np.stack(rows), dtype=torch.float64)
    answered = torch.tensor([float(bool(example.query.relevant)) for example in examples], dtype=torch.float64)
    share = answered.mean()
    if not 0 < float(share) < 1:
        raise Invalid("both questions with an answer and questions without one are needed")
    weight = torch.where(answered > 0, ANSWERABLE / share, (1 - ANSWERABLE) / (1 - share))

    def loss(weights: Tensor) -> Tensor:
        logits = features @ weights
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, answered, weight=weight)

    return least(loss, len(QUESTION_FEATURES))


def fit_ranking(
    documents: Sequence[Document],
    index: SearchIndex,
    encoder: OnnxEncoder,
    queries: Sequence[Query],
    conversations: Sequence[LabelledConversation],
    out: Path,
    *,
    progress: Progress | None = None,
) -> dict[str, float]:
    """Fit on all questions, write the folder, and return what cross-validation over entries measured.

    Raises:
        Invalid: there are too few questions of either kind.
    """
    asked = examples(index, encoder, queries, progress)
    outside = _unanswered(asked)
    measured = cross_validated(asked)
    with tempfile.TemporaryDirectory() as scratch:
        asked += examples(_terse_index(documents, encoder, Path(scratch)), encoder, queries, progress)
    entry = fit_entry_weights([example for example in asked if example.query.relevant])
    question = fit_question_weights(asked, entry, outside)
    none = np.zeros((len(PARTS), len(LEAN_FEATURES)), dtype=np.float32)
    ranking = Ranking(entry, question, none, outside, "being fitted")

    def search(reading: str) -> Look:
        return look(index, encoder, ranking, reading, LEAST_CANDIDATES)  # as many as a served search looks at

    context = fit_context_weights(leaning_turns(conversations, search, index.ids, progress))
    body = {
        "entry": dict(zip(ENTRY_FEATURES, map(float, entry), strict=True)),
        "question": dict(zip(QUESTION_FEATURES, map(float, question), strict=True)),
        **{
            part: dict(zip(LEAN_FEATURES, map(float, weights), strict=True))
            for part, weights in zip(PARTS, context, strict=True)
        },
    }
    info = {
        "encoder": encoder.version,
        **{name: f"{value:.4f}" for name, value in measured.items()},
        **provenance(knowledge=index.info["knowledge"]),
    }

    def fill(made: Path) -> None:
        (made / "weights.json").write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
        np.save(made / "outside.npy", outside.astype(np.float16))

    write_artifact(out, "ranking", info, fill)
    return measured


def _terse_index(documents: Sequence[Document], encoder: OnnxEncoder, scratch: Path) -> SearchIndex:
    """Index the same entries with their question alone, as most banks will bring them."""
    terse = [replace(document, phrasings=document.phrasings[:1]) for document in documents]
    build_index(terse, encoder, scratch / "terse", knowledge="terse")
    return SearchIndex(scratch / "terse")


def cross_validated(asked: Sequence[Example]) -> dict[str, float]:
    """Return the share of questions with the right entry first, fitted without the questions about the same entries."""
    answerable = [example for example in asked if example.query.relevant and example.query.style != VAGUE]
    names = sorted({min(example.query.relevant) for example in answerable})
    fold = {name: i % _FOLDS for i, name in enumerate(np.random.default_rng(0).permutation(names))}
    right: list[bool] = []
    for held in range(_FOLDS):
        inside = [example for example in answerable if fold[min(example.query.relevant)] != held]
        weights = fit_entry_weights(inside)
        outside = [example for example in answerable if fold[min(example.query.relevant)] == held]
        right += [bool(each.right[int(np.argmax(each.found.features @ weights))]) for each in outside]
    return {"right_first_cv": float(np.mean(right)), "n": float(len(right))}


def _unanswered(asked: Sequence[Example]) -> Vectors:
    vectors = [example.vector for example in asked if not example.query.relevant]
    if not vectors:
        raise Invalid("no question without an answer was given: add a file with some")
    return np.stack(vectors)


def _about(example: Example, entry: Floats, outside: Vectors) -> Floats:
    others = outside
    if not example.query.relevant:
        others = outside[~np.all(np.isclose(outside, example.vector, atol=1e-6), axis=1)]
    return question_features(example.found, example.found.features @ entry, nearness(others, example.vector))
