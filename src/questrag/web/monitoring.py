"""`GET /metrics`: the counts, and the state of the moment, for Prometheus."""

import asyncio
import ipaddress
import secrets
from collections.abc import Iterator, Sequence
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric

from questrag import __version__
from questrag.chat.errors import NotFound, Unauthorized
from questrag.generation.providers import ProviderState, states_of
from questrag.web.dependencies import CurrentLimits, CurrentParts, CurrentWatch
from questrag.web.health import CurrentVectorIndex, PolicyHealth, StoreAnswers, policy_health
from questrag.web.metrics import Metrics
from questrag.wiring import Parts

router = APIRouter(tags=["health"])

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_bearer = HTTPBearer(auto_error=False)


async def _may_read(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Let in who has the token; where none is set, who asks from this machine, and not through a proxy on it."""
    token = _metrics(request).token
    if token:
        if given is None or not secrets.compare_digest(given.credentials.encode(), token.encode()):
            raise Unauthorized("The metrics need METRICS_TOKEN as their bearer token.")
    elif not _is_local(request):
        raise NotFound("Not Found")


# Not among the routes of the API document: no client of the assistant calls it.
@router.get("/metrics", include_in_schema=False, dependencies=[Depends(_may_read)])
async def read_metrics(
    request: Request,
    parts: CurrentParts,
    watch: CurrentWatch,
    limits: CurrentLimits,
    store_answers: StoreAnswers,
    vector_index: CurrentVectorIndex,
) -> Response:
    policy = policy_health(parts.assistant.policy.version, watch)
    state = [*_state(parts, policy, store_answers=store_answers), *_providers(states_of(parts.assistant.generator))]
    shared = limits.counted == "shared"
    state.append(GaugeMetricFamily("questrag_limits_shared", "Whether workers and hosts count together.", shared))
    reached = vector_index != "unreachable"
    state.append(GaugeMetricFamily("questrag_vector_index_up", "Whether vectors can be searched.", reached))
    process = ProcessCollector(registry=None).collect()
    text = await asyncio.to_thread(_metrics(request).text, [*state, *process])
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _metrics(request: Request) -> Metrics:
    return cast(Metrics, request.state.metrics)


def _is_local(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _state(parts: Parts, policy: PolicyHealth, *, store_answers: bool) -> Iterator[Metric]:
    retriever = parts.assistant.retriever
    versions = {"encoder": retriever.encoder_version, "version": retriever.index_version}
    yield InfoMetricFamily("questrag_build", "Version of QUESTRAG.", {"version": __version__})
    yield InfoMetricFamily("questrag_policy", "The policy that serves.", {"version": policy.version})
    yield InfoMetricFamily(
        "questrag_knowledge", "The knowledge base that serves.", {"version": parts.knowledge.version}
    )
    yield InfoMetricFamily("questrag_index", "The index that serves, and its encoder.", versions)
    for name, what, value in (
        ("store_up", "Whether the database answers within two seconds.", store_answers),
        ("knowledge_entries", "Entries that are served.", len(parts.knowledge)),
        ("knowledge_refused", "Whether a newer knowledge base was refused.", bool(parts.refused)),
        ("policy_skips_checked", "Skips of seven days that the shadow audit looked at.", policy.skips_checked),
        ("policy_skips_harmful", "Those that left out what answers.", policy.would_have_changed),
        ("policy_harmful", "Whether that is above POLICY_HARM_LIMIT.", policy.harmful),
    ):
        yield GaugeMetricFamily(f"questrag_{name}", what, value)


def _providers(states: Sequence[ProviderState]) -> Iterator[Metric]:
    keys = GaugeMetricFamily("questrag_provider_keys", "Keys of a provider.", labels=["provider"])
    resting_keys = GaugeMetricFamily("questrag_provider_keys_resting", "Keys not used for now.", labels=["provider"])
    resting = GaugeMetricFamily("questrag_provider_resting", "Whether a provider is left out.", labels=["provider"])
    for state in states:
        keys.add_metric([state.name], state.keys)
        resting_keys.add_metric([state.name], state.keys_resting)
        resting.add_metric([state.name], state.resting)
    yield from (keys, resting_keys, resting)
