"""The learned policy: which passages may answer, by everything that is known, and which are worth their tokens."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from questrag.artifacts import open_artifact
from questrag.chat.emergency import stands_alone
from questrag.chat.errors import ArtifactError
from questrag.chat.types import Action, Decision, Hit, Reason, TurnState
from questrag.policy.state import (
    LEANINGS,
    PASSAGE_FEATURES,
    STATE_FEATURES,
    Candidate,
    Floats,
    candidates,
    cost_of,
    is_sensitive,
    passage_features,
    protected,
    state_features,
)

_SURE = 0.98
"""`confidence` where approved wording, fraud or a loss is at stake."""

MOST = 5
"""Passages in a prompt: no more than the usual design shows."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Weights of a choice among the passages of a turn and "none of them".

    Source: the conditional logit model, McFadden 1974, "Conditional Logit Analysis of Qualitative Choice Behavior".
    """

    passage: Floats
    """``(len(PASSAGE_FEATURES) * len(LEANINGS),)``."""
    none: Floats
    """``(len(STATE_FEATURES) + n_directions,)``."""
    mean: Floats
    """``(dim,)``, of the vectors of questions."""
    directions: Floats
    """``(n_directions, dim)``: what of a question's vector says whether anything is needed at all."""

    def about(self, state: TurnState) -> Floats:
        """Return ``(len(STATE_FEATURES) + n_directions,)``; the search has made the question's vector already."""
        vector = np.array(state.vector, dtype=np.float32) if state.vector else self.mean
        return np.concatenate([state_features(state), self.directions @ (vector - self.mean)])

    def probabilities(self, state: TurnState, pool: Sequence[Candidate]) -> tuple[Floats, Floats]:
        """Return ``(len(pool),)``: how likely each is the one that answers, together at most 1; and what made it so.

        The second is ``(len(pool), len(PASSAGE_FEATURES) * len(LEANINGS))``: what each feature adds to the score.
        """
        about = self.about(state)
        features = passage_features(state, pool, about)
        scores = features @ self.passage
        every = np.append(scores, about @ self.none)
        parts = np.exp(every - every.max())
        return (parts / parts.sum())[:-1], features * self.passage

    def covers(self, state: TurnState, shown: Collection[str]) -> float:
        """Return how likely a prompt that shows these entries lacks nothing that is needed, in [0, 1]."""
        pool = candidates(state)
        if not pool:
            return 1.0
        p, _ = self.probabilities(state, pool)
        return 1 - float(sum(p[i] for i, each in enumerate(pool) if each.passage.id not in shown))


@dataclass(frozen=True, slots=True)
class Fused:
    """Puts in the prompt what is likely enough to answer to be worth its tokens, new or of earlier turns.

    It reads what the search has computed already; no second model runs.
    """

    choice: Choice
    version: str
    price: float
    """Probability of being right that a thousand prompt tokens are worth: the dial between cost and accuracy."""
    confidence: float = 0.7
    """Nothing new is fetched only where what stays out is this unlikely to be needed."""
    enough: float = 0.45
    """Probability from which one passage is clearly meant."""
    ask_from: float = 1.0
    """Probability of all together from which the customer is asked which is meant, where none clearly is; 1: never."""

    @classmethod
    def open(
        cls, folder: Path, *, encoder: str, confidence: float, enough: float, ask_from: float, dial: float
    ) -> Self:
        """Read a policy.

        Args:
            encoder: version of the encoder behind the search; its probabilities are what the policy was fitted to.
            dial: multiplies the price that the policy was trained with; 0 shows everything, 1 is as trained.

        Raises:
            ArtifactError: the folder is not intact, holds another kind of policy, or one for another encoder.
        """
        artifact = open_artifact(folder, "policy")
        artifact.require_encoder(encoder, again="questrag train policy")
        try:
            read = json.loads(artifact.path("weights.json").read_text(encoding="utf-8"))
            passage = [[read["passage"][row][column] for column in LEANINGS] for row in PASSAGE_FEATURES]
            none = [read["none"][name] for name in STATE_FEATURES] + read["question"]
            vectors = np.load(artifact.path("question.npy"), allow_pickle=False).astype(np.float32)
            mean, directions = vectors[0], vectors[1:]
            weights = (
                np.array(passage, dtype=np.float32).ravel(),
                np.array(none, dtype=np.float32),
                mean,
                directions,
            )
            if len(weights[1]) != len(STATE_FEATURES) + len(directions):
                raise ValueError("weights of the question do not fit its directions")
            price = float(read["price"])
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise ArtifactError(f"{folder} is not a policy ({error}): run `questrag train policy`") from error
        if not (all(np.isfinite(each).all() for each in weights) and 0 <= price < np.inf):
            raise ArtifactError(f"{folder} has a weight that is not a number: run `questrag train policy`")
        name = f"{artifact.info.get('name', 'policy')}@{artifact.fingerprint}"
        version = name if dial == 1 else f"{name}*{dial:g}"
        return cls(Choice(*weights), version, price * dial, confidence, enough, ask_from)

    def decide(self, state: TurnState) -> Decision:
        pool = candidates(state)
        if not pool:
            return Decision(Action.NO_FETCH, 0.0, Reason.POLICY, self.version, why="Nothing was found.")
        p, parts = self.choice.probabilities(state, pool)
        p = _as_reported(state, p)
        order = [int(i) for i in np.argsort(-p, kind="stable")]
        shown = self._worth(state, pool, p, order)
        hits = {i: Hit(pool[i].passage, float(p[i])) for i in order}
        if self._unclear(state, p):
            best = tuple(hits[i] for i in order[: max(len(shown), _FEWEST_OPTIONS)])
            return Decision(Action.FETCH, 1.0, Reason.UNCLEAR, self.version, best, why=_UNCLEAR.format(p.sum()))
        new = tuple(hits[i] for i in shown if pool[i].kept is None)
        kept = tuple(hits[i] for i in shown if pool[i].kept is not None)
        action = Action.FETCH if new else Action.NO_FETCH
        reason = Reason.LIVE if kept and not new else Reason.POLICY
        why = _why(p, shown, parts[order[0]] - parts.mean(axis=0), fetched=len(new))
        return Decision(action, float(bool(new)), reason, self.version, new, kept, why)

    def _unclear(self, state: TurnState, p: Floats) -> bool:
        several = len(p) > 1 and not is_sensitive(state)
        return bool(several and p.max() < self.enough and p.sum() >= self.ask_from)

    def _worth(self, state: TurnState, pool: Sequence[Candidate], p: Floats, order: Sequence[int]) -> list[int]:
        """Return the places in the pool of what is shown, the likeliest first."""
        price = [self.price * cost_of(pool[i].passage, state.lang) for i in order[:MOST]]
        shown = [i for i, least in zip(order[:MOST], price, strict=True) if p[i] >= least]
        rest = [i for i in order[:MOST] if i not in shown]
        must = protected(state)
        sure = self.confidence
        if must is not None:
            sure = max(sure, _SURE) if state.hits[0].score >= self.enough else 1.0
        # A skip has to be sure that it leaves out nothing that is needed; what is grave, also by the search alone.
        while rest and all(pool[i].kept for i in shown) and p.sum() - p[shown].sum() > 1 - sure:
            shown.append(rest.pop(0))
        shown += [i for i, each in enumerate(pool) if each.passage.id == must and i not in shown]
        return sorted(shown, key=lambda i: -p[i])


def _as_reported(state: TurnState, p: Floats) -> Floats:
    """Return ``p`` with the best hit at least as likely as the search has it, where fraud or a lost card is reported.

    What was talked of before says nothing about a report, and nobody in trouble should wait for a better model.
    """
    if not (state.hits and stands_alone(state.question)) or p[0] >= state.hits[0].score:
        return p
    first = state.hits[0].score
    changed: Floats = p * ((1 - first) / max(1 - float(p[0]), 1e-6))
    changed[0] = first
    return changed


_FEWEST_OPTIONS = 2
_UNCLEAR = "Several entries may be meant, {:.0%} together, and none of them clearly: the customer is asked."

_PHRASES = {
    "log p": "its words and meaning fit the question", "p": "its words and meaning fit the question",
    "first": "the search puts it first",
    "live": "an earlier prompt showed it", "cited": "an earlier answer drew on it",
    "shown last": "the last prompt showed it", "cited last": "the last answer drew on it",
    "category of last": "it is of the subject of the last answer",
    "intent of last": "it is about what the last answer was about",
    "category of any": "it is of a subject of this conversation",
}  # fmt: skip


def _why(p: Floats, shown: Sequence[int], parts: Floats, *, fetched: int) -> str:
    """Return the sentence for the receipt.

    Args:
        parts: ``(len(PASSAGE_FEATURES) * len(LEANINGS),)``, what each feature adds to the score of the likeliest
            passage, beyond what it adds to the others.
    """
    covered, left = float(p[list(shown)].sum()), float(p.sum() - p[list(shown)].sum())
    if not shown:
        return f"No passage is worth its tokens: the answer is in all that was found together with {left:.0%}."
    by_feature = parts.reshape(len(PASSAGE_FEATURES), -1).sum(axis=1)
    reasons = [
        _PHRASES[PASSAGE_FEATURES[i]]
        for i in np.argsort(-by_feature)
        if by_feature[i] > 0 and PASSAGE_FEATURES[i] in _PHRASES
    ]
    because = " and ".join(dict.fromkeys(reasons[:2]))
    kept = len(shown) - fetched
    counted = [f"{n} {done}" for n, done in ((fetched, "fetched"), (kept, "kept")) if n]
    number, _, done = " and ".join(counted).partition(" ")
    what = f"{number} passage{'s' if number != '1' else ''} {done}"
    where = "it" if len(shown) == 1 else "them"
    sentence = f"{what}: the answer is in {where} with {covered:.0%}, in what was left out with {left:.0%}."
    return f"{sentence} The likeliest was chosen because {because}." if because else sentence
