"""Says what it was told to say: for tests, demonstrations and evaluation."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from questrag.chat.errors import Unavailable
from questrag.chat.prompt import Prompt
from questrag.chat.types import Completion, Generated, Token


@dataclass(slots=True)
class Scripted:
    """Yields the given pieces, whatever the question."""

    pieces: Sequence[str]
    fails_after: int | None = None
    """Raises `Unavailable` instead of the piece with this index, or of the end."""
    wait_s: float = 0.0
    """Before every piece, and before a failure."""
    completion: Completion = field(default=Completion(provider="scripted", model="scripted"))
    asked: list[Prompt] = field(default_factory=list)
    """Every prompt it was given, in order."""
    left_early: int = 0
    """How many readers left before the end."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        self.asked.append(prompt)
        try:
            for index, piece in enumerate(self.pieces):
                await self._wait_or_fail(index)
                yield Token(piece)
            await self._wait_or_fail(len(self.pieces))
        except (GeneratorExit, asyncio.CancelledError):
            self.left_early += 1
            raise
        yield self.completion

    async def _wait_or_fail(self, index: int) -> None:
        await asyncio.sleep(self.wait_s)
        if index == self.fails_after:
            raise Unavailable("scripted: failed as it was told to")
