"""What may be asked, with which verb, and where what is told belongs: the body, a header, the address."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from questrag.chat.desk import AuditRecord
from questrag.storage.memory import MemoryStore
from questrag.web.roles import accesses
from tests.integration.api import NO_PAGE, PASSWORD, Headers, an_app, api, ask, sign_up, staff

REGISTER, LOGIN, ME = (f"/api/v1/auth/{name}" for name in ("register", "login", "me"))

IN_AN_ADDRESS = {
    # ids, which open nothing to whoever may not see what they name
    "conversation_id", "message_id", "handoff_id", "entry_id", "draft_id", "golden_id", "key_id", "model",
    # which part of a list, and in which form
    "limit", "cursor", "offset", "leaf", "format", "stream", "archived", "pinned", "state", "category", "lang",
    "regulated", "as_of_before", "days", "dry_run", "filename",
    # the page to come back to after a sign-in, on this site
    "next",
    # words that somebody searches for: kept out of every log
    "q",
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestClient]:
    folder = tmp_path / "page"
    for name, text in {
        "index.html": "<title>QUESTRAG</title>",
        "widget.js": "start()",
        "assets/page-1.js": "start()",
        "assets/page-1.css": "p {}",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (tmp_path / "secret.txt").write_text("a secret beside the page")
    with TestClient(an_app(page=folder), follow_redirects=False) as client:
        yield client


def test_every_answer_says_what_it_is_and_text_says_its_encoding(site: TestClient) -> None:
    headers = sign_up(site)
    chat = ask(site, headers)["conversation_id"]
    export = f"/api/v1/chat/conversations/{chat}/export"
    found = {
        path: site.get(path, headers=headers).headers["content-type"]
        for path in ("/", "/widget.js", "/assets/page-1.css", ME, export, f"{export}?format=markdown", "/api/v1/no")
    }
    stream = site.post("/api/v1/chat/stream", json={"query": "card"}, headers=headers)

    assert found == {
        "/": "text/html; charset=utf-8",
        "/widget.js": "text/javascript; charset=utf-8",
        "/assets/page-1.css": "text/css; charset=utf-8",
        ME: "application/json",
        export: "application/json",
        f"{export}?format=markdown": "text/markdown; charset=utf-8",
        "/api/v1/no": "application/problem+json",
    }
    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/api/v1/auth/me", "/v1/models", "/health", "/assets/page-1.js"])
def test_a_verb_that_nothing_needs_is_refused(site: TestClient, method: str, path: str) -> None:
    answer = site.request(method, path, headers={"X-Marked": "unmistakable"})
    assert answer.status_code in (404, 405)
    assert "unmistakable" not in answer.text


@pytest.mark.parametrize("path", ["/assets/", "/assets", "/docs/", "/static/", "/api/v1/"])
def test_no_folder_is_listed(site: TestClient, path: str) -> None:
    assert "page-1" not in site.get(path).text


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/assets/%2e%2e%2f%2e%2e%2fsecret.txt"]
)
def test_nothing_beside_the_page_is_served(site: TestClient, path: str) -> None:
    assert "a secret" not in site.get(path).text


# What belongs where ------------------------------------------------------------------------


def parameters() -> list[tuple[str, str, str]]:
    app = an_app(page=NO_PAGE)
    return [
        (f"{method.upper()} {path}", each["in"], each["name"])
        for path, methods in app.openapi()["paths"].items()
        for method, route in methods.items()
        for each in route.get("parameters", [])
    ]


def test_an_address_holds_ids_pages_and_filters_and_never_a_secret() -> None:
    found = {name for _, where, name in parameters() if where in ("path", "query")}
    assert found == IN_AN_ADDRESS


def test_what_belongs_into_the_body_is_not_read_from_the_address() -> None:
    with api() as client:
        sign_up(client)
        said = {"username": "priya", "password": PASSWORD}
        assert client.post(LOGIN, params=said).status_code == 422
        assert client.post(LOGIN, params=said, json={"username": "priya", "password": "wrong"}).status_code == 401
        token = client.post(LOGIN, json=said).json()["access_token"]
        assert client.get(ME, params={"access_token": token, "authorization": f"Bearer {token}"}).status_code == 401
        client.cookies.set("access_token", token)
        client.cookies.set("authorization", f"Bearer {token}")
        assert client.get(ME).status_code == 401


def test_nobody_gives_themselves_a_role_or_a_number() -> None:
    wanted = {"role": "admin", "user_id": "u1", "id": "u1", "password_hash": "!", "created_at": "2000-01-01T00:00:00Z"}
    with api() as client:
        account = {"username": "priya", "email": "priya@example.com", "password": PASSWORD, **wanted}
        opened = client.post(REGISTER, json=account)
        login = client.post(LOGIN, json={"username": "priya", "password": PASSWORD, **wanted})
        headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
        me = client.get(ME, headers=headers).json()
        refused = client.get("/api/v1/insights/usage", headers=headers)

    assert opened.status_code == 201
    assert set(me) == {"user_id", "username", "email", "role", "created_at", "identity"}
    assert (me["role"], me["user_id"]) == ("customer", opened.json()["user_id"])
    assert not me["created_at"].startswith("2000")
    assert refused.status_code == 403


def test_no_get_changes_what_is_stored() -> None:
    """Except for the audit log, where it says that data were taken along."""
    store = MemoryStore()
    with TestClient(an_app(store), follow_redirects=False) as client:
        people: list[Headers] = [sign_up(client), staff(client, store, "admin")]
        asked = ask(client, people[0])
        ids = {"{conversation_id}": asked["conversation_id"], "{message_id}": asked["message_id"]}
        before = stored(store)
        calls = 0
        for each in accesses():
            if each.method != "GET":
                continue
            path = each.path
            for name, value in ids.items():
                path = path.replace(name, value)
            for headers in people:
                assert client.get(path, headers=headers).status_code != 500
                calls += 1
        after = stored(store)

    assert calls > 40
    assert after == before


def stored(store: MemoryStore) -> dict[str, Any]:
    kept = deepcopy(vars(store))
    kept["_desk"] = {kind: records for kind, records in kept["_desk"].items() if records and kind is not AuditRecord}
    return kept
