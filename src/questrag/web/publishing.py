"""Files of entries, the test panel, golden questions, and what serves."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from questrag.chat.types import Lang
from questrag.web.curating import EntryBody, GoldenView, ImportReport, Serving, Tried
from questrag.web.dependencies import CurrentCurator, CurrentParts
from questrag.web.errors import refuses
from questrag.web.inputs import Question

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"])


class Trial(BaseModel):
    question: Question
    earlier: Annotated[list[Question], Field(max_length=6)] = []
    """Questions of the same conversation before this one, oldest first; each one is answered on the way."""
    draft: EntryBody | None = None
    """Takes part in the search as if it were published."""


class NewGolden(BaseModel):
    question: Question
    lang: Lang
    relevant: Annotated[list[str], Field(min_length=1, max_length=20)]


class GoldenList(BaseModel):
    golden: list[GoldenView]
    shipped: int
    """Golden questions that come with the knowledge base and are not listed."""


@router.post(
    "/import",
    summary="Import a file: CSV, JSONL, JSON of conversations, Markdown or PDF",
    responses=refuses(401, 403, 413, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def import_entries(
    request: Request,
    curator: CurrentCurator,
    parts: CurrentParts,
    filename: Annotated[str, Query(min_length=1, max_length=200, description="Its ending says what it is.")],
    format: Annotated[Literal["auto", "jsonl", "csv", "bitext", "conversations", "pdf", "markdown"], Query()] = "auto",  # noqa: A002
    dry_run: Annotated[bool, Query(description="Report only.")] = True,
) -> ImportReport:
    """What is new or changed becomes drafts; nothing is published. The body is the file, 10 MB at most."""
    raise NotImplementedError


@router.post("/try", summary="Ask as a customer would, and see why", responses=refuses(401, 403, 413, 422, 503))
async def try_question(trial: Trial, curator: CurrentCurator, parts: CurrentParts) -> Tried:
    """Nothing is stored. The answer is an approved text: no language model is asked."""
    raise NotImplementedError


@router.get("/golden", summary="Golden questions", responses=refuses(401, 403, 503))
async def list_golden(curator: CurrentCurator, parts: CurrentParts) -> GoldenList:
    raise NotImplementedError


@router.post(
    "/golden", summary="Add a golden question", status_code=201, responses=refuses(401, 403, 404, 413, 422, 503)
)
async def add_golden(golden: NewGolden, curator: CurrentCurator, parts: CurrentParts) -> GoldenView:
    """404: an entry that it names does not exist."""
    raise NotImplementedError


@router.delete(
    "/golden/{golden_id}", summary="Remove a golden question", status_code=204, responses=refuses(401, 403, 404, 503)
)
async def remove_golden(golden_id: str, curator: CurrentCurator, parts: CurrentParts) -> None:
    raise NotImplementedError


@router.get(
    "/serving", summary="What serves, what waits, and what the last quality gate said", responses=refuses(401, 403, 503)
)
async def serving(curator: CurrentCurator, parts: CurrentParts) -> Serving:
    raise NotImplementedError


@router.post(
    "/reindex",
    summary="Make a new index now, and serve it if the gate lets it",
    status_code=202,
    responses=refuses(401, 403, 409, 503),
)
async def reindex(curator: CurrentCurator, parts: CurrentParts) -> Serving:
    """The old index serves meanwhile, and goes on where a golden question would get worse. 409: one is being made."""
    raise NotImplementedError
