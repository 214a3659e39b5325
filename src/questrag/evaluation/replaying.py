"""A stored turn, answered once more with what serves today."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from questrag.chat.errors import Invalid
from questrag.chat.ports import Store
from questrag.chat.turn import Assistant, active_path, collect
from questrag.chat.types import Answer, Receipt, Turn


@dataclass(frozen=True, slots=True)
class Difference:
    what: str
    then: object
    now: object


@dataclass(frozen=True, slots=True)
class Replayed:
    turn: Turn
    now: Answer
    differences: tuple[Difference, ...]
    """Of what was decided, shown, cited and said, and of the versions behind it; timings always differ."""


async def replay(store: Store, assistant: Assistant, turn_id: str) -> Replayed:
    """Answer it again, with the turns before it as they are stored. Nothing is stored.

    Raises:
        NotFound: there is no such turn.
        Invalid: it has no receipt to compare with.
    """
    turn = await store.turn_of_anybody(turn_id)
    if turn.receipt is None:
        raise Invalid(f"{turn_id} has no receipt: it is {turn.status}, and there is nothing to compare with.")
    others = await store.turns(turn.user_id, turn.conversation_id)
    history = active_path(others, turn.parent_id) if turn.parent_id else []
    now = await collect(assistant.answer(turn.question, history))
    return Replayed(turn, now, tuple(_differences(turn, turn.receipt, now)))


def _differences(turn: Turn, then: Receipt, answer: Answer) -> Iterator[Difference]:
    now = answer.receipt
    pairs: dict[str, tuple[object, object]] = {
        "action": (then.policy_action.value, now.policy_action.value),
        "reason": (then.reason.value, now.reason.value),
        "p_fetch": (round(then.p_fetch, 4), round(now.p_fetch, 4)),
        "fetched": (then.fetched, now.fetched),
        "live": (then.live, now.live),
        "cited": (then.cited, now.cited),
        "guard": (then.guard, now.guard),
        "opening": (then.opening, now.opening),
        "degraded": (then.degraded, now.degraded),
        "status": (turn.status.value, answer.status.value),
        "answer": (turn.answer, answer.text),
        "prompt_tokens": (then.tokens.prompt, now.tokens.prompt),
    }
    versions_now = asdict(now.versions)
    pairs |= {f"version of {name}": (value, versions_now[name]) for name, value in asdict(then.versions).items()}
    for what, (before, after) in pairs.items():
        if before != after:
            yield Difference(what, before, after)
