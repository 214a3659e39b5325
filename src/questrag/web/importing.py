"""Files of entries that curators send."""

from asyncio import to_thread
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from questrag.chat.desk import OPEN_STAGES, Revision
from questrag.knowledge.importing import Sent, make_drafts, read_sent
from questrag.web.curating import ImportChange, ImportProblem, ImportReport
from questrag.web.dependencies import CurrentAudit, CurrentCurator
from questrag.web.errors import refuses
from questrag.web.shelves import CurrentRevising, CurrentShelf

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"])

_MOST = 500
"""Of each kind of finding."""


@router.post(
    "/import",
    summary="Import a file: CSV, JSONL, JSON of conversations, Markdown or PDF",
    responses=refuses(401, 403, 413, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary"},
                    "examples": {"csv": {"value": "question,answer\nHow do I get a locker?,Ask at your branch.\n"}},
                }
            },
        }
    },
)
async def import_entries(
    request: Request,
    curator: CurrentCurator,
    revising: CurrentRevising,
    shelf: CurrentShelf,
    audit: CurrentAudit,
    filename: Annotated[str, Query(min_length=1, max_length=200, description="Its ending says what it is.")],
    format: Annotated[Literal["auto", "jsonl", "csv", "bitext", "conversations", "pdf", "markdown"], Query()] = "auto",  # noqa: A002
    dry_run: Annotated[bool, Query(description="Report only.")] = True,
) -> ImportReport:
    """What is new or changed becomes drafts; nothing is published. The body is the file, 10 MB at most."""
    content = await request.body()
    open_ones = [each for each in await revising.desk.every(Revision) if each.stage in OPEN_STAGES]
    sent = await to_thread(read_sent, filename, content, format, shelf.by_id, open_ones, revising.profile)
    made = [] if dry_run else await make_drafts(sent, curator, revising)
    if made:
        await audit.note("draft.imported", actor=curator.id, detail=f"{len(made)} drafts")
    return await to_thread(_report, sent, len(made))


def _report(sent: Sent, drafts: int) -> ImportReport:
    report, problems = sent.ingested.report, sent.ingested.problems
    told = [change for change in sent.changes if change.kind != "same"]
    duplicates = [*report.dropped, *report.same_id]
    near = [" | ".join(entry.question for entry in group) for group in report.near]
    lists = {
        "changes": told,
        "problems": problems,
        "duplicates": duplicates,
        "conflicts": report.conflicts,
        "near": near,
    }
    return ImportReport(
        format=sent.format,
        found=len(sent.changes),
        new=sent.count("new"),
        changed=sent.count("changed"),
        same=sent.count("same"),
        changes=[
            ImportChange(entry_id=each.entry.id, question=each.entry.question, kind=each.kind, open=each.open)
            for each in told[:_MOST]
        ],
        problems=[ImportProblem.model_validate(problem) for problem in problems[:_MOST]],
        duplicates=_first(duplicates),
        conflicts=_first(report.conflicts),
        near=near[:_MOST],
        notes=[*sent.notes, *_left_out(lists)],
        drafts=drafts,
    )


def _first(findings: Iterable[object]) -> list[str]:
    return [str(finding) for finding in list(findings)[:_MOST]]


def _left_out(lists: dict[str, Sequence[object]]) -> list[str]:
    return [
        f"{name}: the first {_MOST} of {len(findings):,} are listed"
        for name, findings in lists.items()
        if len(findings) > _MOST
    ]
