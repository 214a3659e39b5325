"""Small convex fits."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_PENALTY = 1e-4


def least(loss: Callable[[Tensor], Tensor], n: int) -> npt.NDArray[np.float32]:
    """Return the ``(n,)`` weights at which ``loss``, with a small quadratic penalty, is least.

    Source: L-BFGS, Liu & Nocedal 1989.
    """
    weights = torch.zeros(n, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss(weights) + _PENALTY * weights.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach().numpy().astype(np.float32)
