"""From a draft to a published entry: one person writes, a second one approves."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from questrag.web.curating import EntryBody, RevisionView
from questrag.web.dependencies import CurrentCurator, CurrentParts
from questrag.web.errors import refuses
from questrag.web.inputs import Question, Remark

router = APIRouter(prefix="/api/v1/knowledge/drafts", tags=["knowledge"])


class NewDraft(BaseModel):
    entry: EntryBody
    note: Remark = ""
    golden: Annotated[list[Question], Field(max_length=50)] = []
    """Become golden questions when the draft is published."""


class ChangedDraft(BaseModel):
    entry: EntryBody
    note: Remark = ""
    changed_at: datetime
    """As it was read: a draft that somebody changed since is left alone (409)."""


class Approval(BaseModel):
    effective_from: datetime | None = None
    """In the future; null: at once."""


class Return(BaseModel):
    note: Remark


class ApprovedTogether(BaseModel):
    approved: list[str]
    refused: dict[str, str]
    """Why not, by id."""


class Together(BaseModel):
    ids: Annotated[list[str], Field(min_length=1, max_length=500)]
    effective_from: datetime | None = None


class DraftPage(BaseModel):
    drafts: list[RevisionView]
    """Open ones: those that wait for a second person first, then the newest."""


_REFUSES = refuses(401, 403, 404, 409, 413, 422, 503)


@router.get(
    "", summary="Drafts being written, and those that wait for a second person", responses=refuses(401, 403, 503)
)
async def list_drafts(curator: CurrentCurator, parts: CurrentParts) -> DraftPage:
    raise NotImplementedError


@router.post("", summary="Begin a draft, of a new entry or of one that exists", status_code=201, responses=_REFUSES)
async def begin_draft(draft: NewDraft, curator: CurrentCurator, parts: CurrentParts) -> RevisionView:
    """A draft may have problems; it cannot be submitted with them. 409: somebody has a draft of this entry already."""
    raise NotImplementedError


@router.put("/{draft_id}/content", summary="Change a draft", responses=_REFUSES)
async def change_draft(
    draft_id: str, draft: ChangedDraft, curator: CurrentCurator, parts: CurrentParts
) -> RevisionView:
    """One that waits for a second person becomes a draft again."""
    raise NotImplementedError


@router.post("/{draft_id}/discard", summary="Give a draft up", status_code=204, responses=_REFUSES)
async def discard_draft(draft_id: str, curator: CurrentCurator, parts: CurrentParts) -> None:
    raise NotImplementedError


@router.post("/{draft_id}/submit", summary="Ask a second person to approve", responses=_REFUSES)
async def submit_draft(draft_id: str, curator: CurrentCurator, parts: CurrentParts) -> RevisionView:
    raise NotImplementedError


@router.post("/{draft_id}/approve", summary="Approve and publish", responses=_REFUSES)
async def approve_draft(
    draft_id: str, approval: Approval, curator: CurrentCurator, parts: CurrentParts
) -> RevisionView:
    """403: whoever wrote it cannot approve it."""
    raise NotImplementedError


@router.post("/{draft_id}/return", summary="Give a draft back to its author", responses=_REFUSES)
async def return_draft(draft_id: str, why: Return, curator: CurrentCurator, parts: CurrentParts) -> RevisionView:
    raise NotImplementedError


@router.post("/approve-together", summary="Approve several", responses=refuses(401, 403, 413, 422, 503))
async def approve_together(together: Together, curator: CurrentCurator, parts: CurrentParts) -> ApprovedTogether:
    raise NotImplementedError
