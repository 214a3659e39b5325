"""What the assistant saves, answers and misses, counted from the stored turns."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from questrag.web.dependencies import CurrentAdmin, CurrentParts
from questrag.web.errors import refuses

router = APIRouter(prefix="/api/v1/insights", tags=["insights"])

Days = Annotated[int, Query(ge=1, le=366, description="Up to now; days of Indian Standard Time.")]


class Share(BaseModel):
    n: int
    """Of how many."""
    count: int
    share: float | None
    """Null where n is 0."""
    ci95: tuple[float, float] | None


class Tokens(BaseModel):
    """Prompt tokens."""

    prompt: int
    always_fetch_prompt: int
    """What the usual design would have sent in the same turns."""
    saved: int
    saving: float | None
    ci95: tuple[float, float] | None
    """Bootstrap over accounts."""
    completion: int
    cached: int
    paid_turns: int
    """Turns in which a provider was asked; the figures of the others say what one would have been sent."""


class Cost(BaseModel):
    currency: str
    spent: float
    saved: float


class Day(BaseModel):
    day: date
    turns: int
    prompt: int
    always_fetch_prompt: int
    saved: int
    fetched: int
    handed_off: int
    up: int
    down: int
    p50_ms: float | None
    p95_ms: float | None


class Group(BaseModel):
    """Turns of one language or one kind."""

    name: str
    turns: int
    fetched: Share
    saving: float | None
    handed_off: int


class Stage(BaseModel):
    stage: str
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Answerer(BaseModel):
    model: str
    turns: int


class Usage(BaseModel):
    since: datetime
    until: datetime
    turns: int
    conversations: int
    accounts: int
    left_out: int
    """Older turns of the same days that were not read, because there are more than one report reads."""
    tokens: Tokens
    cost: Cost | None
    """Null while TOKEN_PRICE_PROMPT and TOKEN_PRICE_COMPLETION are not set."""
    days: list[Day]
    by_lang: list[Group]
    by_kind: list[Group]
    """By which rule, or the policy itself, had the last word."""
    latency: list[Stage]
    fetched: Share
    satisfied: Share
    """Thumbs up among all thumbs."""
    contained: Share
    """Conversations that ended without a hand-off and without a request for a person."""
    handed_off: Share
    """Turns in which nothing approved fitted."""
    person_requests: int
    emergencies: int
    degraded: int
    answered_by: list[Answerer]


class TopEntry(BaseModel):
    entry_id: str
    question: str
    category: str
    turns: int
    """Whose answer drew on it."""
    up: int
    down: int


class TopQuestions(BaseModel):
    entries: list[TopEntry]


class ResultFile(BaseModel):
    """A file of docs/results or benchmarks/results, as it is; the README shows the same figures."""

    name: str
    kind: Literal["evaluation", "benchmark"]
    content: dict[str, Any]


class Results(BaseModel):
    files: list[ResultFile]


class ProviderHealth(BaseModel):
    name: str
    model: str
    keys: int
    keys_resting: int
    """Not asked at the moment, because their quota is used up or they were refused."""
    state: Literal["ok", "resting"]
    last_problem: str


class Providers(BaseModel):
    providers: list[ProviderHealth]
    """Empty: answers are approved texts, no language model is configured."""
    tokens_today: int
    """Prompt and completion tokens of paid turns since midnight, Indian Standard Time."""
    cost_today: Cost | None


@router.get("/usage", summary="Tokens, cost, latency, satisfaction, containment", responses=refuses(401, 403, 422, 503))
async def usage(admin: CurrentAdmin, parts: CurrentParts, days: Days = 30) -> Usage:
    raise NotImplementedError


@router.get("/questions", summary="Entries that answered most", responses=refuses(401, 403, 422, 503))
async def top_questions(
    admin: CurrentAdmin, parts: CurrentParts, days: Days = 30, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> TopQuestions:
    raise NotImplementedError


@router.get("/results", summary="Evaluation and benchmark results", responses=refuses(401, 403, 503))
async def results(admin: CurrentAdmin) -> Results:
    raise NotImplementedError


@router.get("/providers", summary="Providers, their keys, and tokens of today", responses=refuses(401, 403, 503))
async def providers(admin: CurrentAdmin, parts: CurrentParts) -> Providers:
    raise NotImplementedError
