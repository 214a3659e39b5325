"""Whether the service is alive, ready, and what it is made of."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from questrag import __version__
from questrag.chat.errors import Unavailable
from questrag.web.dependencies import CurrentLimits, CurrentParts, CurrentWatch
from questrag.web.errors import refuses
from questrag.web.limits import Counted, Limits
from questrag.web.watching import Watch
from questrag.wiring import Parts

router = APIRouter(tags=["health"])

_PATIENCE_S = 2.0


VectorIndex = Literal["in this process", "ok", "unreachable"]


class KnowledgeHealth(BaseModel):
    version: str
    entries: int
    refused: bool
    """What is on disk now has a problem; the one before goes on being served, and the log says why."""


class PolicyHealth(BaseModel):
    version: str
    skips_checked: int
    """Of the last seven days, looked at again with everything fetched."""
    would_have_changed: int
    """How many of them would have been answered from an entry that was left out."""
    harm_ci95: tuple[float, float]
    """Share of harmful skips, 95 % interval."""
    harmful: bool
    """The lower end of it is above POLICY_HARM_LIMIT."""


class Health(BaseModel):
    status: Literal["ok", "degraded"]
    version: str
    knowledge: KnowledgeHealth
    policy: PolicyHealth
    providers: list[str]
    """Who is asked for an answer, in this order."""
    store: Literal["ok", "unreachable"]
    limits: Counted
    """Where they are counted; `unreachable`: Redis does not answer, and each worker counts for itself."""
    vector_index: VectorIndex
    """`unreachable`: Milvus does not answer, and entries are found by words alone."""


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


async def _vector_index(parts: CurrentParts) -> VectorIndex:
    answers = await asyncio.to_thread(parts.vectors_answer)
    return "in this process" if answers is None else "ok" if answers else "unreachable"


CurrentVectorIndex = Annotated[VectorIndex, Depends(_vector_index)]


@router.get("/health", summary="What the service is made of, and what is wrong with it")
async def health(
    parts: CurrentParts,
    watch: CurrentWatch,
    limits: CurrentLimits,
    store_answers: StoreAnswers,
    vector_index: CurrentVectorIndex,
) -> Health:
    policy = policy_health(parts.assistant.policy.version, watch)
    degraded = _is_degraded(parts, policy, limits, store_answers=store_answers) or vector_index == "unreachable"
    return Health(
        status="degraded" if degraded else "ok",
        version=__version__,
        knowledge=KnowledgeHealth(
            version=parts.knowledge.version, entries=len(parts.knowledge), refused=bool(parts.refused)
        ),
        policy=policy,
        providers=list(parts.providers),
        store="ok" if store_answers else "unreachable",
        limits=limits.counted,
        vector_index=vector_index,
    )


def _is_degraded(parts: Parts, policy: PolicyHealth, limits: Limits, *, store_answers: bool) -> bool:
    return not store_answers or bool(parts.refused) or policy.harmful or limits.counted == "unreachable"


def policy_health(version: str, watch: Watch) -> PolicyHealth:
    """Return what the shadow audit found of the policy of this version."""
    found = watch.found if watch.policy == version else None  # what was found of another policy says nothing of this
    return PolicyHealth(
        version=version,
        skips_checked=found.n_checked if found else 0,
        would_have_changed=len(found.harms) if found else 0,
        harm_ci95=found.ci95 if found else (0.0, 1.0),
        harmful=watch.harmful and found is not None,
    )


@router.get("/health/live", summary="Whether the process answers at all")
async def live() -> State:
    return State()


@router.get("/health/ready", summary="Whether questions can be answered now", responses=refuses(503))
async def ready(store_answers: StoreAnswers) -> State:
    if not store_answers:
        raise Unavailable("The database does not answer.", retry_after_s=5)
    return State()
