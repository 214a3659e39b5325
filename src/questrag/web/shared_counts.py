"""Counts of what is limited that several workers and hosts share, in Redis."""

import logging
import time
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar, cast

from limits.aio.storage import Storage
from redis.asyncio import Redis
from redis.exceptions import RedisError

from questrag.chat.errors import Misconfigured
from questrag.web.limits import InProcess

logger = logging.getLogger(__name__)

T = TypeVar("T")

_PREFIX = "questrag:"
_PATIENCE_S = 0.25
"""Every request waits for its count."""
_REST_S = 5.0
"""For so long nobody asks a Redis that did not answer."""

# The time of a count runs from its first call, as `InProcess` has it; the storage of the library begins it anew
# whenever a count comes back to its first value, and knows whole seconds only.
_INCREASE = """
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count
"""


class SharedCounts(Storage):
    """Counts in Redis, and in this worker alone as long as Redis does not answer.

    Limits that are counted for each worker are worth more than none, and than a chat that is down with its counter.
    """

    STORAGE_SCHEME = None

    def __init__(self, url: str) -> None:
        """Raises: Misconfigured: the address is none of a Redis."""
        super().__init__()
        try:
            self._redis: Redis = Redis.from_url(
                url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S, retry=None
            )
        except ValueError as error:
            raise Misconfigured(f"REDIS_URL: {error}") from error
        self._increase = self._redis.register_script(_INCREASE)
        self._alone = InProcess()
        self._rests_until = 0.0
        self.now = time.time

    @property
    def answers(self) -> bool:
        """Whether Redis answered when it was last asked."""
        return not self._rests_until

    @property
    def base_exceptions(self) -> type[Exception]:
        return RedisError

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a count. Its time runs from the first of these calls."""
        if not self._rests():
            counted = self._increase(keys=[_PREFIX + key], args=[amount, max(int(expiry * 1000), 1)])
            if (count := await self._asked(cast(Awaitable[int], counted))) is not None:
                return count
        return await self._alone.incr(key, expiry, amount)

    async def get(self, key: str) -> int:
        if not self._rests():
            found = await self._asked(self._found(key))
            if found is not None:
                return found
        return await self._alone.get(key)

    async def get_expiry(self, key: str) -> float:
        """Return when a count is forgotten, by the clock; now, where there is none."""
        if not self._rests():
            left_ms = await self._asked(self._redis.pttl(_PREFIX + key))
            if left_ms is not None:
                return self.now() + max(left_ms, 0) / 1000
        return await self._alone.get_expiry(key)

    async def clear(self, key: str) -> None:
        if not self._rests():
            await self._asked(self._redis.delete(_PREFIX + key))
        await self._alone.clear(key)

    async def check(self) -> bool:
        return await self._asked(self._redis.ping()) is not None

    async def reset(self) -> int | None:
        return await self._alone.reset()

    async def run(self, script: str, keys: Sequence[str], args: Sequence[int]) -> Any:
        """Return what a script says that runs in Redis; None where it does not answer."""
        if self._rests():
            return None
        ran = self._redis.register_script(script)(keys=[_PREFIX + key for key in keys], args=list(args))
        return await self._asked(cast(Awaitable[Any], ran))

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _found(self, key: str) -> int:
        return int(await self._redis.get(_PREFIX + key) or 0)

    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    async def _asked(self, answer: Awaitable[T]) -> T | None:
        """Return what Redis says; None where it does not answer, and then it is left alone for a while."""
        try:
            said = await answer
        except (RedisError, OSError, TimeoutError) as error:
            if self.answers:
                logger.warning("Redis does not answer (%s): each worker counts for itself", type(error).__name__)
            self._rests_until = time.monotonic() + _REST_S
            return None
        if not self.answers:
            logger.warning("Redis answers again: counts are shared")
            self._rests_until = 0.0
        return said
