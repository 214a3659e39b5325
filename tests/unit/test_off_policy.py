from dataclasses import astuple
from math import inf, nan, sqrt

import numpy as np
import pytest

from questrag.evaluation.off_policy import (
    Estimate,
    Floats,
    doubly_robust_terms,
    effective_sample_size,
    estimate_of,
    estimates,
    ips_terms,
    lower_bound,
    simulated_coverage,
    snips,
    snips_terms,
    unsupported,
)

REWARD = np.array([1.0, 0.0, 1.0, 1.0])
P_LOGGED = np.array([0.5, 0.5, 0.25, 1.0])
P_NEW = np.array([1.0, 0.5, 1.0, 0.0])
TALKS = ["a", "a", "b", "b"]
# Weights by hand: 2, 1, 4, 0.


def log_of(seed: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=50), rng.uniform(0.05, 1.0, size=50), rng.uniform(size=50)


def test_a_turn_counts_as_often_as_the_new_policy_is_likelier_to_act_like_it() -> None:
    assert ips_terms(REWARD, P_LOGGED, P_NEW, max_weight=10).tolist() == [2.0, 0.0, 4.0, 0.0]


def test_no_turn_counts_for_more_than_the_largest_weight() -> None:
    assert ips_terms(REWARD, P_LOGGED, P_NEW, max_weight=3).tolist() == [2.0, 0.0, 3.0, 0.0]
    assert snips(REWARD, P_LOGGED, P_NEW, max_weight=3) == pytest.approx(5 / 6)


def test_self_normalised_is_the_weighted_mean_of_the_rewards() -> None:
    assert snips(REWARD, P_LOGGED, P_NEW, max_weight=10) == pytest.approx(6 / 7)


def test_self_normalised_terms_are_linear_around_the_value() -> None:
    # value 6/7, mean weight 7/4: a weight of 2 and a reward of 1 give 6/7 + 2 * (1/7) * 4/7.
    terms = snips_terms(REWARD, P_LOGGED, P_NEW, max_weight=10)
    assert terms == pytest.approx([6 / 7 + 8 / 49, 6 / 7 - 24 / 49, 6 / 7 + 16 / 49, 6 / 7])


@pytest.mark.parametrize("seed", range(5))
def test_self_normalised_stays_inside_the_rewards_and_moves_with_a_constant(seed: int) -> None:
    reward, p_logged, p_new = log_of(seed)
    value = snips(reward, p_logged, p_new, max_weight=20)
    assert reward.min() <= value <= reward.max()
    assert snips(reward + 3, p_logged, p_new, max_weight=20) == pytest.approx(value + 3)


def test_doubly_robust_adds_the_weighted_error_of_the_model() -> None:
    taken, expected = np.array([0.5, 0.5, 0.75, 1.0]), np.array([0.5, 0.25, 0.75, 0.5])
    # 0.5 + 2 * 0.5, 0.25 - 1 * 0.5, 0.75 + 4 * 0.25, 0.5 + 0 * 0
    terms = doubly_robust_terms(REWARD, P_LOGGED, P_NEW, taken, expected, max_weight=10)
    assert terms.tolist() == [1.5, -0.25, 1.75, 0.5]


def test_a_perfect_model_needs_no_correction() -> None:
    expected = np.array([0.9, 0.2, 0.4, 0.6])
    terms = doubly_robust_terms(REWARD, P_LOGGED, P_NEW, REWARD, expected, max_weight=10)
    assert terms.tolist() == expected.tolist()


def test_a_model_that_says_nothing_leaves_inverse_propensities() -> None:
    nothing = np.zeros(4)
    terms = doubly_robust_terms(REWARD, P_LOGGED, P_NEW, nothing, nothing, max_weight=10)
    assert terms.tolist() == ips_terms(REWARD, P_LOGGED, P_NEW, max_weight=10).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_a_policy_that_acts_like_the_log_is_worth_the_mean_reward(seed: int) -> None:
    reward, p_logged, _ = log_of(seed)
    assert ips_terms(reward, p_logged, p_logged, max_weight=1).tolist() == reward.tolist()
    assert snips(reward, p_logged, p_logged, max_weight=1) == pytest.approx(reward.mean())
    assert snips_terms(reward, p_logged, p_logged, max_weight=1) == pytest.approx(reward)


def test_effective_sample_size_agrees_with_a_hand_computation() -> None:
    assert effective_sample_size(np.array([2.0, 1.0, 4.0, 0.0])) == pytest.approx(49 / 21)


@pytest.mark.parametrize("seed", range(5))
def test_effective_sample_size_lies_between_one_and_the_turns(seed: int) -> None:
    weights = np.random.default_rng(seed).exponential(size=30) ** 3
    assert 1 <= effective_sample_size(weights) <= 30
    assert effective_sample_size(np.full(30, 0.2)) == pytest.approx(30)
    assert effective_sample_size(np.eye(30)[seed]) == 1


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [nan, 1.0]])
def test_weights_that_weigh_nothing_or_less_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        effective_sample_size(np.array(weights))


def test_what_the_log_could_not_hold_is_counted() -> None:
    logged = np.array([[1.0, 0.0], [0.1, 0.9], [1.0, 0.0], [0.1, 0.9]])
    new = np.array([[0.5, 0.5], [0.0, 1.0], [0.75, 0.25], [1.0, 0.0]])
    assert unsupported(logged, new) == pytest.approx((0.5 + 0.25) / 4)
    assert unsupported(logged, logged) == 0


def test_skipping_what_was_fetched_for_certain_leaves_no_trace_in_the_terms() -> None:
    fetched_for_certain = np.array([[1.0, 0.0]])
    skips_always = np.array([[0.0, 1.0]])
    assert unsupported(fetched_for_certain, skips_always) == 1
    with pytest.raises(ValueError, match="says nothing about it"):
        snips(np.ones(1), fetched_for_certain[:, 0], skips_always[:, 0], max_weight=10)


@pytest.mark.parametrize(
    ("logged", "new"),
    [
        (np.ones((0, 2)), np.ones((0, 2))),
        (np.ones(2), np.ones(2)),
        (np.array([[1.0, 0.0]]), np.array([[1.0]])),
        (np.array([[0.6, 0.6]]), np.array([[0.5, 0.5]])),
        (np.array([[0.5, 0.5]]), np.array([[1.5, -0.5]])),
        (np.array([[nan, 1.0]]), np.array([[0.5, 0.5]])),
    ],
)
def test_rows_that_are_not_the_probabilities_of_two_policies_are_refused(logged: Floats, new: Floats) -> None:
    with pytest.raises(ValueError, match="row"):
        unsupported(logged, new)


@pytest.mark.parametrize(
    ("reward", "p_logged", "p_new", "max_weight", "message"),
    [
        ([], [], [], 10, "one or more turns"),
        ([[1.0]], [[1.0]], [[1.0]], 10, "one or more turns"),
        ([1.0, 1.0], [0.5], [0.5], 10, "equal lengths"),
        ([1.0], [0.5], [0.5, 0.5], 10, "equal lengths"),
        ([nan], [0.5], [0.5], 10, "reward"),
        ([inf], [0.5], [0.5], 10, "reward"),
        ([1.0], [0.0], [0.5], 10, "never possible"),
        ([1.0], [-0.1], [0.5], 10, "p_logged"),
        ([1.0], [1.1], [0.5], 10, "p_logged"),
        ([1.0], [nan], [0.5], 10, "p_logged"),
        ([1.0], [0.5], [-0.1], 10, "p_new"),
        ([1.0], [0.5], [1.1], 10, "p_new"),
        ([1.0], [0.5], [nan], 10, "p_new"),
        ([1.0], [0.5], [0.5], 0, "max_weight"),
        ([1.0], [0.5], [0.5], inf, "max_weight"),
        ([1.0], [0.5], [0.5], nan, "max_weight"),
    ],
)
def test_a_log_that_cannot_be_is_refused_by_every_method(
    reward: list[float], p_logged: list[float], p_new: list[float], max_weight: float, message: str
) -> None:
    turns = (np.array(reward), np.array(p_logged), np.array(p_new))
    with pytest.raises(ValueError, match=message):
        ips_terms(*turns, max_weight=max_weight)
    with pytest.raises(ValueError, match=message):
        snips(*turns, max_weight=max_weight)
    with pytest.raises(ValueError, match=message):
        doubly_robust_terms(*turns, turns[0], turns[0], max_weight=max_weight)


@pytest.mark.parametrize("predicted", [np.zeros(3), np.array([0.0, nan, 0.0, 0.0])])
def test_a_model_that_does_not_predict_each_turn_is_refused(predicted: Floats) -> None:
    with pytest.raises(ValueError, match="each turn"):
        doubly_robust_terms(REWARD, P_LOGGED, P_NEW, REWARD, predicted, max_weight=10)


def test_a_reward_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="not inside"):
        estimates(REWARD, P_LOGGED, P_NEW, TALKS, max_weight=10, reward_range=(0.0, 0.5))


def test_one_conversation_has_no_interval() -> None:
    for conversation in (["a"] * 4, ["a", "b"]):
        with pytest.raises(ValueError, match="conversation"):
            estimates(REWARD, P_LOGGED, P_NEW, conversation, max_weight=10, reward_range=(0.0, 1.0))


def test_the_interval_agrees_with_a_hand_computation() -> None:
    # Mean 2; the conversations move the sum by -2, 0 and 2; Student's t with 2 degrees is 4.303 and 2.920.
    terms = np.array([1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
    one = estimate_of(terms, np.ones(6), ["a", "a", "b", "b", "c", "c"], unseen=2.0, method="ips")
    error = sqrt(3 / 2 * (4 + 0 + 4) + 2.0**2) / 6
    assert astuple(one) == pytest.approx((2.0, 2 - 4.302653 * error, 2 + 4.302653 * error, "ips", 6, 6.0, 3))
    assert lower_bound(one) == pytest.approx(2 - 2.919986 * error, abs=1e-5)


@pytest.mark.parametrize(("conversations", "t"), [(2, 12.70620), (5, 2.776445), (100, 1.984217), (5000, 1.9612)])
def test_few_conversations_make_a_wider_interval(conversations: int, t: float) -> None:
    terms = np.arange(conversations, dtype=np.float64)
    one = estimate_of(terms, np.ones(conversations), terms, unseen=0.0, method="ips")
    assert (one.high - one.value) / (terms.std(ddof=1) / sqrt(conversations)) == pytest.approx(t, rel=1e-4)


def test_turns_that_move_together_make_a_wider_interval() -> None:
    terms = np.repeat([0.0, 1.0], 40)
    alone = estimate_of(terms, np.ones(80), np.arange(80), unseen=0.0, method="ips")
    together = estimate_of(terms, np.ones(80), np.arange(80) // 10, unseen=0.0, method="ips")
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_each_method_has_its_value_and_counts() -> None:
    predicted = (np.array([0.5, 0.5, 0.75, 1.0]), np.array([0.5, 0.25, 0.75, 0.5]))
    turns = (REWARD, P_LOGGED, P_NEW, TALKS)
    made = estimates(*turns, max_weight=10, reward_range=(0.0, 1.0), predicted=predicted)
    values = {method: one.value for method, one in made.items()}
    assert values == pytest.approx({"ips": 6 / 4, "snips": 6 / 7, "doubly_robust": 3.5 / 4})
    for method, one in made.items():
        assert (one.method, one.n, one.conversations) == (method, 4, 2)
        assert one.effective_n == pytest.approx(49 / 21)
        assert one.low < lower_bound(one) < one.value < one.high
    assert set(estimates(*turns, max_weight=10, reward_range=(0.0, 1.0))) == {"ips", "snips"}


def test_a_log_without_a_failure_is_not_certain_that_there_is_none() -> None:
    always_good, half = np.ones(60), np.full(60, 0.5)
    made = estimates(always_good, half, half, np.arange(60) // 6, max_weight=20, reward_range=(0.0, 1.0))
    assert made["snips"].value == 1
    assert lower_bound(made["snips"]) == pytest.approx(1 - 1.833113 * 20 / 60)


def test_the_gain_over_the_log_is_estimated_turn_by_turn() -> None:
    same: Estimate = estimate_of(
        ips_terms(REWARD, P_LOGGED, P_LOGGED, max_weight=4) - REWARD, np.ones(4), TALKS, unseen=0.0, method="ips"
    )
    assert (same.low, same.value, same.high) == (0, 0, 0)


@pytest.mark.parametrize(("conversations", "exploration"), [(100, 0.02), (200, 0.1), (400, 0.2)])
def test_intervals_hold_the_true_value_about_nineteen_times_in_twenty(conversations: int, exploration: float) -> None:
    found = simulated_coverage(60, conversations=conversations, exploration=exploration, seed=1)
    assert set(found) == {"ips", "snips", "doubly_robust"}
    for coverage in found.values():
        assert coverage.share >= 0.86
        assert coverage.bound_share >= 0.86
        assert coverage.interval[0] < coverage.share <= coverage.interval[1] + 1e-9
        assert 1 <= coverage.mean_effective_n <= 8 * conversations


def test_more_exploration_makes_a_narrower_interval_and_a_model_helps() -> None:
    little = simulated_coverage(20, conversations=200, exploration=0.02, seed=2)
    much = simulated_coverage(20, conversations=200, exploration=0.2, seed=2)
    for method in little:
        assert much[method].mean_width < little[method].mean_width / 2
        assert much[method].mean_effective_n > little[method].mean_effective_n
    assert much["doubly_robust"].mean_width < much["ips"].mean_width


def test_the_interval_of_a_share_agrees_with_a_hand_computation() -> None:
    # One log: 0 of 1 gives 0 to 0.793, 1 of 1 gives 0.207 to 1.
    interval = simulated_coverage(1, conversations=400, exploration=0.2, seed=1)["ips"].interval
    assert interval == pytest.approx((1 / (1 + 1.96**2), 1.0))
