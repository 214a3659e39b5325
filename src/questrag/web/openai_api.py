"""The same assistant in the words of the OpenAI API, for clients that are there already. It keeps nothing."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated, Any, cast
from uuid import uuid4

from fastapi import APIRouter, Body, Request, Response
from fastapi.sse import format_sse_event

from questrag.chat.errors import NotFound
from questrag.chat.turn import Assistant, collect
from questrag.chat.types import Answer, Event, Finished, Token
from questrag.web.budgets import Budgets, without_model
from questrag.web.dependencies import CurrentAsker, CurrentParts, CurrentUser, SpentBy
from questrag.web.metrics import counted
from questrag.web.openai_errors import NoSuchModel, openai_error, refuses
from questrag.web.openai_reading import Wish, read
from questrag.web.openai_views import (
    AssistantMessage,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionRequest,
    Choice,
    ChunkChoice,
    Delta,
    Model,
    ModelList,
    extension_of,
    usage_of,
)
from questrag.web.streaming import EventStream, begun, left
from questrag.web.views import Problem
from questrag.wiring import Parts

router = APIRouter(prefix="/v1", tags=["openai"])

Caller = CurrentUser
"""Whoever may ask here: the owner of an access token, or of an API key for the chat."""

FIRST_THAT_ANSWERS = "questrag"
"""The model of a client that does not choose."""

_EXAMPLES = {
    "question": {
        "summary": "One question",
        "value": {"model": "questrag", "messages": [{"role": "user", "content": "How do I block my debit card?"}]},
    },
    "streamed": {
        "summary": "One more question, streamed",
        "value": {
            "model": "approved",
            "messages": [
                {"role": "user", "content": "How do I block my debit card?"},
                {"role": "assistant", "content": "Open the app, choose Cards, then Block."},
                {"role": "user", "content": "And how do I get a new one?"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
        },
    },
}
_CHUNKS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, or the chunks of it, followed by `[DONE]`",
        "content": {
            "text/event-stream": {
                "itemSchema": {
                    "type": "object",
                    "required": ["data"],
                    "properties": {
                        "data": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "contentSchema": {
                                "oneOf": [
                                    {"$ref": "#/components/schemas/ChatCompletionChunk"},
                                    {"$ref": "#/components/schemas/OpenAIError"},
                                ]
                            },
                        }
                    },
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One request that was accepted."""

    wish: Wish
    assistant: Assistant
    caller: str
    """Id of the user."""
    model: str
    """As it was asked for."""
    include_usage: bool
    request: Request
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def answer(self) -> AsyncGenerator[Event]:
        budgets = cast(Budgets, self.request.state.budgets)
        events = self.assistant.answer(self.wish.question, self.wish.history)
        events = budgets.charging(events, self.caller, self.assistant)
        return counted(events, self.request, turn_id=self.id, question=self.wish.question)

    def completion(self, answer: Answer) -> ChatCompletion:
        return ChatCompletion(
            id=self.id,
            created=self.created,
            model=self.model,
            choices=[Choice(message=AssistantMessage(content=answer.text))],
            usage=usage_of(answer),
            questrag=extension_of(answer, list(self.wish.ignored)),
        )

    def chunk(self, *deltas: Delta, end: Answer | None = None, usage: Answer | None = None) -> bytes:
        """Return a chunk as it is sent.

        Args:
            deltas: what is said, one thing at most.
            end: the answer that this one ends.
            usage: the answer that cost what this one tells.
        """
        choices = [
            ChunkChoice(index=0, delta=delta, logprobs=None, finish_reason="stop" if end else None) for delta in deltas
        ]
        chunk = ChatCompletionChunk(
            id=self.id, object="chat.completion.chunk", created=self.created, model=self.model, choices=choices
        )
        if self.include_usage:
            chunk.usage = usage_of(usage) if usage else None
        if end:
            chunk.questrag = extension_of(end, list(self.wish.ignored))
        return format_sse_event(data_str=chunk.model_dump_json(exclude_unset=True))


class _Chunks(EventStream):
    """Says how it broke off as a client of the OpenAI API expects it, and then no `[DONE]`."""

    def failed(self, error: BaseException, problem: Problem) -> bytes:
        return format_sse_event(data_str=openai_error(error, problem).model_dump_json())


@router.get("/models", summary="The models on offer, for clients of the OpenAI API", responses=refuses(401, 503))
async def list_models(_: Caller, parts: CurrentParts) -> ModelList:
    """`questrag` is the first of the others that can answer; `approved` gives approved texts and asks no model."""
    return ModelList(data=_models(parts))


@router.get(
    "/models/{model:path}",
    summary="One of the models, for clients of the OpenAI API",
    responses=refuses(401, 404, 422, 503),
)
async def get_model(model: str, _: Caller, parts: CurrentParts) -> Model:
    for each in _models(parts):
        if each.id == model:
            return each
    raise NoSuchModel


@router.post(
    "/chat/completions",
    summary="Ask a question as a client of the OpenAI API does",
    response_model=ChatCompletion,
    responses={**_CHUNKS, **refuses(400, 401, 404, 413, 422, 429, 503)},
)
async def create_chat_completion(
    asked: Annotated[ChatCompletionRequest, Body(openapi_examples=_EXAMPLES)],
    caller: CurrentAsker,
    spent_by: SpentBy,
    parts: CurrentParts,
    request: Request,
) -> ChatCompletion | Response:
    """Nothing is stored: the conversation is what the request says it is.

    What was sent in a stream cannot be taken back there, so an answer is streamed once all of it is checked; the steps
    for an emergency come at once.
    """
    assistant = _assistant(parts, asked.model)
    call = _Call(
        wish=await asyncio.to_thread(read, asked),
        assistant=without_model(assistant, spent_by) if spent_by else assistant,
        caller=caller.id,
        model=asked.model,
        include_usage=bool(asked.stream_options and asked.stream_options.include_usage),
        request=request,
    )
    if asked.stream:
        return _Chunks(call.chunk(Delta(role="assistant", content="")), _pieces(call), request)
    return await _at_once(call, request)


def _models(parts: Parts) -> list[Model]:
    offered = [Model(id=offer.id, owned_by=offer.provider) for offer in parts.models]
    return [Model(id=FIRST_THAT_ANSWERS, owned_by="questrag"), *offered]


def _assistant(parts: Parts, model: str) -> Assistant:
    try:
        return parts.assistant_with(None if model == FIRST_THAT_ANSWERS else model)
    except NotFound:
        raise NoSuchModel from None


async def _at_once(call: _Call, request: Request) -> ChatCompletion | Response:
    """Answer in one piece. When the reader leaves, the work is stopped."""
    async with begun(_collected(call)) as answering, begun(left(request.receive)) as leaving:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if answering.cancelled():
        return Response()  # which nobody reads
    return call.completion(answering.result())


async def _collected(call: _Call) -> Answer:
    async with aclosing(call.answer()) as events:
        return await collect(events)


async def _pieces(call: _Call) -> AsyncGenerator[bytes]:
    """Yield the opening for an emergency at once, and the rest when nothing of it can be withdrawn any more."""
    sent = ""
    async with aclosing(call.answer()) as events:
        async for event in events:
            if isinstance(event, Token) and event.opening and not sent:
                sent = event.text  # an answer that is replaced begins with it again
                yield call.chunk(Delta(content=sent))
            elif isinstance(event, Finished):
                yield call.chunk(Delta(content=event.answer.text[len(sent) :]))
                yield call.chunk(Delta(), end=event.answer)
                if call.include_usage:
                    yield call.chunk(usage=event.answer)
                yield format_sse_event(data_str="[DONE]")
