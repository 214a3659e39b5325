"""Turns that have ended, as reports read them."""

from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

from questrag.chat.ports import Store
from questrag.chat.types import (
    Action,
    Conversation,
    Feedback,
    Lang,
    Reason,
    Receipt,
    Source,
    Status,
    TokenBill,
    Turn,
    Versions,
)

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
"""Half past five in the afternoon, in India."""


def an_ended_turn(
    question: str = "How do I block my card?",
    *,
    at: datetime = NOON,
    account: str = "priya",
    conversation: str = "",
    lang: Lang = "en",
    reason: Reason = Reason.POLICY,
    action: Action = Action.FETCH,
    handed_off: bool = False,
    thumb: Literal["up", "down"] | None = None,
    remark: str = "",
    score: float | None = None,
    fetched: tuple[str, ...] = (),
    cited: tuple[str, ...] = (),
    bill: TokenBill | None = None,
    total_ms: float = 10.0,
    model: str = "extractive/verbatim",
    emergency: bool = False,
    degraded: tuple[str, ...] = (),
) -> Turn:
    receipt = Receipt(
        policy_action=action,
        reason=reason,
        p_fetch=0.5,
        retrieval_score=score,
        fetched=fetched,
        live=(),
        cited=cited,
        sources=tuple(Source(entry_id, f"about {entry_id}", "", "", score, False) for entry_id in cited),
        tokens=bill or TokenBill(100, 20, 400, "words", False),
        timings_ms={"search": 2.0, "total": total_ms},
        versions=Versions("p@1", "none", "i@1", "k@1", "1", model),
        lang=lang,
        llm_provider=model.partition("/")[0],
        emergency=emergency,
        opening="fraud" if emergency else None,
        degraded=degraded,
    )
    return Turn(
        id=uuid4().hex,
        conversation_id=conversation or uuid4().hex,
        user_id=account,
        question=question,
        asked_at=at,
        status=Status.HANDED_OFF if handed_off else Status.ANSWERED,
        answer="Call the number on it.",
        answered_at=at,
        complete=True,
        receipt=receipt,
        feedback=Feedback(thumb, remark, at) if thumb else None,
    )


async def stored(store: Store, *turns: Turn) -> None:
    """Put turns into the store, each after the one before where they share a conversation."""
    known: set[str] = set()
    for turn in turns:
        if turn.conversation_id not in known:
            known.add(turn.conversation_id)
            await store.add_conversation(
                Conversation(
                    id=turn.conversation_id,
                    user_id=turn.user_id,
                    title="Cards",
                    created_at=turn.asked_at,
                    updated_at=turn.asked_at,
                )
            )
        await store.begin(turn, append=True)
        await store.finish(turn)
        if turn.feedback:
            await store.set_feedback(turn.user_id, turn.id, turn.feedback)
