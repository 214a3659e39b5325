"""Rests of the language models' keys that several workers and hosts share, in Redis.

A key is named there by a keyed digest under SECRET_KEY: hosts may have different lists of keys, so that its place in a
list would name another key elsewhere, and a digest without a secret could be tried against keys that are guessed.
"""

import asyncio
import hmac
import time
from collections.abc import Callable, Sequence
from typing import Any

from questrag.generation.rests import OwnRests, Rest
from questrag.web.shared_counts import SharedCounts

_WAIT_S = 0.001
"""A call waits for Redis no longer; what comes later counts for the next one."""

# The longer rest stays: a worker with an older answer of the provider must not wake a key that was refused since.
_BEGIN = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
"""
_LOOK = """
local found = {}
for place, key in ipairs(KEYS) do
    found[place] = {redis.call('GET', key) or '0', redis.call('PTTL', key)}
end
return found
"""


class SharedRests:
    """`Rests` in Redis, and those that this worker knows of alone as long as Redis does not answer."""

    def __init__(
        self,
        counts: SharedCounts,
        secret: str,
        place: tuple[str, str],
        keys: Sequence[str],
        *,
        clock: Callable[[], float] = time.monotonic,
        wait_s: float = _WAIT_S,
    ) -> None:
        """
        Args:
            counts: says once for both when Redis does not answer, and when it does again.
            secret: the same on all hosts, or they know nothing of each other's rests.
            place: address and model.
        """
        self._counts, self._wait_s = counts, wait_s
        self._names = [f"rest/{_digest(secret, *place, key)}" for key in keys]
        self._known = OwnRests(clock)
        self._looking: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[Any]] = set()

    async def look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.wait({self._looking}, timeout=self._wait_s)

    def of(self, place: int) -> Rest | None:
        return self._known.of(place)

    async def begin(self, place: int, rest: Rest) -> None:
        self._known.note(place, rest)
        if rest.left_s <= 0:
            return
        given = [rest.status, max(int(rest.left_s * 1000), 1)]
        telling = asyncio.create_task(self._counts.run(_BEGIN, [self._names[place]], given))
        self._telling.add(telling)  # the event loop alone would not keep it
        telling.add_done_callback(self._telling.discard)
        await asyncio.wait({telling}, timeout=self._wait_s)

    async def _look(self) -> None:
        for place, (status, left_ms) in enumerate(await self._counts.run(_LOOK, self._names, []) or ()):
            own = self._known.of(place)
            if left_ms > (own.left_s * 1000 if own else 0):
                self._known.note(place, Rest(left_ms / 1000, int(status)))


def _digest(secret: str, *parts: str) -> str:
    """Return what names a key to whoever has the secret, and tells nothing to anybody else."""
    named = "\0".join(("rest of a provider's key", *parts))
    return hmac.new(secret.encode(), named.encode(), "sha256").hexdigest()
