"""Traces, as a collector receives them."""

import io
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from pydantic import SecretStr, ValidationError
from starlette.testclient import TestClient

from questrag.chat.types import TokenBill
from questrag.settings import Settings
from questrag.web.logs import AsJson
from questrag.web.traces import _of_model
from tests.ended import an_ended_turn
from tests.integration.api import an_app, ask, sign_up
from tests.integration.test_api_metrics import local

QUESTION = "My name is Ramesh Iyer, how do I block my debit card 4111 1111 1111 1111?"
STAGES = ["search", "decide", "prompt", "chat best-source"]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Collector:
    """Takes what is sent to it, and remembers it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@contextmanager
def collecting(status: int = 200, wait_s: float = 0.0) -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(wait_s)
            assert self.path == "/v1/traces"
            collector.bodies.append(body)
            collector.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


def told(span: Span) -> dict[str, object]:
    """Return the attributes of a span."""
    return {
        each.key: [value.string_value for value in each.value.array_value.values]
        if each.value.HasField("array_value")
        else getattr(each.value, each.value.WhichOneof("value"))
        for each in span.attributes
    }


def test_a_question_is_one_trace_with_its_stages_in_order_within_its_request() -> None:
    with collecting() as collector:
        with local(otel_exporter_otlp_endpoint=collector.url) as client:
            answer = ask(client, sign_up(client))
        (request,) = collector.named("POST /api/v1/chat/")
        stages = [span for span in collector.spans if span.parent_span_id == request.span_id]

    assert [span.name for span in stages] == STAGES
    assert {span.trace_id for span in stages} == {request.trace_id}
    assert request.kind == Span.SPAN_KIND_SERVER
    ends = [request.start_time_unix_nano] + [span.end_time_unix_nano for span in stages] + [request.end_time_unix_nano]
    assert ends == sorted(ends)
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in stages)
    about = told(request)
    assert about["http.route"] == "/api/v1/chat/"
    assert about["http.response.status_code"] == 200
    assert about["questrag.turn.id"] == answer["message_id"]
    assert about["questrag.turn.action"] in ("FETCH", "NO_FETCH")
    assert stages[-1].kind == Span.SPAN_KIND_CLIENT
    assert told(stages[-1])["gen_ai.provider.name"] == "fake"


def test_a_stream_is_a_trace_as_well() -> None:
    with collecting() as collector:
        with local(otel_exporter_otlp_endpoint=collector.url) as client:
            client.post("/api/v1/chat/stream", json={"query": "How do I block my debit card?"}, headers=sign_up(client))
        (request,) = collector.named("POST /api/v1/chat/stream")
        stages = [span.name for span in collector.spans if span.parent_span_id == request.span_id]

    assert stages == STAGES


def test_nothing_that_was_typed_or_answered_is_in_a_trace() -> None:
    with collecting() as collector:
        with local(otel_exporter_otlp_endpoint=collector.url) as client:
            headers = sign_up(client)
            answer = ask(client, headers, QUESTION)
            client.get(f"/api/v1/chat/conversations/{answer['conversation_id']}?q=Ramesh", headers=headers)
        sent = b"".join(collector.bodies)

    assert len(collector.spans) > 5
    for typed in ("Ramesh", "4111", "block my", "[CARD]", answer["response"][:30], "password", "example.com"):
        assert typed.encode() not in sent, typed
    assert answer["conversation_id"].encode() not in sent


def test_a_trace_that_began_elsewhere_goes_on_and_the_log_names_it(caplog: pytest.LogCaptureFixture) -> None:
    written = io.StringIO()
    log = logging.StreamHandler(written)
    log.setFormatter(AsJson())
    logging.getLogger("questrag").addHandler(log)
    try:
        with collecting() as collector, caplog.at_level("INFO", "questrag"):
            with local(otel_exporter_otlp_endpoint=collector.url) as client:
                headers = sign_up(client)
                client.get("/api/v1/auth/me", headers={**headers, "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
            (span,) = collector.named("GET /api/v1/auth/me")
    finally:
        logging.getLogger("questrag").removeHandler(log)

    assert span.trace_id.hex() == TRACE
    assert span.parent_span_id.hex() == "00f067aa0ba902b7"
    assert TRACE in written.getvalue()


def test_what_its_sender_does_not_trace_is_not_traced_nor_what_chance_leaves_out() -> None:
    with collecting() as collector:
        with local(otel_exporter_otlp_endpoint=collector.url) as client:
            client.get("/api/v1/about", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-00"})
        with local(otel_exporter_otlp_endpoint=collector.url, otel_traces_sampler_arg=0.0) as client:
            client.get("/api/v1/about")
            client.get("/health/ready")

    assert collector.spans == []


def test_an_error_of_ours_is_the_status_of_its_span() -> None:
    with collecting() as collector:
        app = an_app(otel_exporter_otlp_endpoint=collector.url)
        app.add_api_route("/api/v1/broken", lambda: 1 / 0)
        with TestClient(app, raise_server_exceptions=False) as client:
            client.get("/api/v1/broken")
            client.get("/api/v1/nowhere")
        (broken,) = collector.named("GET /api/v1/broken")
        (missing,) = [span for span in collector.spans if told(span)["http.response.status_code"] == 404]

    assert broken.status.code == Status.STATUS_CODE_ERROR
    assert told(broken)["error.type"] == "500"
    assert missing.status.code == Status.STATUS_CODE_UNSET


def test_the_collector_is_sent_its_headers_and_told_who_speaks() -> None:
    with collecting() as collector:
        changes = {"otel_exporter_otlp_headers": SecretStr("X-Key=abc%3D, other = 7"), "otel_service_name": "desk"}
        with local(otel_exporter_otlp_endpoint=collector.url, **changes) as client:
            client.get("/api/v1/about")
        resource = ExportTraceServiceRequest.FromString(collector.bodies[0]).resource_spans[0].resource

    assert (collector.headers[0]["x-key"], collector.headers[0]["other"]) == ("abc%3D", "7")
    assert "desk" in {each.value.string_value for each in resource.attributes}


def test_a_collector_that_is_slow_refuses_or_is_away_holds_up_nobody() -> None:
    with collecting(status=503, wait_s=2.0) as slow:
        for endpoint in (slow.url, "http://127.0.0.1:9"):
            with local(otel_exporter_otlp_endpoint=endpoint) as client:
                headers = sign_up(client)
                began = time.perf_counter()
                assert ask(client, headers)["status"] == "answered"
                assert time.perf_counter() - began < 2
            assert time.perf_counter() - began < 10


def test_an_answer_of_a_model_has_the_attributes_of_the_conventions() -> None:
    bill = TokenBill(400, 60, 900, "provider", True, 128)
    receipt = an_ended_turn(bill=bill, model="huggingface/openai/gpt-oss-20b").receipt
    assert receipt
    assert _of_model(receipt) == {
        "questrag.model_asked": True,
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "huggingface",
        "gen_ai.request.model": "openai/gpt-oss-20b",
        "gen_ai.usage.input_tokens": 400,
        "gen_ai.usage.output_tokens": 60,
        "gen_ai.usage.cache_read.input_tokens": 128,
    }


def test_approved_words_are_nobodys_chat() -> None:
    receipt = an_ended_turn().receipt
    assert receipt
    assert _of_model(receipt) == {"questrag.model_asked": False}


def test_who_sends_no_traces_loads_nothing_for_them() -> None:
    code = "import sys, questrag.web.app; sys.exit(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"otel_exporter_otlp_endpoint": "localhost:4318"},
        {"otel_exporter_otlp_headers": "key"},
        {"otel_exporter_otlp_headers": "=value"},
        {"otel_traces_sampler_arg": 1.5},
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**changes)  # type: ignore[arg-type]
