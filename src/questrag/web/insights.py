"""What the assistant saves, answers and misses, counted from the stored turns."""

import asyncio
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from questrag.evaluation.results import read_results
from questrag.generation.providers import states_of
from questrag.web.dependencies import CurrentAdmin, CurrentParts, CurrentProject, CurrentReports
from questrag.web.errors import refuses
from questrag.web.views import View

router = APIRouter(prefix="/api/v1/insights", tags=["insights"])

Days = Annotated[int, Query(ge=1, le=366, description="Up to now; days of Indian Standard Time.")]


class Share(View):
    n: int
    """Of how many."""
    count: int
    share: float | None
    """Null where n is 0."""
    ci95: tuple[float, float] | None


class Tokens(View):
    """Prompt tokens."""

    prompt: int
    always_fetch_prompt: int
    """What the usual design would have sent in the same turns."""
    saved: int
    saving: float | None
    ci95: tuple[float, float] | None
    """Bootstrap over accounts; null for fewer than ten, where it would claim too much."""
    completion: int
    cached: int
    paid_turns: int
    """Turns in which a provider was asked; the figures of the others say what one would have been sent."""


class Cost(View):
    currency: str
    spent: float
    """Of paid turns: prompt tokens that were not read from the provider's cache, at the full price, and completion."""
    saved: float
    """Of paid turns: prompt tokens that were not sent, at the full price."""


class Day(View):
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


class Group(View):
    """Turns of one language or one kind."""

    name: str
    turns: int
    fetched: Share
    saving: float | None
    handed_off: int


class Stage(View):
    stage: str
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Answerer(View):
    model: str
    turns: int


class Usage(View):
    """Of turns that ended with an answer; those that failed are not counted."""

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
    """All of them, oldest first, also those on which nobody asked."""
    by_lang: list[Group]
    by_kind: list[Group]
    """By which rule, or the policy itself, had the last word."""
    latency: list[Stage]
    fetched: Share
    satisfied: Share
    """Thumbs up among all thumbs."""
    contained: Share
    """Conversations in which no turn was handed off and no person was asked for."""
    handed_off: Share
    """Turns in which nothing approved fitted, or emergency steps were all there was to say."""
    person_requests: int
    emergencies: int
    degraded: int
    answered_by: list[Answerer]


class TopEntry(View):
    entry_id: str
    question: str
    """Of an entry that is gone: as it was when it was shown."""
    category: str
    """Empty for an entry that is gone."""
    turns: int
    """Whose answer drew on it."""
    up: int
    down: int


class TopQuestions(View):
    entries: list[TopEntry]


class ResultFile(View):
    """A file of docs/results or benchmarks/results, as it is; the README shows the same figures."""

    name: str
    kind: Literal["evaluation", "benchmark"]
    content: dict[str, Any]


class Results(View):
    files: list[ResultFile]
    left_out: list[str]
    """Files that cannot be read; the log of the server says why."""


class ProviderHealth(View):
    """As the process knows it that answers this request; others learn for themselves."""

    name: str
    model: str
    keys: int
    keys_resting: int
    """Not asked at the moment, because their quota is used up or they were refused."""
    state: Literal["ok", "resting"]
    last_problem: str
    """What went wrong since it last answered; empty when nothing did."""


class Providers(View):
    providers: list[ProviderHealth]
    """Empty: answers are approved texts, no language model is configured."""
    tokens_today: int
    """Prompt and completion tokens of paid turns since midnight, Indian Standard Time."""
    cost_today: Cost | None


@router.get("/usage", summary="Tokens, cost, latency, satisfaction, containment", responses=refuses(401, 403, 422, 503))
async def usage(admin: CurrentAdmin, reports: CurrentReports, days: Days = 30) -> Usage:
    return Usage.model_validate((await reports.of(days)).usage)


@router.get("/questions", summary="Entries that answered most", responses=refuses(401, 403, 422, 503))
async def top_questions(
    admin: CurrentAdmin,
    parts: CurrentParts,
    reports: CurrentReports,
    days: Days = 30,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> TopQuestions:
    entries = await reports.top_entries(days, limit, parts.knowledge)
    return TopQuestions(entries=[TopEntry.model_validate(entry) for entry in entries])


@router.get("/results", summary="Evaluation and benchmark results", responses=refuses(401, 403, 503))
async def results(admin: CurrentAdmin, project: CurrentProject) -> Results:
    """An installed package has none; a checkout has those that the README is made from."""
    return Results.model_validate(await asyncio.to_thread(read_results, project))


@router.get("/providers", summary="Providers, their keys, and tokens of today", responses=refuses(401, 403, 503))
async def providers(admin: CurrentAdmin, parts: CurrentParts, reports: CurrentReports) -> Providers:
    today = await reports.today()
    return Providers(
        providers=[
            ProviderHealth(
                name=each.name,
                model=each.model,
                keys=each.keys,
                keys_resting=each.keys_resting,
                state="resting" if each.resting else "ok",
                last_problem=each.last_problem,
            )
            for each in states_of(parts.assistant.generator)
        ],
        tokens_today=today.tokens,
        cost_today=Cost.model_validate(today.cost) if today.cost else None,
    )
