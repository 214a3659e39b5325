"""Programs act for a user with a key of theirs, within its scopes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import openai
import pytest
from starlette.testclient import TestClient

from questrag.chat.desk import ApiKey
from questrag.chat.ports import Store
from questrag.custody.api_keys import new_key
from questrag.storage.memory import MemoryStore
from questrag.web.dependencies import scope_of
from tests.fakes import BLOCK_CARD
from tests.integration.api import PASSWORD, Headers, an_app, api, ask, served, sign_up, staff
from tests.integration.test_api_bad_input import BODIES, TEXTS

KEYS = "/api/v1/auth/keys"
SITE = {"name": "Our site", "scopes": ["chat"], "password": PASSWORD}


def make(client: Any, headers: Headers, **changes: Any) -> dict[str, Any]:
    made = client.post(KEYS, json=SITE | changes, headers=headers)
    assert made.status_code == 201, made.text
    return dict(made.json())


def bearer(key: str) -> Headers:
    return {"Authorization": f"Bearer {key}"}


def stored(client: TestClient, store: Store, key_id: str) -> ApiKey:
    assert client.portal
    return client.portal.call(store.one, ApiKey, key_id)


def key_for(client: TestClient, store: Store, headers: Headers, *scopes: str) -> Headers:
    """Make a key as the sign-in of this user would; staff of these tests have no password."""
    user_id = client.get("/api/v1/auth/me", headers=headers).json()["user_id"]
    record, key = new_key(user_id, "test", scopes, datetime.now(UTC), timedelta(days=1))  # type: ignore[arg-type]
    assert client.portal
    client.portal.call(store.add, record)
    return bearer(key)


def test_a_key_asks_questions_for_its_owner() -> None:
    with api() as client:
        headers = sign_up(client)
        key = bearer(make(client, headers)["key"])

        answer = ask(client, key)

        found = client.get("/api/v1/chat/conversations", headers=headers).json()["conversations"]
    assert [each["conversation_id"] for each in found] == [answer["conversation_id"]]


def test_the_official_openai_client_works_with_a_key() -> None:
    with served(an_app()) as address, openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as plain:
        with httpx2.Client(base_url=address) as client:
            key = make(client, sign_up(client))["key"]
        answer = plain.with_options(api_key=key).chat.completions.create(
            model="questrag", messages=[{"role": "user", "content": "How do I block my debit card?"}]
        )
    assert answer.choices[0].message.content == BLOCK_CARD.answer


def test_the_key_is_shown_once_and_stored_as_a_hash() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers = sign_up(client)
        made = make(client, headers)
        (listed,) = client.get(KEYS, headers=headers).json()

        record = stored(client, store, made["id"])
    secret = made["key"][20:]
    assert secret not in json.dumps(listed) and secret not in repr(record) and secret not in record.digest
    assert listed == {name: value for name, value in made.items() if name != "key"}


@pytest.mark.parametrize(
    "change", ["revoked", "expired", "owner gone", "another secret", "another id", "cut", "longer"]
)
def test_a_key_that_is_not_good_any_more_is_refused(change: str) -> None:
    store = MemoryStore()
    with api(store) as client:
        headers = sign_up(client)
        made = make(client, headers)
        key = made["key"]
        assert client.portal
        match change:
            case "revoked":
                assert client.delete(f"{KEYS}/{made['id']}", headers=headers).status_code == 204
            case "expired":
                record = stored(client, store, made["id"])
                client.portal.call(store.exchange, record, replace(record, expires_at=datetime.now(UTC)))
            case "owner gone":
                record = stored(client, store, made["id"])
                client.portal.call(store.delete_user, record.user_id)
            case "another secret":
                key = key[:-1] + ("A" if key[-1] != "A" else "B")
            case "another id":
                key = make(client, headers, name="other")["key"][:20] + key[20:]
            case "cut":
                key = key[:-1]
            case "longer":
                key += "A"

        refused = client.post("/api/v1/chat/", json={"query": "card?"}, headers=bearer(key))

    assert refused.status_code == 401
    assert "not valid" in refused.json()["detail"]


def test_a_password_is_asked_for_and_wrong_ones_have_to_wait() -> None:
    with api(lock_out_after=2) as client:
        headers = sign_up(client)
        wrong = [client.post(KEYS, json=SITE | {"password": f"guess {n}"}, headers=headers) for n in range(4)]

        assert (wrong[0].status_code, wrong[-1].status_code) == (422, 429)
        assert client.get(KEYS, headers=headers).json() == []


def test_nobody_sees_or_revokes_the_key_of_another() -> None:
    with api() as client:
        made = make(client, sign_up(client))
        other = sign_up(client, "arun")

        assert client.get(KEYS, headers=other).json() == []
        missing = client.delete(f"{KEYS}/0123456789abcdef", headers=other)
        foreign = client.delete(f"{KEYS}/{made['id']}", headers=other)
        assert missing.status_code == foreign.status_code == 404
        assert missing.json()["detail"] == foreign.json()["detail"]
        ask(client, bearer(made["key"]))


@pytest.mark.parametrize("scope", ["knowledge:read", "insights:read", "insights:write"])
def test_a_customer_gets_no_scope_of_staff(scope: str) -> None:
    with api() as client:
        refused = client.post(KEYS, json=SITE | {"scopes": ["chat", scope]}, headers=sign_up(client))

    assert refused.status_code == 403


def test_a_key_does_not_outlive_the_role_that_it_was_made_for() -> None:
    store = MemoryStore()
    with api(store) as client:
        key = key_for(client, store, sign_up(client), "insights:read")

        assert client.get("/api/v1/insights/usage", headers=key).status_code == 403


def test_scopes_are_checked_on_every_route_and_what_has_none_is_closed_to_keys() -> None:
    store = MemoryStore()
    scopes = ("chat", "knowledge:read", "knowledge:write", "insights:read", "insights:write")
    app = an_app(store)
    with TestClient(app, follow_redirects=False) as client:
        admin = staff(client, store)
        keys = {scope: key_for(client, store, admin, scope) for scope in scopes}
        tried = 0
        for method, path in _guarded(app):
            needed = scope_of(method, path)
            filled = path.replace("{model:path}", "x")
            for scope, key in keys.items():
                if scope == needed:
                    continue
                answer = client.request(method, filled, headers=key)
                assert answer.status_code == 403, (method, path, scope, answer.text)
                tried += 1
    assert tried > 150


def _guarded(app: Any) -> Iterator[tuple[str, str]]:
    """Yield the routes that need somebody to be signed in."""
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            if operation.get("security"):
                yield method.upper(), path


def test_an_account_has_twenty_keys_at_most() -> None:
    with api() as client:
        headers = sign_up(client)
        for n in range(20):
            make(client, headers, name=f"Key {n}")

        assert client.post(KEYS, json=SITE, headers=headers).status_code == 409


def test_the_hour_of_use_is_told() -> None:
    with api() as client:
        headers = sign_up(client)
        made = make(client, headers)
        assert made["used_at"] is None
        ask(client, bearer(made["key"]))
        ask(client, bearer(made["key"]))

        (listed,) = client.get(KEYS, headers=headers).json()

    assert datetime.now(UTC) - datetime.fromisoformat(listed["used_at"]) < timedelta(minutes=1)


def test_keys_end_with_their_account() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers = sign_up(client)
        key = make(client, headers)["key"]
        client.post("/api/v1/auth/me/erase", json={"password": PASSWORD}, headers=headers)

        assert client.portal
        assert client.portal.call(store.every, ApiKey) == []
        assert client.post("/api/v1/chat/", json={"query": "card?"}, headers=bearer(key)).status_code == 401


def test_questions_with_a_key_count_against_the_limits_of_its_owner() -> None:
    with api(rate_limit_questions_per_minute=2) as client:
        headers = sign_up(client)
        key = bearer(make(client, headers)["key"])
        ask(client, headers)
        ask(client, key)

        assert client.post("/api/v1/chat/", json={"query": "card?"}, headers=key).status_code == 429


@pytest.mark.parametrize("field", ["name", "scopes", "days", "password"])
def test_an_odd_value_makes_no_key(field: str) -> None:
    fine = {"name": {"long"}, "password": {"long", "blank", "invisible"}, "days": {"number"}}.get(field, set())
    with api() as client:
        headers = sign_up(client) | {"Content-Type": "application/json"}
        rest = {name: value for name, value in SITE.items() if name != field}
        for name, text in TEXTS.items():
            if name in fine:
                continue
            body = f'{json.dumps(rest)[:-1]}, "{field}": {text}}}'
            assert client.post(KEYS, content=body.encode(), headers=headers).status_code in (413, 422), (field, name)
        for body_bytes in BODIES.values():
            assert client.post(KEYS, content=body_bytes, headers=headers).status_code in (413, 422)
        assert client.get(KEYS, headers=headers).json() == []
