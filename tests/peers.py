"""What generators are tested against: a provider that misbehaves on purpose, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Self

from questrag.chat.types import Completion, Generated, Replaced, Token

ANSWER = ("Open ", "the app ", "and block ", "the card.")
"""What a provider that does its work says."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a reader is left with at the end of an answer."""

    text: str
    completion: Completion
    events: list[Generated]


async def hear(stream: AsyncGenerator[Generated, None]) -> Heard:
    events: list[Generated] = []
    text = ""
    async with aclosing(stream):
        async for event in stream:
            events.append(event)
            if isinstance(event, Token):
                text += event.text
            elif isinstance(event, Replaced):
                text = ""
    completion = events[-1]
    assert isinstance(completion, Completion)
    return Heard(text, completion, events)


class Wire:
    """One call, from the provider's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def head(self, status: int = 200, *, kind: str = "text/event-stream", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", "Transfer-Encoding: chunked"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._writer.write(("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode())
        await self._writer.drain()

    async def raw(self, body: bytes) -> None:
        self._writer.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        await self._writer.drain()

    async def bare(self, data: bytes) -> None:
        """Send without any framing."""
        self._writer.write(data)
        await self._writer.drain()

    async def data(self, record: object) -> None:
        await self.raw(f"data: {json.dumps(record)}\n\n".encode())

    async def choice(self, delta: object, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        await self.data({"id": "1", "object": "chat.completion.chunk", "model": "peer-1", "choices": [choice]})

    async def say(self, *pieces: str) -> None:
        for piece in pieces:
            await self.choice({"content": piece})

    async def done(self) -> None:
        await self.raw(b"data: [DONE]\n\n")
        await self.end()

    async def end(self) -> None:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def reset(self) -> None:
        self._writer.transport.abort()

    async def hang(self) -> None:
        await asyncio.Event().wait()

    async def until_left(self) -> None:
        """Wait until the other side hangs up."""
        while await self._reader.read(1024):
            pass


Play = Callable[[Wire], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Call:
    key: str
    body: dict[str, Any]


class Peer:
    """A provider. Its first call meets the first play, and so on; the last play is for all that follow."""

    def __init__(self, *plays: Play) -> None:
        self._plays = plays
        self._tasks: set[asyncio.Task[None]] = set()
        self.calls: list[Call] = []
        self.called = asyncio.Event()
        self.left = asyncio.Event()
        """Set when a reader hung up on a call before its play was over."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    @property
    def keys(self) -> list[str]:
        return [call.key for call in self.calls]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            try:
                self.calls.append(await _call(reader))
            except asyncio.IncompleteReadError:  # the caller left before it had said what it wants
                return
            self.called.set()
            play = self._plays[min(len(self.calls), len(self._plays)) - 1]
            await self._play(play, Wire(reader, writer))
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _play(self, play: Play, wire: Wire) -> None:
        playing = asyncio.create_task(_quietly(play(wire)))
        leaving = asyncio.create_task(_quietly(wire.until_left()))
        try:
            await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                self.left.set()
        finally:
            playing.cancel()
            leaving.cancel()


async def _quietly(work: Awaitable[None]) -> None:
    with suppress(ConnectionError):  # the other side has left
        await work


async def _call(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
    body = json.loads(await reader.readexactly(int(headers["content-length"])))
    return Call(headers["authorization"].removeprefix("bearer "), body)


# What a provider may do --------------------------------------------------------------------


def reports(usage: object) -> Play:
    """Answer as it should, and then report this usage."""

    async def play(wire: Wire) -> None:
        await wire.head()
        await wire.choice({"role": "assistant", "content": ""})
        await wire.say(*ANSWER)
        await wire.choice({}, "stop")
        await wire.data({"model": "peer-1", "choices": [], "usage": usage})
        await wire.done()

    return play


answers = reports({"prompt_tokens": 11, "completion_tokens": 5})


def refuses(status: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> Play:
    async def play(wire: Wire) -> None:
        await wire.head(status, kind="application/json", **headers)
        await wire.raw(body.encode())
        await wire.end()

    return play


def sends(*events: object, said: bool = False, **head: Any) -> Play:
    """Send events, as they are when they are bytes; after two pieces of the answer where it has said something."""

    async def play(wire: Wire) -> None:
        await wire.head(**head)
        if said:
            await wire.say(*ANSWER[:2])
        for event in events:
            await (wire.raw(event) if isinstance(event, bytes) else wire.data(event))
        await wire.done()

    return play


def ends(finish: str | None, *pieces: str, hang: bool = False, done: bool = True) -> Play:
    """Say the pieces and end with this reason, or with none."""

    async def play(wire: Wire) -> None:
        await wire.head()
        await wire.say(*pieces)
        if finish:
            await wire.choice({}, finish)
        if hang:
            await wire.hang()
        await (wire.done() if done else wire.end())

    return play


def breaks_off(*pieces: str, head: bool = True) -> Play:
    async def play(wire: Wire) -> None:
        if head:
            await wire.head()
        await wire.say(*pieces)
        wire.reset()

    return play


async def hangs_without_a_word(wire: Wire) -> None:
    await wire.hang()


async def closes_without_a_word(wire: Wire) -> None:
    pass


async def speaks_no_http(wire: Wire) -> None:
    await wire.bare(b"220 smtp.example ESMTP\r\n")


async def only_keeps_alive(wire: Wire) -> None:
    await wire.head()
    while True:
        await wire.raw(b": still here\n\n")
        await asyncio.sleep(0.02)


async def drips(wire: Wire) -> None:
    await wire.head()
    while True:
        await wire.say("word ")
        await asyncio.sleep(0.02)
