"""The application: parts, routes and what lies around them."""

import logging
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
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
from questrag.chat.ports import Store
from questrag.chat.suggest import FirstQuestions
from questrag.chat.types import Role
from questrag.custody.audit_log import AuditLog
from questrag.custody.personal import Retention
from questrag.delivery.channels import open_channels
from questrag.delivery.desk import HandOffs
from questrag.evaluation.gaps import Gaps
from questrag.evaluation.reports import Reports
from questrag.evaluation.usage import Prices
from questrag.policy.choosing import PolicyChoice
from questrag.settings import PROJECT, Settings, load_settings
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
from questrag.web.admission import Admission
from questrag.web.attempts import Attempts, Devices
from questrag.web.background import alongside
from questrag.web.budgets import Budget, Budgets
from questrag.web.credentials import Passwords, Tokens
from questrag.web.errors import answer_errors
from questrag.web.identity_provider import IdentityProvider, Registration
from questrag.web.lateness import Lateness, Relief, apart
from questrag.web.limits import InProcess, Limits, Rate, Rates, Throttle
from questrag.web.logs import log_to_stderr
from questrag.web.measuring import Measured
from questrag.web.metrics import Metrics
from questrag.web.middleware import BodyLimit, Envelope
from questrag.web.oidc import RETURN
from questrag.web.reload import Live
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
    counts = counts or _counts(settings)
    limits = _limits(settings, counts)
    metrics = Metrics(settings.metrics_token.get_secret_value() if settings.metrics_token else "")
    ready, lateness = [assembled] if assembled else [], Lateness(settings.max_lateness_ms / 1000)

    def begun() -> AbstractAsyncContextManager[dict[str, Any]]:
        return _lifespan(settings, ready, password_memory_kib, limits, metrics, lateness)

    app: FastAPI = FastAPIOffline(
        title="QUESTRAG",
        version=__version__,
        summary="Answers retail-banking questions from a bank's approved knowledge base.",
        redoc_url=None,
        lifespan=lambda _: apart(begun()) if own_process else begun(),
        middleware=[Middleware(Measured, metrics=metrics), *_middleware(settings, limits, metrics, lateness)],
        generate_unique_id_function=_operation_id,
    )
    answer_errors(app)
    for part in PARTS:
        app.include_router(part.router)
    if (page / "index.html").is_file():  # a folder without it is a page that is being built
        app.frontend("/", directory=page, fallback="index.html")
    else:
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
    live = Live(settings, ready.pop() if ready else await assemble(settings))
    store = live.parts.store
    try:
        tokens = _tokens(settings)
        # The model has until the deadline, search and queueing take little beside it: what is still pending after
        # twice that was abandoned, and if it was not, its end is stored all the same.
        patience = timedelta(seconds=2 * settings.llm_deadline_s + 10)
        watch = Watch(
            live, policy_versions(settings), share=settings.policy_audit_share, limit=settings.policy_harm_limit
        )
        handoffs = _handoffs(settings, store, metrics)
        audit = AuditLog(store)
        upkeep, telling = kept_up(store, audit, patience, _retention(settings)), alongside(handoffs.keep_telling())
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
                **_bounds(settings, limits, metrics, tokens),
                "first_questions": FirstQuestions(store),
                "handoffs": handoffs,
                "guest_origins": frozenset(settings.frame_origins),
                "identity_provider": _identity_provider(settings),
                **_insights(settings, store),
            }
    finally:
        await limits.close()
        await live.parts.close()


def _tokens(settings: Settings) -> Tokens:
    return Tokens(
        secret=settings.signing_secret(),
        algorithm=settings.algorithm,
        lifetime=timedelta(minutes=settings.access_token_expire_minutes),
    )


def _identity_provider(settings: Settings) -> IdentityProvider | None:
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret
    roles: dict[str, Role] = {settings.oidc_admin_value: "admin"}
    roles.setdefault(settings.oidc_curator_value, "curator")
    roles.pop("", None)
    return IdentityProvider(
        Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else "",
            redirect_url=f"{settings.public_url}{RETURN}",
            label=settings.oidc_label,
            scopes=settings.oidc_scopes,
            role_claim=settings.oidc_role_claim,
            roles=roles,
            session=timedelta(hours=settings.oidc_session_hours),
        )
    )


def _bounds(settings: Settings, limits: Limits, metrics: Metrics, tokens: Tokens) -> dict[str, Any]:
    """Return what keeps one visitor from taking the place of others."""
    return {
        "limits": limits,
        "admission": Admission(
            most=settings.max_answers_at_once,
            most_of_an_account=settings.max_answers_at_once_per_user,
            refused=metrics.not_admitted,
        ),
        "attempts": Attempts(
            limits,
            Devices(tokens.secret),
            free=settings.lock_out_after,
            longest_s=settings.lock_out_longest_s,
        ),
    }


def _counts(settings: Settings) -> "InProcess | SharedCounts":
    if settings.redis_url is None:
        return InProcess()
    from questrag.web.shared_counts import SharedCounts

    return SharedCounts(settings.redis_url.get_secret_value())


def _limits(settings: Settings, counts: "InProcess | SharedCounts") -> Limits:
    rates = Rates(
        requests=Rate(settings.rate_limit_requests_per_minute, 60, "requests from this address"),
        sign_ins=Rate(settings.rate_limit_sign_ins_per_minute, 60, "attempts to sign in from this address"),
        new_accounts=Rate(settings.rate_limit_new_accounts_per_hour, 3600, "new accounts from this address"),
        refreshes=Rate(settings.rate_limit_refreshes_per_minute, 60, "renewed sessions from this address"),
        guests=Rate(settings.rate_limit_guests_per_minute, 60, "new sessions from this address"),
        questions=Rate(settings.rate_limit_questions_per_minute, 60, "questions"),
        handoffs=Rate(settings.rate_limit_handoffs_per_hour, 3600, "requests for a person"),
    )
    return Limits(rates, counts, counts.now)


def _insights(settings: Settings, store: Store) -> dict[str, Any]:
    prices = _prices(settings)
    reports = Reports(store, prices=prices)
    return {
        "budgets": _budgets(settings, store, prices),
        "reports": reports,
        "gaps": Gaps(store, reports),
        "policy_choice": PolicyChoice(policy_versions(settings), settings.policy),
        "project": PROJECT,
    }


def _prices(settings: Settings) -> Prices | None:
    prompt, completion = settings.token_price_prompt, settings.token_price_completion
    if prompt is None or completion is None:
        return None
    return Prices(prompt, completion, settings.token_currency)


def _budgets(settings: Settings, store: Store, prices: Prices | None) -> Budgets:
    def budget(tokens: int, cost: float) -> Budget:
        return Budget(tokens, round(cost * 1_000_000))

    return Budgets(
        store,
        user=budget(settings.budget_tokens_per_user_per_day, settings.budget_cost_per_user_per_day),
        everybody=budget(settings.budget_tokens_per_day, settings.budget_cost_per_day),
        prices=prices,
    )


def _handoffs(settings: Settings, store: Store, metrics: Metrics) -> HandOffs:
    secret, smtp_url = settings.handoff_webhook_secret, settings.smtp_url
    channels = open_channels(
        webhook_url=settings.handoff_webhook_url,
        webhook_secret=secret.get_secret_value() if secret else None,
        smtp_url=smtp_url.get_secret_value() if smtp_url else "",
        email_to=settings.handoff_email_to,
        sender=settings.email_from,
    )
    return HandOffs(store, channels, attempted=metrics.delivery)


def _retention(settings: Settings) -> Retention:
    def days(n: int) -> timedelta | None:
        return timedelta(days=n) if n else None

    return Retention(
        conversations=days(settings.retention_conversations_days),
        guests=days(settings.retention_guests_days),
        handoffs=days(settings.retention_handoffs_days),
    )


def _middleware(settings: Settings, limits: Limits, metrics: Metrics, lateness: Lateness) -> list[Middleware]:
    """Return what every request passes through, outermost first."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID"],
        expose_headers=["Content-Disposition", "Retry-After", "X-Request-ID"],
    )
    envelope = Middleware(Envelope, framed_by=settings.frame_origins)
    compressed = Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)  # not the events of a stream
    throttle = Middleware(Throttle, limits=limits, proxies=bool(settings.proxies))
    behind = [Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies)] if settings.proxies else []
    outer = [cors] if settings.origins else []
    relief = Middleware(Relief, lateness=lateness, refused=metrics.not_admitted)
    return [*behind, *outer, compressed, envelope, relief, throttle, Middleware(BodyLimit)]


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
