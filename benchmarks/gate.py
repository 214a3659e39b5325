"""What the gate refuses, and what poisoned feedback does: a log is made by playing conversations, then learned from."""

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.results import save
from questrag.chat.ports import Policy
from questrag.chat.turn import Assistant
from questrag.chat.types import Feedback, Turn, TurnState
from questrag.cli.opening import assistant_of, talks_in
from questrag.evaluation.gate import gate
from questrag.evaluation.intervals import exact95
from questrag.evaluation.labelled import LabelledConversation
from questrag.evaluation.logs import Log, Logged, read_log, shown_by
from questrag.evaluation.play import Played, play
from questrag.policy.explore import Exploring
from questrag.policy.learned import Choice, Fused
from questrag.policy.rules import SmallTalkFirst
from questrag.policy.state import LEANINGS, PASSAGE_FEATURES, STATE_FEATURES, protected
from questrag.settings import PROJECT, load_settings
from questrag.training.update import grown
from questrag.wiring import open_fused

EXPLORED = 0.1
POISONERS = 10
POISON = 0.01
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_TURNS_OF_AN_ACCOUNT = 10

Rate = Callable[[Played], bool]


def bad_candidates(served: Fused) -> dict[str, Fused]:
    """Return twenty policies that nobody should want, each wrong in its own way."""
    choice = served.choice
    passage = choice.passage.reshape(len(PASSAGE_FEATURES), len(LEANINGS))

    def none(**added: float) -> Choice:
        changed = choice.none.copy()
        for name, value in added.items():
            changed[STATE_FEATURES.index(name.replace("_", " "))] += value
        return replace(choice, none=changed)

    def column(name: str, value: float) -> Choice:
        changed = passage.copy()
        changed[PASSAGE_FEATURES.index(name), LEANINGS.index("one")] += value
        return replace(choice, passage=changed.ravel())

    blind = passage.copy()
    blind[[PASSAGE_FEATURES.index(name) for name in ("log p", "p", "first", "first three", "behind")]] = 0
    turned = {
        "never anything": none(one=50.0),
        "always everything": none(one=-50.0),
        "least likely first": replace(choice, passage=-choice.passage),
        "needs turned round": replace(choice, none=-choice.none),
        "knows nothing": replace(choice, passage=0 * choice.passage, none=0 * choice.none),
        "does not read the search": replace(choice, passage=blind.ravel()),
        "what was shown last": column("shown last", 20.0),
        "what was cited last": column("cited last", 20.0),
        "never what was shown before": column("live", -20.0),
        "the worst hits": column("beyond five", 20.0),
        "no answers in Hindi": none(hi=20.0),
        "no answers in English": none(en=20.0),
        "gives up in long conversations": none(n_past=40.0),
        "gives up on follow-ups": none(opens=20.0, points=20.0, aspects=20.0),
    }
    candidates = {name: replace(served, choice=each) for name, each in turned.items()}
    for seed in range(4):
        candidates[f"drawn at random, {seed}"] = replace(served, choice=_drawn(choice, seed))
    candidates["a price eight times as high"] = replace(served, price=8 * served.price)
    candidates["no price at all"] = replace(served, price=0.0)
    return {name: replace(each, version=f"bad@{n}") for n, (name, each) in enumerate(candidates.items())}


def _drawn(choice: Choice, seed: int) -> Choice:
    rng = np.random.default_rng(seed)
    shuffled = (rng.permutation(each) for each in (choice.passage, choice.none))
    return replace(choice, **dict(zip(("passage", "none"), shuffled, strict=True)))


def use(assistant: Assistant, conversations: Sequence[LabelledConversation], policy: Policy, rate: Rate) -> list[Turn]:
    """Play conversations as customers would have them, and rate every answer; an account has about ten turns."""
    turns: list[Turn] = []
    n_turns = 0
    for conversation in conversations:
        account = f"customer {n_turns // _TURNS_OF_AN_ACCOUNT}"
        n_turns += len(conversation.turns)
        before: Turn | None = None
        for number, played in enumerate(play(assistant, conversation, lambda turn: policy)):
            rating = Feedback("up" if rate(played) else "down", "", _NOON)
            before = Turn(
                id=f"{conversation.id}-{number}",
                conversation_id=conversation.id,
                user_id=account,
                question=played.state.question,
                asked_at=_NOON + timedelta(seconds=len(turns)),
                parent_id=before.id if before else None,
                answer=played.answer,
                receipt=played.receipt,
                feedback=rating,
            )
            turns.append(before)
    return turns


def right(played: Played) -> bool:
    """Rate as a customer would who knows what is right."""
    return not played.turn.needs or bool(played.turn.needs & set(played.receipt.cited))


def poisoned(judged: Sequence[Logged]) -> list[Logged]:
    """Return the log with a hundredth more votes, all from ten accounts: against what was shown for protected
    intents, and for answers that were given without it."""
    grave = [each for each in judged if protected(each.state)]
    n = max(1, round(POISON * len(judged)))
    chosen = Random(0).sample(grave, min(n, len(grave)))
    return [*judged, *(_against(each, i) for i, each in enumerate(chosen))]


def _against(each: Logged, number: int) -> Logged:
    turn = replace(each.turn, id=f"poison-{number}", user_id=f"poisoner {number % POISONERS}")
    nothing = replace(each.receipt, cited=())  # "nothing was needed here"
    return replace(each, turn=turn, receipt=nothing, verdict="good")


@dataclass(frozen=True, slots=True)
class Flips:
    """Decisions on protected intents that poisoned feedback changed."""

    n: int
    without_evidence: int
    """The protected passage was in the prompt and is not any more."""
    skipped: int
    """What was fetched is not any more, and is not shown from an earlier turn either."""


def flips(states: Sequence[TurnState], before: Policy, after: Policy) -> Flips:
    grave = [state for state in states if protected(state)]
    lost, skipped = 0, 0
    for state in grave:
        was, now = before.decide(state), after.decide(state)
        had, has = shown_by(was), shown_by(now)
        must = protected(state)
        lost += must in had and must not in has
        skipped += was.fetch and not now.fetch and must not in has
    return Flips(len(grave), lost, skipped)


def run(log_from: Path, gate_on: Path) -> dict[str, Any]:
    settings = load_settings(policy_dial=1.0)
    assistant = assistant_of(settings)
    served = open_fused(settings, assistant.retriever.encoder_version, settings.policy_model_path)
    serving = SmallTalkFirst(served)
    exploring = Exploring(serving, EXPLORED, Random(0).random)
    log = asyncio.run(read_log(assistant, use(assistant, talks_in(log_from), exploring, right)))
    honest, misled = (
        SmallTalkFirst(grown(served, of, version=version)[0])
        for of, version in ((log, "honest@1"), (Log(tuple(poisoned(log.judged)), {}), "poisoned@1"))
    )
    fixed = talks_in(gate_on)
    candidates = {name: SmallTalkFirst(each) for name, each in bad_candidates(served).items()}
    others: Mapping[str, Policy] = {"honest": honest, "poisoned": misled, "itself": serving}
    reports = gate(
        assistant, fixed, log, candidates={**candidates, **others}, served=serving, belief=served.choice,
        price=served.price,
    )  # fmt: skip
    reports["grown"] = _grown(assistant, served, talks_in(log_from), fixed)
    return _body(log, reports, list(candidates), honest, misled)


def _grown(
    assistant: Assistant, served: Fused, used: Sequence[LabelledConversation], fixed: Sequence[LabelledConversation]
) -> dict[str, Any]:
    """Return the gate's report of what a policy with half of the weights learns from its own use."""
    choice = replace(served.choice, passage=0.5 * served.choice.passage, none=0.5 * served.choice.none)
    young = replace(served, choice=choice, version="young@1")
    exploring = Exploring(SmallTalkFirst(young), EXPLORED, Random(1).random)
    log = asyncio.run(read_log(assistant, use(assistant, used, exploring, right)))
    learned_from, judged_on = log.halves()
    candidate = SmallTalkFirst(grown(young, learned_from, version="grown@1")[0])
    return gate(
        assistant, fixed, judged_on, candidates={"grown": candidate}, served=SmallTalkFirst(young), belief=choice,
        price=young.price,
    )["grown"]  # fmt: skip


def _body(
    log: Log, reports: Mapping[str, dict[str, Any]], bad: Sequence[str], honest: Policy, misled: Policy
) -> dict[str, Any]:
    refused = [name for name in bad if not reports[name]["passed"]]
    states = [each.state for each in log.turns]
    changed = flips(states, honest, misled)
    return {
        "n_log": len(log.turns),
        "n_judged": len(log.judged),
        "bad": {"n": len(bad), "refused": len(refused), "ci95": exact95(len(refused), len(bad))},
        "poison": {
            "share": POISON,
            "accounts": POISONERS,
            "protected_decisions": changed.n,
            "without_evidence": changed.without_evidence,
            "skipped": changed.skipped,
            "ci95": exact95(changed.without_evidence + changed.skipped, changed.n),
        },
        "reports": {
            name: {
                "passed": each["passed"],
                "reasons": each["reasons"],
                "gains": each["gains"],
                "less_right": each["conversations"]["less_right"],
                "less_right_ci95": each["conversations"]["less_right_ci95"],
                "tokens_saved": each["conversations"]["tokens_saved"],
                "difference": each["log"].get("difference"),
            }
            for name, each in reports.items()
        },
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--log-from", type=Path, default=PROJECT / "data/conversations/train.jsonl")
    options.add_argument("--gate-on", type=Path, default=PROJECT / "data/conversations/test.jsonl")
    asked = options.parse_args()
    figures = run(asked.log_from, asked.gate_on)
    bad, poison = figures["bad"], figures["poison"]
    misled, honest = (figures["reports"][name]["less_right"] for name in ("poisoned", "honest"))
    targets = {
        "every bad candidate is refused": bad["refused"] == bad["n"],
        "poisoned feedback flips no decision on a protected intent": not poison["without_evidence"] + poison["skipped"],
        "poisoned feedback costs one point of accuracy at most": misled - honest <= 0.01,
    }
    save("gate", figures, targets)
