"""The table of arXiv 2401.06800: always, a threshold, a policy, and both; before and after the policy gradient."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from questrag.chat.types import Action
from questrag.evaluation.intervals import bootstrap95
from questrag.policy.state import STATE_FEATURES
from questrag.policy.two_way import LABELS
from questrag.progress import Progress
from questrag.training.table import Table
from questrag.training.two_way import BertArgs, TwoWayModel, probabilities, skip_right, skip_tokens, train_bert

Bools = npt.NDArray[np.bool_]


def four_way(
    args: BertArgs,
    learned_on: Table,
    weight: npt.NDArray[np.float64],
    measured_on: Table,
    *,
    threshold: float,
    seeds: Sequence[int],
    progress: Progress | None = None,
) -> dict[str, object]:
    """Train a BERT with two actions for each seed, and measure it as it is after pre-training and after the gradient.

    Args:
        threshold: probability of the best hit from which the threshold fetches.
    """
    similar = measured_on.state[:, STATE_FEATURES.index("p1")] >= threshold
    everything = np.ones(len(measured_on), dtype=np.bool_)
    rows: dict[str, list[Bools]] = {"always": [everything], "threshold": [similar]}

    for seed in seeds:

        def look(stage: str, model: TwoWayModel) -> None:
            p = probabilities(model, args.backbone, measured_on.text)
            fetch = p[:, LABELS.index(Action.FETCH)] >= 0.5
            when = {"supervised": "before RL", "gradient": "after RL"}[stage]
            rows.setdefault(f"policy, {when}", []).append(fetch)
            rows.setdefault(f"both, {when}", []).append(fetch & similar)

        train_bert(replace(args, seed=seed), learned_on, weight, after=look, progress=progress)
    return {
        "n": len(measured_on),
        "seeds": list(seeds),
        "reward": args.reward,
        "threshold": threshold,
        "rows": {name: _row(measured_on, fetched) for name, fetched in rows.items()},
    }


def _row(table: Table, fetched: Sequence[Bools]) -> dict[str, object]:
    skipped = skip_tokens(table)
    right = [np.where(each, table.always_right, skip_right(table)) for each in fetched]
    saving = [1 - np.where(each, table.always_tokens, skipped).sum() / table.always_tokens.sum() for each in fetched]
    mean = np.mean(right, axis=0)
    return {
        "evidence_accuracy": float(mean.mean()),
        "ci95": bootstrap95(list(mean), list(table.conversation)),
        "saving": float(np.mean(saving)),
        "saving_sd": float(np.std(saving)),
        "fetch_rate": float(np.mean(fetched)),
    }
