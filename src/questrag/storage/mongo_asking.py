"""How MongoDB is asked, and what its errors mean."""

import logging
from collections.abc import Awaitable
from typing import TypeVar

from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    WTimeoutError,
)

from questrag.chat.errors import Misconfigured, Unavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")

_NOT_ALLOWED = (13, 18, 8000)
"""Unauthorized, AuthenticationFailed, and what Atlas says instead."""


async def ask(answer: Awaitable[T]) -> T:
    """Await the database, in our own errors; `DuplicateKeyError` stays, as only the caller knows what it means."""
    try:
        return await answer
    except (ConnectionFailure, WTimeoutError, ExecutionTimeout) as error:
        logger.warning("MongoDB: %s: %s", type(error).__name__, str(error))  # the error itself holds a socket
        raise Unavailable("The database does not answer at the moment.") from error
    except ConfigurationError as error:
        raise Misconfigured(f"MONGODB_URI: {error}") from error
    except DuplicateKeyError:
        raise
    except OperationFailure as error:
        if error.code in _NOT_ALLOWED:
            raise Misconfigured("MongoDB refuses the credentials in MONGODB_URI.") from error
        # Its message may repeat what was stored or looked for; the name of the code does not.
        logger.error("MongoDB: error %s, %s", error.code, (error.details or {}).get("codeName", "which has no name"))
        raise Unavailable("The database refuses this at the moment.") from error
