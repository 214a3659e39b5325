"""Fits how much each reading of a follow-up counts, on labelled conversations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from questrag.chat.errors import Invalid
from questrag.evaluation.labelled import LabelledConversation
from questrag.progress import Progress
from questrag.retrieval.context import LEAN_FEATURES, PARTS, Floats, Look, consult
from questrag.training.fitting import Choices, least

_PENALTY = 1e-3
"""Ten times the usual one: turns of one conversation are no independent samples of what 32 weights have to fit."""


@dataclass(frozen=True, slots=True)
class LeaningTurn:
    """A turn with questions before it."""

    features: Floats
    """``(len(LEAN_FEATURES),)``."""
    evidence: Floats
    """``(n + 1, len(PARTS))``."""
    right: npt.NDArray[np.bool_]
    """``(n + 1,)``: the needed entries, or the last, which stands for none."""


def leaning_turns(
    conversations: Sequence[LabelledConversation],
    look: Callable[[str], Look],
    ids: Sequence[str],
    progress: Progress | None = None,
) -> list[LeaningTurn]:
    """Read every turn that has one before it in the three ways; small talk is left out, a rule sees to it.

    Args:
        look: searches for one reading.
        ids: of the entries, by row.
    """
    made: list[LeaningTurn] = []
    for done, conversation in enumerate(conversations, start=1):
        earlier: list[str] = []
        for turn in conversation.turns:
            if earlier and turn.kind != "smalltalk":
                made.append(_read(turn.user, earlier, turn.needs, look, ids))
            earlier.append(turn.user)
        if progress:
            progress(done, len(conversations))
    return made


def _read(
    question: str, earlier: Sequence[str], needs: frozenset[str], look: Callable[[str], Look], ids: Sequence[str]
) -> LeaningTurn:
    features, rows, said, _ = consult(question, earlier, look)
    return LeaningTurn(features, said, np.array([*(ids[row] in needs for row in rows), not needs]))


def fit_context_weights(turns: Sequence[LeaningTurn]) -> Floats:
    """Return ``(len(PARTS), len(LEAN_FEATURES))``: the maximum of the likelihood of what is right under the pool.

    Turns whose entry no reading finds say nothing about the weights, and are left out.

    Raises:
        Invalid: no turn is left.
    """
    usable = [turn for turn in turns if turn.right.any()]
    if not usable:
        raise Invalid("no turn has another one before it and an entry that is found: follow-ups cannot be fitted")
    features = torch.tensor(np.stack([turn.features for turn in usable]), dtype=torch.float64)
    choices = Choices([turn.evidence for turn in usable], [turn.right for turn in usable])

    def loss(weights: Tensor) -> Tensor:
        return choices.loss(features @ weights.reshape(len(PARTS), -1).T)

    return least(loss, len(PARTS) * len(LEAN_FEATURES), penalty=_PENALTY).reshape(len(PARTS), -1)
