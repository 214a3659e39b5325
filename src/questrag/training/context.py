"""Fits how much a follow-up leans on the questions before it, on labelled conversations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from questrag.chat.errors import Invalid
from questrag.evaluation.labelled import LabelledConversation
from questrag.retrieval.context import LEAN_FEATURES, READINGS, lean_features, readings
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.index import Floats, SearchIndex
from questrag.retrieval.ranking import Ranking, candidates
from questrag.retrieval.text import query_text
from questrag.training.fitting import least

_CANDIDATES = 50
_SMALLEST = 1e-4
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LeaningTurn:
    """A turn with questions before it."""

    features: Floats
    """``(len(LEAN_FEATURES),)``."""
    p_right: Floats
    """``(3,)``: by reading, the probability given to what is right: a needed entry, or that none answers."""


def leaning_turns(
    conversations: Sequence[LabelledConversation],
    index: SearchIndex,
    encoder: OnnxEncoder,
    ranking: Ranking,
    progress: Progress | None = None,
) -> list[LeaningTurn]:
    """Read every turn that has one before it in the three ways; small talk is left out, a rule sees to it."""
    made: list[LeaningTurn] = []
    for done, conversation in enumerate(conversations, start=1):
        earlier: list[str] = []
        for turn in conversation.turns:
            if earlier and turn.kind != "smalltalk":
                made.append(_read(turn.user, earlier, turn.needs, index, encoder, ranking))
            earlier.append(turn.user)
        if progress:
            progress(done, len(conversations))
    return made


def _read(
    question: str,
    earlier: Sequence[str],
    needs: frozenset[str],
    index: SearchIndex,
    encoder: OnnxEncoder,
    ranking: Ranking,
) -> LeaningTurn:
    right, features = [], np.empty(0, dtype=np.float32)
    for reading in readings(question, earlier):
        vector = encoder.encode_query(query_text(reading))
        found = candidates(index, reading, vector, _CANDIDATES)
        each, any_answers = ranking.probabilities(found, vector)
        wanted = np.array([index.ids[row] in needs for row in found.rows])
        right.append(float(each[wanted].sum()) if needs else 1 - any_answers)
        if not len(features):
            features = lean_features(question, unknown=found.unknown, any_alone=any_answers)
    return LeaningTurn(features, np.array(right, dtype=np.float32))


def fit_context_weights(turns: Sequence[LeaningTurn]) -> Floats:
    """Return ``(2, len(LEAN_FEATURES))``: the maximum of the likelihood of what is right under the mixture.

    Source: a mixture of experts with a linear gate, Jacobs et al. 1991; the experts stay as they are.

    Raises:
        Invalid: there is no turn with another one before it.
    """
    if not turns:
        raise Invalid("no conversation has a turn with another one before it: follow-ups cannot be fitted")
    features = torch.tensor(np.stack([turn.features for turn in turns]), dtype=torch.float64)
    p_right = torch.tensor(np.stack([turn.p_right for turn in turns]), dtype=torch.float64)

    def loss(weights: Tensor) -> Tensor:
        logits = features @ weights.reshape(len(READINGS) - 1, -1).T
        shares = torch.cat([torch.zeros(len(turns), 1, dtype=torch.float64), logits], dim=1).softmax(dim=1)
        return -(shares * p_right).sum(dim=1).clamp(min=_SMALLEST).log().mean()

    return least(loss, (len(READINGS) - 1) * len(LEAN_FEATURES)).reshape(len(READINGS) - 1, -1)
