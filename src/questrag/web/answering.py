"""From a question that was accepted to its answer, at once or piece by piece."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never, cast
from uuid import uuid4

from fastapi import Request

from questrag.chat.errors import Invalid, NotFound
from questrag.chat.ports import Store
from questrag.chat.privacy import mask
from questrag.chat.turn import active_path, collect, converse, ended
from questrag.chat.types import (
    Answer,
    Conversation,
    Decided,
    Event,
    Finished,
    Replaced,
    Retrieved,
    Status,
    Token,
    Turn,
    User,
)
from questrag.web.budgets import Budgets, Payer, without_model
from questrag.web.errors import StillAnswering
from questrag.web.metrics import counted
from questrag.web.streaming import EventStream, begun, left
from questrag.web.views import (
    ChatResponse,
    ReplacedEvent,
    StartEvent,
    StreamEvent,
    TokenEvent,
    chat_response,
    decided_event,
    retrieved_event,
)
from questrag.wiring import Parts


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is stored: to be answered, or answered before under the same idempotency key."""

    turn: Turn
    history: tuple[Turn, ...] = ()
    """The turns before it, oldest first."""
    model: str | None = None
    """By which it is to be answered, where it was chosen."""
    spent_by: Payer | None = None
    """Whose budget has nothing left: no model is asked."""

    @property
    def answered(self) -> bool:
        return self.turn.status is not Status.PENDING


async def ask(
    store: Store, user: User, question: str, *, conversation_id: str | None, idempotency_key: str | None
) -> Asked:
    """Store a question at the end of its conversation, or of a new one that is named after it.

    Raises:
        NotFound: no such conversation of this user.
        StillAnswering, Invalid: see `_begun`.
    """
    if conversation_id is not None:
        masked = mask(question, before=await _said_before(store, user, conversation_id, idempotency_key))
        return await _begun(store, _turn(user, masked, conversation_id, idempotency_key), append=True)
    turn = _turn(user, mask(question), _new_id(), idempotency_key)
    opening = Conversation(
        id=turn.conversation_id,
        user_id=user.id,
        title=_title(turn.question),
        created_at=turn.asked_at,
        updated_at=turn.asked_at,
    )
    return await _begun(store, turn, append=True, opening=opening)


async def ask_beside(store: Store, user: User, old: Turn, question: str, *, idempotency_key: str | None) -> Asked:
    """Store a question in the place of an earlier one, which stays as it is.

    Raises:
        StillAnswering: the earlier one has no answer yet; or see `_begun`.
        Invalid: see `_begun`.
    """
    if old.status is Status.PENDING:
        raise StillAnswering
    if idempotency_key is not None and idempotency_key == old.idempotency_key:
        raise Invalid(_KEY_WAS_USED)
    before = await store.turn(user.id, old.parent_id) if old.parent_id else None
    masked = mask(question, before=before.question if before else "")
    turn = _turn(user, masked, old.conversation_id, idempotency_key)
    return await _begun(store, replace(turn, parent_id=old.parent_id), append=False)


async def _said_before(store: Store, user: User, conversation_id: str, idempotency_key: str | None) -> str:
    """Return the last question of a conversation, if there is one; not one that is being asked again under its key."""
    with suppress(NotFound):  # which the question itself will be told
        leaf = (await store.conversation(user.id, conversation_id)).head
        turn = await store.turn(user.id, leaf) if leaf else None
        if turn and idempotency_key is not None and turn.idempotency_key == idempotency_key:
            turn = await store.turn(user.id, turn.parent_id) if turn.parent_id else None
        return turn.question if turn else ""
    return ""


def require_on_offer(parts: Parts, model: str | None) -> None:
    """Raises: Invalid: there is no such model to choose; nothing may be stored then."""
    try:
        parts.assistant_with(model)
    except NotFound as error:
        wrong = "is not on offer here, see `GET /api/v1/about`"
        raise Invalid(str(error), fields=[("model", wrong)]) from None


async def answer(parts: Parts, asked: Asked, request: Request) -> ChatResponse:
    """Answer at once. When the reader leaves, the work is stopped, and what was written until then is kept."""
    if asked.answered:
        return chat_response(asked.turn)
    async with begun(_collected(parts, asked, request)) as answering, begun(left(request.receive)) as leaving:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if answering.cancelled():
        return chat_response(asked.turn)  # which nobody reads
    return chat_response(ended(asked.turn, answering.result()))


def stream(parts: Parts, asked: Asked, request: Request) -> EventStream:
    turn = asked.turn
    opening = StartEvent(conversation_id=turn.conversation_id, message_id=turn.id)
    return EventStream(opening, _replay(turn) if asked.answered else _events(parts, asked, request), request)


async def _begun(store: Store, turn: Turn, *, append: bool, opening: Conversation | None = None) -> Asked:
    """Store a turn, unless its key was used before: a complete answer is given again, any other question answered.

    Args:
        opening: the conversation that the question begins where it named none; one of the same key may be in another.

    Raises:
        StillAnswering: its key was used before, and that question is being answered.
        Invalid: its key was used before, for another question.
        NotFound: no such conversation of this user.
    """
    stored, new = await store.begin(turn, append=append, opening=opening)
    if not new:
        if opening:
            turn = replace(turn, conversation_id=stored.conversation_id)
        elif append:
            turn = replace(turn, parent_id=stored.parent_id)
        if _place(stored) != _place(turn):
            raise Invalid(_KEY_WAS_USED)
        if stored.status is Status.PENDING:
            raise StillAnswering
        if stored.complete:
            return Asked(stored)
        stored = replace(turn, id=stored.id, asked_at=stored.asked_at)
        await store.finish(stored)  # pending once more
    if stored.parent_id is None:
        return Asked(stored)
    turns = await store.turns(stored.user_id, stored.conversation_id)
    return Asked(stored, tuple(active_path(turns, stored.parent_id)))


_KEY_WAS_USED = "This Idempotency-Key was used for another question. Use a new one for each question."


def _place(turn: Turn) -> tuple[str, str, str | None]:
    return turn.question, turn.conversation_id, turn.parent_id


def _turn(user: User, question: str, conversation_id: str, idempotency_key: str | None) -> Turn:
    return Turn(
        id=_new_id(),
        conversation_id=conversation_id,
        user_id=user.id,
        question=question,
        asked_at=datetime.now(UTC),
        idempotency_key=idempotency_key,
    )


def _new_id() -> str:
    return uuid4().hex


def _title(question: str) -> str:
    """Return the beginning of a question, cut between words where there are any.

    >>> _title("How do I\\n block my card?")
    'How do I block my card?'
    >>> _title("word " * 30)[-10:]
    'word word…'
    """
    title = " ".join(question.split())
    if len(title) <= _TITLE_CHARACTERS:
        return title
    cut = title[: _TITLE_CHARACTERS - 1]
    return f"{cut.rsplit(' ', 1)[0]}…"


_TITLE_CHARACTERS = 80


def _run(parts: Parts, asked: Asked, request: Request) -> AsyncGenerator[Event, None]:
    assistant = parts.assistant_with(asked.model)
    if asked.spent_by:
        assistant = without_model(assistant, asked.spent_by)
    budgets = cast(Budgets, request.state.budgets)
    events = converse(assistant, parts.store, asked.turn, asked.history)
    events = budgets.charging(events, asked.turn.user_id, assistant)
    return counted(events, request, turn_id=asked.turn.id, question=asked.turn.question)


async def _collected(parts: Parts, asked: Asked, request: Request) -> Answer:
    async with aclosing(_run(parts, asked, request)) as events:
        return await collect(events)


async def _events(parts: Parts, asked: Asked, request: Request) -> AsyncGenerator[StreamEvent]:
    async with aclosing(_run(parts, asked, request)) as events:
        async for event in events:
            yield _told(event, asked.turn)


async def _replay(turn: Turn) -> AsyncGenerator[StreamEvent]:
    yield TokenEvent(text=turn.answer, opening=turn.receipt.opening if turn.receipt else None)
    yield chat_response(turn)


def _told(event: Event, turn: Turn) -> StreamEvent:
    match event:
        case Decided(decision):
            return decided_event(decision)
        case Retrieved(hits):
            return retrieved_event(hits)
        case Token(text, opening):
            return TokenEvent(text=text, opening=opening)
        case Replaced(why):
            return ReplacedEvent(why=why)
        case Finished(end):
            return chat_response(ended(turn, end))
    assert_never(event)
