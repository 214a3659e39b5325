"""Passwords and access tokens."""

import asyncio
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import uuid4

import jwt
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from questrag.chat.errors import Unauthorized
from questrag.chat.types import User

_BCRYPT_BYTES = 72
"""bcrypt has never looked further, and its newer versions refuse more."""


class Passwords:
    """Hashes and checks passwords, two at a time at most: each one takes a core and 64 MiB for a fifth of a second."""

    def __init__(self, *, memory_kib: int = 65536) -> None:
        self._argon2 = PasswordHash((Argon2Hasher(memory_cost=memory_kib),))
        self._two_at_once = asyncio.Semaphore(2)

    async def hashed(self, password: str) -> str:
        async with self._two_at_once:
            return await asyncio.to_thread(self._argon2.hash, password)

    async def check(self, password: str, known: str | None) -> tuple[bool, str | None]:
        """Return whether the password is right, and a better hash to keep from now on, if there is one.

        Args:
            known: the hash; None, for a user that does not exist, takes as long as a wrong password.
        """
        async with self._two_at_once:
            return await asyncio.to_thread(self._check, password, known)

    def _check(self, password: str, known: str | None) -> tuple[bool, str | None]:
        nobodys = self._nobodys  # made by the first check, whosoever it is: an unknown name must not stand out by it
        if known is None:
            self._argon2.verify(password, nobodys)
            return False, None
        if BcryptHasher.identify(known):
            right = BcryptHasher().verify(password.encode()[:_BCRYPT_BYTES], known)
            return right, self._argon2.hash(password) if right else None
        try:
            return self._argon2.verify_and_update(password, known)
        except UnknownHashError:
            self._argon2.verify(password, nobodys)
            return False, None

    @cached_property
    def _nobodys(self) -> str:
        return self._argon2.hash(secrets.token_urlsafe())


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid access token says."""

    id: str
    user_id: str
    expires_at: datetime
    password_mark: str
    """Of the password that it was issued for."""
    session_ends_at: datetime
    """No token of this session lives longer, however often it is exchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Signs and reads access tokens (JWT)."""

    secret: str
    algorithm: str
    lifetime: timedelta
    session: timedelta = timedelta(days=30)
    """How long a session lasts at most, where whoever begins it says nothing else."""

    def issue(self, user: User, session_ends_at: datetime | None = None) -> str:
        now = datetime.now(UTC)
        ends_at = session_ends_at or now + self.session
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": user.id,
            "jti": uuid4().hex,
            "typ": _TYPE,
            "pwd": self._mark(user),
            "iat": now,
            "nbf": now,
            "exp": min(now + self.lifetime, ends_at),
            "end": int(ends_at.timestamp()),
        }
        return jwt.encode(claims, self.secret, algorithm=self.algorithm)

    def read(self, token: str) -> Token:
        """Raises: Unauthorized: it is not one of ours, it has expired, or it is for something else."""
        if len(token) > _MOST_CHARACTERS:
            raise Unauthorized(_INVALID)
        try:
            claims = jwt.decode(
                token,
                self.secret,
                algorithms=[self.algorithm],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                leeway=_LEEWAY_S,
                options={"require": ["iss", "aud", "sub", "jti", "typ", "pwd", "iat", "nbf", "exp", "end"]},
            )
        except jwt.PyJWTError:
            raise Unauthorized(_INVALID) from None
        if claims["typ"] != _TYPE or not isinstance(claims["pwd"], str) or not isinstance(claims["end"], int):
            raise Unauthorized(_INVALID)
        return Token(
            claims["jti"],
            claims["sub"],
            datetime.fromtimestamp(claims["exp"], UTC),
            claims["pwd"],
            datetime.fromtimestamp(claims["end"], UTC),
        )

    def is_current(self, token: Token, user: User) -> bool:
        """Return whether no one ended all sessions since the token was issued: by a new password, or by an operator."""
        return hmac.compare_digest(token.password_mark.encode(), self._mark(user).encode())

    def _mark(self, user: User) -> str:
        """Return what changes when all sessions end, and tells nothing else."""
        ended = user.signed_out_at.isoformat() if user.signed_out_at else ""
        return hmac.digest(self.secret.encode(), f"{user.password_hash}{ended}".encode(), "sha256").hex()[:32]


_ISSUER = "questrag"
_AUDIENCE = "questrag-api"
_TYPE = "access"
_LEEWAY_S = 5
_MOST_CHARACTERS = 1000
"""Ours have fewer than 500; a longer one can be nested deeper than its reader can follow."""
_INVALID = "The access token is missing, expired or not valid. Sign in again."
