"""Runs the server, and says when it is ready."""

import asyncio
import sys
from collections.abc import Callable
from socket import socket

import uvicorn

from questrag.settings import Settings
from questrag.web.app import create_app
from questrag.wiring import assemble, open_library

_GRACE_S = 25
"""Open answers may end before the process does: a little longer than one answer may take."""


def serve(
    settings: Settings, *, host: str, port: int, workers: int, progress: Callable[[int, int], None] | None = None
) -> None:
    """Serve until told to stop; prints one line on standard output once requests are answered.

    Raises:
        QuestragError: a part cannot be had; nothing was started.
    """
    if workers == 1:
        asyncio.run(_serve_one(settings, host, port, progress))
        return
    open_library(settings, progress=progress)  # makes the index once, before every worker wants it
    config = uvicorn.Config(
        "questrag.web.app:app_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        timeout_graceful_shutdown=_GRACE_S,
        access_log=False,
    )
    listening = config.bind_socket()
    print(_ready_line(host, port, f"{workers} workers"), flush=True)  # noqa: T201
    uvicorn.supervisors.Multiprocess(config, uvicorn.Server(config).run, [listening]).run()


async def _serve_one(settings: Settings, host: str, port: int, progress: Callable[[int, int], None] | None) -> None:
    parts = await assemble(settings, progress=progress)
    for warning in parts.warnings:
        print(warning, file=sys.stderr)  # noqa: T201
    config = uvicorn.Config(
        create_app(settings, parts), host=host, port=port, timeout_graceful_shutdown=_GRACE_S, access_log=False
    )
    await _Announced(config, _ready_line(host, port, f"{len(parts.knowledge)} entries")).serve()


class _Announced(uvicorn.Server):
    """Prints its line when the socket is open and the application has started."""

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._line, flush=True)  # noqa: T201


def _ready_line(host: str, port: int, what: str) -> str:
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"QUESTRAG is ready at http://{shown}:{port} ({what})"
