"""Small fits: of one choice among several, and of whatever has a gradient."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

Floats = npt.NDArray[np.float32]


def least(loss: Callable[[Tensor], Tensor], start: int | Floats, *, penalty: float = 1e-4) -> Floats:
    """Return the ``(n,)`` weights at which ``loss`` is least, with a quadratic penalty on the way from the start.

    Args:
        start: ``(n,)`` weights, or how many zeros.

    Source: L-BFGS, Liu & Nocedal 1989.
    """
    first = (torch.zeros(start) if isinstance(start, int) else torch.tensor(start)).double()
    weights = first.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss(weights) + penalty * (weights - first).square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach().numpy().astype(np.float32)


class Choices:
    """Choices among candidates, one or more of which are right.

    Source: the conditional logit of McFadden 1974, "Conditional Logit Analysis of Qualitative Choice Behavior".
    """

    def __init__(self, features: Sequence[Floats], right: Sequence[npt.NDArray[np.bool_]]) -> None:
        """
        Args:
            features: of each choice, ``(candidates, n)``.
            right: of each choice, ``(candidates,)``; at least one is True.
        """
        tensors = [torch.tensor(each, dtype=torch.float64) for each in features]
        self._features = pad_sequence(tensors, batch_first=True)  # (choices, most candidates, n)
        self._right = pad_sequence([torch.tensor(each) for each in right], batch_first=True)
        self._there = pad_sequence([torch.ones(len(each), dtype=torch.bool) for each in right], batch_first=True)

    def loss(self, weights: Tensor) -> Tensor:
        """Return the mean negative log-likelihood that something right is chosen.

        Args:
            weights: ``(n,)``, or of each choice ``(choices, n)``.
        """
        counts = weights.expand(len(self._features), -1).unsqueeze(2)
        scores = (self._features @ counts).squeeze(2).masked_fill(~self._there, -torch.inf)
        return (scores.logsumexp(1) - scores.masked_fill(~self._right, -torch.inf).logsumexp(1)).mean()
