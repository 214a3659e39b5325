"""What is stored of a customer can be taken along and deleted, and what was done is in the audit log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from questrag.chat.desk import AuditRecord, HandOff
from questrag.chat.ports import Store
from questrag.storage.memory import MemoryStore
from tests.contracts.test_keeping import bytes_in
from tests.integration.api import PASSWORD, Headers, a_sqlite_store, api, ask, conversations, sign_up, staff
from tests.integration.curators import BLOCK, office, saying
from tests.integration.test_api_bad_input import BODIES, TEXTS

DATA = "/api/v1/auth/me/data"
ERASE = "/api/v1/auth/me/erase"
HAND_OFF = {"name": "Priya Unmistakable", "contact": "priya@example.com", "note": "Please call"}


@pytest.fixture(scope="module")
def customer() -> Iterator[tuple[TestClient, Headers]]:
    with api() as client:
        headers = sign_up(client)
        ask(client, headers)
        yield client, headers


def acts(client: TestClient, store: Store) -> list[str]:
    assert client.portal
    return [record.act for record in client.portal.call(store.every, AuditRecord)]


def erase(client: TestClient, headers: dict[str, str], password: str = PASSWORD) -> Any:
    return client.post(ERASE, json={"password": password}, headers=headers)


def test_a_customer_takes_everything_along() -> None:
    with api() as client:
        headers = sign_up(client)
        first, second = ask(client, headers), ask(client, headers, "How do I get a new one?")
        client.patch(
            f"/api/v1/chat/conversations/{second['conversation_id']}", json={"archived": True}, headers=headers
        )
        client.put(f"/api/v1/chat/messages/{first['message_id']}/feedback", json={"rating": "up"}, headers=headers)
        client.post("/api/v1/handoffs", json=HAND_OFF, headers=headers)
        ask(client, sign_up(client, "arun"), "A question of Arun")

        response = client.get(DATA, headers=headers)

    assert response.headers["content-disposition"] == 'attachment; filename="questrag-my-data.json"'
    data = response.json()
    assert data["account"]["username"] == "priya"
    assert [each["conversation_id"] for each in data["conversations"]] == [
        first["conversation_id"],
        second["conversation_id"],
    ]
    assert data["conversations"][0]["turns"][0]["answer"] == first["response"]
    assert data["conversations"][0]["turns"][0]["feedback"]["rating"] == "up"
    assert [each["contact"] for each in data["handoffs"]] == ["priya@example.com"]
    assert "Arun" not in response.text


def test_an_erased_customer_is_gone_with_everything(tmp_path: Path) -> None:
    store = a_sqlite_store(tmp_path)
    with api(store) as client:
        headers = sign_up(client, "priya.unmistakable")
        told = ask(client, headers, "Where is my Unmistakable card?")
        client.post("/api/v1/handoffs", json=HAND_OFF | {"conversation_id": told["conversation_id"]}, headers=headers)
        other = sign_up(client, "arun")
        ask(client, other, "Which rate has a car loan?")

        assert erase(client, headers).status_code == 204

        assert client.get("/api/v1/auth/me", headers=headers).status_code == 401
        login = {"username": "priya.unmistakable", "password": PASSWORD}
        assert client.post("/api/v1/auth/login", json=login).status_code == 401
        left = bytes_in(tmp_path)
        assert b"nmistakable" not in left
        assert b"priya@example.com" not in left
        assert len(conversations(client, other)) == 1
        assert client.portal
        assert client.portal.call(store.every, HandOff) == []


def test_a_name_can_be_taken_again_after_it() -> None:
    with api() as client:
        erase(client, sign_up(client))

        assert conversations(client, sign_up(client)) == []


def test_whoever_does_not_know_the_password_erases_nothing() -> None:
    with api() as client:
        headers = sign_up(client)
        ask(client, headers)

        for password in ("wrong", ""):
            refused = erase(client, headers, password)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "password")
        assert client.post(ERASE, json={}, headers=headers).status_code == 422

        assert len(conversations(client, headers)) == 1


@pytest.mark.parametrize("body", [*(f'{{"password": {text}}}'.encode() for text in TEXTS.values()), *BODIES.values()])
def test_an_odd_body_erases_nothing(customer: tuple[TestClient, Headers], body: bytes) -> None:
    client, headers = customer

    response = client.post(ERASE, content=body, headers=headers | {"Content-Type": "application/json"})

    assert response.status_code in (413, 422)
    assert response.headers["content-type"] == "application/problem+json"
    assert len(conversations(client, headers)) == 1


def test_guessing_the_password_there_has_to_wait_too() -> None:
    with api(lock_out_after=2) as client:
        headers = sign_up(client)

        statuses = [erase(client, headers, f"guess {n}").status_code for n in range(4)]

    assert statuses[0] == 422
    assert statuses[-1] == 429


def test_accounts_of_staff_are_not_erased_by_themselves() -> None:
    store = MemoryStore()
    with api(store) as client:
        assert erase(client, staff(client, store)).status_code == 403


def test_a_visitor_without_an_account_can_be_forgotten_without_a_password() -> None:
    with api(widget_origins="https://bank.example") as client:
        guest = client.post("/api/v1/auth/guest", json={"origin": "https://bank.example"}).json()
        headers = {"Authorization": f"Bearer {guest['access_token']}"}
        ask(client, headers)

        assert client.post(ERASE, json={}, headers=headers).status_code == 204

        assert client.get(DATA, headers=headers).status_code == 401


def test_reports_forget_a_question_at_once() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers, admin = sign_up(client), staff(client, store)
        ask(client, headers, "Do you sell Unmistakable insurance?")
        client.get("/api/v1/insights/gaps", headers=admin)

        erase(client, headers)

        assert "Unmistakable" not in client.get("/api/v1/insights/gaps", headers=admin).text


def test_the_audit_log_holds_what_was_done_and_nothing_of_what_was_said() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers = sign_up(client)
        client.post("/api/v1/auth/login", json={"username": "priya", "password": "my card is lost"})
        client.post("/api/v1/auth/login", json={"username": "nobody there", "password": PASSWORD})
        ask(client, headers, "How do I block my Unmistakable card?")
        client.get(DATA, headers=headers)
        new = {"password": PASSWORD, "new_password": "another long pass phrase"}
        token = client.post("/api/v1/auth/password", json=new, headers=headers).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        client.post("/api/v1/auth/logout", headers=headers)
        headers = {"Authorization": "Bearer " + client.post("/api/v1/auth/login", json={
            "username": "priya", "password": "another long pass phrase"}).json()["access_token"]}  # fmt: skip
        erase(client, headers, "another long pass phrase")

        assert acts(client, store) == [
            "account.opened",
            "session.opened",
            "session.refused",
            "session.refused",
            "data.exported",
            "password.changed",
            "session.closed",
            "session.opened",
            "account.erased",
        ]
        assert client.portal
        records = client.portal.call(store.every, AuditRecord)
    ids = {record.actor for record in records} | {record.subject for record in records}
    assert len(ids - {""}) == 1  # the number of the account, and nobody's name
    everything = json.dumps([[r.actor, r.act, r.subject, r.detail] for r in records])
    for said in ("priya", "nobody there", "lost", "Unmistakable", "example.com"):
        assert said not in everything


def test_the_audit_log_holds_what_curators_and_administrators_did() -> None:
    store = MemoryStore()
    with office(store) as desk:
        desk.publish(saying("600 rupees."))
        desk.get("/entries/export")
        golden = desk.post("/golden", {"question": "card?", "lang": "en", "relevant": [BLOCK.id]}).json()["id"]
        desk.client.delete(f"/api/v1/knowledge/golden/{golden}", headers=desk.asha)

        done = [act for act in acts(desk.client, store) if not act.startswith(("account.", "session."))]

    assert done == ["entry.approved", "knowledge.exported", "golden.added", "golden.removed"]
