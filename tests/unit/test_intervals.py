"""The exact interval of a share, by its definition and by hand."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.evaluation.intervals import exact95

counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def at_least(k: int, n: int, p: float) -> float:
    """Return the probability of ``k`` or more of ``n``."""
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 300, 0.0, 1 - 0.025 ** (1 / 300)),
        (300, 300, 0.025 ** (1 / 300), 1.0),
        (0, 300, 0.0, 0.0122),
        (5, 100, 0.0164, 0.1128),
        (1, 1, 0.025, 1.0),
        (5, 10, 0.1871, 0.8129),
    ],
)
def test_the_exact_interval_is_that_of_the_tables(successes: int, n: int, low: float, high: float) -> None:
    assert exact95(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(counts)
def test_at_each_end_what_was_counted_or_more_extreme_has_a_fortieth_of_probability(counted: tuple[int, int]) -> None:
    k, n = counted
    low, high = exact95(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert at_least(k, n, low) == pytest.approx(0.025 if k else 1.0, abs=1e-6)
    assert 1 - at_least(k + 1, n, high) == pytest.approx(0.025 if k < n else 1.0, abs=1e-6)


@given(counts)
def test_what_failed_has_the_interval_of_what_did_not_turned_round(counted: tuple[int, int]) -> None:
    k, n = counted
    low, high = exact95(k, n)
    assert exact95(n - k, n) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_of_nothing_nothing_is_known() -> None:
    assert exact95(0, 0) == (0.0, 1.0)


def test_many_are_counted_too() -> None:
    low, high = exact95(2500, 5000)
    assert (low, high) == pytest.approx((0.4860, 0.5140), abs=1e-4)
