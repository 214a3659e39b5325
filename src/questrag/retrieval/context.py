"""Questions that lean on the ones before: three ways to read one, and how much each counts.

A follow-up is searched for as it stands, together with the last question that stood alone, and together with the last
two. What the three searches say is pooled. No model rewrites anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from questrag.chat.followup import aspects, needs_context, opens, points

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

READINGS = ("alone", "together", "thread")
PARTS = (*READINGS, "none")
"""What the pool weighs: each reading, and how ready it is to say that no entry answers."""
LEAN_FEATURES = ("aspects", "nothing_else", "opens", "points", "length", "unknown", "any_alone", "one")
"""Share of words that name an aspect and no thing; whether there are no others; whether it opens with a conjunction;
whether it points back with a pronoun; its length; the share of words that no entry knows; how likely any entry answers
it as it stands; and 1."""

_LONG = 15
_LEAST = 1e-4
"""Probabilities below it count as this, as does that of an entry that a reading did not find."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a search says about one reading."""

    rows: Rows
    """``(n,)``, of the index."""
    probabilities: Floats
    """``(n,)``: how likely each answers."""
    any_answers: float
    """Their sum."""
    unknown: float
    """Share of the words that no entry holds, weighted."""
    vector: Floats
    """``(dim,)``, of the reading."""


def readings(question: str, earlier: Sequence[str]) -> list[str]:
    """Return what to search for, in the order of `READINGS`; the question alone where nothing was asked before."""
    if not earlier:
        return [question]
    topics = [text for text in earlier if not needs_context(text)] or [earlier[0]]
    return [question, " ".join([*topics[-1:], question]), " ".join([*topics[-2:], question])]


def lean_features(question: str, *, unknown: float, any_alone: float) -> Floats:
    """Return ``(len(LEAN_FEATURES),)``.

    Args:
        unknown: share of the question's words that no entry holds, weighted.
        any_alone: probability that an entry answers the question as it stands.
    """
    share, n_words = aspects(question)
    return np.array(
        [
            share,
            needs_context(question),
            opens(question),
            points(question),
            min(n_words, _LONG) / _LONG,
            unknown,
            any_alone,
            1.0,
        ],
        dtype=np.float32,
    )


def evidence(looks: Sequence[Look]) -> tuple[Rows, Floats]:
    """Put side by side what the readings of one question say.

    Returns:
        The ``(n,)`` entries that any of them found; and ``(n + 1, len(PARTS))``: by reading, the logarithm of how
        likely each answers, in the last row of how likely none does, which the last column marks.
    """
    rows = np.unique(np.concatenate([look.rows for look in looks]))
    said = np.zeros((len(rows) + 1, len(looks)), dtype=np.float32)
    for column, look in enumerate(looks):
        said[np.searchsorted(rows, look.rows), column] = look.probabilities
        said[-1, column] = 1 - look.any_answers
    none = np.zeros((len(said), 1), dtype=np.float32)
    none[-1] = 1
    return rows, np.concatenate([np.log(np.maximum(said, _LEAST)), none], axis=1)


def consult(question: str, earlier: Sequence[str], look: Callable[[str], Look]) -> tuple[Floats, Rows, Floats, Floats]:
    """Search for every reading of a question that has others before it, for each different text once.

    Args:
        look: searches for one reading.

    Returns:
        The question's lean features, what `evidence` makes of the looks, and the vector of the question as it stands.
    """
    texts = readings(question, earlier)
    looks = {text: look(text) for text in dict.fromkeys(texts)}
    alone = looks[question]
    features = lean_features(question, unknown=alone.unknown, any_alone=alone.any_answers)
    return features, *evidence([looks[text] for text in texts]), alone.vector


def pooled(weights: Floats, features: Floats, said: Floats) -> Floats:
    """Return ``(n + 1,)``, together 1: how likely each entry answers, and that none does.

    Args:
        weights: ``(len(PARTS), len(LEAN_FEATURES))``: what each part counts is linear in the features.
        features: ``(len(LEAN_FEATURES),)``.
        said: ``(n + 1, len(PARTS))``, from `evidence`.

    Source: the logarithmic opinion pool, Genest & Zidek 1986, "Combining Probability Distributions"; entries that one
        reading all but rules out cannot win by another one alone, as they do in a mixture.
    """
    scores = said @ (weights @ features)
    parts = np.exp(scores - scores.max())
    return np.asarray(parts / parts.sum(), dtype=np.float32)
