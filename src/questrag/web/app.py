"""The application: parts, routes and what lies around them."""

import logging
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from questrag import __version__
from questrag.chat.errors import Misconfigured
from questrag.chat.suggest import FirstQuestions
from questrag.custody.audit_log import AuditLog
from questrag.settings import Settings, load_settings
from questrag.web import (
    about,
    accounts,
    api_keys,
    conversations,
    drafts,
    entries,
    gaps,
    guests,
    handoffs,
    health,
    importing,
    insights,
    messages,
    monitoring,
    oidc,
    openai_api,
    openai_views,
    own_data,
    policies,
    publishing,
    suggestions,
)
from questrag.web.background import alongside
from questrag.web.credentials import Passwords
from questrag.web.errors import answer_errors
from questrag.web.furnishing import (
    bounds_of,
    counts_of,
    handoffs_of,
    identity_provider_of,
    insights_of,
    limits_of,
    rests_of,
    retention_of,
    tokens_of,
    traces_of,
)
from questrag.web.lateness import Lateness, Relief, apart
from questrag.web.limits import InProcess, Limits, Throttle
from questrag.web.logs import log_to_stderr
from questrag.web.measuring import Measured
from questrag.web.metrics import Metrics
from questrag.web.middleware import BodyLimit, BrowserHeaders, Envelope
from questrag.web.reload import Live
from questrag.web.traces import Traces
from questrag.web.upkeep import kept_up
from questrag.web.views import Problem
from questrag.web.watching import Watch
from questrag.wiring import Parts, assemble, policy_versions

if TYPE_CHECKING:
    from questrag.web.shared_counts import SharedCounts

logger = logging.getLogger(__name__)

PAGE = Path(__file__).parent / "static"
"""The web page, when it was built."""

PARTS = (
    about,
    accounts,
    own_data,
    api_keys,
    guests,
    oidc,
    messages,
    openai_api,
    suggestions,
    conversations,
    handoffs,
    entries,
    drafts,
    importing,
    publishing,
    insights,
    gaps,
    policies,
    health,
    monitoring,
)
"""Modules whose `router` is part of the application."""


def create_app(
    settings: Settings,
    assembled: Parts | None = None,
    *,
    password_memory_kib: int = 65536,
    page: Path = PAGE,
    counts: "InProcess | SharedCounts | None" = None,
    own_process: bool = False,
) -> FastAPI:
    """Put the application together; the work begins when it is started.

    Args:
        assembled: ready parts; without them they are assembled at the start. Either way they are closed at the end.
        password_memory_kib: what one password hash costs, and what makes guessing dear.
        page: folder of the web page; while there is none, visitors are shown the API documentation.
        counts: of what is limited; without them they are those that the settings name.
        own_process: nothing else runs in this process, see `lateness.set_apart`.
    """
    counts = counts or counts_of(settings)
    limits = limits_of(settings, counts)
    metrics = Metrics(settings.metrics_token.get_secret_value() if settings.metrics_token else "")
    ready, lateness = [assembled] if assembled else [], Lateness(settings.max_lateness_ms / 1000)
    traces = traces_of(settings)

    def begun() -> AbstractAsyncContextManager[dict[str, Any]]:
        return _traced(traces, _lifespan(settings, ready, password_memory_kib, limits, metrics, lateness))

    make = FastAPIOffline if settings.api_docs else partial(FastAPI, docs_url=None, openapi_url=None)
    app: FastAPI = make(
        title="QUESTRAG",
        version=__version__,
        summary="Answers retail-banking questions from a bank's approved knowledge base.",
        redoc_url=None,
        lifespan=lambda _: apart(begun()) if own_process else begun(),
        middleware=[
            Middleware(Measured, metrics=metrics, traces=traces),
            *_middleware(settings, limits, metrics, lateness),
        ],
        generate_unique_id_function=_operation_id,
    )
    answer_errors(app)
    for part in PARTS:
        app.include_router(part.router)
    if (page / "index.html").is_file():  # a folder without it is a page that is being built
        app.frontend("/", directory=page, fallback="index.html")
    elif settings.api_docs:
        app.add_api_route("/", lambda: RedirectResponse("/docs"), include_in_schema=False)
    _complete_schema(app)
    return app


def app_from_environment() -> FastAPI:
    """Return the application as the environment wants it: what server workers are started with."""
    try:
        settings = load_settings()
        log_to_stderr(settings.log_format, settings.log_level)
        return create_app(settings, own_process=True)
    except Misconfigured as error:
        raise SystemExit(f"questrag: {error}") from None


@asynccontextmanager
async def _traced(
    traces: Traces | None, begun: AbstractAsyncContextManager[dict[str, Any]]
) -> AsyncGenerator[dict[str, Any]]:
    """Run an application, and send its last traces when it has ended."""
    async with begun as state:
        yield state
    if traces:
        await traces.close()


@asynccontextmanager
async def _lifespan(
    settings: Settings,
    ready: list[Parts],
    password_memory_kib: int,
    limits: Limits,
    metrics: Metrics,
    lateness: Lateness,
) -> AsyncGenerator[dict[str, Any]]:
    logging.getLogger("uvicorn.access").addFilter(_without_query)
    # Taken out, and named nowhere else: once another knowledge base serves, the first one must leave the memory.
    rests = rests_of(settings, limits.storage)
    live = Live(settings, ready.pop() if ready else await assemble(settings, rests=rests))
    store = live.parts.store
    try:
        tokens = tokens_of(settings)
        # The model has until the deadline, search and queueing take little beside it: what is still pending after
        # twice that was abandoned, and if it was not, its end is stored all the same.
        patience = timedelta(seconds=2 * settings.llm_deadline_s + 10)
        watch = Watch(
            live, policy_versions(settings), share=settings.policy_audit_share, limit=settings.policy_harm_limit
        )
        handoffs = handoffs_of(settings, store, metrics)
        audit = AuditLog(store)
        upkeep, telling = kept_up(store, audit, patience, retention_of(settings)), alongside(handoffs.keep_telling())
        looking, auditing = live.looking(settings.kb_reload_s), watch.looking(settings.policy_audit_s)
        async with upkeep, telling, looking, auditing, live.reading_ahead(), alongside(lateness.watch()):
            passwords = Passwords(memory_kib=password_memory_kib)
            yield {
                "live": live,
                "watch": watch,
                "audit": audit,
                "tokens": tokens,
                "passwords": passwords,
                "metrics": metrics,
                **bounds_of(settings, limits, metrics, tokens),
                "first_questions": FirstQuestions(store),
                "handoffs": handoffs,
                "guest_origins": frozenset(settings.frame_origins),
                "identity_provider": identity_provider_of(settings),
                **insights_of(settings, store),
            }
    finally:
        await limits.close()
        await live.parts.close()


def _middleware(settings: Settings, limits: Limits, metrics: Metrics, lateness: Lateness) -> list[Middleware]:
    """Return what every request passes through, outermost first."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID"],
        expose_headers=["Content-Disposition", "Retry-After", "X-Request-ID"],
    )
    headed = Middleware(BrowserHeaders, framed_by=settings.frame_origins, docs=settings.api_docs)
    compressed = Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)  # not the events of a stream
    throttle = Middleware(Throttle, limits=limits, proxies=bool(settings.proxies))
    behind = [Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies)] if settings.proxies else []
    outer = [cors] if settings.origins else []
    relief = Middleware(Relief, lateness=lateness, refused=metrics.not_admitted)
    return [*behind, headed, *outer, compressed, Middleware(Envelope), relief, throttle, Middleware(BodyLimit)]


def _without_query(record: logging.LogRecord) -> bool:
    """Keep what somebody searched for out of the server's access log."""
    if isinstance(record.args, tuple):
        record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
    return True


def _operation_id(route: APIRoute) -> str:
    return route.name


_STREAMED = {**messages.STREAM_SCHEMAS, **openai_views.STREAM_SCHEMAS}


def _complete_schema(app: FastAPI) -> None:
    """Add to the OpenAPI document what no route returns as such: problems and events."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        schemas = described().setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, schema in {"Problem": problem, **problem.pop("$defs", {}), **_STREAMED}.items():
            schemas.setdefault(name, schema)
        return described()

    app.openapi = openapi  # type: ignore[method-assign]
