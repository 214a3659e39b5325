"""Every refusal is a problem document (RFC 9457). Nothing that a customer typed is repeated in one."""

import logging
import math
import traceback
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
from questrag.web.views import FieldProblem, Problem

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[BaseException], int] = {
    Invalid: 422,
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


def status_of(error: BaseException) -> int:
    """Return the status of the nearest ancestor that has one; our own faults are 500."""
    if isinstance(error, RequestValidationError):
        return 422
    if isinstance(error, HTTPException):
        return error.status_code
    return next((STATUS[t] for t in type(error).__mro__ if t in STATUS), 500)


def problem_of(error: BaseException, request: Request) -> Problem:
    """Translate any error, and log the ones that a human must look at."""
    status = status_of(error)
    request_id = getattr(request.state, "request_id", "")
    if status >= 500:
        _log(error, request.method, request_id)
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=_detail(error),
        instance=request.url.path,
        request_id=request_id,
        errors=_field_problems(error) if isinstance(error, RequestValidationError) else None,
    )


async def problem_response(request: Request, error: BaseException) -> Response:
    problem = problem_of(error, request)
    headers = dict(getattr(error, "headers", None) or {})
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Unavailable | StillAnswering):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
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


def _field_problems(error: RequestValidationError) -> list[FieldProblem]:
    return [FieldProblem(field=_field(found["loc"]), message=_message(found)) for found in error.errors()]


def _field(location: tuple[str | int, ...]) -> str:
    where, *path = location
    inside = [str(part) for part in path if isinstance(part, str)]
    return ".".join(inside) or str(where)


def _message(found: dict[str, Any]) -> str:
    # What follows a colon may repeat characters of the value, as the checks of e-mail addresses do.
    return str(found["msg"]).removeprefix("Value error, ").partition(": ")[0]


def _log(error: BaseException, method: str, request_id: str) -> None:
    if isinstance(error, Unavailable):
        logger.warning("request %s: unavailable: %s", request_id, error)
    elif isinstance(error, QuestragError):
        logger.error("request %s: %s: %s", request_id, type(error).__name__, error)
    else:
        # Without the message: it may hold what a customer typed.
        stack = "".join(traceback.format_tb(error.__traceback__))
        logger.error("request %s: %s in %s\n%s", request_id, type(error).__name__, method, stack)
