"""Server-sent events that outlive neither their reader nor their source."""

import asyncio
from asyncio import Task
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Receive, Send

from questrag.web.errors import problem_of
from questrag.web.views import EVENT_NAMES, FailedEvent, Problem, StreamEvent, TokenEvent

T = TypeVar("T")

HEARTBEAT_S = 15.0
"""A stream that says nothing for so long sends a comment, so that no proxy takes it for dead."""


class EventStream(EventSourceResponse):
    """Sends an opening, and events as they come; an error among them becomes a last event, see `failed`.

    When the reader leaves, the source is closed at once, wherever it is at that moment. It has begun by then, even
    when the reader left before the opening: what records its own end can rely on being asked to.
    """

    def __init__(
        self,
        opening: StreamEvent | bytes,
        events: AsyncGenerator[StreamEvent | bytes],
        request: Request,
        *,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._opening, self._events, self._request, self._heartbeat_s = opening, events, request, heartbeat_s
        # What is sent is made when it is sent: until then nothing has begun that would have to be ended.
        super().__init__((), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def stream_response(self, send: Send) -> None:
        # The source runs in one task of its own from start to end: a deadline inside it holds across events, and a
        # heartbeat or a reader who leaves never interrupts it halfway through its cleaning up.
        sender, chunks = anyio.create_memory_object_stream[bytes](0)

        async def pump() -> None:
            async with sender, aclosing(self._events) as events:
                async for event in events:
                    await sender.send(encoded(event))

        async with chunks, begun(pump()) as source, aclosing(self._chunks(chunks, source)) as self.body_iterator:
            await super().stream_response(send)

    async def _chunks(self, chunks: MemoryObjectReceiveStream[bytes], source: Task[None]) -> AsyncGenerator[bytes]:
        yield encoded(self._opening)
        while (chunk := await _next(chunks, self._heartbeat_s)) is not None:
            yield chunk
        await asyncio.wait({source})
        if error := source.exception():
            yield self.failed(error, problem_of(error, self._request))

    def failed(self, error: BaseException, problem: Problem) -> bytes:
        """Return the last thing said in a stream that broke off."""
        return encoded(FailedEvent(problem=problem))


@asynccontextmanager
async def begun(work: Coroutine[Any, Any, T]) -> AsyncGenerator[Task[T]]:
    """Run the work in a task of its own, and cancel what is left of it at the end.

    A task that is cancelled before its first step never takes it, so that one is waited for: work that records
    its own end then does so in any case.
    """
    first_step = asyncio.Event()

    async def all_of_it() -> T:
        first_step.set()
        return await work

    task = asyncio.create_task(all_of_it())
    try:
        yield task
    finally:
        with anyio.CancelScope(shield=True):
            await first_step.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def left(receive: Receive) -> None:
    """Return when the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _next(chunks: MemoryObjectReceiveStream[bytes], heartbeat_s: float) -> bytes | None:
    """Return the next chunk, a comment when there is none for a while, None after the last."""
    with anyio.move_on_after(heartbeat_s):
        try:
            return await chunks.receive()
        except anyio.EndOfStream:
            return None
    return KEEPALIVE_COMMENT


def encoded(event: StreamEvent | bytes) -> bytes:
    if isinstance(event, bytes):
        return event
    brief = isinstance(event, FailedEvent | TokenEvent)
    return format_sse_event(event=EVENT_NAMES[type(event)], data_str=event.model_dump_json(exclude_none=brief))
