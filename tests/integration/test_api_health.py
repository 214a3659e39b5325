import asyncio
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from questrag import __version__
from questrag.chat.errors import Misconfigured
from questrag.chat.ports import Store
from questrag.chat.types import Conversation, Status, Turn
from questrag.storage.memory import MemoryStore
from questrag.web.app import create_app
from questrag.wiring import Parts
from tests.fakes import TinyBase, an_assistant
from tests.integration.api import Unplugged, an_app, api, ask, settings, sign_up


def test_health_says_what_the_service_is_made_of() -> None:
    with api() as client:
        health = client.get("/health").json()

    assert health == {
        "status": "ok",
        "version": __version__,
        "knowledge": {"version": "tiny@1", "entries": 3, "refused": False},
        "policy": {
            "version": "smalltalk+always@1",
            "skips_checked": 0,
            "would_have_changed": 0,
            "harm_ci95": [0.0, 1.0],
            "harmful": False,
        },
        "providers": ["extractive"],
        "store": "ok",
        "limits": "in each worker",
        "vector_index": "in this process",
    }


def test_health_says_that_a_newer_knowledge_base_is_refused_and_not_what_is_written_there() -> None:
    parts = Parts(
        assistant=an_assistant(), store=MemoryStore(), knowledge=TinyBase(), refused="faq.jsonl:1: 'PIN 1234'"
    )
    with TestClient(create_app(settings(), parts)) as client:
        health = client.get("/health")

    assert (health.json()["status"], health.json()["knowledge"]["refused"]) == ("degraded", True)
    assert "1234" not in health.text


@dataclass
class Refusing(MemoryStore):
    """A store that can never look for what was abandoned, and knows whether it was closed."""

    closed: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    async def fail_pending(self, asked_before: datetime, problem: str) -> int:
        raise Misconfigured("The credentials are refused.")

    async def close(self) -> None:
        self.closed = True


async def test_a_sweep_that_fails_is_logged_and_the_store_is_closed_in_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Refusing()
    app = an_app(store)
    async with app.router.lifespan_context(app):
        await asyncio.sleep(0.05)

    assert "abandoned turns could not be looked for: The credentials are refused." in caplog.text
    assert store.closed


def test_a_database_that_is_down_is_a_passing_problem_and_mends_by_itself() -> None:
    store = Unplugged(MemoryStore())
    with api(cast(Store, store)) as client:
        headers = sign_up(client)
        store.down = True
        live, ready, health = (client.get(path) for path in ("/health/live", "/health/ready", "/health"))
        refused = [
            client.post("/api/v1/chat/", json={"query": "hello"}, headers=headers),
            client.post("/api/v1/chat/stream", json={"query": "hello"}, headers=headers),
            client.get("/api/v1/chat/conversations", headers=headers),
            client.post("/api/v1/auth/login", json={"username": "priya", "password": "whatever it is"}),
        ]
        store.down = False
        after, answer = client.get("/health/ready"), ask(client, headers)

    assert (live.status_code, ready.status_code, health.status_code) == (200, 503, 200)
    assert (health.json()["status"], health.json()["store"]) == ("degraded", "unreachable")
    assert ready.headers["content-type"] == "application/problem+json"
    assert ready.headers["retry-after"] == "5"
    assert {(response.status_code, response.headers["retry-after"]) for response in refused} == {(503, "3")}
    assert (after.status_code, answer["status"]) == (200, "answered")


def test_every_response_has_an_id_and_the_headers_that_browsers_need() -> None:
    with api() as client:
        plain = client.get("/health/live", headers={"X-Request-ID": "mine.1"})
        odd = client.get("/api/v1/auth/me", headers={"X-Request-ID": "not <b>mine</b>"})

    assert plain.headers["x-request-id"] == "mine.1"
    assert re.fullmatch("[0-9a-f]{32}", odd.headers["x-request-id"])
    assert odd.json()["request_id"] == odd.headers["x-request-id"]
    assert plain.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in plain.headers["content-security-policy"]
    assert odd.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("origin", "allowed"), [("https://bank.example", True), ("https://evil.example", False)])
def test_only_the_origins_of_the_settings_may_call_from_a_browser(origin: str, allowed: bool) -> None:
    asking = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key",
    }
    with api(allowed_origins="https://bank.example") as client:
        preflight = client.options("/api/v1/chat/", headers=asking)
        refused = client.post("/api/v1/chat/", content=b"x" * 70_000, headers={"Origin": origin})

    assert preflight.status_code == (200 if allowed else 400)
    assert refused.status_code == 413
    for response in (preflight, refused):
        assert (response.headers.get("access-control-allow-origin") == origin) is allowed


def test_the_documentation_loads_nothing_from_elsewhere() -> None:
    with api() as client:
        root = client.get("/")
        page = client.get("/docs")
        scripts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        found = {address: client.get(address).status_code for address in scripts}

    assert (root.status_code, root.headers["location"]) == (307, "/docs")
    assert "https://" not in page.text
    assert set(found.values()) == {200}
    assert "script-src 'self' 'unsafe-inline'" in page.headers["content-security-policy"]


def test_the_web_page_is_served_beside_the_api_once_it_was_built(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app.js").write_text("start()")
    (tmp_path / "index.html").write_text("<title>QUESTRAG</title>")
    with TestClient(an_app(page=tmp_path)) as client:
        browser = {"Accept": "text/html"}
        pages = [client.get(path, headers=browser) for path in ("/", "/conversations/some")]
        script = client.get("/assets/app.js")
        outside = client.get("/assets/..%2f..%2fetc/passwd")
        nowhere = client.get("/api/v1/nowhere", headers={"Accept": "application/json"})
        wrong_verb = client.put("/api/v1/chat/")
        docs = client.get("/docs")

    assert [page.text for page in pages] == ["<title>QUESTRAG</title>"] * 2
    assert "script-src 'self';" in pages[0].headers["content-security-policy"], "none but our own scripts"
    assert script.text == "start()"
    assert (outside.status_code, nowhere.status_code, wrong_verb.status_code) == (404, 404, 405)
    assert nowhere.headers["content-type"] == "application/problem+json"
    assert "swagger" in docs.text


def operations() -> list[tuple[str, dict[str, Any]]]:
    paths = an_app().openapi()["paths"]
    return [(f"{verb} {path}", route) for path, verbs in paths.items() for verb, route in verbs.items()]


@pytest.mark.parametrize(("name", "route"), operations(), ids=[name for name, _ in operations()])
def test_every_route_is_documented(name: str, route: dict[str, Any]) -> None:
    assert route["summary"]
    refusals = {status: found for status, found in route["responses"].items() if status >= "4"}
    shape = "application/json" if " /v1/" in name else "application/problem+json"
    for found in refusals.values():
        assert list(found["content"]) == [shape]
    if "/v1/" in name:
        assert "503" in refusals
    if "requestBody" in route:
        (content,) = route["requestBody"]["content"].values()
        assert content["examples"]
        assert {"413", "422"} <= set(refusals)
    (success, *_) = sorted(route["responses"])
    assert success in ("204", "303") or route["responses"][success]["content"]


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    schema = an_app().openapi()
    references = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(schema)))
    assert references <= set(schema["components"]["schemas"])
    assert {"Problem", "TokenEvent", "FailedEvent"} <= references


async def test_a_turn_that_was_abandoned_is_failed_at_the_start() -> None:
    store, long_ago = MemoryStore(), datetime.now(UTC) - timedelta(hours=1)
    await store.add_conversation(Conversation(id="c", user_id="u", title="t", created_at=long_ago, updated_at=long_ago))
    turn = Turn(id="t", conversation_id="c", user_id="u", question="q", asked_at=long_ago)
    await store.begin(turn, append=True)
    await store.begin(replace(turn, id="now", asked_at=datetime.now(UTC)), append=True)
    app = an_app(store)
    async with app.router.lifespan_context(app):
        await asyncio.sleep(0.1)
    assert (await store.turn("u", "t")).status is Status.FAILED
    assert (await store.turn("u", "now")).status is Status.PENDING
