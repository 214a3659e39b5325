"""What generators that ask a provider, or pass a question on to others, have in common."""

from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Protocol, runtime_checkable

from questrag.chat.errors import Unavailable
from questrag.chat.ports import Generator


class NotAsked(Unavailable):
    """There is no answer, and the prompt was sent to nobody."""


@runtime_checkable
class Closes(Protocol):
    """A generator that keeps connections open between turns."""

    async def aclose(self) -> None: ...


async def close_all(generators: Iterable[Generator]) -> None:
    """Close those that can be closed; one that fails does not keep the others open."""
    async with AsyncExitStack() as stack:
        for generator in generators:
            if isinstance(generator, Closes):
                stack.push_async_callback(generator.aclose)
