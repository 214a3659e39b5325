"""Reward tables made by hand."""

from collections.abc import Sequence

import numpy as np

from questrag.policy.state import LEANINGS, PASSAGE_FEATURES, STATE_FEATURES, WIDTH
from questrag.training.table import WIDEST, Table

CITED_LAST = PASSAGE_FEATURES.index("cited last") * len(LEANINGS) + LEANINGS.index("one")


def a_table(n: int, *, bare: float = 100.0, always: float = 500.0) -> Table:
    """Return turns that need something, at which nothing is there and the usual design finds nothing."""
    return Table(
        state=np.zeros((n, len(STATE_FEATURES)), np.float32),
        passage=np.zeros((n, WIDEST, WIDTH), np.float32),
        there=np.zeros((n, WIDEST), np.bool_),
        live=np.zeros((n, WIDEST), np.bool_),
        right=np.zeros((n, WIDEST), np.bool_),
        needs=np.ones(n, np.bool_),
        must=np.full(n, -1),
        cost=np.zeros((n, WIDEST), np.float32),
        vector=np.zeros((n, 2), np.float32),
        tokens=np.zeros((n, WIDEST), np.float32),
        bare=np.full(n, bare, np.float32),
        always_tokens=np.full(n, always, np.float32),
        always_right=np.zeros(n, np.bool_),
        text=np.full(n, "q"),
        conversation=np.array([f"c{i}" for i in range(n)]),
        kind=np.full(n, "new"),
    )


def column(name: str) -> int:
    return STATE_FEATURES.index(name)


def put(table: Table, row: int, tokens: Sequence[float], right: Sequence[bool]) -> None:
    """Put passages into the first places of a turn."""
    n = len(tokens)
    table.there[row, :n] = True
    table.tokens[row, :n] = tokens
    table.right[row, :n] = right
