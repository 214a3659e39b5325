"""From a draft to a published entry: one person writes, a second one approves."""

from asyncio import to_thread
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import AwareDatetime, BaseModel, Field

from questrag.chat.desk import OPEN_STAGES, Revision, Stage
from questrag.chat.errors import NotFound
from questrag.knowledge.proposals import Proposal
from questrag.web.curating import ENTRY_EXAMPLE, EntryBody, RevisionView
from questrag.web.cursors import cursor_after, read_cursor
from questrag.web.dependencies import CurrentAudit, CurrentCurator, CurrentLive, CurrentParts
from questrag.web.entry_views import entry_of, revision_view
from questrag.web.errors import refuses
from questrag.web.inputs import Question, Remark
from questrag.web.shelves import CurrentEntries, CurrentRevising

router = APIRouter(prefix="/api/v1/knowledge/drafts", tags=["knowledge"])


class NewDraft(BaseModel):
    entry: EntryBody
    note: Remark = ""
    golden: Annotated[list[Question], Field(max_length=50)] = []
    """Become golden questions when the draft is published."""
    new: bool = False
    """The entry is meant to be new: 409 where there is one of this id, instead of a draft of its next revision."""


class ChangedDraft(BaseModel):
    entry: EntryBody
    note: Remark = ""
    changed_at: datetime
    """As it was read: a draft that somebody changed since is left alone (409)."""


class Approval(BaseModel, extra="forbid"):
    """A name that is misspelt is refused: it must not publish at once what was meant for later."""

    effective_from: AwareDatetime | None = None
    """In the future; null: at once."""
    changed_at: datetime | None = None
    """As it was read: nobody approves what they have not seen (409)."""


class Return(BaseModel):
    note: Remark


class ApprovedTogether(BaseModel):
    approved: list[str]
    refused: dict[str, str]
    """Why not, by id."""


class Together(BaseModel, extra="forbid"):
    ids: Annotated[list[str], Field(min_length=1, max_length=500)]
    effective_from: AwareDatetime | None = None
    changed_at: dict[str, datetime] = {}
    """By id, as it was read: nobody approves what they have not seen."""


class DraftPage(BaseModel):
    drafts: list[RevisionView]
    """Open ones: those that wait for a second person first, then the newest."""
    next_cursor: str | None


_NEW = {
    "entry": {"value": {"entry": ENTRY_EXAMPLE, "note": "Asked every day", "golden": ["locker chahiye"], "new": True}}
}
_CHANGED = {"entry": {"value": {"entry": ENTRY_EXAMPLE, "note": "Shorter", "changed_at": "2026-11-02T12:00:00Z"}}}
_APPROVAL = {
    "now": {"value": {}},
    "later": {"value": {"effective_from": "2027-04-01T00:00:00+05:30", "changed_at": "2026-11-02T12:00:00Z"}},
}
_RETURN = {"too long": {"value": {"note": "Say first what to do"}}}
_TOGETHER = {"two": {"value": {"ids": ["7de9272ad9e353c8-1", "0d3bbd0e2c2e6b05-3"]}}}

_REFUSES = refuses(401, 403, 404, 409, 413, 422, 503)


@router.get(
    "", summary="Drafts being written, and those that wait for a second person", responses=refuses(401, 403, 422, 503)
)
async def list_drafts(
    curator: CurrentCurator,
    parts: CurrentParts,
    entries: CurrentEntries,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
) -> DraftPage:
    after = _read_place(cursor)
    opened = [each for each in await parts.store.every(Revision) if each.stage in OPEN_STAGES]
    found = sorted((each for each in opened if after is None or _place(each) < after), key=_place, reverse=True)
    page, profile = found[:limit], entries.profile or None
    return DraftPage(
        drafts=await to_thread(lambda: [revision_view(each, curator, profile) for each in page]),
        next_cursor=_cursor_after(page[-1]) if len(found) > limit else None,
    )


_Place = tuple[bool, datetime, str]
_WAITING = "review-"


def _place(draft: Revision) -> _Place:
    return draft.stage is Stage.REVIEW, draft.changed_at, draft.id


def _cursor_after(draft: Revision) -> str:
    waiting, changed_at, draft_id = _place(draft)
    return cursor_after(changed_at, f"{_WAITING if waiting else ''}{draft_id}")


def _read_place(cursor: str) -> _Place | None:
    read = read_cursor(cursor)
    return read and (read[1].startswith(_WAITING), read[0], read[1].removeprefix(_WAITING))


@router.get("/{draft_id}", summary="Read a draft", responses=refuses(401, 403, 404, 422, 503))
async def get_draft(draft_id: str, curator: CurrentCurator, revising: CurrentRevising) -> RevisionView:
    """404 also where it was published or given up since."""
    draft = await revising.draft(draft_id)
    if draft.stage not in OPEN_STAGES:
        raise NotFound("There is no such draft.")
    return await to_thread(revision_view, draft, curator, revising.profile)


@router.post("", summary="Begin a draft, of a new entry or of one that exists", status_code=201, responses=_REFUSES)
async def begin_draft(
    draft: Annotated[NewDraft, Body(openapi_examples=_NEW)], curator: CurrentCurator, revising: CurrentRevising
) -> RevisionView:
    """A draft may have problems; it cannot be submitted with them. 409: somebody has a draft of this entry already."""
    proposal = Proposal(entry=entry_of(draft.entry), note=draft.note, golden=tuple(draft.golden))
    return revision_view(await revising.begin(proposal, curator, new=draft.new), curator, revising.profile)


@router.put("/{draft_id}/content", summary="Change a draft", responses=_REFUSES)
async def change_draft(
    draft_id: str,
    draft: Annotated[ChangedDraft, Body(openapi_examples=_CHANGED)],
    curator: CurrentCurator,
    revising: CurrentRevising,
) -> RevisionView:
    """One that waits for a second person becomes a draft again."""
    proposal = Proposal(entry=entry_of(draft.entry), note=draft.note)
    changed = await revising.change(draft_id, proposal, curator, draft.changed_at)
    return revision_view(changed, curator, revising.profile)


@router.post("/{draft_id}/discard", summary="Give a draft up", status_code=204, responses=_REFUSES)
async def discard_draft(
    draft_id: str, curator: CurrentCurator, revising: CurrentRevising, live: CurrentLive, audit: CurrentAudit
) -> None:
    """What was approved for a later time can be called off in the same way, by anybody."""
    await revising.discard(draft_id, curator)
    await audit.note("draft.discarded", actor=curator.id, subject=draft_id)
    live.look_soon()


@router.post("/{draft_id}/submit", summary="Ask a second person to approve", responses=_REFUSES)
async def submit_draft(draft_id: str, curator: CurrentCurator, revising: CurrentRevising) -> RevisionView:
    """422: something in it keeps it from being published; `errors` says what. 403: somebody else writes it."""
    return revision_view(await revising.submit(draft_id, curator), curator, revising.profile)


@router.post("/{draft_id}/approve", summary="Approve and publish", responses=_REFUSES)
async def approve_draft(
    draft_id: str,
    approval: Annotated[Approval, Body(openapi_examples=_APPROVAL)],
    curator: CurrentCurator,
    revising: CurrentRevising,
    live: CurrentLive,
    audit: CurrentAudit,
) -> RevisionView:
    """403: whoever wrote it cannot approve it."""
    approved = await revising.approve(
        draft_id, curator, effective_from=approval.effective_from, seen=approval.changed_at
    )
    await audit.note("entry.approved", actor=curator.id, subject=draft_id, detail=approved.entry_id)
    live.look_soon()
    return revision_view(approved, curator, revising.profile)


@router.post("/{draft_id}/return", summary="Give a draft back to its author", responses=_REFUSES)
async def return_draft(
    draft_id: str,
    why: Annotated[Return, Body(openapi_examples=_RETURN)],
    curator: CurrentCurator,
    revising: CurrentRevising,
) -> RevisionView:
    return revision_view(await revising.give_back(draft_id, curator, why.note), curator, revising.profile)


@router.post("/approve-together", summary="Approve several", responses=refuses(401, 403, 413, 422, 503))
async def approve_together(
    together: Annotated[Together, Body(openapi_examples=_TOGETHER)],
    curator: CurrentCurator,
    revising: CurrentRevising,
    live: CurrentLive,
    audit: CurrentAudit,
) -> ApprovedTogether:
    """Those that can be are approved; of the others it is said why not."""
    approved, refused = await revising.approve_all(
        together.ids, curator, effective_from=together.effective_from, seen=together.changed_at
    )
    for draft_id in approved:
        await audit.note("entry.approved", actor=curator.id, subject=draft_id)
    live.look_soon()
    return ApprovedTogether(approved=approved, refused=refused)
