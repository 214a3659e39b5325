"""Whether the service is alive, ready, and what it is made of."""

import asyncio
from pathlib import PurePath
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from questrag import __version__
from questrag.chat.errors import Unavailable
from questrag.web.dependencies import CurrentParts
from questrag.web.errors import refuses

router = APIRouter(tags=["health"])

_PATIENCE_S = 2.0
_MOST_WARNINGS = 20


class KnowledgeHealth(BaseModel):
    version: str
    entries: int
    problems: int
    """Lines of its files that cannot be used."""


class Health(BaseModel):
    status: Literal["ok", "degraded"]
    version: str
    knowledge: KnowledgeHealth
    providers: list[str]
    """Who is asked for an answer, in this order."""
    store: Literal["ok", "unreachable"]
    warnings: list[str]
    """Where the first problems of the knowledge base are; `questrag index` says what they are."""


class State(BaseModel):
    status: Literal["ok"] = "ok"


async def _store_answers(parts: CurrentParts) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await parts.store.ping()
    except (Unavailable, TimeoutError):
        return False
    return True


StoreAnswers = Annotated[bool, Depends(_store_answers)]


@router.get("/health", summary="What the service is made of, and what is wrong with it")
async def health(parts: CurrentParts, store_answers: StoreAnswers) -> Health:
    return Health(
        status="ok" if store_answers else "degraded",
        version=__version__,
        knowledge=KnowledgeHealth(
            version=parts.knowledge.version, entries=len(parts.knowledge), problems=len(parts.warnings)
        ),
        providers=list(parts.providers),
        store="ok" if store_answers else "unreachable",
        warnings=[_place(warning) for warning in parts.warnings[:_MOST_WARNINGS]],
    )


def _place(warning: str) -> str:
    """Return file and line without folder and without what is written there: anybody may read this.

    >>> _place("data/faq.jsonl:12: answer: repeats 'PIN 1234'")
    'faq.jsonl:12'
    """
    return PurePath(warning.partition(": ")[0]).name


@router.get("/health/live", summary="Whether the process answers at all")
async def live() -> State:
    return State()


@router.get("/health/ready", summary="Whether questions can be answered now", responses=refuses(503))
async def ready(store_answers: StoreAnswers) -> State:
    if not store_answers:
        raise Unavailable("The database does not answer.", retry_after_s=5)
    return State()
