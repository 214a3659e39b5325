"""Ways to learn how many passages to show, compared on one reward table.

All read the same numbers and choose among the same actions: the none, one, three or five likeliest passages of a turn,
new or of earlier prompts. `price` says what tokens are worth to all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from questrag.training.policy import Weights, fit_price, outcome, worth
from questrag.training.table import Table
from questrag.training.two_way import negative_value, sampled_negative_value

COUNTS = (0, 1, 3, 5)

_HIDDEN, _STEPS, _LR = 32, 200, 1e-2
_DRAWN = 8_000
_FEW = 4
"""Of the numbers: those that the logistic regression reads."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Problem:
    """A table seen as a choice among `COUNTS`."""

    table: Table
    """Where the turns are from; of drawn ones, what they were drawn from."""
    numbers: Tensor
    """``(n, n_numbers)``: the five highest probabilities, what each count covers and costs, and the state."""
    right: Tensor
    """``(n, len(COUNTS))``: 1 where the action leaves nothing that is needed out of the prompt."""
    cost: Tensor
    """``(n, len(COUNTS))``: thousands of prompt tokens."""

    def drawn(self, weight: Floats, n: int, seed: int) -> Self:
        """Draw ``n`` turns, each as often as it counts."""
        rows = torch.tensor(np.random.default_rng(seed).choice(len(weight), n, p=weight / weight.sum()))
        return replace(self, numbers=self.numbers[rows], right=self.right[rows], cost=self.cost[rows])


def problem(table: Table, weights: Weights) -> Problem:
    """Order each turn's passages by how likely they answer, and read off what each count achieves."""
    p = weights.probabilities(table)
    order = np.argsort(-p, axis=1, kind="stable")
    ranked, right, tokens = (np.take_along_axis(each, order, axis=1) for each in (p, table.right, table.tokens))
    covers = np.stack([ranked[:, :count].sum(axis=1) for count in COUNTS], axis=1)
    costs = np.stack([tokens[:, :count].sum(axis=1) for count in COUNTS], axis=1) / 1000
    good = np.stack([~table.needs | right[:, :count].any(axis=1) for count in COUNTS], axis=1)
    numbers = np.concatenate([ranked[:, :1], covers[:, 1:], ranked[:, 1:5], costs, table.state], axis=1)
    return Problem(table, *(torch.tensor(each).float() for each in (numbers, good, costs)))


def rewards_of(problem: Problem, price: float) -> Tensor:
    """Return ``(n, len(COUNTS))``: 1 for a right turn, less the tokens at their price."""
    return problem.right - price * problem.cost


LEARNERS = (
    "REINFORCE with baseline", "exact expected gradient", "supervised", "logistic regression, few features",
    "reward regression",
)  # fmt: skip

Choose = Callable[[Problem], npt.NDArray[np.int64]]
"""Returns ``(n,)``, places in `COUNTS`."""


def learn(name: str, learned_on: Problem, price: float, seed: int) -> Choose:
    """Fit one of `LEARNERS`; all start from the same first weights."""
    reward = rewards_of(learned_on, price)
    best = reward.argmax(dim=1)

    def exact(logits: Tensor) -> Tensor:
        return negative_value(logits, reward, entropy_weight=0.005)

    def sampled(logits: Tensor) -> Tensor:
        return sampled_negative_value(logits, reward, float(reward.mean()), entropy_weight=0.005)

    def supervised(logits: Tensor) -> Tensor:
        return nn.functional.cross_entropy(logits, best)

    def regression(logits: Tensor) -> Tensor:
        return nn.functional.binary_cross_entropy_with_logits(logits, learned_on.right)

    if name == "reward regression":
        return _cheapest(_fit(learned_on, regression, seed), price)
    losses = dict(zip(LEARNERS, (sampled, exact, supervised, supervised), strict=False))
    return _likeliest(_fit(learned_on, losses[name], seed, few=name == LEARNERS[3]))


def _fit(
    problem: Problem, loss: Callable[[Tensor], Tensor], seed: int, *, few: bool = False
) -> Callable[[Tensor], Tensor]:
    torch.manual_seed(seed)
    n = _FEW if few else problem.numbers.shape[1]
    hidden = (nn.Linear(n, _HIDDEN), nn.Tanh(), nn.Linear(_HIDDEN, len(COUNTS)))
    model = nn.Linear(n, len(COUNTS)) if few else nn.Sequential(*hidden)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_LR, weight_decay=0.1)
    for _ in range(_STEPS):
        value = loss(model(problem.numbers[:, :n]))
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    def logits(numbers: Tensor) -> Tensor:
        with torch.no_grad():
            read: Tensor = model(numbers[:, :n])
        return read

    return logits


def _likeliest(logits: Callable[[Tensor], Tensor]) -> Choose:
    return lambda problem: logits(problem.numbers).argmax(dim=1).numpy()


def _cheapest(logits: Callable[[Tensor], Tensor], price: float) -> Choose:
    return lambda problem: (logits(problem.numbers).sigmoid() - price * problem.cost).argmax(dim=1).numpy()


def compare(
    learned_on: Problem,
    dev: Problem,
    measured_on: Problem,
    weights: Weights,
    *,
    turn_weight: Floats,
    margin: float,
    seeds: int,
) -> dict[str, dict[str, float]]:
    """Fit each learner at the price at which it keeps the margin on ``dev``, and measure it on other turns.

    Args:
        turn_weight: ``(n,)``, what each turn to learn from counts.

    Returns:
        By learner the means over seeds of ``right`` and ``saving``, their standard deviations, and the share of seeds
        for which some price kept the margin on ``dev``.
    """
    rows: dict[str, list[tuple[float, float, bool]]] = {}
    learned_on = learned_on.drawn(turn_weight, _DRAWN, 0)
    for name in LEARNERS:
        for seed in range(seeds):
            choose, kept = _at_the_margin(name, learned_on, dev, margin, seed)
            rows.setdefault(name, []).append((*_measure(measured_on, choose(measured_on)), kept))
    p = weights.probabilities(dev.table)
    target = float(dev.table.always_right.mean()) - margin
    price = fit_price(lambda price: float(outcome(dev.table, worth(dev.table, p, price)).right.mean()), target)
    default = outcome(measured_on.table, worth(measured_on.table, weights.probabilities(measured_on.table), price))
    right, saving = float(default.right.mean()), default.saving(measured_on.table)
    rows["probabilities at a price (default)"] = [(right, saving, price > 0)]
    return {name: _over_seeds(each) for name, each in rows.items()}


def _over_seeds(rows: Sequence[tuple[float, float, bool]]) -> dict[str, float]:
    right, saving, kept = np.array(rows, dtype=np.float64).T
    ddof = min(1, len(rows) - 1)
    return {
        "right": float(right.mean()),
        "saving": float(saving.mean()),
        "right_sd": float(right.std(ddof=ddof)),
        "saving_sd": float(saving.std(ddof=ddof)),
        "kept_margin": float(kept.mean()),
    }


def _at_the_margin(name: str, learned_on: Problem, dev: Problem, margin: float, seed: int) -> tuple[Choose, bool]:
    """Return the learner fitted at the highest price at which it keeps the margin on ``dev``, by bisection; at the
    lowest price, and False, where it keeps it at none."""
    target = float(dev.table.always_right.mean()) - margin
    low, high = 0, len(_PRICES)
    kept = learn(name, learned_on, _PRICES[0], seed)
    if _measure(dev, kept(dev))[0] < target:
        return kept, False
    while high - low > 1:
        middle = (low + high) // 2
        choose = learn(name, learned_on, _PRICES[middle], seed)
        if _measure(dev, choose(dev))[0] >= target:
            low, kept = middle, choose
        else:
            high = middle
    return kept, True


_PRICES = (0.02, 0.04, 0.06, 0.08, 0.1, 0.13, 0.17, 0.22, 0.28, 0.36)


def _measure(problem: Problem, chosen: npt.NDArray[np.int64]) -> tuple[float, float]:
    rows = np.arange(len(chosen))
    tokens = problem.table.bare + 1000 * problem.cost.numpy()[rows, chosen]
    return float(problem.right.numpy()[rows, chosen].mean()), float(
        1 - tokens.sum() / problem.table.always_tokens.sum()
    )
