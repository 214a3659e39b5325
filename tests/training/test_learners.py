"""Every learner finds what is best on a table whose best is known."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

from questrag.policy.state import LEANINGS, PASSAGE_FEATURES, STATE_FEATURES, WIDTH  # noqa: E402 # after the check
from questrag.training.learners import COUNTS, LEARNERS, Problem, compare, learn, problem, rewards_of  # noqa: E402
from questrag.training.policy import Weights  # noqa: E402
from questrag.training.table import Table  # noqa: E402
from tests.training.tables import a_table, column, put  # noqa: E402

PRICE = 0.5
P = PASSAGE_FEATURES.index("log p") * len(LEANINGS) + LEANINGS.index("one")


def by_log_p() -> Weights:
    """Return weights under which passages share out by their probability, and none has one of 0.01."""
    passage, none = np.zeros(WIDTH, np.float32), np.zeros(len(STATE_FEATURES), np.float32)
    passage[P] = 1
    none[column("one")] = np.log(0.01)
    return Weights(passage, none, np.zeros(2, np.float32), np.zeros((0, 2), np.float32))


_ALIKE = np.full(6, 1e-4)
_ONE = np.array((0.9, 0.01, 0.01, 0.01, 0.01, 0.01))
_THREE = np.array((0.3, 0.28, 0.26, 0.01, 0.01, 0.01))


def toy(n: int, seed: int, *, tokens: float = 100.0) -> Table:
    """Return turns of three kinds: nothing is needed, the first passage answers, or the third does.

    What is needed can be told from the probabilities: of nothing alike, of the first one alone, of the third three.
    """
    rng = np.random.default_rng(seed)
    table = a_table(n)
    table.state[:, column("one")] = 1
    for row in range(n):
        what = int(rng.integers(3))
        p = (_ALIKE, _ONE, _THREE)[what] * rng.uniform(0.95, 1.0, size=6)
        put(table, row, (tokens,) * 6, [what > 0 and i == (0, 0, 2)[what] for i in range(6)])
        table.passage[row, :6, P] = np.log(p)
        table.needs[row] = what > 0
    table.always_tokens[:] = table.bare + 5 * tokens
    table.always_right[:] = True
    return table


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Small products are slower on several."""
    n = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n)


@pytest.fixture(scope="module")
def learned_on() -> Problem:
    return problem(toy(600, 0), by_log_p())


@pytest.fixture(scope="module")
def unseen() -> Problem:
    return problem(toy(300, 1), by_log_p())


def test_what_each_count_achieves_is_that_of_a_hand_computation() -> None:
    table = a_table(2)
    put(table, 0, (100.0, 200.0, 300.0, 400.0), (False, False, True, False))
    table.passage[0, :4, P] = np.log((0.1, 0.4, 0.2, 0.3))  # the third likeliest is the one that answers
    table.needs[1] = False
    table.state[:, column("one")] = 1
    found = problem(table, by_log_p())
    assert COUNTS == (0, 1, 3, 5)
    assert found.right.tolist() == [[0, 0, 1, 1], [1, 1, 1, 1]]
    assert found.cost[0].tolist() == pytest.approx([0, 0.2, 0.9, 1.0])
    assert found.cost[1].tolist() == [0, 0, 0, 0]
    assert rewards_of(found, 0.5)[0].tolist() == pytest.approx([0, -0.1, 0.55, 0.5])
    shares = np.array((0.4, 0.3, 0.2, 0.1)) / 1.01
    assert found.numbers[0, :4].tolist() == pytest.approx([shares[0], shares[0], shares[:3].sum(), shares.sum()])


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_comes_close_to_the_best_reward_on_turns_that_it_has_not_seen(
    name: str, learned_on: Problem, unseen: Problem
) -> None:
    reward = rewards_of(unseen, PRICE).numpy()
    best, even = reward.max(axis=1).mean(), reward.mean()
    chosen = learn(name, learned_on, PRICE, 0)(unseen)
    reached = reward[np.arange(len(chosen)), chosen].mean()
    assert even < 0.8 * best
    assert reached >= 0.95 * best


def test_the_same_seed_learns_the_same(learned_on: Problem, unseen: Problem) -> None:
    for name in LEARNERS[:2]:
        one, again = (learn(name, learned_on, PRICE, 3)(unseen) for _ in range(2))
        assert one.tolist() == again.tolist()


def test_turns_are_drawn_as_often_as_they_count(learned_on: Problem) -> None:
    weight = np.zeros(len(learned_on.table))
    weight[:3] = (1, 3, 0)
    drawn = replace(learned_on, cost=torch.arange(len(weight)).float().repeat(4, 1).T).drawn(weight, 4000, 0)
    assert set(drawn.cost[:, 0].tolist()) == {0.0, 1.0}
    assert float(drawn.cost[:, 0].mean()) == pytest.approx(0.75, abs=0.03)
    assert len(drawn.right) == len(drawn.numbers) == 4000


def test_learners_are_compared_at_the_same_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    from questrag.training import learners

    monkeypatch.setattr(learners, "_DRAWN", 300)
    monkeypatch.setattr(learners, "_PRICES", (0.02, 0.3))
    table, dev, measured = (toy(n, seed, tokens=500.0) for n, seed in ((300, 0), (200, 1), (200, 2)))
    weights = by_log_p()
    result = compare(
        problem(table, weights),
        problem(dev, weights),
        problem(measured, weights),
        weights,
        turn_weight=np.ones(len(table)),
        margin=0.02,
        seeds=1,
    )
    assert set(result) == {*LEARNERS, "probabilities at a price (default)"}
    for name, each in result.items():
        assert (each["right_sd"], each["saving_sd"]) == (0, 0)
        if name in LEARNERS:
            assert each["right"] >= 0.95
            assert each["saving"] >= 0.3, "no more than three passages at every turn"
    assert result["exact expected gradient"]["saving"] > 0.5
