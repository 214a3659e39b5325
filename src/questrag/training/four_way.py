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

    With both, a turn fetches where the policy and the threshold would: each can suppress a fetch. In every row a turn
    that does not fetch keeps what the last answer drew on.

    Args:
        threshold: probability of the best hit from which the threshold fetches.

    Returns:
        What was trained and measured, and by row the means over seeds, with ``ci95`` of the right turns over
        conversations and ``saving_sd`` over seeds, 0 where there is one.
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
        "backbone": args.backbone,
        "supervised_steps": args.supervised_steps,
        "gradient_steps": args.gradient_steps,
        "reward": args.reward,
        "threshold": threshold,
        "rows": {name: _row(measured_on, fetched) for name, fetched in rows.items()},
    }


def _row(table: Table, fetched: Sequence[Bools]) -> dict[str, object]:
    usual, skipped = table.always_tokens.astype(np.float64), skip_tokens(table)
    right = np.mean([np.where(each, table.always_right, skip_right(table)) for each in fetched], axis=0)
    saving = [1 - np.where(each, usual, skipped).sum() / usual.sum() for each in fetched]
    return {
        "evidence_accuracy": float(right.mean()),
        "ci95": bootstrap95(list(right), list(table.conversation)),
        "saving": float(np.mean(saving)),
        "saving_sd": float(np.std(saving, ddof=1)) if len(saving) > 1 else 0.0,
        "fetch_rate": float(np.mean(fetched)),
    }
