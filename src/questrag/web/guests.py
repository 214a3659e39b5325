"""Visitors of a bank's page who chat without an account, through the widget."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, StringConstraints

from questrag.web.accounts import AccessToken
from questrag.web.dependencies import CurrentParts, CurrentTokens
from questrag.web.errors import refuses

router = APIRouter(prefix="/api/v1/auth", tags=["accounts"])

_Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]{1,255}$")]


class NewGuest(BaseModel):
    origin: _Origin
    """Of the page that the widget stands on."""


_GUEST = {"a bank": {"value": {"origin": "https://bank.example"}}}


@router.post("/guest", summary="Begin an anonymous session", status_code=201, responses=refuses(403, 413, 422, 503))
async def open_guest_session(
    guest: Annotated[NewGuest, Body(openapi_examples=_GUEST)], parts: CurrentParts, tokens: CurrentTokens
) -> AccessToken:
    """For pages of WIDGET_ORIGINS only. The session has an account of its own that nobody can sign in to."""
    raise NotImplementedError
