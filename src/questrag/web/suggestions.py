"""What a customer may ask first or next, and the approved entry behind an answer."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from questrag.chat.suggest import next_questions
from questrag.chat.types import Lang, Passage
from questrag.web.dependencies import CurrentFirstQuestions, CurrentParts, CurrentUser, OwnTurn
from questrag.web.errors import refuses

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])


class Suggestion(BaseModel):
    entry_id: str
    question: str
    """As customers ask for it, in the language asked for."""
    category: str


class Suggestions(BaseModel):
    suggestions: list[Suggestion]


class SourceEntry(BaseModel):
    """The approved entry, as it stands now."""

    id: str
    question: str
    answer: str
    """In the language asked for where the entry has it."""
    lang: Lang
    """Of the answer."""
    category: str
    source: str
    as_of: str
    regulated: bool
    knowledge_version: str


@router.get("/suggestions", summary="Questions to begin with", responses=refuses(401, 422, 503))
async def suggestions(
    user: CurrentUser,
    parts: CurrentParts,
    first: CurrentFirstQuestions,
    lang: Annotated[Lang, Query()] = "en",
    limit: Annotated[int, Query(ge=1, le=12)] = 6,
) -> Suggestions:
    """What customers needed most of late, then one of each category; never what another customer typed."""
    offered = await first.offer(parts.knowledge, lang, limit)
    return _suggestions(offered, lang)


@router.get(
    "/messages/{message_id}/suggestions", summary="Questions to go on with", responses=refuses(401, 404, 422, 503)
)
async def next_suggestions(
    turn: OwnTurn, parts: CurrentParts, limit: Annotated[int, Query(ge=1, le=6)] = 3
) -> Suggestions:
    """Entries near the one that was answered from, which this conversation has not drawn on yet."""
    if turn.receipt is None:
        return Suggestions(suggestions=[])
    said = await parts.store.turns(turn.user_id, turn.conversation_id)
    offered = await asyncio.to_thread(next_questions, parts.assistant, turn, said, limit)
    return _suggestions(offered, turn.receipt.lang)


def _suggestions(offered: Sequence[Passage], lang: Lang) -> Suggestions:
    return Suggestions(
        suggestions=[
            Suggestion(entry_id=passage.id, question=passage.question_in(lang), category=passage.category)
            for passage in offered
        ]
    )


@router.get(
    "/sources/{entry_id:path}", summary="The approved entry behind an answer", responses=refuses(401, 404, 422, 503)
)
async def source(
    entry_id: Annotated[str, Path()],
    user: CurrentUser,
    parts: CurrentParts,
    lang: Annotated[Lang, Query()] = "en",
) -> SourceEntry:
    entry = parts.knowledge.passage(entry_id)
    spoken = lang if lang in entry.answers else entry.lang
    return SourceEntry(
        id=entry.id,
        question=entry.question_in(spoken),
        answer=entry.answer_in(spoken),
        lang=spoken,
        category=entry.category,
        source=entry.source,
        as_of=entry.as_of,
        regulated=entry.regulated,
        knowledge_version=parts.knowledge.version,
    )
