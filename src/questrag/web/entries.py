"""The knowledge base as curators see it."""

from asyncio import to_thread
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, Field

from questrag.chat.desk import Revision, Stage, revision_id
from questrag.chat.errors import NotFound
from questrag.chat.types import Lang
from questrag.knowledge.base import EntryBase
from questrag.knowledge.catalogue import Catalogue, Filters
from questrag.knowledge.exporting import as_csv, as_jsonl
from questrag.knowledge.preview import as_customers_see, placeholders_of
from questrag.web.curating import (
    ENTRY_EXAMPLE,
    CategoryCount,
    EntryBody,
    EntryCheck,
    EntryDetail,
    EntryList,
    PlaceholderView,
    Rendered,
    RevisionView,
)
from questrag.web.dependencies import CurrentAudit, CurrentCurator, CurrentLive, CurrentParts
from questrag.web.entry_views import body_of, entry_of, field_problems, revision_view, summary_of
from questrag.web.errors import refuses
from questrag.web.inputs import Remark, SearchText
from questrag.web.shelves import CurrentEntries, CurrentRevising, CurrentShelf
from questrag.wiring import Parts

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"])


EntryId = Annotated[str, Query(min_length=1, max_length=200)]


class Restoring(BaseModel):
    number: Annotated[int, Field(ge=0, le=1_000_000)]
    """Of the revision whose words shall be in force again."""
    note: Remark = ""


class Retiring(BaseModel):
    note: Remark = ""


_ENTRY = {"entry": {"value": ENTRY_EXAMPLE}}
_RESTORING = {"as it came": {"value": {"number": 0, "note": "The new words were misunderstood"}}}
_RETIRING = {"gone": {"value": {"note": "The bank has no lockers any more"}}}


@router.get("/entries", summary="List, filter and search entries", responses=refuses(401, 403, 422, 503))
async def list_entries(
    curator: CurrentCurator,
    parts: CurrentParts,
    shelf: CurrentShelf,
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
    revisions = await parts.store.every(Revision)
    filters = Filters(
        text=q,
        category=category,
        lang=lang,
        regulated=regulated,
        state=state,
        as_of_before=as_of_before.date().isoformat() if as_of_before else "",
    )

    def found() -> EntryList:
        catalogue = Catalogue(shelf, parts.revisions, revisions)
        entries = catalogue.find(filters)
        end = offset + limit
        return EntryList(
            entries=[summary_of(catalogue.listed(entry)) for entry in entries[offset:end]],
            total=len(entries),
            next_offset=end if end < len(entries) else None,
            categories=[CategoryCount(category=name, entries=number) for name, number in shelf.categories],
            in_review=catalogue.in_review,
        )

    return await to_thread(found)


_FILE = {"type": "string", "format": "binary"}


@router.get(
    "/entries/export",
    summary="Take the published entries along",
    response_class=Response,
    responses={
        200: {"content": {kind: {"schema": _FILE} for kind in ("application/jsonl", "text/csv")}},
        **refuses(401, 403, 422, 503),
    },
)
async def export_entries(
    curator: CurrentCurator,
    entries: CurrentEntries,
    audit: CurrentAudit,
    format: Annotated[Literal["jsonl", "csv"], Query()] = "jsonl",  # noqa: A002
) -> Response:
    """Both are read back by the import as they were; no spreadsheet runs anything in the CSV as a formula."""
    write, media_type = (as_csv, "text/csv") if format == "csv" else (as_jsonl, "application/jsonl")
    name = f"knowledge-{entries.version}.{format}"
    await audit.note("knowledge.exported", actor=curator.id, subject=entries.version)
    return Response(
        await to_thread(write, entries.entries),
        media_type=f"{media_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/entry", summary="One entry with all its revisions", responses=refuses(401, 403, 404, 422, 503))
async def get_entry(
    entry_id: EntryId,
    curator: CurrentCurator,
    parts: CurrentParts,
    entries: CurrentEntries,
    shelf: CurrentShelf,
    revising: CurrentRevising,
) -> EntryDetail:
    revisions = [*_filed(entry_id, parts, entries), *await revising.of_entry(entry_id)]
    served, in_force = shelf.by_id.get(entry_id), parts.revisions.get(entry_id)
    if served is None and not revisions:
        raise NotFound("There is no such entry.")
    number = in_force.number if in_force else 0
    return EntryDetail(
        id=entry_id,
        published=body_of(served) if served else None,
        published_number=number if served else None,
        revisions=[revision_view(each, curator, revising.profile) for each in reversed(revisions)],
    )


@router.post(
    "/entry/check",
    summary="Check and preview an entry that is being written",
    responses=refuses(401, 403, 413, 422, 503),
)
async def check_entry(
    entry: Annotated[EntryBody, Body(openapi_examples=_ENTRY)],
    curator: CurrentCurator,
    parts: CurrentParts,
    entries: CurrentEntries,
    shelf: CurrentShelf,
    revising: CurrentRevising,
) -> EntryCheck:
    written = entry_of(entry)
    problems = field_problems(written.to_json(), revising.profile)
    rendered = [] if problems else as_customers_see(written, entries.profile)
    like = await to_thread(shelf.like, written)
    catalogue = Catalogue(shelf, parts.revisions, [r for other in like for r in await revising.of_entry(other.id)])
    return EntryCheck(
        problems=problems,
        placeholders=[PlaceholderView.model_validate(each) for each in placeholders_of(written, entries.profile)],
        rendered=[Rendered.model_validate(shown) for shown in rendered],
        similar=[summary_of(catalogue.listed(other)) for other in like],
    )


@router.post("/entry/restore", summary="Roll an entry back", responses=refuses(401, 403, 404, 409, 413, 422, 503))
async def restore_entry(
    entry_id: EntryId,
    restoring: Annotated[Restoring, Body(openapi_examples=_RESTORING)],
    curator: CurrentCurator,
    revising: CurrentRevising,
    live: CurrentLive,
) -> RevisionView:
    """Words that were approved before are in force again at once, as a new revision; no second person is needed."""
    restored = await revising.restore(entry_id, restoring.number, curator, restoring.note)
    live.look_soon()
    return revision_view(restored, curator, revising.profile)


@router.post(
    "/entry/retire",
    summary="Propose to take an entry out of the knowledge base",
    status_code=201,
    responses=refuses(401, 403, 404, 409, 413, 422, 503),
)
async def retire_entry(
    entry_id: EntryId,
    retiring: Annotated[Retiring, Body(openapi_examples=_RETIRING)],
    curator: CurrentCurator,
    revising: CurrentRevising,
) -> RevisionView:
    """The proposal waits for a second person."""
    return revision_view(await revising.retire(entry_id, curator, retiring.note), curator, revising.profile)


def _filed(entry_id: str, parts: Parts, entries: EntryBase) -> list[Revision]:
    """Return revision 0, where the files hold the entry: nobody is its author, and its time is that of the file."""
    if (entry := parts.base.get(entry_id)) is None:
        return []
    at = file_time(entry_id, parts, entries)
    return [
        Revision(
            id=revision_id(entry_id, 0),
            entry_id=entry_id,
            number=0,
            line=entry.to_json(),
            created_at=at,
            changed_at=at,
            author="",
            stage=Stage.PUBLISHED,
        )
    ]


def file_time(entry_id: str, parts: Parts, entries: EntryBase) -> datetime:
    """Return when the file with this entry was changed; where a revision stands over it, the last of those files."""
    times = {file.name: changed_ns for file, (changed_ns, _) in parts.files.items()}
    own = entries.places.get(entry_id, "").partition(":")[0]
    if own not in times:
        files = times.keys() & {place.partition(":")[0] for place in entries.places.values()}
        own = max(files, key=times.__getitem__, default="")
    return datetime.fromtimestamp(times.get(own, 0) // 1_000_000 / 1000, UTC)
