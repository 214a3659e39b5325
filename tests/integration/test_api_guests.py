"""Visitors of a bank's page, who have no account."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from questrag.storage.memory import MemoryStore
from tests.integration.api import Headers, api, ask, conversations, sign_up

GUEST = "/api/v1/auth/guest"
BANK = "https://www.bank.example"


@pytest.fixture
def client() -> Iterator[TestClient]:
    with api(widget_origins=f"{BANK}, HTTPS://Shop.Bank.example:443 ,http://localhost:8080") as client:
        yield client


def a_guest(client: TestClient, origin: str = BANK) -> Headers:
    response = client.post(GUEST, json={"origin": origin})
    assert response.status_code == 201, response.text
    assert response.json()["expires_in"] == 86_400
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


@pytest.mark.parametrize(
    "origin", [BANK, "https://shop.bank.example", "http://localhost:8080", "https://WWW.bank.example"]
)
def test_a_page_that_the_bank_named_begins_sessions(client: TestClient, origin: str) -> None:
    assert ask(client, a_guest(client, origin))["status"] == "answered"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://www.bank.example",
        "https://www.bank.example:8443",
        "https://bank.example",
        "https://evil.www.bank.example",
        "https://www.bank.example.evil.example",
    ],
)
def test_any_other_page_is_refused_with_what_to_do(client: TestClient, origin: str) -> None:
    response = client.post(GUEST, json={"origin": origin})

    assert response.status_code == 403
    assert "WIDGET_ORIGINS" in response.json()["detail"]
    assert origin not in response.text


def test_where_no_page_is_named_there_are_no_guests() -> None:
    with api() as client:
        for origin in (BANK, "http://testserver"):
            assert client.post(GUEST, json={"origin": origin}).status_code == 403


@pytest.mark.parametrize(
    "origin", ["", "null", "bank.example", "https://www.bank.example/page", "https://", "file:///x"]
)
def test_what_is_no_origin_is_refused(client: TestClient, origin: str) -> None:
    assert client.post(GUEST, json={"origin": origin}).status_code == 422


def test_guests_are_customers_who_see_only_what_is_theirs(client: TestClient) -> None:
    one, other = a_guest(client), a_guest(client)
    asked = ask(client, one)

    me = client.get("/api/v1/auth/me", headers=one).json()
    assert me["role"] == "customer"
    assert me["username"].startswith("guest-")
    assert me["email"].endswith("@guest.invalid")
    assert len(conversations(client, one)) == 1
    assert conversations(client, other) == []
    url = f"/api/v1/chat/conversations/{asked['conversation_id']}"
    assert client.get(url, headers=other).status_code == 404
    assert client.get("/api/v1/handoffs", headers=one).status_code == 403


@pytest.mark.parametrize("password", ["!", "x", "password"])
def test_nobody_signs_in_as_a_guest(client: TestClient, password: str) -> None:
    name = client.get("/api/v1/auth/me", headers=a_guest(client)).json()["username"]

    assert client.post("/api/v1/auth/login", json={"username": name, "password": password}).status_code == 401


def test_a_guest_s_session_is_renewed_and_ended_like_any_other(client: TestClient) -> None:
    first = a_guest(client)
    renewed = client.post("/api/v1/auth/refresh", headers=first).json()
    second = {"Authorization": f"Bearer {renewed['access_token']}"}

    assert client.get("/api/v1/auth/me", headers=first).status_code == 401
    assert client.get("/api/v1/auth/me", headers=second).status_code == 200
    assert client.post("/api/v1/auth/logout", headers=second).status_code == 204
    assert client.get("/api/v1/auth/me", headers=second).status_code == 401


def test_a_guest_can_ask_for_a_person_with_the_conversation(client: TestClient) -> None:
    headers = a_guest(client)
    wanted = {"name": "Priya", "contact": "98765 43210", "conversation_id": ask(client, headers)["conversation_id"]}

    assert client.post("/api/v1/handoffs", json=wanted, headers=headers).status_code == 201


async def test_the_account_of_a_guest_has_no_password() -> None:
    store = MemoryStore()
    with api(store, widget_origins=BANK) as client:
        user_id = client.get("/api/v1/auth/me", headers=a_guest(client)).json()["user_id"]
        sign_up(client, "priya")

    guest = await store.user(user_id)
    assert guest
    assert guest.password_hash == "!"
