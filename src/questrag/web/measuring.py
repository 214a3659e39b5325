"""Counts, times, logs and traces every request: its route, never its path."""

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from questrag.web.metrics import Metrics, TurnEnd
from questrag.web.traces import Traces

logger = logging.getLogger("questrag.access")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "none"
_OTHER = "other"
_LEFT = 499
"""There is no status: the reader had gone before there was one."""
_REFUSED = frozenset({403, 404})
"""Somebody who is signed in and asks for what is not theirs: whoever looks for intruders needs to know who did."""
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Asked by machines every few seconds: logged at DEBUG, as long as all is well."""

_TRACED = ("/api/", "/v1/")


class Measured:
    """The outermost of what every request passes through, so that refusals are counted too."""

    def __init__(self, app: ASGIApp, metrics: Metrics, traces: Traces | None = None) -> None:
        self._app, self._metrics, self._traces = app, metrics, traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = _LEFT, perf_counter()
        span = self._traces.begin(scope) if self._traces and scope["path"].startswith(_TRACED) else None

        async def send_and_look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_look)
        finally:
            route = str(getattr(scope.get("route"), "path", "") or _NO_ROUTE)
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            state = scope.get("state", {})
            if self._traces and span:
                self._traces.end(span, method=method, route=route, status=status, turn=state.get("turn_end"))
            self._note(method, route, status, perf_counter() - began, state)

    def _note(self, method: str, route: str, status: int, seconds: float, state: Mapping[str, Any]) -> None:
        self._metrics.request(route, method, status, seconds)
        level = logging.DEBUG if route in _QUIET and status < 400 else logging.INFO
        if logger.isEnabledFor(level):
            fields: dict[str, object] = {"method": method, "route": route, "status": status}
            fields |= {"duration_ms": round(seconds * 1000, 1), **_of_turn(state.get("turn_end"))}
            fields |= {"account": state["account"]} if status in _REFUSED and "account" in state else {}
            logger.log(level, "request", extra={"fields": fields})


def _of_turn(end: TurnEnd | None) -> dict[str, object]:
    if end is None:
        return {}
    found = {"action": end.action, "reason": end.reason, "lang": end.lang, "provider": end.provider}
    known = {name: str(value) for name, value in found.items() if value}
    return {"turn_id": end.turn_id, "turn_status": str(end.status), **known}
