"""`questrag evaluate policy`: what each policy saves, and what it costs in right answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from questrag.chat.errors import Invalid
from questrag.chat.ports import Policy
from questrag.chat.turn import Assistant
from questrag.chat.types import Action, Decision, Hit, Reason, TurnState
from questrag.evaluation.intervals import bootstrap95, exact95, ratio95
from questrag.evaluation.judge import by_evidence
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn
from questrag.evaluation.play import Played, Remembering, billed_tokens, play
from questrag.evaluation.runs import provenance
from questrag.policy.rules import AlwaysFetch
from questrag.policy.state import candidates, is_sensitive, protected
from questrag.progress import Progress

Floats = npt.NDArray[np.float64]

MARGIN = 0.01
"""Share of turns that a policy may be less right than the usual design and still count as no worse."""

_LEANING = ("followup_covered", "followup_new", "return", "repeat", "clarify")

MIXES: Mapping[str, Mapping[str, float]] = {
    "mostly new questions": {"new": 3.0},
    "long talks": {"new": 0.5, **dict.fromkeys(_LEANING, 2.0)},
    "much small talk": {"smalltalk": 3.0, "off_topic": 3.0, "unanswerable": 2.0},
}  # fmt: skip
"""Traffic of other banks: how often turns of a kind count; those not named count once."""


@dataclass(frozen=True, slots=True)
class Oracle:
    """Shows the cheapest passage that answers, of all that the trained policy may choose from; nothing otherwise."""

    needs: frozenset[str]
    tokens: Callable[[TurnState, Sequence[Hit]], int]
    version: str = "oracle@1"

    def decide(self, state: TurnState) -> Decision:
        right = [each for each in candidates(state) if each.passage.id in self.needs]
        if not right:
            return Decision(Action.NO_FETCH, 0.0, Reason.POLICY, self.version)
        best = min(right, key=lambda each: self.tokens(state, (Hit(each.passage, each.score),)))
        hit = (Hit(best.passage, best.score),)
        if best.kept is not None:
            return Decision(Action.NO_FETCH, 0.0, Reason.LIVE, self.version, keep=hit)
        return Decision(Action.FETCH, 1.0, Reason.POLICY, self.version, hit)


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts of a turn."""

    conversation: str
    kind: str
    lang: str
    right: bool
    tokens: int
    billed: int
    """Prompt tokens that do not stand at the start of the conversation's prompt before: see `billed_tokens`."""
    fetched: bool
    n_shown: int
    needs: bool
    unsafe: bool
    """It needs an entry that a fetch would have brought, and that is not in the prompt because the policy skipped."""
    grave: bool
    """Fraud, a loss, or approved wording: where a skip must never be unsafe."""


def evaluate_policies(
    assistant: Assistant,
    conversations: Sequence[LabelledConversation],
    policies: Mapping[str, Policy],
    *,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Play every conversation with every policy, with `always` and with an oracle.

    Raises:
        Invalid: there is no turn.
        NotFound: a turn needs an entry that the knowledge base does not have.
    """
    turns = counted(assistant, conversations, policies, oracle=True, progress=progress)
    versions = {name: policy.version for name, policy in policies.items()}
    return {
        "n_turns": len(turns["always"]),
        "n_conversations": len(conversations),
        "policies": {
            name: {"version": versions.get(name, f"{name}@1"), **summary(of, turns["always"])}
            for name, of in turns.items()
        },
        "mixes": {
            mix: {name: _mixed(of, turns["always"], kinds) for name, of in turns.items()}
            for mix, kinds in MIXES.items()
        },
        "oracle_share": _oracle_share(turns),
        "provenance": provenance(
            knowledge=assistant.knowledge.version,
            encoder=assistant.retriever.encoder_version,
            index=assistant.retriever.index_version,
            tokens=assistant.tokens.name,
        ),
    }


def counted(
    assistant: Assistant,
    conversations: Sequence[LabelledConversation],
    policies: Mapping[str, Policy],
    *,
    oracle: bool = False,
    progress: Progress | None = None,
) -> dict[str, list[Counted]]:
    """Play every conversation with `always` and with each policy; return what counts of each turn, by policy.

    The history says what `always` answered, whichever policy plays. Raises what `evaluate_policies` raises.
    """
    if not any(each.turns for each in conversations):
        raise Invalid("there is no turn to play")
    for entry_id in {entry_id for each in conversations for turn in each.turns for entry_id in turn.needs}:
        assistant.knowledge.passage(entry_id)
    remembering = Remembering(assistant.retriever)
    assistant = replace(assistant, retriever=remembering)
    makers: dict[str, Callable[[LabelledTurn], Policy]] = {name: _same(policy) for name, policy in policies.items()}
    makers |= {"always": _same(AlwaysFetch())}
    makers |= {"oracle": lambda turn: Oracle(turn.needs, assistant.tokens_of)} if oracle else {}
    turns: dict[str, list[Counted]] = {name: [] for name in makers}
    for done, conversation in enumerate(conversations, start=1):
        usual = play(assistant, conversation, makers["always"])
        answers = [each.answer for each in usual]
        for name, maker in makers.items():
            played = usual if name == "always" else play(assistant, conversation, maker, answers)
            billed = billed_tokens(
                [assistant.prompt_of(each.state, each.decision) for each in played], assistant.tokens
            )
            turns[name] += [_turn(each, tokens) for each, tokens in zip(played, billed, strict=True)]
        remembering.found.clear()
        if progress:
            progress(done, len(conversations))
    return turns


def _same(policy: Policy) -> Callable[[LabelledTurn], Policy]:
    return lambda turn: policy


def _turn(played: Played, billed: int) -> Counted:
    needs, state = played.turn.needs, played.state
    right = by_evidence(needs, played.shown) == "good"
    skipped = played.decision.action is Action.NO_FETCH
    brought = by_evidence(needs, {hit.passage.id for hit in state.hits}) == "good"
    return Counted(
        played.conversation,
        played.turn.kind,
        played.lang,
        right,
        played.receipt.tokens.prompt,
        billed,
        played.decision.fetch and bool(played.decision.passages),
        len(played.shown),
        bool(needs),
        bool(needs) and skipped and not right and brought,
        played.turn.kind == "sensitive" or is_sensitive(state) or protected(state) is not None,
    )


def summary(turns: Sequence[Counted], usual: Sequence[Counted]) -> dict[str, Any]:
    """Return the figures of a policy, compared turn by turn with those of another, mostly the usual design."""
    clusters = [each.conversation for each in turns]
    fewer = [float(u.right) - float(t.right) for t, u in zip(turns, usual, strict=True)]
    low, high = bootstrap95(fewer, clusters)
    needing = [each for each in turns if each.needs]
    grave = [each for each in needing if each.grave]
    unsafe, unsafe_grave = sum(each.unsafe for each in needing), sum(each.unsafe for each in grave)
    return {
        **_figures(turns, usual),
        "ci95": {
            "evidence_accuracy": bootstrap95([float(each.right) for each in turns], clusters),
            "saving": _saving95(turns, usual, lambda each: each.tokens),
            "billed_saving": _saving95(turns, usual, lambda each: each.billed),
            "fetch_rate": bootstrap95([float(each.fetched) for each in turns], clusters),
        },
        "less_right_than_always": sum(fewer) / len(fewer),
        "less_right_ci95": (low, high),
        "non_inferior": high <= MARGIN,
        "unsafe_skips": unsafe,
        "unsafe_skip_rate": unsafe / max(len(needing), 1),
        "unsafe_skip_rate_ci95": exact95(unsafe, len(needing)),
        "n_needing": len(needing),
        "unsafe_skips_protected": unsafe_grave,
        "unsafe_skips_protected_ci95": exact95(unsafe_grave, len(grave)),
        "n_protected": len(grave),
        "by_kind": _by(turns, usual, lambda each: each.kind),
        "by_lang": _by(turns, usual, lambda each: each.lang),
    }


def _figures(turns: Sequence[Counted], usual: Sequence[Counted]) -> dict[str, float]:
    n = len(turns)
    return {
        "n": n,
        "evidence_accuracy": sum(each.right for each in turns) / n,
        "prompt_tokens": sum(each.tokens for each in turns),
        "saving": 1 - sum(each.tokens for each in turns) / sum(each.tokens for each in usual),
        "billed_tokens": sum(each.billed for each in turns),
        "billed_saving": 1 - sum(each.billed for each in turns) / sum(each.billed for each in usual),
        "fetch_rate": sum(each.fetched for each in turns) / n,
        "passages": sum(each.n_shown for each in turns) / n,
        "unsafe_skips": sum(each.unsafe for each in turns),
    }


def _by(
    turns: Sequence[Counted], usual: Sequence[Counted], key: Callable[[Counted], str]
) -> dict[str, dict[str, float]]:
    names = sorted({key(each) for each in turns})
    pairs = list(zip(turns, usual, strict=True))
    return {
        name: _figures([t for t, _ in pairs if key(t) == name], [u for t, u in pairs if key(t) == name])
        for name in names
    }


def _mixed(turns: Sequence[Counted], usual: Sequence[Counted], kinds: Mapping[str, float]) -> dict[str, float]:
    weight = np.array([kinds.get(each.kind, 1.0) for each in turns])
    ours, theirs = _tokens(turns), _tokens(usual)
    right = np.array([each.right for each in turns])
    return {
        "evidence_accuracy": float((weight * right).sum() / weight.sum()),
        "saving": float(1 - (weight * ours).sum() / (weight * theirs).sum()),
    }


def _tokens(turns: Iterable[Counted]) -> Floats:
    return np.array([each.tokens for each in turns], dtype=np.float64)


def _saving95(
    turns: Sequence[Counted], usual: Sequence[Counted], cost: Callable[[Counted], int]
) -> tuple[float, float]:
    clusters = [each.conversation for each in turns]
    low, high = ratio95([cost(each) for each in turns], [cost(each) for each in usual], clusters)
    return 1 - high, 1 - low


def _oracle_share(turns: Mapping[str, Sequence[Counted]]) -> dict[str, float]:
    """Return what part of the oracle's saving each policy reaches."""
    usual = turns["always"]
    most = _figures(turns["oracle"], usual)["saving"]
    return {name: _figures(of, usual)["saving"] / most for name, of in turns.items() if most > 0}
