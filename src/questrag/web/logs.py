"""The log of the server: one line for one thing, as text or as JSON, and nothing that a customer typed."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

from questrag.chat.privacy import mask

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request at work, in every line that is logged meanwhile."""

TRACE_ID: ContextVar[str] = ContextVar("trace_id", default="")
"""Of the trace that it belongs to, where traces are sent."""

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


def log_to_stderr(form: LogFormat, level: LogLevel) -> None:
    """Send all that is logged to standard error in one form; called once, by whoever starts a process.

    Only our own loggers get this level, all others WARNING: what clients of providers log at DEBUG is the prompt.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(AsJson() if form == "json" else AsText())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("questrag").setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
    logging.getLogger("uvicorn.error").propagate = logging.getLogger("uvicorn").propagate = True
    logging.getLogger("uvicorn.access").propagate = False  # it names paths; our line for each request names routes


class AsText(logging.Formatter):
    """One line: time, level, logger, message, then fields as ``name=value``; a stack follows in lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={_one_line(str(value))}" for name, value in _fields(record).items())
        said = f"{_time(record)} {record.levelname} {record.name}: {_message(record)} {fields}".rstrip()
        stack = _stack(record)
        return f"{said}\n{stack}" if stack else said


class AsJson(logging.Formatter):
    """One object in one line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {"time": _time(record), "level": record.levelname, "logger": record.name}
        said |= {"message": _message(record), **_fields(record)}
        if stack := _stack(record):
            said["stack"] = stack
        return json.dumps(said, ensure_ascii=False, default=str)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    """Return the message on one line. Nobody should log a personal number; a library might."""
    return _one_line(mask(record.getMessage()))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what was given as ``extra={"fields": {...}}``, and the request at work."""
    given: dict[str, Any] = getattr(record, "fields", {})
    at_work = {"request_id": REQUEST_ID.get(), "trace_id": TRACE_ID.get()}
    return {**given, **{name: value for name, value in at_work.items() if value}}


def _stack(record: logging.LogRecord) -> str:
    """Return where an error came from, and its kind: its message may hold what a customer typed."""
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    kind, _, where = record.exc_info
    return f"{_frames(where)}{kind.__module__}.{kind.__qualname__}"


def _frames(where: TracebackType | None) -> str:
    return "".join(traceback.format_tb(where))


def _one_line(text: str) -> str:
    r"""
    >>> _one_line("nothing\r\n2026-01-01 INFO forged")
    'nothing\\r\\n2026-01-01 INFO forged'
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
