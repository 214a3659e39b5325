"""Customers who want a person, and the people who take over."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel

from questrag.chat.desk import HandOff, HandOffState
from questrag.chat.types import Lang
from questrag.web.cursors import cursor_after, read_cursor
from questrag.web.dependencies import CurrentAdmin, CurrentAudit, CurrentHandOffs, CurrentSeeker
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


class OwnHandOff(HandOffReceipt):
    """What the customer has said."""

    name: str
    contact: str
    note: str
    lang: Lang
    conversation_id: str | None
    transcript: list[TranscriptLine]


class HandOffView(OwnHandOff):
    delivered: list[str]
    problem: str


class HandOffPage(BaseModel):
    handoffs: list[HandOffView]
    next_cursor: str | None


class HandOffChange(BaseModel):
    state: HandOffState


_NEW = {"call me": {"value": {"name": "Priya", "contact": "priya@example.com", "note": "My card was charged twice"}}}
_CLOSE = {"close": {"value": {"state": "closed"}}}


@router.post("", summary="Ask for a person", status_code=201, responses=refuses(401, 404, 413, 422, 429, 503))
async def request_person(
    wanted: Annotated[NewHandOff, Body(openapi_examples=_NEW)], user: CurrentSeeker, handoffs: CurrentHandOffs
) -> HandOffReceipt:
    """The request is stored before anybody is told; telling is tried again until it works."""
    made = await handoffs.request(
        user.id,
        name=wanted.name,
        contact=wanted.contact,
        note=wanted.note,
        lang=wanted.lang,
        conversation_id=wanted.conversation_id,
    )
    return HandOffReceipt(
        id=made.id,
        reference=made.reference,
        created_at=made.created_at,
        state=made.state,
        told=bool(made.delivered),
    )


@router.get("", summary="Requests for a person, newest first", responses=refuses(401, 403, 422, 503))
async def list_handoffs(
    admin: CurrentAdmin,
    handoffs: CurrentHandOffs,
    state: Annotated[HandOffState | None, Query()] = None,
    cursor: Annotated[str, Query()] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> HandOffPage:
    found = await handoffs.page(state, read_cursor(cursor), limit + 1)
    page = found[:limit]
    return HandOffPage(
        handoffs=[_view(handoff) for handoff in page],
        next_cursor=cursor_after(page[-1].created_at, page[-1].id) if len(found) > limit else None,
    )


@router.patch(
    "/{handoff_id}", summary="Close a request, or open it again", responses=refuses(401, 403, 404, 413, 422, 503)
)
async def change_handoff(
    handoff_id: str,
    change: Annotated[HandOffChange, Body(openapi_examples=_CLOSE)],
    admin: CurrentAdmin,
    handoffs: CurrentHandOffs,
    audit: CurrentAudit,
) -> HandOffView:
    changed = await handoffs.change(handoff_id, change.state)
    await audit.note("handoff.changed", actor=admin.id, subject=changed.id, detail=changed.state)
    return _view(changed)


def own_handoff(handoff: HandOff) -> OwnHandOff:
    """Return a request as the customer who made it may see it."""
    return OwnHandOff(
        id=handoff.id,
        reference=handoff.reference,
        created_at=handoff.created_at,
        state=handoff.state,
        told=bool(handoff.delivered),
        name=handoff.name,
        contact=handoff.contact,
        note=handoff.note,
        lang=handoff.lang,
        conversation_id=handoff.conversation_id,
        transcript=[TranscriptLine(role=role, text=text) for role, text in handoff.transcript],
    )


def _view(handoff: HandOff) -> HandOffView:
    own = own_handoff(handoff).model_dump()
    return HandOffView(**own, delivered=list(handoff.delivered), problem=handoff.problem)
