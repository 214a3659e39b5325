"""What happens to every request and response, whichever route they belong to."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from questrag.web.errors import problem_response
from questrag.web.logs import REQUEST_ID

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'"
)
_OUR_SCRIPTS = "script-src 'self'"
_INLINE_SCRIPTS = f"{_OUR_SCRIPTS} 'unsafe-inline'"
"""The page of the API documentation starts itself with a script inside the page."""
_ONLY_TLS = "max-age=31536000; includeSubDomains"
"""A browser that came over TLS once asks this host, and those below it, for a year over nothing else."""
_API = ("/api/", "/v1/")
_NO_PAGE = "sandbox"
"""An answer of the API that somebody opens as a page is of no origin, runs nothing and sends no form."""
_WIDGET_PAGES = ("/widget", "/widget/")
_WIDGET_SCRIPT = "/widget.js"


class BrowserHeaders:
    """Gives every response the headers that browsers need, also one that nothing further in has seen."""

    def __init__(self, app: ASGIApp, framed_by: Sequence[str] = (), docs: bool = True) -> None:
        """
        Args:
            framed_by: origins of the pages that may show the widget.
            docs: the page of the API is served, which has scripts within itself.
        """
        self._app = app
        self._framed_by = framed_by
        self._docs = docs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**_HEADERS, **self._headers_for(scope["path"])}.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":  # said over plain HTTP, browsers must not believe it
                    headers.setdefault("Strict-Transport-Security", _ONLY_TLS)
                headers.setdefault("Cache-Control", _caching(scope["path"], message["status"]))
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers_for(self, path: str) -> dict[str, str]:
        scripts = _INLINE_SCRIPTS if self._docs and path.startswith("/docs") else _OUR_SCRIPTS
        frames = " ".join(["'self'", *self._framed_by]) if path in _WIDGET_PAGES else "'none'"
        fenced = f"; {_NO_PAGE}" if path.startswith(_API) else ""
        headers = {"Content-Security-Policy": f"{_POLICY}; {scripts}; frame-ancestors {frames}{fenced}"}
        if path not in _WIDGET_PAGES:
            headers["X-Frame-Options"] = "DENY"  # it knows no list of origins, so the widget's page goes without
        if path == _WIDGET_SCRIPT:
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return headers


class Envelope:
    """Gives every request an id, and every fault an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        REQUEST_ID.set(request_id)
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:  # noqa: BLE001 - the edge: beyond it the server would log what the error says
            response = await problem_response(Request(scope), error)
            if not started:
                await response(scope, receive, send_with_id)


def _caching(path: str, status: int) -> str:
    if path.startswith(_API):
        return "no-store"
    if path.startswith("/assets/") and status == HTTPStatus.OK:
        return "public, max-age=31536000, immutable"  # their names change with their content
    return "no-cache"


class BodyLimit:
    """Reads the body before anything else does, and refuses one that is too long, announced as such or not.

    A file to be imported is left to its route, which reads it once it knows who sent it; it has a limit all the same.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "POST" and scope["path"] == _IMPORT:
            await self._app(scope, _counted(receive, MOST_FILE_BYTES), send)
        else:
            await self._read_first(scope, receive, send)

    async def _read_first(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = MOST_ENTRY_BYTES if scope["path"].startswith(_KNOWLEDGE) else MOST_BODY_BYTES
        counted = _counted(receive, most)
        body, more = bytearray(), True
        try:
            while more:
                message = await counted()
                if message["type"] == "http.disconnect":
                    return
                body += message.get("body", b"")
                more = message.get("more_body", False)
        except HTTPException as too_long:
            response = await problem_response(Request(scope), too_long)
            await response(scope, receive, send)
            return
        await self._app(scope, _first({"type": "http.request", "body": bytes(body)}, receive), send)


MOST_BODY_BYTES = 64 * 1024
MOST_ENTRY_BYTES = 1024 * 1024
"""For what curators send: drafts with all their languages."""
MOST_FILE_BYTES = 10 * 1024 * 1024
_KNOWLEDGE = "/api/v1/knowledge/"
_IMPORT = f"{_KNOWLEDGE}import"
_DRAINED_BYTES = 4 * 1024 * 1024
"""So much of a refused body is read: a client that is still sending when the connection closes sees no answer."""


def _counted(receive: Receive, most_bytes: int) -> Receive:
    """Receive a body up to its limit, then raise the HTTP error that says so."""
    n_bytes = 0

    async def receive_next() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes <= most_bytes:
            return message
        drained = n_bytes - most_bytes
        while message.get("more_body", False) and drained <= _DRAINED_BYTES:
            message = await receive()
            drained += len(message.get("body", b""))
        raise HTTPException(413, f"A body may have {most_bytes} bytes at most.")

    return receive_next


def _first(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def receive_next() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_next
