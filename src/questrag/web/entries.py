"""The knowledge base as curators see it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from questrag.chat.types import Lang
from questrag.web.curating import EntryBody, EntryCheck, EntryDetail, EntryList, RevisionView
from questrag.web.dependencies import CurrentCurator, CurrentParts
from questrag.web.errors import refuses
from questrag.web.inputs import Remark, SearchText

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"])


class Restoring(BaseModel):
    number: int
    """Of the revision whose words shall be in force again."""
    note: Remark = ""


class Retiring(BaseModel):
    note: Remark = ""


@router.get("/entries", summary="List, filter and search entries", responses=refuses(401, 403, 422, 503))
async def list_entries(
    curator: CurrentCurator,
    parts: CurrentParts,
    q: Annotated[SearchText, Query(description="Words; in questions, answers, paraphrases, ids and sources.")] = "",
    category: Annotated[str, Query()] = "",
    lang: Annotated[Lang | None, Query(description="Those with an answer in this language.")] = None,
    regulated: Annotated[bool | None, Query()] = None,
    state: Annotated[Literal["published", "scheduled", "new", "retired", "draft", "review"] | None, Query()] = None,
    as_of_before: Annotated[
        datetime | None, Query(description="Facts older than this; entries without a date too.")
    ] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> EntryList:
    """Best matches first where something is searched for, else by category and id."""
    raise NotImplementedError


@router.get("/entries/export", summary="Take the published entries along", responses=refuses(401, 403, 422, 503))
async def export_entries(
    curator: CurrentCurator,
    parts: CurrentParts,
    format: Annotated[Literal["jsonl", "csv"], Query()] = "jsonl",  # noqa: A002
) -> Response:
    raise NotImplementedError


@router.get("/entry", summary="One entry with all its revisions", responses=refuses(401, 403, 404, 422, 503))
async def get_entry(
    entry_id: Annotated[str, Query(min_length=1, max_length=200)], curator: CurrentCurator, parts: CurrentParts
) -> EntryDetail:
    raise NotImplementedError


@router.post(
    "/entry/check",
    summary="Check and preview an entry that is being written",
    responses=refuses(401, 403, 413, 422, 503),
)
async def check_entry(entry: EntryBody, curator: CurrentCurator, parts: CurrentParts) -> EntryCheck:
    raise NotImplementedError


@router.post("/entry/restore", summary="Roll an entry back", responses=refuses(401, 403, 404, 409, 413, 422, 503))
async def restore_entry(
    entry_id: Annotated[str, Query(min_length=1, max_length=200)],
    restoring: Restoring,
    curator: CurrentCurator,
    parts: CurrentParts,
) -> RevisionView:
    """Words that were approved before are in force again at once, as a new revision; no second person is needed."""
    raise NotImplementedError


@router.post(
    "/entry/retire",
    summary="Propose to take an entry out of the knowledge base",
    status_code=201,
    responses=refuses(401, 403, 404, 409, 413, 422, 503),
)
async def retire_entry(
    entry_id: Annotated[str, Query(min_length=1, max_length=200)],
    retiring: Retiring,
    curator: CurrentCurator,
    parts: CurrentParts,
) -> RevisionView:
    """The proposal waits for a second person."""
    raise NotImplementedError
