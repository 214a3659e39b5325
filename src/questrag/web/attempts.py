"""Guessing passwords is made slow, and nobody is shut out for good: neither the owner of an account nor a stranger.

What failed is counted three times over: for one account from one address, for one account from anywhere, and for one
address whatever the account. Each has some attempts free; after them, each attempt makes the next one wait twice as
long. The last two can be driven up by somebody else, so their waits stay short, and they do not hold for a browser
from which the owner has signed in before: it has a mark of that, and is counted by itself. An unknown name is
counted like any other. Source for the mark: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import jwt
from pydantic import BaseModel, ValidationError

from questrag.web.errors import TooMany
from questrag.web.limits import Limits

_DAY_S, _HOUR_S = 86_400, 3600
_CROWD = 4
"""The free attempts on an account from anywhere are so many times those from one address."""
_NEIGHBOURS = 20
"""So many times as many are those from one address whatever the account: thousands of customers may share it."""
_LONGEST_FOR_OTHERS_S = 60

DEVICE_COOKIE = "questrag_device"
DEVICE_LIFETIME = timedelta(days=180)


def device_cookie(scheme: str) -> str:
    """Return the name of the cookie; over TLS one that browsers take only with the attribute Secure.

    The prefix `__Host-` would do more, but forbids the path that keeps the cookie to one route.

    >>> device_cookie("https"), device_cookie("http")
    ('__Secure-questrag_device', 'questrag_device')
    """
    return f"__Secure-{DEVICE_COOKIE}" if scheme == "https" else DEVICE_COOKIE


@dataclass(frozen=True, slots=True)
class _Door:
    """One of the counts that an attempt has to pass."""

    key: str
    free: int
    longest_s: int
    kept_s: int = _DAY_S
    """So long after the first of them, failures are forgotten."""
    shared: bool = False
    """Whoever signs in to an account of their own must not clear it."""

    @property
    def turn(self) -> str:
        """Held until the next attempt may be made."""
        return f"{self.key}/turn"

    def wait_s(self, n: int) -> int:
        """Return how long the next attempt has to wait after the ``n``-th.

        >>> [_Door("", 5, 900).wait_s(n) for n in (4, 5, 6, 7, 14, 15, 10_000)]
        [0, 1, 2, 4, 512, 900, 900]
        """
        return 0 if n < self.free else min(2 ** min(n - self.free, 30), self.longest_s)


class Attempts:
    """Lets somebody try a password, or says how long to wait."""

    def __init__(self, limits: Limits, devices: "Devices", *, free: int, longest_s: int) -> None:
        """
        Args:
            free: attempts before the first wait; 0: nobody ever waits.
            longest_s: between two attempts on one account from one address.
        """
        self.devices = devices
        self._limits, self._free, self._longest_s = limits, free, longest_s

    async def made(self, username: str, address: str, device: str, check: Callable[[], Awaitable[bool]]) -> bool:
        """Return whether the password was right.

        An attempt is counted before it is checked, so that many at once do not slip through together.

        Args:
            device: the mark that the browser has, "" where it has none.
            check: not called where there is a wait.

        Raises:
            TooMany: there is a wait; the attempt does not make it longer.
        """
        if not self._free:
            return await check()
        doors = self._doors(digest(username), address, self.devices.number(device, username))
        await self._require_no_wait(doors)
        for door in doors:
            await self._pass(door)
        right = await check()
        if right:
            for door in doors:
                await self._forgive(door)
        return right

    def _doors(self, who: str, address: str, known: str) -> list[_Door]:
        if known:
            return [_Door(f"failed/{who}/{known}", self._free, self._longest_s)]
        brief_s = min(self._longest_s, _LONGEST_FOR_OTHERS_S)
        return [
            _Door(f"failed/{who}/{address}", self._free, self._longest_s),
            _Door(f"failed/{who}", self._free * _CROWD, brief_s),
            _Door(f"failed/{address}", self._free * _NEIGHBOURS, brief_s, _HOUR_S, shared=True),
        ]

    async def _require_no_wait(self, doors: list[_Door]) -> None:
        left_s = max([await self._limits.left_s(door.turn) for door in doors])
        if left_s > 0:
            raise _wait(left_s)

    async def _pass(self, door: _Door) -> None:
        n = await self._limits.storage.incr(door.key, door.kept_s)
        wait_s = door.wait_s(n)
        if wait_s and await self._limits.storage.incr(door.turn, wait_s) > 1:  # another one was as quick
            raise _wait(await self._limits.left_s(door.turn))

    async def _forgive(self, door: _Door) -> None:
        if door.shared:
            await self._limits.storage.incr(door.key, door.kept_s, -1)
            return
        await self._limits.storage.clear(door.key)
        await self._limits.storage.clear(door.turn)


def _wait(left_s: float) -> TooMany:
    return TooMany("Too many failed attempts to sign in. Wait before the next one.", retry_after_s=left_s)


def digest(username: str) -> str:
    """Return what stands for a user name in a count: letter case does not matter, and nobody can read it back."""
    return sha256(username.casefold().encode()).hexdigest()[:32]


class _Mark(BaseModel):
    sub: str
    jti: str


class Devices:
    """Signs and reads the mark of a browser from which somebody has signed in. It opens nothing by itself."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def mark(self, username: str) -> str:
        claims = {"aud": _AUDIENCE, "sub": digest(username), "jti": uuid4().hex}
        expires = datetime.now(UTC) + DEVICE_LIFETIME
        return jwt.encode({**claims, "exp": expires}, self._secret, algorithm="HS256")

    def number(self, mark: str, username: str) -> str:
        """Return the number of the browser; "" where the mark is none of ours, or another account's."""
        if len(mark) > _MOST_CHARACTERS:
            return ""
        try:
            claims = jwt.decode(mark, self._secret, ["HS256"], audience=_AUDIENCE, options={"require": ["exp"]})
            found = _Mark.model_validate(claims)
        except (jwt.PyJWTError, ValidationError):
            return ""
        return found.jti if found.sub == digest(username) else ""


_AUDIENCE = "questrag-device"
"""Another one than that of access tokens, so that neither can be taken for the other."""
_MOST_CHARACTERS = 1000
