"""Every refusal is a problem document (RFC 9457), for clients of the OpenAI API in its shape.

Nothing that a customer typed is repeated in one.
"""

import logging
import math
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from questrag.chat.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Misconfigured,
    NotFound,
    QuestragError,
    Unauthorized,
    Unavailable,
)
from questrag.web.openai_errors import PREFIX, Unsupported, openai_error
from questrag.web.views import FieldProblem, Problem

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[BaseException], int] = {
    Invalid: 422,
    Unsupported: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
    Misconfigured: 503,
}


class StillAnswering(Conflict):
    """The question is being answered at this moment; its end can be asked for a little later."""

    def __init__(self) -> None:
        super().__init__("This question is still being answered.")
        self.retry_after_s = 1.0


class TooMany(QuestragError):
    """Somebody asks too often; the same call may work later."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Busy(Unavailable):
    """Too many questions at this moment. It is counted: a line in the log for each would take what is short."""

    def __init__(self) -> None:
        super().__init__("Too many questions at this moment.", retry_after_s=_BUSY_S)


_BUSY_S = 2.0
"""About as long as half of the answers take that are being written."""


class NoJson(Invalid):
    """The body cannot be read at all, so no field can be named."""

    def __init__(self) -> None:
        super().__init__("The body is not valid JSON.")


STATUS[TooMany] = 429


def status_of(error: BaseException) -> int:
    """Return the status of the nearest ancestor that has one; our own faults are 500."""
    if isinstance(error, RequestValidationError):
        return 422
    if isinstance(error, HTTPException):
        return error.status_code
    return next((STATUS[t] for t in type(error).__mro__ if t in STATUS), 500)


def problem_of(error: BaseException, request: Request) -> Problem:
    """Translate any error, and log the ones that a human must look at."""
    error = NoJson() if _is_about_json(error) else error
    status = status_of(error)
    request_id = getattr(request.state, "request_id", "")
    if status >= 500 and not isinstance(error, Busy):
        _log(error, request.method)
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=_detail(error),
        instance=request.url.path,
        request_id=request_id,
        errors=_field_problems(error),
    )


async def problem_response(request: Request, error: BaseException) -> Response:
    problem = problem_of(error, request)
    headers = dict(getattr(error, "headers", None) or {})
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Unavailable | StillAnswering | TooMany):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if request.url.path.startswith(PREFIX):
        told = openai_error(error, problem).model_dump_json()
        return Response(told, problem.status, headers, media_type="application/json")
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, headers, media_type=MEDIA_TYPE)


def answer_errors(app: FastAPI) -> None:
    """Answer the errors that are foreseen with a problem document; `middleware.Envelope` answers the others."""
    for kind in (QuestragError, HTTPException, RequestValidationError):
        app.exception_handlers[kind] = problem_response


def refuses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe in OpenAPI with which problems a route answers."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def _detail(error: BaseException) -> str:
    match error:
        case Misconfigured():
            return "The service is not set up correctly. Its operator has to look at the log."
        case QuestragError():
            return str(error)
        case RequestValidationError():
            return "The request cannot be accepted as it is."
        case HTTPException():
            return error.detail
        case _:
            return "Something went wrong on our side. Give the request id when you report it."


def _is_about_json(error: BaseException) -> bool:
    if isinstance(error, HTTPException):  # the framework's, for what its parser of JSON does not foresee
        return error.status_code == 400 and isinstance(error.__cause__, ValueError | RecursionError)
    return isinstance(error, RequestValidationError) and error.errors()[0]["type"] == "json_invalid"


def _field_problems(error: BaseException) -> list[FieldProblem] | None:
    if isinstance(error, RequestValidationError):
        return [FieldProblem(field=_field(found["loc"]), message=readable(found)) for found in error.errors()]
    if isinstance(error, Invalid) and error.fields:
        return [FieldProblem(field=field, message=message) for field, message in error.fields]
    return None


def _field(location: tuple[str | int, ...]) -> str:
    where, *path = location
    inside = [str(part) for part in path if isinstance(part, str)]
    return ".".join(inside) or str(where)


_MESSAGES = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_unicode": "must be valid Unicode",
    "string_too_short": "must be {min_length} or more characters long",
    "string_too_long": "must be {max_length} or fewer characters long",
    "string_pattern_mismatch": "has characters, or a length, that it may not have",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "greater_than_equal": "must be {ge} at least",
    "less_than_equal": "must be {le} at most",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "literal_error": "must be {expected}",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
}


def readable(found: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, in words for whoever gave it, and without the value."""
    if found["type"] in _MESSAGES:
        return _MESSAGES[found["type"]].format(**found.get("ctx", {}))
    # What follows a colon may repeat characters of the value, as the checks of e-mail addresses do.
    return str(found["msg"]).removeprefix("Value error, ").partition(": ")[0]


def _log(error: BaseException, method: str) -> None:
    if isinstance(error, Unavailable):
        logger.warning("unavailable: %s", error)
    elif isinstance(error, QuestragError):
        logger.error("%s: %s", type(error).__name__, error)
    else:
        # Without the message: it may hold what a customer typed.
        stack = "".join(traceback.format_tb(error.__traceback__))
        logger.error("%s in %s\n%s", type(error).__name__, method, stack)
