"""Visitors of a bank's page who chat without an account, through the widget."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Body
from pydantic import BaseModel, StringConstraints

from questrag.chat.errors import Forbidden
from questrag.chat.ports import NO_PASSWORD, Accounts
from questrag.chat.types import User
from questrag.web.accounts import AccessToken, access_for
from questrag.web.dependencies import CurrentGuestOrigins, CurrentParts, CurrentTokens, limited
from questrag.web.errors import refuses

router = APIRouter(prefix="/api/v1/auth", tags=["accounts"])

_Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]{1,255}$")]


class NewGuest(BaseModel):
    origin: _Origin
    """Of the page that the widget stands on."""


_GUEST = {"a bank": {"value": {"origin": "https://bank.example"}}}


@router.post(
    "/guest",
    summary="Begin an anonymous session",
    status_code=201,
    responses=refuses(403, 413, 422, 429, 503),
    dependencies=[limited("guests")],
)
async def open_guest_session(
    guest: Annotated[NewGuest, Body(openapi_examples=_GUEST)],
    origins: CurrentGuestOrigins,
    parts: CurrentParts,
    tokens: CurrentTokens,
) -> AccessToken:
    """For pages of WIDGET_ORIGINS only. The session has an account of its own that nobody can sign in to."""
    if guest.origin.lower() not in origins:
        raise Forbidden("The chat may not be used on this page. The bank has to add its origin to WIDGET_ORIGINS.")
    return access_for(tokens, await add_guest(parts.store))


async def add_guest(store: Accounts) -> User:
    """Store a user whom no password lets in."""
    number = uuid4().hex
    user = User(
        id=number,
        username=f"guest-{number}",
        email=f"{number}@guest.invalid",
        password_hash=NO_PASSWORD,
        role="customer",
        created_at=datetime.now(UTC),
    )
    await store.add_user(user)
    return user
