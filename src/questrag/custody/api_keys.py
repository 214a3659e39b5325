"""Keys of programs: made, read, and told from others."""

import hmac
import re
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from questrag.chat.desk import ApiKey, Scope
from questrag.chat.errors import Conflict, NotFound
from questrag.chat.ports import Desk

PREFIX = "qk_"
"""With which every key begins, so that scanners of code find one that was left there."""

_KEY = re.compile(rf"{PREFIX}([0-9a-f]{{16}})_([A-Za-z0-9_-]{{43}})")
_USED = timedelta(hours=1)


def new_key(
    user_id: str, name: str, scopes: tuple[Scope, ...], now: datetime, lifetime: timedelta
) -> tuple[ApiKey, str]:
    """Return the record, and the key itself, which is in no record."""
    key_id, secret = uuid4().hex[:16], secrets.token_urlsafe(32)
    record = ApiKey(
        id=key_id,
        created_at=now,
        user_id=user_id,
        name=name,
        digest=_digest(secret),
        scopes=scopes,
        expires_at=now + lifetime,
    )
    return record, f"{PREFIX}{key_id}_{secret}"


async def key_of(desk: Desk, text: str, now: datetime) -> ApiKey | None:
    """Return the record of a key that is good at this moment; None for any other text.

    Raises:
        Unavailable: nobody knows.
    """
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    try:
        record = await desk.one(ApiKey, match[1])
    except NotFound:
        return None
    if not hmac.compare_digest(record.digest, _digest(match[2])) or record.expires_at <= now:
        return None
    return record


async def used(desk: Desk, key: ApiKey, now: datetime) -> None:
    """Remember that a key was used, once an hour at most."""
    if key.used_at is None or now - key.used_at >= _USED:
        with suppress(Conflict, NotFound):  # another request was faster, or its owner has revoked it
            await desk.exchange(key, replace(key, used_at=now))


async def keys_of(desk: Desk, user_id: str) -> list[ApiKey]:
    """Return the keys of a user, expired ones too, oldest first."""
    return [key for key in await desk.every(ApiKey) if key.user_id == user_id]


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
