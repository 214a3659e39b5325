"""What happens to every request and response, whichever route they belong to."""

import re
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from questrag.web.errors import problem_response

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_DOCS_POLICY = f"{_POLICY}; script-src 'self' 'unsafe-inline'"
"""The page of the API documentation starts itself with a script inside the page."""


class Envelope:
    """Gives every request an id, every response the headers that browsers need, and every fault an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in {**_HEADERS, **_headers_for(scope["path"])}.items():
                    headers.setdefault(name, value)
                headers["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - the edge: beyond it the server would log what the error says
            response = await problem_response(Request(scope), error)
            if not started:
                await response(scope, receive, send_with_headers)


def _headers_for(path: str) -> dict[str, str]:
    headers = {"Content-Security-Policy": _DOCS_POLICY if path.startswith("/docs") else _POLICY}
    if path.startswith("/api/"):
        headers["Cache-Control"] = "no-store"
    return headers


class BodyLimit:
    """Reads the body before anything else does, and refuses one that is too long, announced as such or not."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        n_bytes, more = 0, True
        while more and n_bytes <= _DRAINED_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            chunk = message.get("body", b"")
            n_bytes, more = n_bytes + len(chunk), message.get("more_body", False)
            if n_bytes <= self._most_bytes:
                body += chunk
        if n_bytes > self._most_bytes:
            too_long = HTTPException(413, f"A body may have {self._most_bytes} bytes at most.")
            response = await problem_response(Request(scope), too_long)
            await response(scope, receive, send)
            return
        await self._app(scope, _first({"type": "http.request", "body": bytes(body)}, receive), send)


_DRAINED_BYTES = 4 * 1024 * 1024
"""So much of a refused body is read: a client that is still sending when the connection closes sees no answer."""


def _first(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def receive_next() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_next
