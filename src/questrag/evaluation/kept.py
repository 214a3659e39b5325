"""What is dear to compute, kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key. One is made at a time, and whoever asks for it meanwhile waits for the same one."""

    def __init__(self, for_s: float, *, most: int = 4, clock: Callable[[], float] = monotonic) -> None:
        """
        Args:
            for_s: how long a value is good.
            most: values that are kept; the oldest goes first.
        """
        self._for_s = for_s
        self._most = most
        self._clock = clock
        self._made: dict[K, tuple[float, V]] = {}
        self._making = asyncio.Lock()

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        async with self._making:
            now = self._clock()
            self._made = {each: made for each, made in self._made.items() if now - made[0] < self._for_s}
            if key not in self._made:
                value = await make()
                self._made = dict([*self._made.items(), (key, (self._clock(), value))][-self._most :])
            return self._made[key][1]

    def clear(self) -> None:
        """Keep nothing of what was made until now."""
        self._made = {}
