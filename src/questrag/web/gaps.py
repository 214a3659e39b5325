"""What customers ask and get no good answer to: for curators to close."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from questrag.chat.types import Lang
from questrag.web.dependencies import CurrentCurator, CurrentGaps, CurrentParts
from questrag.web.errors import refuses
from questrag.web.inputs import Id
from questrag.web.insights import Days
from questrag.web.views import View

router = APIRouter(prefix="/api/v1/insights/gaps", tags=["insights"])


class GapQuestion(View):
    message_id: str
    question: str
    """As stored, masked."""
    lang: Lang
    asked_at: datetime
    kind: Literal["unanswered", "disliked"]
    reason: str
    """What the customer wrote beside the thumb."""


class NearEntry(View):
    entry_id: str
    question: str
    score: float


class Gap(View):
    """Questions that mean the same."""

    id: str
    """Of the question in the middle."""
    example: str
    lang: Lang
    questions: list[GapQuestion]
    """Newest first."""
    accounts: int
    """Different customers who asked."""
    near: list[NearEntry]
    """Published entries that come closest today."""


class GapQueue(View):
    gaps: list[Gap]
    """Those that most customers met first."""
    closed_since: int
    """Unanswered questions of these days that the knowledge base in use answers."""
    dismissed: int
    waiting: int
    """Questions that were not asked again yet, because that takes time: the next call goes on with them."""
    left_out: int
    """Older turns of the same days that were not looked at, because there are so many newer ones."""


class Dismissal(BaseModel):
    message_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]


_DISMISSAL = {"one": {"value": {"message_ids": ["3f0c1a52f8b34c1d9a57d2a1c0ffee00"]}}}


@router.get("", summary="The gap queue", responses=refuses(401, 403, 422, 503))
async def gaps(curator: CurrentCurator, parts: CurrentParts, gaps: CurrentGaps, days: Days = 30) -> GapQueue:
    """Unanswered questions are asked again of the knowledge base in use: those it answers now are not listed.

    The first call after a change of the knowledge base may take some seconds.
    """
    return GapQueue.model_validate(await gaps.queue(parts.assistant, parts.revisions, days))


@router.post(
    "/dismiss",
    summary="Put questions aside that need no entry",
    status_code=204,
    responses=refuses(401, 403, 413, 422, 503),
)
async def dismiss(
    dismissal: Annotated[Dismissal, Body(openapi_examples=_DISMISSAL)], curator: CurrentCurator, gaps: CurrentGaps
) -> None:
    """Those that are aside already stay so."""
    await gaps.dismiss(dismissal.message_ids, by=curator.username)
