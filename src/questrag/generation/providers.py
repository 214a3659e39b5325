"""What generators that ask a provider, or pass a question on to others, have in common."""

from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from questrag.chat.errors import Unavailable
from questrag.chat.ports import Generator


class NotAsked(Unavailable):
    """There is no answer, and the prompt was sent to nobody."""


@runtime_checkable
class Closes(Protocol):
    """A generator that keeps connections open between turns."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ProviderState:
    """How a provider does, as this process knows it. Holds no key and nothing that the provider said."""

    name: str
    model: str
    keys: int
    """A server that asks for none counts as having one."""
    keys_resting: int
    """Not asked at the moment, because they are over their limit or were refused."""
    resting: bool
    """It is not asked at the moment: every key rests, or it failed too often."""
    last_problem: str
    """What went wrong since it last answered; empty when nothing did."""


@runtime_checkable
class TellsStates(Protocol):
    """A generator that asks providers."""

    def states(self) -> Sequence[ProviderState]:
        """Return the providers in the order in which they are asked."""
        ...


def states_of(generator: Generator) -> Sequence[ProviderState]:
    """Return the providers that a generator asks; none where it asks nobody."""
    return generator.states() if isinstance(generator, TellsStates) else ()


async def close_all(generators: Iterable[Generator]) -> None:
    """Close those that can be closed; one that fails does not keep the others open."""
    async with AsyncExitStack() as stack:
        for generator in generators:
            if isinstance(generator, Closes):
                stack.push_async_callback(generator.aclose)
