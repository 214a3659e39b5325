"""Runs the server, and says when it is ready."""

import asyncio
import errno
import os
import socket
import tempfile
import time
from threading import Thread
from urllib.request import urlopen

import uvicorn

from questrag.chat.errors import Misconfigured
from questrag.evaluation.golden import read_golden
from questrag.progress import Progress
from questrag.settings import Settings
from questrag.web.app import create_app
from questrag.web.logs import log_to_stderr
from questrag.web.metrics import WORKERS_FOLDER
from questrag.wiring import Parts, assemble

_GRACE_S = 25
"""Open answers may end before the process does: a little longer than one answer may take."""


def serve(settings: Settings, *, host: str, port: int, workers: int, progress: Progress | None = None) -> None:
    """Serve until told to stop; prints one line on standard output once requests are answered.

    Args:
        progress: called with (done, in all) while the index is made, and not after.

    Raises:
        QuestragError: a part cannot be had; nothing was started.
    """
    _require_free(host, port)
    log_to_stderr(settings.log_format, settings.log_level)
    if workers == 1:
        asyncio.run(_serve_one(settings, host, port, progress))
        return
    asyncio.run(_require_parts(settings, progress))  # a worker could say what is missing only in its log
    line = _ready_line(host, port, f"{workers} workers")
    Thread(target=_announce, args=(host, port, line), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="questrag-metrics-") as folder:
        os.environ[WORKERS_FOLDER] = folder  # each worker reads it as it imports the library that counts
        uvicorn.run(
            "questrag.web.app:app_from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            timeout_graceful_shutdown=_GRACE_S,
            access_log=False,
            log_config=None,
            log_level="warning",
            proxy_headers=False,  # the application itself knows whom to believe
        )


def _require_free(host: str, port: int) -> None:
    """Raises: Misconfigured: nobody can listen there, found out before anything is loaded."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Misconfigured(f"Port {port} on {host} is in use: choose another with --port.") from error
        raise Misconfigured(f"Nothing can listen on port {port} of {host}: {error.strerror}.") from error


async def _require_parts(settings: Settings, progress: Progress | None) -> None:
    """Assemble them once before every worker wants to, and the index is made once."""
    await (await _assembled(settings, progress)).close()


async def _assembled(settings: Settings, progress: Progress | None) -> Parts:
    read_golden(settings.golden_path)  # what is wrong there is said now, and not when something is published
    return await assemble(settings, progress=progress)


def _announce(host: str, port: int, line: str) -> None:
    """Print the line once a worker answers; the processes that do so are not this one."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while True:
        try:
            with urlopen(f"http://{reachable}:{port}/health/ready", timeout=5):
                break
        except OSError:
            time.sleep(0.05)
    print(line, flush=True)  # noqa: T201


async def _serve_one(settings: Settings, host: str, port: int, progress: Progress | None) -> None:
    parts = await _assembled(settings, progress)
    line = _ready_line(host, port, f"{len(parts.knowledge)} entries")
    config = uvicorn.Config(
        create_app(settings, parts, own_process=True),
        host=host,
        port=port,
        timeout_graceful_shutdown=_GRACE_S,
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,
    )
    del parts  # the application has them, and gives them up when others take their place
    await _Announced(config, line).serve()


class _Announced(uvicorn.Server):
    """Prints its line when the socket is open and the application has started."""

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._line, flush=True)  # noqa: T201


def _ready_line(host: str, port: int, what: str) -> str:
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"QUESTRAG is ready at http://{shown}:{port} ({what})"
