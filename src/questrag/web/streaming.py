"""Server-sent events that outlive neither their reader nor their source."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Send

from questrag.web.errors import problem_of
from questrag.web.views import EVENT_NAMES, FailedEvent, StreamEvent

HEARTBEAT_S = 15.0
"""A stream that says nothing for so long sends a comment, so that no proxy takes it for dead."""


class EventStream(EventSourceResponse):
    """Sends events as they come; an error among them becomes a last `failed` event.

    When the reader leaves, the source is closed at once, wherever it is at that moment.
    """

    def __init__(
        self, events: AsyncGenerator[StreamEvent], request: Request, *, heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        self._chunks = _chunks(events, request, heartbeat_s)
        super().__init__(self._chunks, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._chunks):
            await super().stream_response(send)


async def _chunks(events: AsyncGenerator[StreamEvent], request: Request, heartbeat_s: float) -> AsyncGenerator[bytes]:
    # The source runs in one task of its own from start to end: a deadline inside it holds across events, and a
    # heartbeat or a reader who leaves never interrupts it halfway through its cleaning up.
    sender, chunks = anyio.create_memory_object_stream[bytes](0)

    async def pump() -> None:
        async with sender, aclosing(events):
            async for event in events:
                await sender.send(encoded(event))

    source = asyncio.create_task(pump())
    try:
        while (chunk := await _next(chunks, heartbeat_s)) is not None:
            yield chunk
        await asyncio.wait({source})
        if error := source.exception():
            yield encoded(FailedEvent(problem=problem_of(error, request)))
    finally:
        source.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.gather(source, return_exceptions=True)
        chunks.close()


async def _next(chunks: MemoryObjectReceiveStream[bytes], heartbeat_s: float) -> bytes | None:
    """Return the next chunk, a comment when there is none for a while, None after the last."""
    with anyio.move_on_after(heartbeat_s):
        try:
            return await chunks.receive()
        except anyio.EndOfStream:
            return None
    return KEEPALIVE_COMMENT


def encoded(event: StreamEvent) -> bytes:
    return format_sse_event(
        event=EVENT_NAMES[type(event)], data_str=event.model_dump_json(exclude_none=isinstance(event, FailedEvent))
    )
