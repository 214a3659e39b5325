"""How often somebody may ask: counts that forget themselves, and what is refused once there are too many.

The counts lie behind the storage port of the library `limits`: in the memory of each worker, or shared, see
`shared_counts`.
"""

import heapq
import ipaddress
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from limits.aio.storage import Storage
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from questrag.web.errors import TooMany, problem_response

logger = logging.getLogger(__name__)

_MOST_COUNTS = 200_000
"""Some 60 MB. Beyond it, what would be forgotten first is forgotten at once."""


class InProcess(Storage):
    """Counts in memory.

    That of the library looks at every count at every hit, 15 ms where there are 100,000, and has no clock to be set.
    """

    STORAGE_SCHEME = None

    def __init__(self, now: Callable[[], float] = time.time, *, most: int = _MOST_COUNTS) -> None:
        super().__init__()
        self.now = now
        self._most = most
        self._counts: dict[str, tuple[int, float]] = {}
        self._ends: list[tuple[float, str]] = []

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a count. Its time runs from the first of these calls."""
        self._forget_the_old()
        count, until = self._counts.get(key, (0, self.now() + expiry))
        if key not in self._counts:
            heapq.heappush(self._ends, (until, key))
        self._counts[key] = (count + amount, until)
        return count + amount

    async def get(self, key: str) -> int:
        self._forget_the_old()
        return self._counts.get(key, (0, 0.0))[0]

    async def get_expiry(self, key: str) -> float:
        """Return when a count is forgotten, by the clock; now, where there is none."""
        self._forget_the_old()
        return self._counts.get(key, (0, self.now()))[1]

    async def clear(self, key: str) -> None:
        self._counts.pop(key, None)

    async def check(self) -> bool:
        return True

    async def reset(self) -> int:
        n_counts = len(self._counts)
        self._counts.clear()
        self._ends.clear()
        return n_counts

    def _forget_the_old(self) -> None:
        now = self.now()
        while self._ends and (self._ends[0][0] <= now or len(self._ends) > self._most):
            until, key = heapq.heappop(self._ends)
            if self._counts.get(key, (0, 0.0))[1] == until:  # else it was cleared, and perhaps begun again
                del self._counts[key]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of something in so many seconds; 0 of them: any number."""

    most: int
    per_s: int
    what: str
    """Of which there were too many, for whoever has to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    requests: Rate
    """By address, like the next four; the others by account."""
    sign_ins: Rate
    new_accounts: Rate
    refreshes: Rate
    guests: Rate
    questions: Rate
    handoffs: Rate


Counted = Literal["in each worker", "shared", "unreachable"]
Kind = Literal["requests", "sign_ins", "new_accounts", "refreshes", "guests", "questions", "handoffs"]


class Limits:
    """Counts what is asked, and refuses what is too much."""

    def __init__(self, rates: Rates, storage: Storage, now: Callable[[], float] = time.time) -> None:
        """
        Args:
            now: the clock of the storage.
        """
        self.storage = storage
        self._rates, self._now = rates, now

    async def spend(self, kind: Kind, who: str) -> None:
        """Count one more. Raises: TooMany: there were as many already as there may be for now."""
        rate: Rate = getattr(self._rates, kind)
        if not rate.most:
            return
        key = f"rate/{kind}/{who}"
        if await self.storage.incr(key, rate.per_s) > rate.most:
            raise TooMany(f"Too many {rate.what} for now.", retry_after_s=await self.left_s(key))

    @property
    def counted(self) -> Counted:
        """Where the counts lie at this moment."""
        answers: bool | None = getattr(self.storage, "answers", None)
        return "in each worker" if answers is None else "shared" if answers else "unreachable"

    async def close(self) -> None:
        """Close what the counts lie in."""
        if (close := getattr(self.storage, "close", None)) is not None:
            await close()

    async def left_s(self, key: str) -> float:
        """Return how long a count is still kept, in seconds."""
        return max(0.0, await self.storage.get_expiry(key) - self._now())


def address_of(request: Request) -> str:
    """Return whose request this is, as far as that can be seen from the network.

    A household or an office has a whole network of IPv6 addresses, and counts as one. Who stands behind a proxy is
    known only where the proxy is trusted, see TRUSTED_PROXIES.
    """
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """
    >>> network_of("203.0.113.7"), network_of("::ffff:203.0.113.7"), network_of("2001:db8:1:2:3::4"), network_of("")
    ('203.0.113.7', '203.0.113.7', '2001:db8:1:2::/64', 'unknown')
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)


class Throttle:
    """Counts every call of the API by its address, before anything of it is read."""

    def __init__(self, app: ASGIApp, limits: Limits, proxies: bool) -> None:
        """
        Args:
            proxies: some are trusted; else a word is said when one turns up, once.
        """
        self._app, self._limits, self._warned = app, limits, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_COUNTED):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        self._look_for_a_proxy(request)
        try:
            await self._limits.spend("requests", address_of(request))
        except TooMany as error:
            response = await problem_response(request, error)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _look_for_a_proxy(self, request: Request) -> None:
        if not self._warned and "x-forwarded-for" in request.headers:
            self._warned = True
            logger.warning(
                "a request came with X-Forwarded-For, which is not believed: if it came through a proxy of yours, "
                "name its address in TRUSTED_PROXIES, or all its visitors count as one"
            )


_COUNTED = ("/api/", "/v1/")
"""Files of the page and the health checks are cheap, and not counted."""
