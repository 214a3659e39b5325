"""How often one may ask over HTTP, and what one is told then. Time passes when the tests say so."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_args

import httpx2
import pytest
from starlette.testclient import TestClient

from questrag.settings import Settings
from questrag.web.limits import InProcess, Kind
from tests.integration.api import PASSWORD, an_app, sign_up
from tests.unit.test_limits import Clock

REGISTER, LOGIN, GUEST, REFRESH, LOGOUT, ME = (
    f"/api/v1/auth/{name}" for name in ("register", "login", "guest", "refresh", "logout", "me")
)
BANK = "https://www.bank.example"
QUESTION = {"query": "How do I block my debit card?"}
CHAT = {"model": "questrag", "messages": [{"role": "user", "content": "How do I block my debit card?"}]}
CALL_ME = {"name": "Priya", "contact": "priya@example.com"}


class At(TestClient):
    """The API as it is reached from an address."""

    clock: Clock

    def from_(self, host: str) -> "At":
        other = At(self.app, client=(host, 50000), follow_redirects=False)
        other.portal = self.portal
        other.app_state.update(self.app_state)
        return other


@contextmanager
def limited(**changes: Any) -> Iterator[At]:
    clock = Clock()
    with At(an_app(counts=InProcess(clock), **changes), follow_redirects=False) as client:
        client.clock = clock
        yield client


def refused(response: httpx2.Response) -> int:
    """Return how long to wait, of an answer that must be the whole refusal."""
    assert response.status_code == 429, response.text
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["title"]) == (429, "Too Many Requests")
    assert problem["detail"].startswith("Too many")
    assert problem["request_id"] == response.headers["x-request-id"]
    assert response.headers["cache-control"] == "no-store"
    return int(response.headers["retry-after"])


def account(name: str) -> dict[str, str]:
    return {"username": name, "email": f"{name}@example.com", "password": PASSWORD}


def test_every_limit_is_a_setting_that_may_be_0() -> None:
    settings = [name for name in Settings.model_fields if name.startswith("rate_limit_")]
    kinds = [name.removeprefix("rate_limit_").rpartition("_per_")[0] for name in settings]
    assert sorted(kinds) == sorted(get_args(Kind))
    assert all(Settings.model_validate({name: 0}) for name in settings)


def test_one_address_opens_so_many_accounts_an_hour() -> None:
    with limited(rate_limit_new_accounts_per_hour=2) as client:
        for name in ("asha", "bela"):
            assert client.post(REGISTER, json=account(name)).status_code == 201
        assert refused(client.post(REGISTER, json=account("chitra"))) == 3600
        assert client.from_("203.0.113.7").post(REGISTER, json=account("chitra")).status_code == 201
        client.clock.at += 3600
        assert client.post(REGISTER, json=account("devi")).status_code == 201


def test_one_address_tries_so_many_sign_ins_a_minute_the_right_ones_among_them() -> None:
    with limited(rate_limit_sign_ins_per_minute=3) as client:
        sign_up(client)
        for name in ("asha", "bela"):
            assert client.post(LOGIN, json=account(name)).status_code == 401
        client.clock.at += 15
        assert refused(client.post(LOGIN, json=account("priya"))) == 45


def test_one_address_begins_so_many_sessions_without_an_account_a_minute() -> None:
    with limited(rate_limit_guests_per_minute=1, widget_origins=BANK) as client:
        assert client.post(GUEST, json={"origin": BANK}).status_code == 201
        assert refused(client.post(GUEST, json={"origin": BANK})) == 60


def test_one_address_exchanges_so_many_tokens_a_minute() -> None:
    with limited(rate_limit_refreshes_per_minute=1) as client:
        headers = sign_up(client)
        token = client.post(REFRESH, headers=headers).json()["access_token"]
        assert refused(client.post(REFRESH, headers={"Authorization": f"Bearer {token}"})) == 60
        assert client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_questions_of_one_account_are_counted_together_however_they_are_asked_and_from_where() -> None:
    with limited(rate_limit_questions_per_minute=5) as client:
        headers = sign_up(client)
        asked = client.post("/api/v1/chat/", json=QUESTION, headers=headers).json()
        turn = f"/api/v1/chat/messages/{asked['message_id']}"
        elsewhere = client.from_("203.0.113.7")
        assert elsewhere.post("/api/v1/chat/stream", json=QUESTION, headers=headers).status_code == 200
        assert client.post(f"{turn}/regenerate", headers=headers).status_code == 200
        assert client.post(f"{turn}/edit", json=QUESTION, headers=headers).status_code == 200
        assert client.post("/v1/chat/completions", json=CHAT, headers=headers).status_code == 200

        for path, body in (("", QUESTION), ("/", QUESTION), ("/stream", QUESTION)):
            assert refused(client.post(f"/api/v1/chat{path}", json=body, headers=headers)) == 60
        assert refused(client.post(f"{turn}/regenerate", headers=headers)) == 60
        assert refused(client.post(f"{turn}/edit", json=QUESTION, headers=headers)) == 60

        assert client.get("/api/v1/chat/conversations", headers=headers).status_code == 200
        assert client.post("/api/v1/chat/", json=QUESTION, headers=sign_up(client, "asha")).status_code == 200


def test_a_client_of_the_openai_api_is_refused_in_its_own_words() -> None:
    with limited(rate_limit_questions_per_minute=1) as client:
        headers = sign_up(client)
        client.post("/v1/chat/completions", json=CHAT, headers=headers)
        response = client.post("/v1/chat/completions", json=CHAT, headers=headers)
    assert (response.status_code, response.headers["retry-after"]) == (429, "60")
    assert response.json()["error"]["type"] == "rate_limit_error"
    assert response.json()["error"]["code"] == "rate_limit_exceeded"


def test_a_question_that_was_refused_is_not_stored() -> None:
    with limited(rate_limit_questions_per_minute=1) as client:
        headers = sign_up(client)
        for _ in range(3):
            client.post("/api/v1/chat/", json=QUESTION, headers=headers)
        kept = client.get("/api/v1/chat/conversations", headers=headers).json()["conversations"]
    assert len(kept) == 1


def test_one_account_asks_for_a_person_so_often_an_hour() -> None:
    with limited(rate_limit_handoffs_per_hour=2) as client:
        headers = sign_up(client)
        for _ in range(2):
            assert client.post("/api/v1/handoffs", json=CALL_ME, headers=headers).status_code == 201
        assert refused(client.post("/api/v1/handoffs", json=CALL_ME, headers=headers)) == 3600
        assert client.post("/api/v1/handoffs", json=CALL_ME, headers=sign_up(client, "asha")).status_code == 201


def test_all_calls_of_one_address_are_counted_also_those_that_are_refused_or_lead_nowhere() -> None:
    with limited(rate_limit_requests_per_minute=4) as client:
        client.get(ME)
        client.get("/api/v1/nowhere")
        client.post("/api/v1/auth/login", content=b"{")
        client.get("/v1/models")
        assert refused(client.get(ME)) == 60
        assert refused(client.post(LOGIN, content=b"x" * 1_000_000)) == 60
        for path in ("/health/live", "/health/ready", "/"):
            assert client.get(path).status_code in (200, 307), path
        assert client.from_("203.0.113.7").get(ME).status_code == 401
        client.clock.at += 60
        assert client.get(ME).status_code == 401


FORWARDED = {"X-Forwarded-For": "203.0.113.7"}


def test_whoever_names_another_address_is_not_believed_and_the_operator_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with limited(rate_limit_requests_per_minute=3) as client, caplog.at_level(logging.WARNING):
        for i in range(3):
            client.get(ME, headers={"X-Forwarded-For": f"203.0.113.{i}"})
        refused(client.get(ME, headers={"X-Forwarded-For": "203.0.113.99"}))
    told = [record.getMessage() for record in caplog.records if "TRUSTED_PROXIES" in record.getMessage()]
    assert len(told) == 1
    assert "203.0.113" not in told[0]


def test_behind_a_proxy_that_is_trusted_each_visitor_counts_alone() -> None:
    with limited(rate_limit_requests_per_minute=1, trusted_proxies="10.0.0.0/8, 192.0.2.1") as client:
        proxy = client.from_("10.1.2.3")
        assert proxy.get(ME, headers=FORWARDED).status_code == 401
        refused(proxy.get(ME, headers=FORWARDED))
        assert proxy.get(ME, headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 401
        # What a visitor made up stands before what the proxies added.
        refused(proxy.get(ME, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}))
        refused(proxy.get(ME, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7, 192.0.2.1"}))
        assert client.from_("198.51.100.77").get(ME, headers=FORWARDED).status_code == 401


def test_a_wrong_password_too_many_is_told_how_long_to_wait_and_the_right_one_then_lets_in() -> None:
    with limited(lock_out_after=3) as client:
        sign_up(client)
        client.cookies.clear()
        for _ in range(3):
            assert client.post(LOGIN, json={**account("priya"), "password": "wrong"}).status_code == 401
        assert refused(client.post(LOGIN, json=account("priya"))) == 1
        client.clock.at += 1
        assert client.post(LOGIN, json={**account("priya"), "password": "wrong"}).status_code == 401
        assert refused(client.post(LOGIN, json=account("priya"))) == 2
        client.clock.at += 2
        assert client.post(LOGIN, json=account("priya")).status_code == 200


def test_an_unknown_name_is_refused_step_by_step_like_a_known_one() -> None:
    def told(name: str) -> list[tuple[int, str, str | None]]:
        with limited(lock_out_after=3) as client:
            sign_up(client)
            client.cookies.clear()
            answers = [client.post(LOGIN, json={"username": name, "password": "wrong"}) for _ in range(6)]
        return [(each.status_code, each.json()["detail"], each.headers.get("retry-after")) for each in answers]

    assert told("nobody") == told("priya")


def test_the_browser_of_the_owner_is_let_in_while_others_guess() -> None:
    with limited(lock_out_after=3) as client:
        sign_up(client)
        elsewhere = client.from_("203.0.113.7")
        for _ in range(5):
            elsewhere.post(LOGIN, json={**account("priya"), "password": "wrong"})
        for i in range(50):
            guesser = client.from_(f"198.51.100.{i}")
            guesser.post(LOGIN, json={**account("priya"), "password": "wrong"})
        assert refused(client.from_("203.0.113.8").post(LOGIN, json=account("priya"))) <= 60
        assert client.post(LOGIN, json=account("priya")).status_code == 200


def test_over_tls_only_the_mark_that_came_over_tls_counts() -> None:
    with limited(lock_out_after=3) as client:
        sign_up(client)
        mark = client.cookies["questrag_device"]
        for _ in range(3):
            client.from_("203.0.113.7").post(LOGIN, json={**account("priya"), "password": "wrong"})
        elsewhere, over_tls = client.from_("203.0.113.7"), f"https://testserver{LOGIN}"
        planted = elsewhere.post(over_tls, json=account("priya"), headers={"Cookie": f"questrag_device={mark}"})
        own = elsewhere.post(over_tls, json=account("priya"), headers={"Cookie": f"__Secure-questrag_device={mark}"})

    assert (planted.status_code, own.status_code) == (429, 200)


@pytest.mark.parametrize(("scheme", "name"), [("http", "questrag_device"), ("https", "__Secure-questrag_device")])
def test_the_mark_of_a_browser_goes_to_no_script_no_other_page_and_no_other_route(scheme: str, name: str) -> None:
    with TestClient(an_app(), base_url=f"{scheme}://testserver") as client:
        client.post(REGISTER, json=account("priya"))
        wrong = client.post(LOGIN, json={**account("priya"), "password": "wrong"})
        cookie = client.post(LOGIN, json=account("priya")).headers["set-cookie"]
        mark = cookie.split("=", 1)[1].split(";")[0]
        with_mark = client.get(ME, headers={"Authorization": f"Bearer {mark}"})

    assert "set-cookie" not in wrong.headers
    assert cookie.startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=strict", f"Path={LOGIN}"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) == (scheme == "https")
    assert with_mark.status_code == 401


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("Password@123", "guessed first"),
        ("priya and a goat", "user name"),
        ("questrag for me", "name of this service"),
        ("12345678", "row or a repetition"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused_at_its_field(password: str, message: str) -> None:
    with limited() as client:
        response = client.post(REGISTER, json={**account("priya"), "password": password})
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    assert fault["field"] == "password"
    assert message in fault["message"]
    assert password not in response.text


def test_a_token_that_signed_out_is_dead_everywhere_and_cannot_be_exchanged() -> None:
    with limited() as client:
        headers = sign_up(client)
        other = {"Authorization": f"Bearer {client.post(LOGIN, json=account('priya')).json()['access_token']}"}
        client.post(LOGOUT, headers=headers)
        dead: list[tuple[str, str]] = [("GET", ME), ("POST", REFRESH), ("POST", LOGOUT), ("GET", "/v1/models")]
        assert [client.request(verb, path, headers=headers).status_code for verb, path in dead] == [401] * 4
        assert client.get(ME, headers=other).status_code == 200
