"""Reports for administrators, and the gap queue for curators."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from questrag.evaluation.results import read_results
from questrag.settings import PROJECT
from questrag.storage.memory import MemoryStore
from tests.fakes import PASSAGES, an_assistant
from tests.integration.api import Headers, Unplugged, api, ask, sign_up, staff

INSIGHTS = "/api/v1/insights"
FOR_ADMINS = ("/usage", "/questions", "/results", "/providers", "/policies")


@dataclass
class Bank:
    client: TestClient
    store: MemoryStore
    meera: Headers
    """An administrator."""
    asha: Headers
    """A curator."""
    priya: Headers
    """A customer."""

    def get(self, path: str, by: Headers | None = None, **params: Any) -> Any:
        response = self.client.get(f"{INSIGHTS}{path}", headers=by or self.meera, params=params)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def bank() -> Iterator[Bank]:
    store = MemoryStore()
    assistant = an_assistant(enough=0.5)
    with api(store, assistant, token_price_prompt=10.0, token_price_completion=20.0) as client:
        meera, asha = staff(client, store, "admin", "meera"), staff(client, store, "curator", "asha")
        yield Bank(client, store, meera, asha, sign_up(client))


@pytest.mark.parametrize("path", [*FOR_ADMINS, "/gaps"])
def test_customers_see_no_insights_and_curators_none_but_the_gap_queue(bank: Bank, path: str) -> None:
    assert bank.client.get(f"{INSIGHTS}{path}").status_code == 401
    assert bank.client.get(f"{INSIGHTS}{path}", headers=bank.priya).status_code == 403
    expected = 200 if path == "/gaps" else 403
    assert bank.client.get(f"{INSIGHTS}{path}", headers=bank.asha).status_code == expected
    assert bank.client.get(f"{INSIGHTS}{path}", headers=bank.meera).status_code == 200


@pytest.mark.parametrize("path", ["/gaps/dismiss", "/policies/promote", "/policies/roll-back"])
def test_customers_change_nothing_and_curators_no_policy(bank: Bank, path: str) -> None:
    body = {"message_ids": ["a"], "version": "abcdef", "why": ""}
    assert bank.client.post(f"{INSIGHTS}{path}", json=body).status_code == 401
    assert bank.client.post(f"{INSIGHTS}{path}", json=body, headers=bank.priya).status_code == 403
    refused = bank.client.post(f"{INSIGHTS}{path}", json=body, headers=bank.asha).status_code
    assert refused == (204 if path == "/gaps/dismiss" else 403)


def test_before_anybody_asked_everything_is_zero_or_null(bank: Bank) -> None:
    usage = bank.get("/usage", days=7)
    assert (usage["turns"], usage["tokens"]["saving"], usage["tokens"]["ci95"]) == (0, None, None)
    assert usage["fetched"] == {"n": 0, "count": 0, "share": None, "ci95": None}
    assert [day["turns"] for day in usage["days"]] == [0] * 7
    assert usage["cost"] == {"currency": "INR", "spent": 0.0, "saved": 0.0}
    assert bank.get("/questions") == {"entries": []}
    assert bank.get("/gaps") == {"gaps": [], "closed_since": 0, "dismissed": 0, "waiting": 0, "left_out": 0}
    assert bank.get("/providers") == {
        "providers": [],
        "tokens_today": 0,
        "cost_today": {"currency": "INR", "spent": 0.0, "saved": 0.0},
    }


def test_what_customers_asked_is_counted(bank: Bank) -> None:
    first = ask(bank.client, bank.priya)
    second = ask(bank.client, bank.priya, "How do I open a deposit?", conversation_id=first["conversation_id"])
    other = ask(bank.client, sign_up(bank.client, "ravi"), "Is it going to rain?")
    rated = f"/api/v1/chat/messages/{first['message_id']}/feedback"
    assert bank.client.put(rated, json={"rating": "up"}, headers=bank.priya).status_code in (200, 204)
    wanted = {"name": "Ravi", "contact": "ravi@example.com"}
    assert bank.client.post("/api/v1/handoffs", json=wanted, headers=bank.priya).status_code == 201

    usage = bank.get("/usage", days=1)
    assert (usage["turns"], usage["conversations"], usage["accounts"]) == (3, 2, 2)
    bills = [turn["metadata"]["tokens"] for turn in (first, second, other)]
    for figure in ("prompt", "always_fetch_prompt", "saved"):
        assert usage["tokens"][figure] == sum(bill[figure] for bill in bills)
    assert [group["turns"] for group in usage["by_lang"]] == [3]
    assert (usage["handed_off"]["count"], usage["contained"]["count"]) == (1, 1)
    assert usage["satisfied"]["share"] == 1.0
    assert usage["person_requests"] == 1
    assert [stage["stage"] for stage in usage["latency"]] == ["search", "decide", "prompt", "generate", "total"]
    card, deposit = bank.get("/questions")["entries"]
    assert (card["entry_id"], card["question"]) == ("card-block", "How do I block my debit card?")
    assert (card["category"], card["turns"], card["up"], card["down"]) == ("cards", 1, 1, 0)
    assert deposit["entry_id"] == "deposit-open"
    assert len(bank.get("/questions", limit=1)["entries"]) == 1


def test_questions_without_an_answer_wait_in_the_gap_queue_until_they_are_put_aside(bank: Bank) -> None:
    unanswered = ask(bank.client, bank.priya, "Is it going to rain?")
    (gap,) = bank.get("/gaps", bank.asha)["gaps"]
    assert (gap["id"], gap["example"], gap["accounts"]) == (unanswered["message_id"], "Is it going to rain?", 1)
    (question,) = gap["questions"]
    assert (question["kind"], question["lang"], question["reason"]) == ("unanswered", "en", "")

    for _ in range(2):
        dismissed = bank.client.post(
            f"{INSIGHTS}/gaps/dismiss", json={"message_ids": [unanswered["message_id"]]}, headers=bank.asha
        )
        assert dismissed.status_code == 204
    queue = bank.get("/gaps", bank.asha)
    assert (queue["gaps"], queue["dismissed"]) == ([], 1)


def test_numbers_in_a_question_are_masked_in_the_gap_queue_too(bank: Bank) -> None:
    ask(bank.client, bank.priya, "Will it rain on 4111 1111 1111 1111?")
    assert "4111" not in bank.client.get(f"{INSIGHTS}/gaps", headers=bank.asha).text


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/usage", {"days": 0}),
        ("/usage", {"days": 367}),
        ("/usage", {"days": "all"}),
        ("/questions", {"limit": 101}),
        ("/gaps", {"days": -1}),
    ],
)
def test_periods_and_limits_out_of_range_are_refused(bank: Bank, path: str, params: dict[str, Any]) -> None:
    assert bank.client.get(f"{INSIGHTS}{path}", params=params, headers=bank.meera).status_code == 422


@pytest.mark.parametrize("ids", [[], ["a" * 65], ["a\x00b"], ["a b"], [5], "abc", ["a"] * 501])
def test_only_ids_of_messages_can_be_dismissed(bank: Bank, ids: Any) -> None:
    response = bank.client.post(f"{INSIGHTS}/gaps/dismiss", json={"message_ids": ids}, headers=bank.asha)
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("promote", {}),
        ("promote", {"version": "shipped"}),
        ("promote", {"version": "../abcdef"}),
        ("promote", {"version": "abcdef", "why": "a\x00b"}),
        ("promote", {"version": "abcdef", "why": "a" * 501}),
        ("promote", []),
        ("roll-back", {}),
        ("roll-back", {"why": None}),
        ("roll-back", {"why": "\ud800"}),
    ],
)
def test_a_change_of_policy_that_cannot_be_read_is_refused(bank: Bank, path: str, body: Any) -> None:
    headers = {**bank.meera, "Content-Type": "application/json"}
    response = bank.client.post(f"{INSIGHTS}/policies/{path}", content=json.dumps(body), headers=headers)
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"


def test_result_files_are_shown_as_they_are(bank: Bank) -> None:
    shown = bank.get("/results")
    assert {file["name"]: file["content"] for file in shown["files"] if file["kind"] == "evaluation"} == {
        file.name: file.content for file in read_results(PROJECT).files if file.kind == "evaluation"
    }
    assert shown["left_out"] == []


def test_reports_say_that_the_database_is_away_and_work_again_when_it_is_back() -> None:
    inner = MemoryStore()
    store = Unplugged(inner)
    with api(store, an_assistant(passages=PASSAGES)) as client:  # type: ignore[arg-type]
        meera = staff(client, inner, "admin", "meera")
        store.down = True
        assert client.get(f"{INSIGHTS}/usage", headers=meera).status_code == 503
        store.down = False
        assert client.get(f"{INSIGHTS}/usage", headers=meera).status_code == 200
