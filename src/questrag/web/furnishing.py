"""Parts of the server, made as the settings say."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from questrag import __version__
from questrag.chat.ports import Store
from questrag.chat.types import Role
from questrag.custody.personal import Retention
from questrag.delivery.channels import open_channels
from questrag.delivery.desk import HandOffs
from questrag.evaluation.gaps import Gaps
from questrag.evaluation.reports import Reports
from questrag.evaluation.usage import Prices
from questrag.generation.rests import RestsOf
from questrag.policy.choosing import PolicyChoice
from questrag.settings import PROJECT, Settings
from questrag.web.admission import Admission
from questrag.web.attempts import Attempts, Devices
from questrag.web.budgets import Budget, Budgets
from questrag.web.credentials import Tokens
from questrag.web.identity_provider import IdentityProvider, Registration
from questrag.web.limits import InProcess, Limits, Rate, Rates
from questrag.web.metrics import Metrics
from questrag.web.oidc import RETURN
from questrag.web.traces import Traces
from questrag.wiring import policy_versions

if TYPE_CHECKING:
    from questrag.web.shared_counts import SharedCounts


def traces_of(settings: Settings) -> Traces | None:
    if not settings.otel_exporter_otlp_endpoint:
        return None
    return Traces(
        settings.otel_exporter_otlp_endpoint,
        service=settings.otel_service_name,
        share=settings.otel_traces_sampler_arg,
        headers=settings.collector_headers,
        version=__version__,
    )


def tokens_of(settings: Settings) -> Tokens:
    return Tokens(
        secret=settings.signing_secret(),
        algorithm=settings.algorithm,
        lifetime=timedelta(minutes=settings.access_token_expire_minutes),
        session=timedelta(days=settings.session_days),
    )


def identity_provider_of(settings: Settings) -> IdentityProvider | None:
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


def bounds_of(settings: Settings, limits: Limits, metrics: Metrics, tokens: Tokens) -> dict[str, Any]:
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


def counts_of(settings: Settings) -> "InProcess | SharedCounts":
    if settings.redis_url is None:
        return InProcess()
    from questrag.web.shared_counts import SharedCounts

    return SharedCounts(settings.redis_url.get_secret_value())


def rests_of(settings: Settings, counts: object) -> RestsOf | None:
    """Return what shares the rests of providers' keys; None where each worker knows its own."""
    if settings.redis_url is None:
        return None
    from questrag.web.shared_counts import SharedCounts
    from questrag.web.shared_rests import SharedRests

    if not isinstance(counts, SharedCounts):
        return None
    secret = settings.signing_secret()
    return lambda url, model, keys: SharedRests(counts, secret, (url, model), keys)


def limits_of(settings: Settings, counts: "InProcess | SharedCounts") -> Limits:
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


def insights_of(settings: Settings, store: Store) -> dict[str, Any]:
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


def handoffs_of(settings: Settings, store: Store, metrics: Metrics) -> HandOffs:
    secret, smtp_url = settings.handoff_webhook_secret, settings.smtp_url
    channels = open_channels(
        webhook_url=settings.handoff_webhook_url,
        webhook_secret=secret.get_secret_value() if secret else None,
        smtp_url=smtp_url.get_secret_value() if smtp_url else "",
        email_to=settings.handoff_email_to,
        sender=settings.email_from,
    )
    return HandOffs(store, channels, attempted=metrics.delivery)


def retention_of(settings: Settings) -> Retention:
    def days(n: int) -> timedelta | None:
        return timedelta(days=n) if n else None

    return Retention(
        conversations=days(settings.retention_conversations_days),
        guests=days(settings.retention_guests_days),
        handoffs=days(settings.retention_handoffs_days),
    )
