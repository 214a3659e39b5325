"""Questions and answers."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Request, Response
from pydantic import BaseModel, StringConstraints, TypeAdapter

from questrag.chat.privacy import mask
from questrag.chat.types import Feedback
from questrag.web.answering import Asked, answer, ask, ask_beside, require_on_offer, stream
from questrag.web.dependencies import CurrentAsker, CurrentParts, IdempotencyKey, OwnTurn, SpentBy, WantsStream
from questrag.web.errors import refuses
from questrag.web.inputs import Id, Question, Remark
from questrag.web.streaming import EventStream
from questrag.web.views import EVENT_NAMES, ChatResponse, FeedbackView, StreamEvent

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])


ModelId = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NewMessage(BaseModel):
    query: Question
    conversation_id: Id | None = None
    """A new conversation is started without it."""
    model: ModelId | None = None
    """One of `GET /api/v1/about`; without it, the first that can answer does."""


class EditedMessage(BaseModel):
    query: Question
    model: ModelId | None = None


class Again(BaseModel):
    """May be left out altogether."""

    model: ModelId | None = None


class NewFeedback(BaseModel):
    rating: Literal["up", "down"]
    reason: Remark = ""


def _events_schema() -> dict[str, Any]:
    """Describe the stream: which event carries which data."""
    events = [
        {
            "type": "object",
            "required": ["event", "data"],
            "properties": {
                "event": {"const": name},
                "data": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": {"$ref": f"#/components/schemas/{view.__name__}"},
                },
            },
        }
        for view, name in EVENT_NAMES.items()
    ]
    return {"text/event-stream": {"itemSchema": {"oneOf": events}}}


STREAM_SCHEMAS: dict[str, Any] = TypeAdapter(StreamEvent).json_schema(ref_template="#/components/schemas/{model}")[
    "$defs"
]
"""What `_events_schema` refers to; FastAPI sees only what a route returns."""

_EXAMPLES = {
    "question": {"summary": "A new conversation", "value": {"query": "How do I block my debit card?"}},
    "more": {
        "summary": "One more question",
        "value": {"query": "And a new one?", "conversation_id": "3f0c1a52f8b34c1d9a57d2a1c0ffee00"},
    },
}
_AGAIN = {"by another": {"value": {"model": "approved"}}}
_EDITED = {"edit": {"value": {"query": "How do I block my credit card?"}}}
_FEEDBACK = {"helped": {"value": {"rating": "up"}}, "did not": {"value": {"rating": "down", "reason": "Too long"}}}
_REFUSES = refuses(401, 404, 409, 413, 422, 429, 503)
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The events of the answer", "content": _events_schema()},
    **_REFUSES,
}
_EITHER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The answer, or the events of it", "content": _events_schema()},
    **_REFUSES,
}


async def _asked(
    message: Annotated[NewMessage, Body(openapi_examples=_EXAMPLES)],
    user: CurrentAsker,
    parts: CurrentParts,
    spent_by: SpentBy,
    idempotency_key: IdempotencyKey = None,
) -> Asked:
    require_on_offer(parts, message.model)
    asked = await ask(
        parts.store,
        user,
        message.query,
        conversation_id=message.conversation_id,
        idempotency_key=idempotency_key,
    )
    return replace(asked, model=message.model, spent_by=spent_by)


# The two below do not read `streamed`. They depend on it because nothing may be stored before all is valid.
async def _asked_again(
    old: OwnTurn,
    user: CurrentAsker,
    parts: CurrentParts,
    spent_by: SpentBy,
    streamed: WantsStream,
    again: Annotated[Again | None, Body(openapi_examples=_AGAIN)] = None,
    idempotency_key: IdempotencyKey = None,
) -> Asked:
    model = again.model if again else None
    require_on_offer(parts, model)
    asked = await ask_beside(parts.store, user, old, old.question, idempotency_key=idempotency_key)
    return replace(asked, model=model, spent_by=spent_by)


async def _edited(
    message: Annotated[EditedMessage, Body(openapi_examples=_EDITED)],
    old: OwnTurn,
    user: CurrentAsker,
    parts: CurrentParts,
    spent_by: SpentBy,
    streamed: WantsStream,
    idempotency_key: IdempotencyKey = None,
) -> Asked:
    require_on_offer(parts, message.model)
    asked = await ask_beside(parts.store, user, old, message.query, idempotency_key=idempotency_key)
    return replace(asked, model=message.model, spent_by=spent_by)


@router.post("/", summary="Ask a question", responses=_REFUSES)
@router.post("", include_in_schema=False)
async def post_message(asked: Annotated[Asked, Depends(_asked)], parts: CurrentParts, request: Request) -> ChatResponse:
    """A reader who leaves stops the work; what was written until then is kept."""
    return await answer(parts, asked, request)


@router.post(
    "/stream",
    summary="Ask a question and read the answer as it is written",
    response_class=Response,
    responses=_STREAMED,
)
async def stream_message(
    asked: Annotated[Asked, Depends(_asked)], parts: CurrentParts, request: Request
) -> EventStream:
    """Refusals come before the first byte; after it, a failure is the last event.

    The texts of all `token` events since the last `replaced` event, joined, are the stored answer. A reader
    who leaves stops the work; what was written until then is kept.
    """
    return stream(parts, asked, request)


@router.post(
    "/messages/{message_id}/regenerate",
    summary="Ask the same question again; the old answer stays",
    response_model=ChatResponse,
    responses=_EITHER,
)
async def regenerate_message(
    asked: Annotated[Asked, Depends(_asked_again)], streamed: WantsStream, parts: CurrentParts, request: Request
) -> ChatResponse | EventStream:
    return stream(parts, asked, request) if streamed else await answer(parts, asked, request)


@router.post(
    "/messages/{message_id}/edit",
    summary="Ask another question in the place of this one; the old one and its answer stay",
    response_model=ChatResponse,
    responses=_EITHER,
)
async def edit_message(
    asked: Annotated[Asked, Depends(_edited)], streamed: WantsStream, parts: CurrentParts, request: Request
) -> ChatResponse | EventStream:
    return stream(parts, asked, request) if streamed else await answer(parts, asked, request)


@router.put(
    "/messages/{message_id}/feedback",
    summary="Say whether an answer helped",
    responses=refuses(401, 404, 413, 422, 503),
)
async def put_feedback(
    given: Annotated[NewFeedback, Body(openapi_examples=_FEEDBACK)], turn: OwnTurn, parts: CurrentParts
) -> FeedbackView:
    """Later feedback takes the place of earlier feedback."""
    feedback = Feedback(given.rating, mask(given.reason), datetime.now(UTC))
    await parts.store.set_feedback(turn.user_id, turn.id, feedback)
    return FeedbackView.model_validate(feedback)
