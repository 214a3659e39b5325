"""Keys with which programs act for a user."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Field

from questrag.chat.desk import ApiKey, Scope
from questrag.chat.errors import Conflict, Forbidden, Invalid, NotFound
from questrag.chat.types import Role
from questrag.custody.api_keys import keys_of, new_key
from questrag.knowledge.revising import present
from questrag.web.dependencies import (
    CurrentAddress,
    CurrentAttempts,
    CurrentAudit,
    CurrentParts,
    CurrentPasswords,
    CurrentUser,
    limited,
)
from questrag.web.errors import refuses
from questrag.web.inputs import Id, PasswordAttempt, Title
from questrag.web.views import View

router = APIRouter(prefix="/api/v1/auth/keys", tags=["accounts"])

_MOST = 20

_FOR_ROLES: dict[Role, tuple[Scope, ...]] = {
    "customer": ("chat",),
    "curator": ("chat", "knowledge:read", "knowledge:write"),
    "admin": ("chat", "knowledge:read", "knowledge:write", "insights:read", "insights:write"),
}


class NewKey(View):
    name: Title
    """What it is for."""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=5)]
    days: Annotated[int, Field(ge=1, le=366, strict=True)] = 90
    """Until it expires."""
    password: PasswordAttempt
    """Of the account."""


class KeyView(View):
    id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    """To the hour; null: never."""


class CreatedKey(KeyView):
    key: str
    """Shown this once: only its hash is kept."""


_NEW = {
    "a site": {"value": {"name": "Our site", "scopes": ["chat"], "days": 90, "password": "a long pass phrase"}},
}


@router.get("", summary="Your API keys", responses=refuses(401, 403, 503))
async def list_keys(user: CurrentUser, parts: CurrentParts) -> list[KeyView]:
    return [KeyView.model_validate(key) for key in await keys_of(parts.store, user.id)]


@router.post(
    "",
    summary="Make an API key",
    status_code=201,
    responses=refuses(401, 403, 409, 413, 422, 429, 503),
    dependencies=[limited("sign_ins")],
)
async def create_key(
    wanted: Annotated[NewKey, Body(openapi_examples=_NEW)],
    user: CurrentUser,
    parts: CurrentParts,
    passwords: CurrentPasswords,
    attempts: CurrentAttempts,
    address: CurrentAddress,
    audit: CurrentAudit,
) -> CreatedKey:
    """It is sent as `Authorization: Bearer`, and lets nobody do what its owner may not.

    403: your role has no such scope, or you sign in elsewhere, where your account may end and a key would not.
    """
    if user.identity:
        raise Forbidden("You sign in with an account elsewhere. Keys are for accounts with a password.")

    async def is_right() -> bool:
        return (await passwords.check(wanted.password, user.password_hash))[0]

    if not await attempts.made(user.username, address, "", is_right):
        raise Invalid("The password is wrong.", fields=[("password", "is wrong")])
    scopes = tuple(dict.fromkeys(wanted.scopes))
    if not set(scopes) <= set(_FOR_ROLES[user.role]):
        raise Forbidden(f"A key of yours may have: {', '.join(_FOR_ROLES[user.role])}.")
    if len(await keys_of(parts.store, user.id)) >= _MOST:
        raise Conflict(f"You have {_MOST} keys already: revoke one that is not used.")
    record, key = new_key(user.id, wanted.name, scopes, present(), timedelta(days=wanted.days))
    await parts.store.add(record)
    await audit.note("key.created", actor=user.id, subject=record.id, detail=" ".join(scopes))
    return CreatedKey(**KeyView.model_validate(record).model_dump(), key=key)


@router.delete("/{key_id}", summary="Revoke an API key", status_code=204, responses=refuses(401, 403, 404, 422, 503))
async def revoke_key(key_id: Id, user: CurrentUser, parts: CurrentParts, audit: CurrentAudit) -> None:
    """Whoever uses it is refused from now on."""
    if (await parts.store.one(ApiKey, key_id)).user_id != user.id:
        raise NotFound("There is no such record.")
    await parts.store.remove(ApiKey, key_id)
    await audit.note("key.revoked", actor=user.id, subject=key_id)
