"""Work that goes on while the application runs."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, None] | None) -> AsyncGenerator[None]:
    """Run the work while the block lasts, and cancel it at the end; None is no work."""
    task = asyncio.create_task(work) if work else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
