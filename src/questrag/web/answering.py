"""From a question that was accepted to its answer, at once or piece by piece."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never
from uuid import uuid4

from fastapi import Request

from questrag.chat.errors import Invalid, Unavailable
from questrag.chat.ports import Store
from questrag.chat.privacy import mask
from questrag.chat.turn import active_path, collect, converse, ended
from questrag.chat.types import (
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
from questrag.web.errors import StillAnswering
from questrag.web.streaming import EventStream
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
    """A question that is stored: a new one, or one that was answered before under the same idempotency key."""

    turn: Turn
    history: tuple[Turn, ...] = ()
    """The turns before it, oldest first."""

    @property
    def answered(self) -> bool:
        return self.turn.status is not Status.PENDING


async def ask(
    store: Store, user: User, question: str, *, conversation_id: str | None, idempotency_key: str | None
) -> Asked:
    """Store a question at the end of its conversation, or of a new one that is named after it.

    Raises:
        NotFound: no such conversation of this user.
        StillAnswering, Invalid, Unavailable: see `_begun`.
    """
    turn = _turn(user, mask(question), conversation_id or _new_id(), idempotency_key)
    if conversation_id is not None:
        return await _begun(store, turn, append=True)
    await store.add_conversation(
        Conversation(
            id=turn.conversation_id,
            user_id=user.id,
            title=_title(turn.question),
            created_at=turn.asked_at,
            updated_at=turn.asked_at,
        )
    )
    stored, new = await store.begin(turn, append=True)
    if new:
        return Asked(stored)
    await store.delete_conversation(user.id, turn.conversation_id)
    return _again(stored, replace(turn, conversation_id=stored.conversation_id))


async def ask_beside(store: Store, user: User, old: Turn, question: str, *, idempotency_key: str | None) -> Asked:
    """Store a question in the place of an earlier one, which stays as it is.

    Raises:
        StillAnswering: the earlier one has no answer yet.
        Invalid, Unavailable: see `_begun`.
    """
    if old.status is Status.PENDING:
        raise StillAnswering
    turn = _turn(user, mask(question), old.conversation_id, idempotency_key)
    asked = await _begun(store, replace(turn, parent_id=old.parent_id), append=False)
    if asked.turn.id == old.id:
        raise Invalid(_KEY_WAS_USED)
    return asked


async def answer(parts: Parts, asked: Asked) -> ChatResponse:
    if asked.answered:
        return chat_response(asked.turn)
    async with aclosing(_run(parts, asked)) as events:
        return chat_response(ended(asked.turn, await collect(events)))


def stream(parts: Parts, asked: Asked, request: Request) -> EventStream:
    return EventStream(_replay(asked.turn) if asked.answered else _events(parts, asked), request)


async def _begun(store: Store, turn: Turn, *, append: bool) -> Asked:
    """Store a turn, unless its key was used before.

    Raises:
        StillAnswering: it was, and there is no answer yet.
        Invalid: it was, for another question.
        Unavailable: it was, and there never was an answer.
    """
    stored, new = await store.begin(turn, append=append)
    if not new:
        return _again(stored, replace(turn, parent_id=stored.parent_id) if append else turn)
    if stored.parent_id is None:
        return Asked(stored)
    turns = await store.turns(stored.user_id, stored.conversation_id)
    return Asked(stored, tuple(active_path(turns, stored.parent_id)))


def _again(stored: Turn, asked: Turn) -> Asked:
    if _place(stored) != _place(asked):
        raise Invalid(_KEY_WAS_USED)
    if stored.status is Status.PENDING:
        raise StillAnswering
    if stored.status is Status.FAILED:
        raise Unavailable(f"{stored.problem} Ask again with a new Idempotency-Key.")
    return Asked(stored)


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


def _run(parts: Parts, asked: Asked) -> AsyncGenerator[Event, None]:
    return converse(parts.assistant, parts.store, asked.turn, asked.history)


async def _events(parts: Parts, asked: Asked) -> AsyncGenerator[StreamEvent]:
    yield _start(asked.turn)
    async with aclosing(_run(parts, asked)) as events:
        async for event in events:
            yield _told(event, asked.turn)


async def _replay(turn: Turn) -> AsyncGenerator[StreamEvent]:
    yield _start(turn)
    yield TokenEvent(text=turn.answer)
    yield chat_response(turn)


def _start(turn: Turn) -> StartEvent:
    return StartEvent(conversation_id=turn.conversation_id, message_id=turn.id)


def _told(event: Event, turn: Turn) -> StreamEvent:
    match event:
        case Decided(decision):
            return decided_event(decision)
        case Retrieved(hits):
            return retrieved_event(hits)
        case Token(text):
            return TokenEvent(text=text)
        case Replaced(why):
            return ReplacedEvent(why=why)
        case Finished(end):
            return chat_response(ended(turn, end))
    assert_never(event)
