"""Customers who want a person, and the people who take over."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel

from questrag.chat.desk import HandOffState
from questrag.chat.types import Lang
from questrag.web.dependencies import CurrentAdmin, CurrentParts, CurrentUser
from questrag.web.errors import refuses
from questrag.web.inputs import Contact, Id, PersonName, Remark

router = APIRouter(prefix="/api/v1/handoffs", tags=["hand-off"])


class NewHandOff(BaseModel):
    name: PersonName
    contact: Contact
    """Phone number or e-mail address to be called back on."""
    note: Remark = ""
    lang: Lang = "en"
    conversation_id: Id | None = None
    """Its transcript goes along."""


class HandOffReceipt(BaseModel):
    """What the customer is told."""

    id: str
    reference: str
    """Short, to be read out on the phone."""
    created_at: datetime
    state: HandOffState
    told: bool
    """Somebody has been told by webhook or e-mail; else the request waits in the list of the bank's staff."""


class TranscriptLine(BaseModel):
    role: str
    text: str


class HandOffView(HandOffReceipt):
    name: str
    contact: str
    note: str
    lang: Lang
    conversation_id: str | None
    transcript: list[TranscriptLine]
    delivered: list[str]
    problem: str


class HandOffPage(BaseModel):
    handoffs: list[HandOffView]
    next_cursor: str | None


class HandOffChange(BaseModel):
    state: HandOffState


_NEW = {"call me": {"value": {"name": "Priya", "contact": "priya@example.com", "note": "My card was charged twice"}}}


@router.post("", summary="Ask for a person", status_code=201, responses=refuses(401, 404, 413, 422, 503))
async def request_person(
    wanted: Annotated[NewHandOff, Body(openapi_examples=_NEW)], user: CurrentUser, parts: CurrentParts
) -> HandOffReceipt:
    """The request is stored before anybody is told; telling is tried again until it works."""
    raise NotImplementedError


@router.get("", summary="Requests for a person, newest first", responses=refuses(401, 403, 422, 503))
async def list_handoffs(
    admin: CurrentAdmin,
    parts: CurrentParts,
    state: Annotated[HandOffState | None, Query()] = None,
    cursor: Annotated[str, Query()] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> HandOffPage:
    raise NotImplementedError


@router.patch(
    "/{handoff_id}", summary="Close a request, or open it again", responses=refuses(401, 403, 404, 409, 422, 503)
)
async def change_handoff(
    handoff_id: str, change: HandOffChange, admin: CurrentAdmin, parts: CurrentParts
) -> HandOffView:
    raise NotImplementedError
