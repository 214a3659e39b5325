"""`questrag train policy`: fits the choice among passages, and the price at which it keeps what is right."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from questrag.artifacts import Artifact, write_artifact
from questrag.chat.errors import Invalid
from questrag.chat.ports import Policy
from questrag.chat.turn import Assistant
from questrag.evaluation.judge import by_evidence
from questrag.evaluation.labelled import LabelledConversation
from questrag.evaluation.play import Played, Remembering, play
from questrag.evaluation.policy import evaluate_policies
from questrag.evaluation.runs import provenance
from questrag.policy.learned import MOST, Choice
from questrag.policy.rules import AlwaysFetch
from questrag.policy.state import LEANINGS, PASSAGE_FEATURES, STATE_FEATURES
from questrag.progress import Progress
from questrag.training.fitting import least
from questrag.training.table import Table, play_table

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_SHOWN_IN_PLAY = 2
"""Hits that each prompt of a play shows: about as many as a trained policy does."""
_FIRST_PRICE = 0.3
_PENALTY = 3e-4
_N_DIRECTIONS = 32
_SPREAD = 3.0
"""Brings the directions to the size of the other features."""
_NEVER = -1e9
_ASCENT_STEPS = 9


@dataclass(frozen=True, slots=True)
class Weights:
    """Of `policy.learned.Choice`."""

    passage: npt.NDArray[np.float32]
    none: npt.NDArray[np.float32]
    mean: npt.NDArray[np.float32]
    directions: npt.NDArray[np.float32]

    @property
    def choice(self) -> Choice:
        return Choice(self.passage, self.none, self.mean, self.directions)

    @property
    def fingerprint(self) -> str:
        return sha256(b"".join(each.tobytes() for each in (self.passage, self.none, self.directions))).hexdigest()[:12]

    def probabilities(self, table: Table) -> Floats:
        """Return ``(n, WIDEST)``: how likely each passage is the one that answers; 0 where there is none."""
        scores = np.where(table.there, table.passage @ self.passage, _NEVER)
        none = np.concatenate([table.state, (table.vector - self.mean) @ self.directions.T], axis=1) @ self.none
        every = np.concatenate([scores, none[:, np.newaxis]], axis=1).astype(np.float64)
        parts = np.exp(every - every.max(axis=1, keepdims=True))
        shared: Floats = (parts / parts.sum(axis=1, keepdims=True))[:, :-1]
        return shared


def fit_choice(table: Table, weight: Floats) -> Weights:
    """Fit by the likelihood that a right passage is chosen, or none where none is right.

    Args:
        weight: ``(n,)``, how much each turn counts.

    Raises:
        Invalid: no turn has a right passage, or every one has.
    """
    any_right = np.asarray(table.right.any(axis=1))
    if any_right.all() or not any_right.any():
        raise Invalid("the policy needs turns that a passage answers, and turns that none answers")
    mean, directions = _directions(table)
    about = np.concatenate([table.state, (table.vector - mean) @ directions.T], axis=1)
    passage, state = torch.tensor(table.passage).double(), torch.tensor(about).double()
    there = torch.tensor(table.there)
    right = torch.tensor(np.concatenate([table.right, ~any_right[:, np.newaxis]], axis=1))
    counts = torch.tensor(weight / weight.sum())
    n = passage.shape[-1]

    def loss(weights: Tensor) -> Tensor:
        scores = (passage @ weights[:n]).masked_fill(~there, _NEVER)
        log_p = torch.cat([scores, (state @ weights[n:]).unsqueeze(1)], dim=1).log_softmax(dim=1)
        return -(counts * log_p.masked_fill(~right, _NEVER).logsumexp(dim=1)).sum()

    found = least(loss, n + state.shape[-1], penalty=_PENALTY)
    return Weights(found[:n], found[n:], mean, directions)


def _directions(table: Table) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the mean of the questions' vectors, and the ``(_N_DIRECTIONS, dim)`` in which they differ most."""
    mean = table.vector.mean(axis=0)
    centred = table.vector - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)
    # As they will be stored, so that what is served is what was fitted.
    kept = np.stack([mean, *(_SPREAD * vectors[:, ::-1][:, :_N_DIRECTIONS].T)]).astype(np.float16).astype(np.float32)
    return kept[0], kept[1:]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way of choosing passages achieves on a table."""

    right: Bools
    """``(n,)``: what is shown answers the turn, or nothing is needed."""
    tokens: Floats
    """``(n,)``, of the prompt."""

    def saving(self, table: Table) -> float:
        return float(1 - self.tokens.sum() / table.always_tokens.sum())


def outcome(table: Table, shown: Bools) -> Outcome:
    """Return what showing these passages, ``(n, WIDEST)``, achieves."""
    right = ~table.needs | (shown & table.right).any(axis=1)
    return Outcome(right, table.bare + np.where(shown, table.tokens, 0).sum(axis=1))


def worth(table: Table, p: Floats, price: float) -> Bools:
    """Return ``(n, WIDEST)``: the passages that are worth their tokens, at most `MOST`, and the protected ones."""
    place = np.argsort(np.argsort(-p, axis=1, kind="stable"), axis=1)
    shown = table.there & (place < MOST) & (p >= price * table.cost)
    rows = np.flatnonzero(table.must >= 0)
    shown[rows, table.must[rows]] = True
    return shown


def fit_price(right: Callable[[float], float], target: float) -> float:
    """Return the highest price found at which the share of right turns is at least ``target``; 0 where none is.

    Dual ascent on the multiplier of the constraint, with shrinking steps: the price falls while too few turns are
    right, and rises while there is room.

    Args:
        right: share of right turns at a price, on turns that neither the policy nor the search was fitted to.
    """
    price, best, step = _FIRST_PRICE, 0.0, 0.5
    for _ in range(_ASCENT_STEPS):
        enough = right(price) >= target
        best = max(best, price) if enough else best
        price *= float(np.exp(step if enough else -step))
        step *= 0.65
    return best


def write_policy(
    weights: Weights, price: float, out: Path, about: dict[str, str], *, encoder: str, name: str
) -> Artifact:
    """Write the folder that the server reads.

    Args:
        about: what else the manifest is to say: data, seed, measured figures.
        encoder: version of the encoder behind the probabilities that the policy was fitted to.
    """
    shape = (len(PASSAGE_FEATURES), len(LEANINGS))
    rows = weights.passage.reshape(shape).astype(float)
    body = {
        "price": price,
        "passage": {
            row: dict(zip(LEANINGS, map(float, values), strict=True))
            for row, values in zip(PASSAGE_FEATURES, rows, strict=True)
        },
        "none": dict(zip(STATE_FEATURES, map(float, weights.none), strict=False)),
        "question": list(map(float, weights.none[len(STATE_FEATURES) :])),
    }
    info = {**about, "name": name, "encoder": encoder, "actions": "fetch, keep", **provenance()}

    def fill(made: Path) -> None:
        (made / "weights.json").write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
        np.save(made / "question.npy", np.stack([weights.mean, *weights.directions]).astype(np.float16))

    return write_artifact(out, "policy", info, fill)


@dataclass(frozen=True, slots=True)
class Lessons:
    """Conversations to learn from, and whom they are played with."""

    name: str
    assistant: Assistant
    conversations: Sequence[LabelledConversation]
    weight: float
    """What each of their turns counts."""


def played(lessons: Sequence[Lessons], work: Path, *, progress: Progress | None = None) -> tuple[Table, Floats]:
    """Play all lessons; return their turns, and ``(n,)`` what each counts. Raises what `play_table` raises."""
    behaviour = AlwaysFetch(_SHOWN_IN_PLAY)
    tables = [
        play_table(each.assistant, each.conversations, behaviour, work / each.name, progress=progress)
        for each in lessons
    ]
    weight = np.concatenate([np.full(len(table), each.weight) for table, each in zip(tables, lessons, strict=True)])
    return Table.joined(tables), weight


def teach(
    lessons: Sequence[Lessons],
    dev: Lessons,
    work: Path,
    out: Path,
    *,
    serving: Callable[[Choice, float], Policy],
    margin: float,
    name: str,
    seed: int,
    progress: Progress | None = None,
) -> Artifact:
    """Play, fit the choice, play the development conversations with it, fit the price, and write the policy.

    Args:
        dev: conversations about entries that nothing was fitted to.
        margin: share of ``dev``'s turns that may be less right than with the usual design.
        serving: makes the policy as it will be served, of a choice and a price.

    Raises:
        Invalid: ``work`` holds another run, or there is nothing to learn.
    """
    table, weight = played(lessons, work, progress=progress)
    weights = fit_choice(table, weight)
    player = replace(dev.assistant, retriever=Remembering(dev.assistant.retriever))
    usual = [each for talk in dev.conversations for each in play(player, talk, lambda turn: AlwaysFetch())]

    def right(price: float) -> float:
        policy = serving(weights.choice, price)
        shown = [each for talk in dev.conversations for each in play(player, talk, lambda turn: policy)]
        steps.append(price)
        if progress:
            progress(len(steps), _ASCENT_STEPS)
        return _right(shown)

    steps: list[float] = []
    price = fit_price(right, _right(usual) - margin)
    final = serving(weights.choice, price)
    measured = evaluate_policies(player, dev.conversations, {"default": final})["policies"]
    about = {
        "dev_right": f"{measured['default']['evidence_accuracy']:.4f}",
        "dev_right_always": f"{measured['always']['evidence_accuracy']:.4f}",
        "dev_saving": f"{measured['default']['saving']:.4f}",
        "dev_unsafe_skips": f"{measured['default']['unsafe_skips']} of {measured['default']['n_needing']}",
        "turns": ", ".join(f"{each.name} {sum(len(talk.turns) for talk in each.conversations)}" for each in lessons),
        "knowledge": dev.assistant.knowledge.version,
        "seed": str(seed),
        "margin": f"{margin:g}",
    }
    encoder = dev.assistant.retriever.encoder_version
    return write_policy(weights, price, out, about, encoder=encoder, name=name)


def _right(turns: Sequence[Played]) -> float:
    return sum(by_evidence(each.turn.needs, each.shown) == "good" for each in turns) / len(turns)
