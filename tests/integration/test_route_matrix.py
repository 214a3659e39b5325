"""Every route, asked by everybody who may not, and for everything that is not theirs.

A new route has to be named here: in `GUARDED` with the role it is for, and with its ids where it takes any.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from questrag.chat.types import User
from questrag.storage.memory import MemoryStore
from questrag.web.credentials import Tokens
from questrag.web.roles import accesses
from tests.integration.api import PASSWORD, SECRET, Headers, an_app, ask, sign_up, staff
from tests.integration.curators import Office, office

MARK = "Unmistakable"
PUBLIC = {
    "GET /api/v1/about",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/guest",
    "GET /api/v1/auth/oidc/start",
    "POST /api/v1/auth/oidc/callback",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
}
CUSTOMERS = ("/api/v1/auth/", "/api/v1/chat/", "/v1/")
CURATORS = ("/api/v1/knowledge/", "/api/v1/insights/gaps")
ADMINISTRATORS = ("/api/v1/insights/", "/api/v1/handoffs")
ONE_BY_ONE = {"POST /api/v1/handoffs": "customer"}

NOBODYS = "f" * 32
MALFORMED = ("x" * 65, "a b", "%00", "..%2F..", "é", "'; DROP TABLE turns; --")

ROUTES = {f"{each.method} {each.path}": each for each in accesses()}


def least_role(route: str) -> str | None:
    """Return whom a route is for: what this test says, whatever the code does."""
    path = route.partition(" ")[2]
    if route in PUBLIC:
        return None
    if route in ONE_BY_ONE:
        return ONE_BY_ONE[route]
    if path.startswith(CUSTOMERS):
        return "customer"
    if path.startswith(CURATORS):
        return "curator"
    if path.startswith(ADMINISTRATORS):
        return "admin"
    return "nobody has said whom it is for: name it in test_route_matrix.py"


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_is_for_whom_it_should_be(route: str) -> None:
    assert ROUTES[route].least == least_role(route)


# Who may not -----------------------------------------------------------------------------------


def _tokens(client: TestClient, store: MemoryStore) -> dict[str, str]:
    """Return what must not open any route that needs a sign-in."""
    user = User(
        id="u" * 32, username="late", email="late@example.com", password_hash="x", role="admin",
        created_at=datetime.now(UTC),
    )  # fmt: skip
    asyncio.run(store.add_user(user))
    expired = Tokens(secret=SECRET, algorithm="HS256", lifetime=timedelta(hours=-1)).issue(user)
    forged = Tokens(secret="another-secret-0123456789-abcdefghijklm", algorithm="HS256", lifetime=timedelta(1)).issue(
        user
    )
    out = sign_up(client, "gone")
    client.post("/api/v1/auth/logout", headers=out)
    return {
        "nothing": "",
        "an expired token": f"Bearer {expired}",
        "a forged token": f"Bearer {forged}",
        "a token that was signed out": out["Authorization"],
        "another kind": "Basic cHJpeWE6cGFzcw==",
        "no token": "Bearer x",
        "a key that never was": f"Bearer qk_{'0' * 16}_{'A' * 43}",
    }


def _filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", NOBODYS, path)


def test_no_route_opens_without_a_valid_sign_in() -> None:
    store = MemoryStore()
    tried = 0
    with TestClient(an_app(store), follow_redirects=False) as client:
        for name, token in _tokens(client, store).items():
            for each in ROUTES.values():
                if each.least is None:
                    continue
                headers = {"Authorization": token} if token else {}
                answer = client.request(each.method, _filled(each.path), headers=headers)
                assert answer.status_code == 401, (each, name, answer.text)
                tried += 1
    assert tried > 350


def test_no_route_of_staff_opens_to_a_lower_role() -> None:
    store = MemoryStore()
    tried = 0
    with TestClient(an_app(store), follow_redirects=False) as client:
        below = {"customer": [sign_up(client)], "curator": [sign_up(client, "arun"), staff(client, store, "curator")]}
        lower = {"curator": below["customer"], "admin": below["curator"]}
        for each in ROUTES.values():
            for headers in lower.get(each.least or "", []):
                answer = client.request(each.method, _filled(each.path), headers=headers)
                assert answer.status_code == 403, (each, answer.text)
                tried += 1
    assert tried > 40


# What is not theirs ----------------------------------------------------------------------------

TURN = {"query": "And a new one?"}
PERSON = {"name": "Arun", "contact": "arun@example.com"}
OWNED: dict[str, tuple[str, dict[str, Any] | None]] = {
    "POST /api/v1/chat/messages/{message_id}/regenerate": ("turn", None),
    "POST /api/v1/chat/messages/{message_id}/edit": ("turn", TURN),
    "PUT /api/v1/chat/messages/{message_id}/feedback": ("turn", {"rating": "down"}),
    "GET /api/v1/chat/messages/{message_id}/suggestions": ("turn", None),
    "GET /api/v1/chat/conversations/{conversation_id}": ("conversation", None),
    "PATCH /api/v1/chat/conversations/{conversation_id}": ("conversation", {"title": "Mine now"}),
    "DELETE /api/v1/chat/conversation/{conversation_id}": ("conversation", None),
    "GET /api/v1/chat/conversations/{conversation_id}/export": ("conversation", None),
    "DELETE /api/v1/auth/keys/{key_id}": ("key", None),
}
"""Routes whose address names something that belongs to one person: what it is, and a body that is fine."""
IN_BODIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "POST /api/v1/chat/": ("conversation", "conversation_id", TURN),
    "POST /api/v1/chat/stream": ("conversation", "conversation_id", TURN),
    "POST /api/v1/handoffs": ("conversation", "conversation_id", PERSON),
}
IN_QUERIES = {"GET /api/v1/chat/conversations/{conversation_id}": ("turn", "leaf")}
OF_ALL_STAFF = {"handoff_id", "draft_id", "golden_id", "entry_id", "model", "ids", "message_ids", "version"}
"""Ids of what belongs to nobody in particular: the role is what counts, and entries are for everybody."""
PLACES = {"cursor"}
"""Where a page ended, in a list of one's own: `test_a_cursor_opens_no_list_of_others`."""


@dataclass
class Two:
    """Priya, who has something, and Arun, who would like to see it."""

    client: TestClient
    priya: Headers
    arun: Headers
    ids: dict[str, str]
    deleted: dict[str, str]
    answers: list[str] = field(default_factory=list)

    def call(self, route: str, by: Headers, an_id: str) -> Any:
        method, path = route.split(" ")
        if route in OWNED:
            _, body = OWNED[route]
            return self.client.request(method, re.sub(r"\{[^}]*\}", an_id, path), json=body, headers=by)
        _, name, rest = IN_BODIES[route]
        return self.client.request(method, path, json=rest | {name: an_id}, headers=by)


def _lived(client: TestClient, headers: Headers) -> dict[str, str]:
    asked = ask(client, headers, f"How do I block my {MARK} card?")
    key = client.post(
        "/api/v1/auth/keys", json={"name": MARK, "scopes": ["chat"], "password": PASSWORD}, headers=headers
    )
    return {"turn": asked["message_id"], "conversation": asked["conversation_id"], "key": key.json()["id"]}


@pytest.fixture
def two() -> Iterator[Two]:
    with TestClient(an_app(), follow_redirects=False) as client:
        priya, arun = sign_up(client), sign_up(client, "arun")
        deleted = _lived(client, arun)
        client.delete(f"/api/v1/chat/conversations/{deleted['conversation']}", headers=arun)
        client.delete(f"/api/v1/auth/keys/{deleted['key']}", headers=arun)
        yield Two(client, priya, arun, _lived(client, priya), deleted)


def _told(answer: Any, *ids: str) -> tuple[int, str]:
    """Return what an answer says, without what is different in any two."""
    text = re.sub(r'"request_id": ?"[^"]*"', "", answer.text)
    for each in ids:
        text = text.replace(each, "ID")
    return answer.status_code, text


@pytest.mark.parametrize("route", [*OWNED, *IN_BODIES])
def test_what_belongs_to_another_was_deleted_or_never_was_is_not_found_in_the_same_words(two: Two, route: str) -> None:
    kind = (OWNED.get(route) or IN_BODIES[route])[0]
    ids = {"foreign": two.ids[kind], "deleted": two.deleted[kind], "random": NOBODYS}
    before = _everything_of(two)

    answers = {name: _told(two.call(route, two.arun, an_id), an_id) for name, an_id in ids.items()}

    assert set(answers.values()) == {answers["random"]}
    assert answers["random"][0] == 404
    assert MARK not in str(answers)
    assert _everything_of(two) == before


@pytest.mark.parametrize("route", [*OWNED, *IN_BODIES])
def test_the_owner_gets_through(two: Two, route: str) -> None:
    kind = (OWNED.get(route) or IN_BODIES[route])[0]

    assert two.call(route, two.priya, two.ids[kind]).status_code < 300


@pytest.mark.parametrize("malformed", MALFORMED)
@pytest.mark.parametrize("route", [*OWNED, *IN_BODIES])
def test_what_is_no_id_is_refused_and_shows_nothing(two: Two, route: str, malformed: str) -> None:
    answer = two.call(route, two.arun, malformed)

    assert answer.status_code in (404, 405, 422), answer.text
    assert MARK not in answer.text


@pytest.mark.parametrize("an_id", ["foreign", NOBODYS, *MALFORMED])
def test_a_message_of_another_conversation_opens_no_branch(two: Two, an_id: str) -> None:
    own = ask(two.client, two.arun)
    leaf = two.ids["turn"] if an_id == "foreign" else an_id

    path = f"/api/v1/chat/conversations/{own['conversation_id']}"
    answer = two.client.get(path, params={"leaf": leaf}, headers=two.arun)

    assert answer.status_code == 404
    assert MARK not in answer.text


def test_a_cursor_opens_no_list_of_others(two: Two) -> None:
    for n in range(3):
        ask(two.client, two.priya, f"{MARK} {n}")
    page = two.client.get("/api/v1/chat/conversations", params={"limit": 1}, headers=two.priya).json()

    stolen = two.client.get("/api/v1/chat/conversations", params={"cursor": page["next_cursor"]}, headers=two.arun)

    assert stolen.status_code == 200
    assert MARK not in stolen.text


def test_a_retry_with_the_key_of_another_finds_nothing_of_theirs(two: Two) -> None:
    key = {"Idempotency-Key": "the same"}
    first = two.client.post("/api/v1/chat/", json={"query": f"{MARK}?"}, headers=two.priya | key)
    second = two.client.post("/api/v1/chat/", json={"query": "card?"}, headers=two.arun | key)

    assert first.status_code == second.status_code == 200
    assert first.json()["conversation_id"] != second.json()["conversation_id"]
    assert MARK not in second.text


def _everything_of(two: Two) -> Any:
    data = cast(dict[str, Any], two.client.get("/api/v1/auth/me/data", headers=two.priya).json())
    return data["conversations"], data["handoffs"], two.client.get("/api/v1/auth/keys", headers=two.priya).json()


# Nothing is left out ---------------------------------------------------------------------------


def _ids_of(schema: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """Return the names of what an operation takes that look like ids."""
    found = {each["name"] for each in operation.get("parameters", []) if each["in"] != "header"}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        found |= _names_in(schema, content["schema"])
    return {name for name in found if re.search(r"(^|_)ids?$|cursor|leaf|version$|^model$", name)}


def _names_in(schema: dict[str, Any], part: Any) -> set[str]:
    text = json.dumps(part)
    found: set[str] = set()
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        found |= set(schema["components"]["schemas"][name].get("properties", {}))
    return found


def test_every_id_that_a_route_takes_is_in_this_matrix() -> None:
    schema = an_app().openapi()
    missing = []
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            route = f"{method.upper()} {path}"
            known = OF_ALL_STAFF | PLACES
            if route in OWNED:
                known = known | {"message_id", "conversation_id", "key_id"}
            if route in IN_BODIES:
                known = known | {IN_BODIES[route][1]}
            if route in IN_QUERIES:
                known = known | {IN_QUERIES[route][1]}
            if path.startswith("/api/v1/knowledge/"):
                known = known | {"id"}  # of an entry
            missing += [f"{route}: {name}" for name in _ids_of(schema, operation) - known]
    assert missing == [], "say in test_route_matrix.py whose they are"


@pytest.fixture
def desk() -> Iterator[Office]:
    with office() as opened:
        yield opened


@pytest.mark.parametrize("route", [route for route in ROUTES if ROUTES[route].least in ("curator", "admin")])
def test_what_staff_ask_for_that_is_not_there_is_no_error_of_the_server(desk: Office, route: str) -> None:
    method, path = route.split(" ")
    for an_id in (NOBODYS, *MALFORMED):
        for params in ({}, {"entry_id": an_id}):
            answer = desk.client.request(
                method, re.sub(r"\{[^}]*\}", an_id, path), params=params, json={}, headers=desk.meera
            )
            assert answer.status_code < 500 or answer.status_code == 503, (route, an_id, answer.text)
