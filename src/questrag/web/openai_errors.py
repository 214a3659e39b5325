"""Refusals under ``/v1/``, in the shape that clients of the OpenAI API read."""

from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from questrag.chat.errors import Invalid, NotFound
from questrag.web.views import Problem

PREFIX = "/v1/"


class OpenAIErrorBody(BaseModel):
    message: str
    type: str
    """`invalid_request_error`, `rate_limit_error` or `server_error`."""
    param: str | None
    """The field that is to blame, such as `messages[0].content`."""
    code: str | None
    """`invalid_api_key`, `model_not_found`, `unsupported_parameter`, `rate_limit_exceeded`, `server_error` or
    `service_unavailable`; null for the others."""


class OpenAIError(BaseModel):
    error: OpenAIErrorBody


class Unsupported(Invalid):
    """A wish of the OpenAI API that nothing here can grant."""

    def __init__(self, param: str, why: str = "is not supported here") -> None:
        super().__init__(f"`{param}` {why}.", fields=[(param, why)])


class NoSuchModel(NotFound):
    """The name of a model is not one of `GET /v1/models`."""

    def __init__(self) -> None:
        super().__init__("There is no such model here. `GET /v1/models` lists those that there are.")


def openai_error(error: BaseException, problem: Problem) -> OpenAIError:
    """Say the same as the problem document."""
    param: str | None
    code: str | None
    match error:
        case NoSuchModel():
            param, code = "model", "model_not_found"
        case Unsupported():
            param, code = error.fields[0][0], "unsupported_parameter"
        case _:
            param, code = _param(error) if problem.errors else None, _CODES.get(problem.status)
    message = problem.detail
    if problem.errors:
        message = f"`{param or problem.errors[0].field}` {problem.errors[0].message}."
    return OpenAIError(error=OpenAIErrorBody(message=message, type=_type(problem.status), param=param, code=code))


_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded", 500: "server_error", 503: "service_unavailable"}


def _type(status: int) -> str:
    if status >= 500:
        return "server_error"
    return "rate_limit_error" if status == HTTPStatus.TOO_MANY_REQUESTS else "invalid_request_error"


def _param(error: BaseException) -> str | None:
    """Return where the first fault is.

    >>> found = {"type": "string_type", "loc": ("body", "messages", 0, "content", "constrained-str")}
    >>> _param(RequestValidationError([found])), _param(ValueError())
    ('messages[0].content', None)
    """
    if isinstance(error, Invalid) and error.fields:
        return error.fields[0][0]
    if not isinstance(error, RequestValidationError):
        return None
    path = ""
    for part in error.errors()[0]["loc"][1:]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part.isidentifier():  # others name one of the types that a field may have
            path += f".{part}"
    return path.removeprefix(".") or None


def refuses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe in OpenAPI with which errors a route answers."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}
