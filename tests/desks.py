"""What hand-offs are told to: a bank's program and its mail server, which may misbehave, over real connections."""

import asyncio
import base64
import json
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class _Listening:
    """A server on a port of its own while the block lasts; those it serves are hung up on at the end."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):  # the other side has left
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


# A program ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def record(self) -> Any:
        return json.loads(self.body)


class Program(_Listening):
    """Takes posts. The first one gets the first answer, and so on; the last answer is for all that follow."""

    def __init__(self, *answers: int | bytes | None) -> None:
        """
        Args:
            answers: a status; or bytes to be sent as they are; or None: no answer at all.
        """
        super().__init__()
        self._answers = answers or (204,)
        self.posts: list[Post] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/desk?key=s3cret"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        pairs = (line.split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
        headers = {name.lower(): value for name, value in pairs}
        self.posts.append(Post(headers, await reader.readexactly(int(headers["content-length"]))))
        answer = self._answers[min(len(self.posts), len(self._answers)) - 1]
        if answer is None:
            await asyncio.Event().wait()
        elif isinstance(answer, int):
            writer.write(f"HTTP/1.1 {answer} Whatever\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            writer.write(answer)
        await writer.drain()


# A mail server -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    data: bytes
    user: str
    encrypted: bool


@dataclass
class _Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    encrypted: bool
    user: str = ""
    sender: str = ""
    recipients: list[str] = field(default_factory=list)

    async def say(self, *lines: str) -> None:
        self.writer.write(("\r\n".join(lines) + "\r\n").encode())
        await self.writer.drain()


class MailServer(_Listening):
    """Takes mail, with or without encryption, from those it knows."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        users: dict[str, str] | None = None,
        refuses: dict[str, str] | None = None,
        hangs_at: str = "",
    ) -> None:
        """
        Args:
            tls: encrypted from the first byte on.
            starttls: offers to encrypt.
            users: passwords by name; None: signing in is not offered.
            refuses: commands and what they are answered with.
            hangs_at: a command that gets no answer; ``HELLO`` is the greeting.
        """
        super().__init__(tls)
        self._starttls = starttls
        self._users = users
        self._refuses = refuses or {}
        self._hangs_at = hangs_at
        self.mails: list[Mail] = []
        self.commands: list[str] = []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = _Caller(reader, writer, encrypted=self._tls is not None)
        if self._hangs_at == "HELLO":
            await asyncio.Event().wait()
        await caller.say("220 mail.example ESMTP")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ")[0].upper()
            self.commands.append(verb)
            if verb == self._hangs_at:
                await asyncio.Event().wait()
            await (caller.say(self._refuses[verb]) if verb in self._refuses else self._obey(caller, verb, line))
            if verb == "QUIT":
                return

    async def _obey(self, caller: _Caller, verb: str, line: str) -> None:
        match verb:
            case "EHLO":
                offers = ["STARTTLS"] if self._starttls and not caller.encrypted else []
                offers += ["AUTH PLAIN"] if self._users is not None else []
                await caller.say(*(f"250-{offer}" for offer in ["mail.example", *offers]), "250 SMTPUTF8")
            case "STARTTLS":
                await caller.say("220 go ahead")
                assert self._starttls
                await caller.writer.start_tls(self._starttls)
                caller.encrypted = True
            case "AUTH":
                _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                known = self._users is not None and self._users.get(user) == password
                caller.user = user if known else ""
                await caller.say("235 welcome" if known else "535 not you")
            case "MAIL":
                caller.sender = line.partition("<")[2].partition(">")[0]
                await caller.say("250 ok")
            case "RCPT":
                caller.recipients.append(line.partition("<")[2].partition(">")[0])
                await caller.say("250 ok")
            case "DATA":
                await caller.say("354 go on")
                data = (await caller.reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
                self.mails.append(
                    Mail(caller.sender, tuple(caller.recipients), data, caller.user, encrypted=caller.encrypted)
                )
                await caller.say("250 taken")
            case _:
                await caller.say("221 bye" if verb == "QUIT" else "250 ok")
