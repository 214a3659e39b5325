"""What a new policy would have earned on logged turns, and how sure that is.

Only what the logging policy could do can be judged. With exploration in the safe direction alone (a skip is
turned into a fetch with a small probability, a fetch never into a skip), a turn that was fetched for certain says
nothing about skipping it: ask `unsupported` first. On that share inverse propensities count a reward of zero, the
self-normalised estimate guesses the average of the rest, and the doubly robust one believes its model.
Turns are taken as the logging policy reached them: that another answer changes the next question is not seen.
"""

from dataclasses import dataclass
from math import inf, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected reward per turn, its two-sided 95 % interval, and how many turns and conversations say so."""

    value: float
    low: float
    high: float
    method: str
    n: int
    effective_n: float
    conversations: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of simulated logs where the interval, and the `lower_bound`, held the true value."""

    share: float
    interval: tuple[float, float]
    bound_share: float
    mean_width: float
    mean_effective_n: float


def ips_terms(reward: Floats, p_logged: Floats, p_new: Floats, *, max_weight: float) -> Floats:
    """Inverse-propensity estimate, one term per turn; their mean is the value.

    Args:
        reward: ``(n_turns,)``, what was observed.
        p_logged: ``(n_turns,)``, probability the logging policy gave the action it took, in (0, 1].
        p_new: ``(n_turns,)``, probability the policy under test gives that same action, in [0, 1].
        max_weight: weights are cut here, > 0. One over the exploration rate cuts nothing; less means less
            variance and a bias that the intervals do not know of, more only makes them wider.

    Source: Ionides 2008, "Truncated Importance Sampling", JCGS 17(2).
    """
    return _weights(reward, p_logged, p_new, max_weight) * reward


def snips(reward: Floats, p_logged: Floats, p_new: Floats, *, max_weight: float) -> float:
    """Return the self-normalised estimate, a weighted mean of the rewards; arguments as in `ips_terms`.

    Source: Swaminathan & Joachims 2015, "The Self-Normalized Estimator for Counterfactual Learning".
    """
    return float(snips_terms(reward, p_logged, p_new, max_weight=max_weight).mean())


def snips_terms(reward: Floats, p_logged: Floats, p_new: Floats, *, max_weight: float) -> Floats:
    """Return terms whose mean is `snips` and whose spread is its uncertainty, by the delta method.

    Source: Owen 2013, "Monte Carlo theory, methods and examples", 9.2.
    """
    weight = _weights(reward, p_logged, p_new, max_weight)
    if not weight.any():
        raise ValueError("the new policy takes none of the logged actions, so the log says nothing about it")
    value = float(weight @ reward / weight.sum())
    return value + weight * (reward - value) / float(weight.mean())


def doubly_robust_terms(
    reward: Floats,
    p_logged: Floats,
    p_new: Floats,
    predicted_logged: Floats,
    predicted_new: Floats,
    *,
    max_weight: float,
) -> Floats:
    """Model's reward plus its weighted error, one term per turn; right in the mean when either half is.

    Args:
        predicted_logged: ``(n_turns,)``, reward of the action taken, by a model not fitted on these conversations.
        predicted_new: ``(n_turns,)``, the model's expected reward under the policy under test.

    Source: Dudík, Langford & Li 2011, "Doubly Robust Policy Evaluation and Learning".
    """
    weight = _weights(reward, p_logged, p_new, max_weight)
    for predicted in (predicted_logged, predicted_new):
        if predicted.shape != reward.shape or not np.isfinite(predicted).all():
            raise ValueError("a model must predict one finite reward for each turn")
    return predicted_new + weight * (reward - predicted_logged)


def effective_sample_size(weights: Floats) -> float:
    """Return how many equal weights would say as much, in [1, n].

    Source: Kish 1965, "Survey Sampling".
    """
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError("weights must be finite, none negative, and not all zero")
    return float(weights.sum() ** 2 / (weights @ weights))


def unsupported(p_logged_all: Floats, p_new_all: Floats) -> float:
    """Return the share of the new policy's probability on actions that could not have been logged, in [0, 1].

    Nothing in the terms shows it: such an action is in no log. Above zero, no estimate here is of the whole policy.
    Both arrays are ``(n_turns, n_actions)``, and each row sums to 1.
    """
    if p_logged_all.ndim != 2 or not p_logged_all.size or p_logged_all.shape != p_new_all.shape:
        raise ValueError("both policies need one row for each turn and one column for each action")
    both = np.stack([p_logged_all, p_new_all])
    if not (both >= 0).all() or not np.allclose(both.sum(axis=2), 1.0, atol=1e-6):
        raise ValueError("each row must be probabilities that sum to 1")
    return float(np.where(p_logged_all == 0, p_new_all, 0.0).sum(axis=1).mean())


def estimates(
    reward: Floats,
    p_logged: Floats,
    p_new: Floats,
    conversation: ArrayLike,
    *,
    max_weight: float,
    reward_range: tuple[float, float],
    predicted: tuple[Floats, Floats] | None = None,
) -> dict[str, Estimate]:
    """Return the estimates "ips", "snips" and, with a model, "doubly_robust"; intervals are those of `estimate_of`.

    Args:
        conversation: ``(n_turns,)``, names or numbers; the other arguments of turns are as in `ips_terms`.
        reward_range: smallest and largest reward that a turn can have, seen or not.
        predicted: the model's ``(predicted_logged, predicted_new)`` of `doubly_robust_terms`.
    """
    weight = _weights(reward, p_logged, p_new, max_weight)
    low, high = reward_range
    if not low <= reward.min() <= reward.max() <= high:
        raise ValueError(f"rewards from {reward.min()} to {reward.max()} are not inside {reward_range}")
    parts = {"ips": (weight * reward, max(abs(low), abs(high)))}
    parts["snips"] = snips_terms(reward, p_logged, p_new, max_weight=max_weight), (high - low) / float(weight.mean())
    if predicted is not None:
        terms = doubly_robust_terms(reward, p_logged, p_new, *predicted, max_weight=max_weight)
        parts["doubly_robust"] = terms, high - low
    return {
        method: estimate_of(terms, weight, conversation, unseen=max_weight * surprise, method=method)
        for method, (terms, surprise) in parts.items()
    }


def estimate_of(terms: Floats, weights: Floats, conversation: ArrayLike, *, unseen: float, method: str) -> Estimate:
    """Return the mean of the terms with a t interval that lets the turns of a conversation move together.

    With little exploration the interval rests on a handful of heavy turns, and a failure that is rare among them
    is in no resample of the log. So one turn that was not seen, as heavy and as surprising as can be, is added to
    the sum of squares: decisive when few heavy turns were seen, nothing when there are many. ``unseen`` >= 0 is how
    far it can move the sum of the terms; terms minus the rewards give the gain over the log.

    Source: Liang & Zeger 1986; t: Cameron & Miller 2015; the added turn: in the spirit of Agresti & Coull 1998.
    """
    names, member = np.unique(np.asarray(conversation), return_inverse=True)
    n, n_names = len(terms), len(names)
    if member.shape != terms.shape or n_names < 2:
        raise ValueError("each turn needs its conversation, and an interval two conversations")
    value = float(terms.mean())
    moved = np.bincount(member, weights=terms - value)
    squares = n_names / (n_names - 1) * float(moved @ moved) + unseen**2
    half = _t_quantile(0.975, n_names - 1) * sqrt(squares) / n
    return Estimate(value, value - half, value + half, method, n, effective_sample_size(weights), n_names)


def lower_bound(estimate: Estimate) -> float:
    """Return the one-sided 95 % bound, above the true value in about one log of twenty at most."""
    df = estimate.conversations - 1
    return estimate.value - (estimate.value - estimate.low) * _t_quantile(0.95, df) / _t_quantile(0.975, df)


def simulated_coverage(n_logs: int, *, conversations: int, exploration: float, seed: int) -> dict[str, Coverage]:
    """Return how well each method's intervals hold a known value, in logs of about six turns a conversation.

    The logging policy turns a skip into a fetch with probability ``exploration``, in (0, 1). Half the conversations
    are harder: less reward, other questions, more turns. The reward model is wrong on purpose.
    """
    rng = np.random.default_rng(seed)
    truth = float(_TURNS @ (_MIX @ (_NEW * _REWARD).sum(axis=1) + _SHIFT) / _TURNS.sum())
    logs = [_simulated(rng, conversations, exploration) for _ in range(n_logs)]
    return {method: _coverage([log[method] for log in logs], truth) for method in logs[0]}


# Six kinds of question by (fetch, skip): expected reward in an average conversation, and the new policy.
_REWARD = np.array([[0.8, 0.35], [0.75, 0.5], [0.7, 0.8], [0.65, 0.85], [0.5, 0.9], [0.8, 0.15]])
_NEW = np.array([[1.0, 0.0], [0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.05, 0.95], [1.0, 0.0]])
_SKIPPED = np.array([False, True, True, True, True, False])
# Harder and easier conversations: share of each kind of question, what is added to the reward, turns.
_MIX = np.array([[0.3, 0.2, 0.2, 0.1, 0.1, 0.1], [0.1, 0.1, 0.2, 0.3, 0.2, 0.1]])
_SHIFT, _TURNS, _COST = np.array([-0.1, 0.1]), np.array([7.0, 5.0]), np.array([0.1, 0.0])


def _simulated(rng: np.random.Generator, conversations: int, exploration: float) -> dict[str, Estimate]:
    kinds = rng.integers(2, size=conversations)
    conversation = np.repeat(np.arange(conversations), 1 + rng.poisson(_TURNS[kinds] - 1))
    easier = kinds[conversation]
    drawn = rng.random((3, len(conversation)))
    kind = (drawn[0, :, None] > _MIX.cumsum(axis=1)[easier, :-1]).sum(axis=1)
    logged = np.where(_SKIPPED[:, None], [exploration, 1 - exploration], [1.0, 0.0])
    action = (drawn[1] >= logged[kind, 0]).astype(int)
    reward = (drawn[2] < _REWARD[kind, action] + _COST[action] + _SHIFT[easier]) - _COST[action]
    turns = (reward, logged[kind, action], _NEW[kind, action], conversation)
    model = 0.8 * _REWARD + 0.12
    predicted = (model[kind, action], (_NEW * model).sum(axis=1)[kind])
    return estimates(*turns, max_weight=1 / exploration, reward_range=(-0.1, 1.0), predicted=predicted)


def _coverage(made: list[Estimate], truth: float) -> Coverage:
    rows = [(e.low <= truth <= e.high, lower_bound(e) <= truth, e.high - e.low, e.effective_n) for e in made]
    share, bound, width, effective = np.mean(rows, axis=0).tolist()
    z2 = 1.96**2 / len(made)  # the interval of a share, Wilson 1927
    middle, half = share + z2 / 2, sqrt(z2 * share * (1 - share) + z2**2 / 4)
    return Coverage(share, ((middle - half) / (1 + z2), (middle + half) / (1 + z2)), bound, width, effective)


def _t_quantile(p: float, df: int) -> float:
    """Student's t quantile for ``p`` above 1/2: with t = sqrt(df) tan(a), the density of a is cos(a)^(df - 1)."""
    df = min(df, 2000)  # beyond, the quantile changes by less than one in a thousand
    angle = np.linspace(0.0, np.pi / 2, 8193)
    mass = np.cumsum(np.cos(angle) ** (df - 1))
    mass = np.append(0.0, mass[1:] + mass[:-1] - 1.0)  # trapezoids, from cos(0) = 1
    return float(sqrt(df) * np.tan(np.interp(2 * p - 1, mass / mass[-1], angle)))


def _weights(reward: Floats, p_logged: Floats, p_new: Floats, max_weight: float) -> Floats:
    if reward.ndim != 1 or not reward.size or not reward.shape == p_logged.shape == p_new.shape:
        raise ValueError(f"equal lengths of one or more turns needed: {reward.shape}, {p_logged.shape}, {p_new.shape}")
    if not np.isfinite(reward).all():
        raise ValueError("every reward must be a finite number")
    if not ((p_logged > 0) & (p_logged <= 1)).all():
        raise ValueError("p_logged must be in (0, 1]: an action that was never possible cannot have been logged")
    if not ((p_new >= 0) & (p_new <= 1)).all():
        raise ValueError("p_new must be in [0, 1]")
    if not 0 < max_weight < inf:
        raise ValueError("max_weight must be a finite number above 0")
    return np.minimum(p_new / p_logged, max_weight)
