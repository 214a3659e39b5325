"""Whether the service is alive, ready, and what it is made of."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from questrag import __version__
from questrag.chat.errors import Unavailable
from questrag.web.dependencies import CurrentParts
from questrag.web.errors import refuses

router = APIRouter(tags=["health"])

_PATIENCE_S = 2.0


class KnowledgeHealth(BaseModel):
    version: str
    entries: int
    refused: bool
    """What is on disk now has a problem; the one before goes on being served, and the log says why."""


class Health(BaseModel):
    status: Literal["ok", "degraded"]
    version: str
    knowledge: KnowledgeHealth
    providers: list[str]
    """Who is asked for an answer, in this order."""
    store: Literal["ok", "unreachable"]


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
        status="ok" if store_answers and not parts.refused else "degraded",
        version=__version__,
        knowledge=KnowledgeHealth(
            version=parts.knowledge.version, entries=len(parts.knowledge), refused=bool(parts.refused)
        ),
        providers=list(parts.providers),
        store="ok" if store_answers else "unreachable",
    )


@router.get("/health/live", summary="Whether the process answers at all")
async def live() -> State:
    return State()


@router.get("/health/ready", summary="Whether questions can be answered now", responses=refuses(503))
async def ready(store_answers: StoreAnswers) -> State:
    if not store_answers:
        raise Unavailable("The database does not answer.", retry_after_s=5)
    return State()
