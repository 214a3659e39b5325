"""Learns from use: moves a served policy by what customers, or a model, thought of its answers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from questrag.artifacts import Artifact
from questrag.chat.errors import Invalid
from questrag.evaluation.logs import Log, Logged, shown_by, votes
from questrag.policy.learned import Choice, Fused
from questrag.policy.state import candidates, passage_features
from questrag.training.fitting import least
from questrag.training.policy import Weights, fit_price, write_policy

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_NEVER = -1e9
_PENALTY = 0.3
_PRIOR_TURNS = 1000
"""Turns that the served policy counts for: with as many votes, half of what they ask for is done."""


def learn(served: Choice, judged: Sequence[Logged]) -> Weights:
    """Return the weights under which the verdicts are likeliest, not far from those that serve.

    A good answer says that what it drew on was right, or that nothing was needed where it drew on nothing; a bad one
    says that it was any but that.

    Raises:
        Invalid: no verdict says anything about a passage that could have been shown.
    """
    rows = [(each, _right(each), count) for each, count in zip(judged, votes(judged), strict=True)]
    rows = [row for row in rows if row[1].any() and not row[1].all()]
    if not rows:
        raise Invalid("no verdict says anything about a passage that could have been shown")
    widest = max(len(right) for _, right, _ in rows)
    features = np.zeros((len(rows), widest - 1, len(served.passage)))
    right, there = np.zeros((2, len(rows), widest), dtype=np.bool_)
    about = np.zeros((len(rows), len(served.none)))
    for i, (each, of, _) in enumerate(rows):
        pool = candidates(each.state)
        about[i] = served.about(each.state)
        features[i, : len(pool)] = passage_features(each.state, pool, about[i].astype(np.float32))
        there[i, : len(pool)], right[i, : len(pool)] = True, of[:-1]
        there[i, -1], right[i, -1] = True, of[-1]
    count = np.array([count for _, _, count in rows])
    found = _nearest(served, features, about, there, right, count)
    n = len(served.passage)
    return Weights(found[:n], found[n:], served.mean, served.directions)


def _right(each: Logged) -> Bools:
    """Return ``(len(pool) + 1,)``: what may be right by the verdict; the last place is for none of them."""
    ids = [candidate.passage.id for candidate in candidates(each.state)]
    cited = np.array([*(entry_id in each.receipt.cited for entry_id in ids), not each.receipt.cited])
    return cited if each.verdict == "good" else ~cited


def _nearest(
    served: Choice, features: Floats, about: Floats, there: Bools, right: Bools, count: Floats
) -> npt.NDArray[np.float32]:
    n = len(served.passage)
    passage, state, counts = (torch.tensor(each).double() for each in (features, about, count))
    exists, fits = torch.tensor(there), torch.tensor(right)

    def loss(weights: Tensor) -> Tensor:
        scores = torch.cat([passage @ weights[:n], (state @ weights[n:]).unsqueeze(1)], dim=1)
        log_p = scores.masked_fill(~exists, _NEVER).log_softmax(dim=1)
        unlikely = -log_p.masked_fill(~fits, _NEVER).logsumexp(dim=1)
        return (counts * unlikely).sum() / (counts.sum() + _PRIOR_TURNS)

    return least(loss, np.concatenate([served.passage, served.none]), penalty=_PENALTY)


def grown(served: Fused, log: Log, *, version: str) -> tuple[Fused, Weights]:
    """Return the candidate, and its weights: learned from the verdicts, at the highest price at which it leaves out no
    more than what serves, over all turns of the log and by what it has learned.

    Args:
        served: as it is opened with the dial 1.

    Raises:
        Invalid: no verdict says anything about a passage that could have been shown.
    """
    weights = learn(served.choice, log.judged)
    candidate = replace(served, choice=weights.choice, version=version)

    def right(policy: Fused) -> float:
        shown = [shown_by(policy.decide(each.state)) for each in log.turns]
        return float(
            np.mean([weights.choice.covers(each.state, of) for each, of in zip(log.turns, shown, strict=True)])
        )

    price = fit_price(lambda price: right(replace(candidate, price=price)), right(served))
    return replace(candidate, price=price), weights


def write_candidate(served: Fused, log: Log, out: Path, *, encoder: str) -> Artifact:
    """Learn a candidate and write its folder. Raises what `grown` raises."""
    candidate, weights = grown(served, log, version="candidate")
    about = {
        "learned_from": served.version,
        "votes": str(len(log.judged)),
        "accounts": str(len({each.turn.user_id for each in log.judged})),
    }
    return write_policy(weights, candidate.price, out, about, encoder=encoder, name=served.version.partition("@")[0])
