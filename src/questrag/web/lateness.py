"""How late the event loop is, what keeps it from being late, and what is refused while it is."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from questrag.web.errors import Busy, problem_response

_EVERY_S = 0.02
_QUESTIONS = ("/api/v1/chat/", "/api/v1/chat/stream", "/v1/chat/completions")


class Lateness:
    """How long what is ready waits for its turn on the event loop of this worker, seen every 20 ms."""

    def __init__(self, most_s: float) -> None:
        """
        Args:
            most_s: how late the loop may be; 0: any time.
        """
        self._most_s = most_s
        self._late_since: float | None = None

    async def watch(self) -> None:
        """Look on and on."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            if not 0 < self._most_s < loop.time() - due:
                self._late_since = None
            elif self._late_since is None:
                self._late_since = due

    @property
    def stays(self) -> bool:
        """Whether the loop has been late for so long that it is not a moment's work.

        A queue that empties again does no harm, one that stays does; as in CoDel (RFC 8289).
        """
        return self._late_since is not None and asyncio.get_running_loop().time() - self._late_since > _MOMENT_S


_MOMENT_S = 0.2
_MANY = 8


class Relief:
    """Refuses new questions while the loop is late, before anything of them is read.

    A worker that took them would answer all of them late; so those that it has are answered in time, and the others
    are told at once, and can be asked again or elsewhere.
    """

    def __init__(self, app: ASGIApp, lateness: Lateness, refused: Callable[[str], None]) -> None:
        """
        Args:
            refused: called with "late" for each question that is refused.
        """
        self._app, self._lateness, self._refused = app, lateness, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in _QUESTIONS
        # With few answers open, it is something else that takes the time, and refusing would win nothing.
        if asks and self._lateness.stays and scope["state"]["admission"].n_open >= _MANY:
            self._refused("late")
            response = await problem_response(Request(scope), Busy())
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


@asynccontextmanager
async def apart(begun: AbstractAsyncContextManager[dict[str, Any]]) -> AsyncGenerator[dict[str, Any]]:
    """Begin an application that has the process to itself: what it loaded is set apart, the loop has its turn soon."""
    before_s = sys.getswitchinterval()
    async with begun as state:
        sys.setswitchinterval(_SWITCH_S)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        set_apart()
        try:
            yield state
        finally:
            gc.unfreeze()
            sys.setswitchinterval(before_s)


def set_apart() -> None:
    """Have the garbage collector look no more at what there is now.

    A knowledge base has hundreds of thousands of objects; to look at all of them again and again held up everything for
    a fifth of a second each time.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def set_apart_soon() -> None:
    """Do it again, where it was done at the start, once nobody uses any more what was replaced now."""
    if gc.get_freeze_count():
        asyncio.get_running_loop().call_later(_SOON_S, set_apart)


_SOON_S = 60.0
_THREADS = (os.cpu_count() or 1) + 2
"""For searches, for an index that is being made, and for a password: with more of them the loop waits for the cores."""
_SWITCH_S = 0.001
"""After so long a thread that searches lets the loop go on; by default after 5 ms, and again for each such thread."""
