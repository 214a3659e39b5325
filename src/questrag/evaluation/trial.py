"""One question, asked as a customer would ask it and stored nowhere: what was found, decided and said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from questrag.chat.privacy import mask
from questrag.chat.turn import Assistant, collect, ended
from questrag.chat.types import Answer, Decided, Decision, Finished, Hit, Turn


@dataclass(frozen=True, slots=True)
class Trial:
    hits: tuple[Hit, ...]
    """What the policy was shown, best first."""
    decision: Decision
    answer: Answer


async def try_question(assistant: Assistant, question: str, earlier: Sequence[str] = ()) -> Trial:
    """Ask after the earlier questions of the same conversation, oldest first, each of which is answered on the way."""
    history: list[Turn] = []
    for asked in earlier:
        answer = await collect(assistant.answer(asked, history))
        history.append(ended(_turn(asked, len(history)), answer))
    state = await assistant.look(mask(question), history)
    decision: Decision | None = None
    async for event in assistant.answer(question, history):
        if isinstance(event, Decided):
            decision = event.decision
        elif isinstance(event, Finished) and decision is not None:
            return Trial((*state.hits, *state.further), decision, event.answer)
    raise RuntimeError("the turn ended without an answer")


def _turn(question: str, place: int) -> Turn:
    return Turn(id=str(place), conversation_id="", user_id="", question=mask(question), asked_at=datetime.now(UTC))
