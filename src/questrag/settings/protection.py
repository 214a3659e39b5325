"""What protects the service and its users: limits, budgets, retention, and what is told of its work."""

from ipaddress import ip_network
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from questrag.settings.serving import Serving, listed

_METRICS_TOKEN_CHARS = 16


class Protection(Serving):
    """Each is off where it says so; none of them needs another service."""

    trusted_proxies: str = ""
    """Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded-For is believed. Empty: none."""
    rate_limit_requests_per_minute: int = Field(default=1200, ge=0)
    """Calls of the API from one address, as docs/accounts.md counts them; 0, here and in the next six: any number."""
    rate_limit_sign_ins_per_minute: int = Field(default=30, ge=0)
    """Attempts to sign in from one address."""
    rate_limit_new_accounts_per_hour: int = Field(default=30, ge=0)
    """Accounts opened, or tried to, from one address."""
    rate_limit_refreshes_per_minute: int = Field(default=60, ge=0)
    """Access tokens exchanged from one address."""
    rate_limit_guests_per_minute: int = Field(default=60, ge=0)
    """Sessions without an account begun from one address."""
    rate_limit_questions_per_minute: int = Field(default=30, ge=0)
    """Questions of one account."""
    rate_limit_handoffs_per_hour: int = Field(default=10, ge=0)
    """Requests for a person of one account."""
    lock_out_after: int = Field(default=5, ge=0, le=100)
    """Wrong passwords for one account from one address before the next one has to wait; 0: never."""
    lock_out_longest_s: int = Field(default=900, ge=1, le=86_400)
    """The wait begins with a second and doubles up to this."""

    max_answers_at_once: int = Field(default=64, ge=0)
    """Answers that one worker writes at a time; one more question gets 503 and Retry-After at once. 0: any number."""
    max_answers_at_once_per_user: int = Field(default=8, ge=0)
    """Answers that one account may have open at a time on one worker; one more question gets 429. 0: any number."""
    max_lateness_ms: int = Field(default=20, ge=0)
    """How late a worker may be with what is ready: where it stays later than that with eight answers or more open, a
    question gets 503 and Retry-After before anything of it is read, so that those that have begun end in time. 0: any
    time."""
    budget_tokens_per_user_per_day: int = Field(default=0, ge=0)
    """Prompt and completion tokens of language models that one account may use in a day of Indian Standard Time; after
    that, answers are approved texts, and say why. 0, here and in the next three: any number."""
    budget_tokens_per_day: int = Field(default=0, ge=0)
    """The same for all accounts together."""
    budget_cost_per_user_per_day: float = Field(default=0.0, ge=0)
    """What they may cost, in TOKEN_CURRENCY; needs the two prices of tokens."""
    budget_cost_per_day: float = Field(default=0.0, ge=0)
    """The same for all accounts together."""
    retention_conversations_days: int = Field(default=0, ge=0, le=36_500)
    """A conversation that was not used for so long is deleted, see docs/privacy.md; 0: never."""
    retention_guests_days: int = Field(default=30, ge=0, le=36_500)
    """A session without an account that has no conversation is deleted so long after it was begun; 0: never."""
    retention_handoffs_days: int = Field(default=0, ge=0, le=36_500)
    """A closed request for a person is deleted so long after it was made; 0: never."""

    metrics_token: SecretStr | None = None
    """Whoever reads GET /metrics sends this as bearer token. Empty: it is answered on this machine only."""
    log_format: Literal["text", "json"] = "text"
    """Form of the log on standard error, see docs/observability.md."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is less than this is not logged; requests are info."""
    otel_exporter_otlp_endpoint: str = ""
    """Collector of OpenTelemetry that traces are sent to by OTLP over HTTP, such as http://localhost:4318, see
    docs/observability.md. Empty: none are."""
    otel_exporter_otlp_headers: SecretStr | None = None
    """What the collector wants beside them, as name=value, separated by commas."""
    otel_service_name: str = "questrag"
    """How this service is called in traces."""
    otel_traces_sampler_arg: float = Field(default=1.0, ge=0, le=1)
    """Share of the requests that are traced; one that comes with a traceparent is where its sender's is."""

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_have_addresses(cls, value: str) -> str:
        for proxy in listed(value):
            try:
                ip_network(proxy)
            except ValueError:
                raise ValueError(f"{proxy!r} is not an address or a network such as 10.0.0.0/8") from None
        return value

    @field_validator("metrics_token")
    @classmethod
    def _metrics_token_cannot_be_guessed(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _METRICS_TOKEN_CHARS:
            raise ValueError(f"is too short: {_METRICS_TOKEN_CHARS} random characters at least")
        return value

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _collector_has_an_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is not an address such as http://localhost:4318")
        return value

    @field_validator("otel_exporter_otlp_headers")
    @classmethod
    def _headers_have_names(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not all(name.strip() and "=" in part for part, name in _headers(value)):
            raise ValueError("is not name=value, separated by commas")
        return value

    @property
    def collector_headers(self) -> dict[str, str]:
        given = _headers(self.otel_exporter_otlp_headers) if self.otel_exporter_otlp_headers else ()
        return {name.strip().lower(): part.partition("=")[2].strip() for part, name in given}

    @property
    def proxies(self) -> list[str]:
        return listed(self.trusted_proxies)


def _headers(given: SecretStr) -> list[tuple[str, str]]:
    """Return each part, and the name in it."""
    return [(part, part.partition("=")[0]) for part in listed(given.get_secret_value())]
