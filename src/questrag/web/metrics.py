"""What is counted and timed, in the text format of Prometheus. Labels have few values, and no customer is in any."""

import asyncio
import os
import re
import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from fastapi import Request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from questrag.chat.types import Action, Decided, Event, Finished, Lang, OpeningKind, Reason, Receipt, Status

WORKERS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of the library: where several workers leave their counts for whichever of them is asked."""

_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)
_STAGE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)
_MASKED = re.compile(r"\[(CARD|ACCOUNT|AADHAAR|PAN|IFSC|UPI_ID|PHONE|EMAIL|SECRET|REFERENCE)\]")
_NONE = "none"


@dataclass(slots=True)
class TurnEnd:
    """What is known of a turn at its end; nothing of it was typed by anybody."""

    turn_id: str
    status: Status | Literal["left"] = Status.FAILED
    """`left`: the reader did not wait for the end."""
    action: Action | None = None
    reason: Reason | None = None
    receipt: Receipt | None = None
    began_ns: int = field(default_factory=time.time_ns)
    """By the clock, since 1970."""

    @property
    def lang(self) -> Lang | None:
        return self.receipt.lang if self.receipt else None

    @property
    def provider(self) -> str | None:
        return self.receipt.llm_provider if self.receipt else None

    def take(self, event: Event) -> None:
        if isinstance(event, Decided):
            self.action, self.reason = event.decision.action, event.decision.reason
        elif isinstance(event, Finished):
            self.status, self.receipt = event.answer.status, event.answer.receipt


class Metrics:
    """The counts of one application. Where `WORKERS_FOLDER` is set, those of all workers together are told."""

    def __init__(self, token: str = "") -> None:
        """
        Args:
            token: of whoever may read them; empty: whoever asks from this machine.
        """
        self.token = token
        self._registry = CollectorRegistry()
        self._make_request_metrics()
        self._make_turn_metrics()
        self._deliveries = self._counter(
            "questrag_delivery_attempts", "Attempts to tell the bank's people of a request for a person.",
            "channel", "outcome",
        )  # fmt: skip

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that has ended.

        Args:
            route: its template, never its path.
        """
        self._requests.labels(route, method, str(status)).inc()
        self._request_s.labels(route, method).observe(seconds)

    def turn(self, end: TurnEnd, question: str) -> None:
        """Count a turn that has ended.

        Args:
            question: masked; only which labels are in it is counted.
        """
        action, reason = end.action or _NONE, end.reason or _NONE
        self._turns.labels(action, reason, end.lang or _NONE, end.provider or _NONE, end.status).inc()
        for kind in _MASKED.findall(question):
            self._masked.labels(kind.lower()).inc()
        if end.receipt:
            self._take(end.receipt)

    def over_budget(self, payer: str) -> None:
        self._over_budget.labels(payer).inc()

    def not_admitted(self, full: str) -> None:
        self._not_admitted.labels(full).inc()

    def delivery(self, channel: str, delivered: bool) -> None:
        self._deliveries.labels(channel, "delivered" if delivered else "failed").inc()

    def text(self, state: Iterable[Metric]) -> bytes:
        """Return the counts, and the state of the moment after them."""
        folder = os.environ.get(WORKERS_FOLDER)
        counts: Collector = MultiProcessCollector(None, folder) if folder else self._registry  # type: ignore[no-untyped-call]
        return generate_latest(_Families([*_without_creation(counts.collect()), *state]))

    def _take(self, receipt: Receipt) -> None:
        tokens, provider = receipt.tokens, receipt.llm_provider
        paid = "true" if tokens.paid else "false"
        self._prompt.labels(provider, paid).inc(tokens.prompt)
        self._always_fetch.labels(provider, paid).inc(tokens.always_fetch_prompt)
        self._cached.labels(provider, paid).inc(tokens.cached)
        self._completion.labels(provider, paid).inc(tokens.completion)
        for stage, milliseconds in receipt.timings_ms.items():
            self._stage_s.labels(stage).observe(milliseconds / 1000)
        if receipt.opening:
            self._emergencies.labels(receipt.opening).inc()
        if receipt.degraded:
            self._degraded.labels(provider).inc()
        if receipt.replaced:
            self._replaced.labels(provider).inc()
        self._citations.inc(receipt.citations_removed)
        for found in receipt.guard:
            self._attacks.labels(found).inc()

    def _make_request_metrics(self) -> None:
        self._requests = self._counter(
            "questrag_http_requests", "Requests that have ended.", "route", "method", "status"
        )
        self._request_s = Histogram(
            "questrag_http_request_duration_seconds", "Until the last byte was sent, streams included.",
            ("route", "method"), buckets=_REQUEST_S, registry=self._registry,
        )  # fmt: skip

    def _make_turn_metrics(self) -> None:
        counter = self._counter
        self._turns = counter(
            "questrag_turns", "Turns that have ended.", "action", "reason", "lang", "provider", "status"
        )
        self._stage_s = Histogram(
            "questrag_turn_stage_seconds", "Time of a turn by stage, and in total.",
            ("stage",), buckets=_STAGE_S, registry=self._registry,
        )  # fmt: skip
        bill = ("provider", "paid")
        self._prompt = counter("questrag_prompt_tokens", "Prompt tokens sent, or that would have been.", *bill)
        self._always_fetch = counter(
            "questrag_always_fetch_prompt_tokens", "Prompt tokens that looking up at every turn would have sent.", *bill
        )
        self._cached = counter("questrag_cached_prompt_tokens", "Prompt tokens the provider had in its cache.", *bill)
        self._completion = counter("questrag_completion_tokens", "Tokens of the answers.", *bill)
        self._emergencies = counter("questrag_emergencies", "Answers that begin with emergency steps.", "kind")
        for kind in get_args(OpeningKind):
            self._emergencies.labels(kind)  # so that the first one is an increase
        self._degraded = counter("questrag_degraded_answers", "Answers for which something did not work.", "provider")
        self._replaced = counter("questrag_replaced_answers", "Model answers withdrawn for approved ones.", "provider")
        self._citations = counter("questrag_citations_removed", "Citations of sources that no model was given.")
        self._over_budget = counter("questrag_over_budget", "Questions that no model was asked: nothing is left.", "of")
        self._not_admitted = counter("questrag_not_admitted", "Questions refused: too many answers are open.", "full")
        self._attacks = counter("questrag_attacks", "Questions that looked like an attack on a model.", "kind")
        self._masked = counter("questrag_masked_numbers", "Personal numbers masked in questions.", "kind")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self._registry)


async def counted(
    events: AsyncGenerator[Event, None], request: Request, *, turn_id: str, question: str
) -> AsyncGenerator[Event, None]:
    """Pass the events of a turn on, and count it once it has ended, however it ends. The access log names it too.

    Args:
        question: masked.
    """
    end = TurnEnd(turn_id)
    request.state.turn_end = end
    try:
        async with aclosing(events):
            async for event in events:
                end.take(event)
                yield event
    except (GeneratorExit, asyncio.CancelledError):
        if end.receipt is None:
            end.status = "left"
        raise
    finally:
        cast(Metrics, request.state.metrics).turn(end, question)


class _Families:
    """Families that were collected before."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def _without_creation(families: Iterable[Metric]) -> Iterator[Metric]:
    """Leave out when each series began, which would be one more series for each."""
    for family in families:
        family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
        yield family
