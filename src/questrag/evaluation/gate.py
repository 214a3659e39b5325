"""Whether a candidate may take the place of the policy that serves: fixed conversations and the log must both agree."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from questrag.chat.ports import Policy
from questrag.chat.turn import Assistant
from questrag.chat.types import Action, Decision
from questrag.evaluation.labelled import LabelledConversation
from questrag.evaluation.logs import Log, Logged, explored, shown_by, votes
from questrag.evaluation.off_policy import (
    Floats,
    doubly_robust_terms,
    estimate_of,
    estimates,
    lower_bound,
    unsupported,
)
from questrag.evaluation.policy import Counted, counted, summary
from questrag.evaluation.runs import provenance
from questrag.policy.learned import Choice
from questrag.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a candidate may not do, beside the policy that serves."""

    less_right: float = 0.01
    """Share of the conversations' turns; the upper end of its 95 % interval counts."""
    more_tokens: float = 0.02
    """Of the prompts, on the conversations and on the log."""
    worse_on_log: float = 0.03
    """Of the expected share of good answers; the lower bound of the doubly robust difference counts."""
    least_judged: int = 200
    """Turns of the log with a verdict, those of busy accounts counted as `votes` counts them."""
    least_accounts: int = 20
    """With a verdict."""
    least_effective: float = 100.0
    """Effective sample size of the judged turns."""
    unsupported: float = 0.1
    """Share of the log's turns at which the candidate does what could not have been logged."""


def gate(
    assistant: Assistant,
    conversations: Sequence[LabelledConversation],
    log: Log,
    *,
    candidates: Mapping[str, Policy],
    served: Policy,
    belief: Choice,
    price: float,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> dict[str, dict[str, Any]]:
    """Compare candidates with the policy that serves; return a report of each, by name.

    `passed` is the verdict, `reasons` say what speaks against a candidate, `gains` what is better.

    Args:
        conversations: labelled; no policy was fitted to them.
        served: without exploration.
        belief: predicts rewards for the doubly robust estimate; that of the policy that serves.
        price: right answers that a thousand prompt tokens are worth; that of the policy that serves.
    """
    limits = limits or Limits()
    turns = counted(assistant, conversations, {**candidates, "served": served}, progress=progress)
    made_with = provenance(knowledge=assistant.knowledge.version, encoder=assistant.retriever.encoder_version)
    reports = {}
    for name, candidate in candidates.items():
        on_conversations = _on_conversations(turns[name], turns["served"])
        on_log = _on_log(assistant, log, candidate, served, belief)
        report = _verdict(on_conversations, on_log, limits, price)
        versions = {"candidate": candidate.version, "served": served.version}
        reports[name] = {**report, **versions, "provenance": made_with}
    return reports


def _verdict(on_conversations: dict[str, Any], on_log: dict[str, Any], limits: Limits, price: float) -> dict[str, Any]:
    reasons = [*_against_conversations(on_conversations, limits), *_against_log(on_log, limits)]
    worth = _worth(on_conversations, on_log, price)
    gains = [f"worth {value:+.2%} right answers a turn on {where}" for where, value in worth.items() if value > 0]
    reasons += [
        f"It is worth {value:+.2%} right answers a turn on {where}." for where, value in worth.items() if value < 0
    ]
    if not reasons and max(worth.values()) < _LEAST_WORTH:
        reasons = ["It is no better than what serves, neither on the conversations nor on the log."]
    return {
        "passed": not reasons,
        "reasons": reasons,
        "gains": gains,
        "worth": worth,
        "conversations": on_conversations,
        "log": on_log,
        "limits": asdict(limits),
    }


def _on_conversations(candidate: Sequence[Counted], served: Sequence[Counted]) -> dict[str, Any]:
    against = summary(candidate, served)
    turns = {"candidate": candidate, "served": served}
    grave = [(new, now) for new, now in zip(candidate, served, strict=True) if now.needs and now.grave]
    return {
        "n_turns": against["n"],
        "n_needing": against["n_needing"],
        "right": {name: _share(of) for name, of in turns.items()},
        "less_right": against["less_right_than_always"],
        "less_right_ci95": against["less_right_ci95"],
        "fewer_tokens": (_tokens(served) - _tokens(candidate)) / len(served),
        "tokens_saved": against["saving"],
        "tokens_saved_ci95": against["ci95"]["saving"],
        "unsafe_skips": {name: sum(each.unsafe for each in of) for name, of in turns.items()},
        "n_protected": len(grave),
        "protected_lost": sum(now.right and not new.right for new, now in grave),
    }


def _tokens(turns: Sequence[Counted]) -> int:
    return sum(each.tokens for each in turns)


def _share(turns: Sequence[Counted]) -> float:
    return sum(each.right for each in turns) / len(turns)


def _against_conversations(found: dict[str, Any], limits: Limits) -> list[str]:
    reasons = []
    high = found["less_right_ci95"][1]
    if high > limits.less_right:
        reasons.append(f"It may be right on {high:.1%} fewer turns; {limits.less_right:.1%} are allowed.")
    if -found["tokens_saved"] > limits.more_tokens:
        reasons.append(f"It costs {-found['tokens_saved']:.1%} more prompt tokens.")
    unsafe = found["unsafe_skips"]
    if unsafe["candidate"] > unsafe["served"]:
        reasons.append(f"It skips unsafely {unsafe['candidate']} times; what serves does so {unsafe['served']} times.")
    if found["protected_lost"]:
        reasons.append(
            f"Of {found['n_protected']} turns with approved wording, fraud or a loss, {found['protected_lost']} no "
            "longer have what they need."
        )
    return reasons


def _on_log(assistant: Assistant, log: Log, candidate: Policy, served: Policy, belief: Choice) -> dict[str, Any]:
    judged = log.judged
    found: dict[str, Any] = {
        "n_turns": len(log.turns),
        "n_judged": len(judged),
        "n_counted": sum(votes(judged)),
        "n_accounts": len({each.turn.user_id for each in judged}),
        "n_explored": explored(judged),
        "left_out": dict(log.left_out),
        **_saved_on(assistant, log.turns, candidate, served),
    }
    return found | (_estimated(judged, candidate, served, belief) if judged else {})


def _saved_on(assistant: Assistant, turns: Sequence[Logged], candidate: Policy, served: Policy) -> dict[str, float]:
    """Return what the candidate would save on these turns, taken one by one: a turn, and as a share."""
    ours, theirs = (
        sum(assistant.prompt_of(each.state, policy.decide(each.state)).tokens(assistant.tokens) for each in turns)
        for policy in (candidate, served)
    )
    return {"fewer_tokens": (theirs - ours) / max(len(turns), 1), "tokens_saved": 1 - ours / max(theirs, 1)}


def _estimated(judged: Sequence[Logged], candidate: Policy, served: Policy, belief: Choice) -> dict[str, Any]:
    decisions = [candidate.decide(each.state) for each in judged]
    reward = np.array([float(each.verdict == "good") for each in judged])
    p_logged = np.array([each.p_action for each in judged])
    p_new, predicted = _as_logged(judged, decisions, belief)
    account = [each.turn.user_id for each in judged]  # what one customer thinks stands and falls together
    fetched = np.array([decision.action is Action.FETCH for decision in decisions], dtype=np.float64)
    p_fetch = np.array([each.receipt.p_fetch for each in judged])
    found: dict[str, Any] = {
        "good": float(reward.mean()),
        "repeated": float(p_new.mean()),
        "unsupported": unsupported(np.stack([p_fetch, 1 - p_fetch], 1), np.stack([fetched, 1 - fetched], 1)),
        "effective_n": 0.0,
    }
    if not p_new.any() or len(set(account)) < 2:
        return found
    most = float(1 / p_logged.min())
    made = estimates(reward, p_logged, p_new, account, max_weight=most, reward_range=(0.0, 1.0), predicted=predicted)
    decisions_now = [served.decide(each.state) for each in judged]
    p_now, predicted_now = _as_logged(judged, decisions_now, belief)
    now: Floats = doubly_robust_terms(reward, p_logged, p_now, *predicted_now, max_weight=most)
    gain: Floats = doubly_robust_terms(reward, p_logged, p_new, *predicted, max_weight=most) - now
    differ = [_does(new) != _does(now) for new, now in zip(decisions, decisions_now, strict=True)]
    # Where both do the same, nothing can surprise.
    heaviest = float((1 / p_logged[differ]).max()) if any(differ) else 0.0
    difference = estimate_of(gain, np.minimum(p_new / p_logged, most), account, unseen=heaviest, method="difference")
    return found | {
        "effective_n": difference.effective_n,
        "estimates": {name: asdict(each) for name, each in made.items()},
        "difference": asdict(difference),
        "difference_at_least": lower_bound(difference),
    }


def _does(decision: Decision) -> tuple[Action, frozenset[str]]:
    return decision.action, shown_by(decision)


def _as_logged(
    judged: Sequence[Logged], decisions: Sequence[Decision], belief: Choice
) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return how likely these decisions are what was done, 1 or 0, and the rewards predicted for both."""
    repeats = [each.repeated_by(decision) for each, decision in zip(judged, decisions, strict=True)]
    logged = [belief.covers(each.state, each.shown) for each in judged]
    new = [belief.covers(each.state, shown_by(decision)) for each, decision in zip(judged, decisions, strict=True)]
    return np.array(repeats, dtype=np.float64), (np.array(logged), np.array(new))


def _against_log(found: dict[str, Any], limits: Limits) -> list[str]:
    if found["n_counted"] < limits.least_judged:
        return [
            f"Only {found['n_counted']:.0f} judged turns of the log count; {limits.least_judged} are needed to tell "
            "how it would do."
        ]
    reasons = []
    if found["n_accounts"] < limits.least_accounts:
        reasons.append(f"They are of {found['n_accounts']} accounts; {limits.least_accounts} are needed.")
    if -found["tokens_saved"] > limits.more_tokens:
        reasons.append(f"It costs {-found['tokens_saved']:.1%} more prompt tokens on the log.")
    if found["unsupported"] > limits.unsupported:
        reasons.append(
            f"On {found['unsupported']:.1%} of the judged turns it does what was never tried: "
            "the log cannot tell how that goes (POLICY_EXPLORATION makes it try)."
        )
    if found["effective_n"] < limits.least_effective:
        reasons.append(
            f"What was logged says as much about it as {found['effective_n']:.0f} turns; "
            f"{limits.least_effective:.0f} are needed."
        )
    if found.get("difference_at_least", 0.0) < -limits.worse_on_log:
        reasons.append(
            f"On the log it may give {-found['difference_at_least']:.1%} fewer good answers; "
            f"{limits.worse_on_log:.1%} are allowed."
        )
    return reasons


_LEAST_WORTH = 0.001
"""Of right answers a turn, in one of the two places; in neither may it be worth less than what serves."""


def _worth(on_conversations: dict[str, Any], on_log: dict[str, Any], price: float) -> dict[str, float]:
    """Return what a candidate is worth beside the policy that serves: more right answers a turn, less the tokens."""
    found = {"the conversations": -on_conversations["less_right"] + price * on_conversations["fewer_tokens"] / 1000}
    if "difference" in on_log:
        found["the log"] = on_log["difference"]["value"] + price * on_log["fewer_tokens"] / 1000
    return found
