"""Traces of requests and turns, sent to a collector by OTLP. Nothing that anybody typed or was told is in them.

A turn is drawn from its receipt once it has ended, so that tracing costs an answer nothing, and the turn knows nothing
of it. Names follow the semantic conventions of OpenTelemetry for HTTP servers and for generative AI.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import Scope

from questrag.chat.types import Receipt
from questrag.web.logs import TRACE_ID
from questrag.web.metrics import TurnEnd

if TYPE_CHECKING:
    from opentelemetry.trace import Span

logger = logging.getLogger(__name__)

_QUEUE = 2048
_SEND_S = 5.0
"""For one attempt to hand spans over, and for the last one at the end."""
_STAGES = ("search", "decide", "prompt", "generate")
"""Of a turn, in the order in which they follow each other."""


class Traces:
    """The tracer of one application. Spans leave in a thread of their own; those that find no room are left out."""

    def __init__(self, endpoint: str, *, service: str, share: float, headers: Mapping[str, str], version: str) -> None:
        """
        Args:
            endpoint: of the collector, without ``/v1/traces``.
            share: of the traces that begin here; one that began elsewhere is followed as it was begun.
            headers: for the collector, such as a key.
        """
        # Only who sends traces waits for these libraries to load.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        exporter = OTLPSpanExporter(
            endpoint=f"{endpoint.rstrip('/')}/v1/traces", headers=dict(headers), timeout=_SEND_S
        )
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(share)),
            resource=Resource.create({"service.name": service, "service.version": version}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=_QUEUE))
        self._tracer = self._provider.get_tracer("questrag", version)
        self._read = TraceContextTextMapPropagator()

    def begin(self, scope: Scope) -> "Span":
        """Begin the span of a request, in the trace that its ``traceparent`` names."""
        from opentelemetry.trace import SpanKind

        span = self._tracer.start_span(scope["method"], self._read.extract(Headers(scope=scope)), kind=SpanKind.SERVER)
        context = span.get_span_context()
        if context.trace_flags.sampled:
            TRACE_ID.set(f"{context.trace_id:032x}")
        return span

    def end(self, span: "Span", *, method: str, route: str, status: int, turn: TurnEnd | None) -> None:
        """End it, with what is known now.

        Args:
            method: one of those that there are.
            route: its template, never its path.
            status: of HTTP; 499: the reader had left.
        """
        from opentelemetry.trace import StatusCode

        if span.is_recording():
            span.update_name(f"{method} {route}")
            span.set_attributes(
                {"http.request.method": method, "http.route": route, "http.response.status_code": status}
            )
            if status >= 500:
                span.set_attribute("error.type", str(status))
                span.set_status(StatusCode.ERROR)
            if turn:
                self._turn(span, turn)
        span.end()

    def _turn(self, span: "Span", turn: TurnEnd) -> None:
        from opentelemetry.trace import SpanKind, set_span_in_context

        told = {"id": turn.turn_id, "status": turn.status, "action": turn.action, "reason": turn.reason}
        span.set_attributes({f"questrag.turn.{name}": str(value) for name, value in told.items() if value})
        if turn.receipt is None:
            return
        span.set_attributes(_of_answer(turn.receipt))
        within, at = set_span_in_context(span), turn.began_ns
        for stage in _STAGES:
            ends = at + round(turn.receipt.timings_ms.get(stage, 0.0) * 1_000_000)
            asked: dict[str, str | int | bool] = _of_model(turn.receipt) if stage == "generate" else {}
            name, kind = stage, SpanKind.INTERNAL
            if model := asked.get("gen_ai.request.model"):
                name, kind = f"chat {model}", SpanKind.CLIENT
            self._tracer.start_span(name, within, kind=kind, attributes=asked, start_time=at).end(ends)
            at = ends

    async def close(self) -> None:
        """Send what is left, as far as the collector takes it in time."""
        try:
            await asyncio.wait_for(asyncio.to_thread(self._provider.shutdown), _SEND_S)
        except TimeoutError:
            logger.warning("the collector of traces does not answer: the last ones are lost")


def _of_answer(receipt: Receipt) -> dict[str, str | int | float | bool | tuple[str, ...]]:
    return {
        "questrag.lang": receipt.lang,
        "questrag.fetched": receipt.fetched,
        "questrag.live": receipt.live,
        "questrag.cited": receipt.cited,
        "questrag.degraded": len(receipt.degraded),
        "questrag.replaced": bool(receipt.replaced),
        "questrag.guard": receipt.guard,
        "questrag.policy": receipt.versions.policy,
        "questrag.knowledge": receipt.versions.knowledge,
        "questrag.tokens.saved": receipt.tokens.saved,
    }


def _of_model(receipt: Receipt) -> dict[str, str | int | bool]:
    """Return the attributes that the conventions for generative AI have, where the answer is a model's."""
    provider, _, model = receipt.versions.model.partition("/")
    told: dict[str, str | int | bool] = {"questrag.model_asked": receipt.tokens.paid}
    if provider == "extractive":
        return told
    told |= {"gen_ai.operation.name": "chat", "gen_ai.provider.name": provider, "gen_ai.request.model": model}
    if receipt.tokens.counted_by == "provider":
        told |= {
            "gen_ai.usage.input_tokens": receipt.tokens.prompt,
            "gen_ai.usage.output_tokens": receipt.tokens.completion,
            "gen_ai.usage.cache_read.input_tokens": receipt.tokens.cached,
        }
    return told
