"""The test panel, golden questions and what serves, as curators reach them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from questrag.web.app import create_app
from questrag.wiring import Parts, assemble
from tests.integration.api import CHEAP_KIB, NO_PAGE, Headers, api, settings, sign_up, staff
from tests.integration.published import BLOCK, LOCKER, LOST, THIEF, a_golden_file, a_knowledge_base, keep, publish

KNOWLEDGE = "/api/v1/knowledge"
DRAFT = {"id": "thief", "question": THIEF.question, "answer": THIEF.answer}


class Desk:
    """A signed-in curator at a running application."""

    def __init__(self, client: TestClient, parts: Parts) -> None:
        self.client = client
        self.store = parts.store
        self.headers = staff(client, parts.store, "curator")

    def post(self, path: str, json: object = None, *, status: int = 200) -> dict[str, Any]:
        response = self.client.post(f"{KNOWLEDGE}{path}", json=json, headers=self.headers)
        assert response.status_code == status, response.text
        return cast(dict[str, Any], response.json())

    def get(self, path: str) -> dict[str, Any]:
        response = self.client.get(f"{KNOWLEDGE}{path}", headers=self.headers)
        assert response.status_code == 200, response.text
        return cast(dict[str, Any], response.json())

    def do(self, call: Any, *args: Any, **kwargs: Any) -> Any:
        assert self.client.portal
        return self.client.portal.call(lambda: call(self.store, *args, **kwargs))

    def settled(self) -> dict[str, Any]:
        until = monotonic() + 20
        while monotonic() < until:
            if not (found := self.get("/serving"))["working"]:
                return found
            sleep(0.02)
        raise AssertionError("it is still at work")


@contextmanager
def a_desk(folder: Path, **changes: Any) -> Iterator[Desk]:
    chosen = settings(kb_path=a_knowledge_base(folder), data_dir=folder / "var", kb_reload_s=0, **changes)
    parts = asyncio.run(assemble(chosen))
    with TestClient(create_app(chosen, parts, password_memory_kib=CHEAP_KIB, page=NO_PAGE)) as client:
        yield Desk(client, parts)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path, golden_questions=a_golden_file(tmp_path, where_is_the_branch="branch", gone="gone")) as made:
        yield made


# The test panel ------------------------------------------------------------------------------


def test_a_question_is_answered_with_its_reasons_and_stored_nowhere(desk: Desk) -> None:
    tried = desk.post("/try", {"question": "How do I block my card?"})
    assert tried["answer"] == BLOCK.answer
    assert (tried["lang"], tried["status"], tried["action"], tried["with_draft"]) == ("en", "answered", "FETCH", False)
    best = tried["hits"][0]
    assert (best["entry_id"], best["question"], best["in_prompt"], best["regulated"]) == (
        "block",
        BLOCK.question,
        True,
        False,
    )
    assert 0 < best["score"] <= 1
    assert tried["receipt"]["llm_provider"] == "extractive"
    assert tried["receipt"]["versions"]["knowledge"] == desk.get("/serving")["version"]
    assert desk.do(lambda store: store.ended(None, 10)) == []


def test_a_draft_takes_part_as_if_it_were_published(desk: Desk) -> None:
    assert desk.post("/try", {"question": LOST})["answer"] == BLOCK.answer
    tried = desk.post("/try", {"question": LOST, "draft": DRAFT})
    assert (tried["answer"], tried["with_draft"]) == (THIEF.answer, True)
    assert tried["hits"][0]["entry_id"] == "thief"
    assert desk.post("/try", {"question": LOST})["answer"] == BLOCK.answer
    assert desk.get("/serving")["entries"] == 3


def test_earlier_questions_are_answered_on_the_way(desk: Desk) -> None:
    alone = desk.post("/try", {"question": "and how much is it"})
    together = desk.post("/try", {"question": "and how much is it", "earlier": [LOCKER.question]})
    assert together["hits"][0]["entry_id"] == "locker"
    assert together["hits"][0]["score"] > alone["hits"][0]["score"]
    assert together["answer"] == LOCKER.answer


def test_numbers_of_customers_are_masked_before_anything_is_done(desk: Desk) -> None:
    tried = desk.post("/try", {"question": "block my card 4111 1111 1111 1111"})
    assert "4111" not in str(tried)


def test_small_talk_is_not_looked_up(desk: Desk) -> None:
    tried = desk.post("/try", {"question": "hello"})
    assert (tried["action"], tried["reason"]) == ("NO_FETCH", "small_talk")
    assert not any(hit["in_prompt"] for hit in tried["hits"])


def test_a_draft_that_cannot_be_read_is_refused_by_its_fields(desk: Desk) -> None:
    problem = desk.post("/try", {"question": LOST, "draft": {**DRAFT, "answer": " "}}, status=422)
    assert [each["field"] for each in problem["errors"]] == ["answer"]


def test_fields_of_a_draft_that_nobody_knows_do_not_hold_it_up(desk: Desk) -> None:
    draft = {**DRAFT, "extra": {"owner": "cards desk"}, "paraphrases": [{"text": "card kho gaya", "lang": "hinglish"}]}
    assert desk.post("/try", {"question": "card kho gaya", "draft": draft})["hits"][0]["entry_id"] == "thief"


# Golden questions ----------------------------------------------------------------------------


def test_a_golden_question_is_added_listed_and_removed(desk: Desk) -> None:
    added = desk.post("/golden", {"question": LOST, "lang": "en", "relevant": ["block"]}, status=201)
    assert (added["right_now"], added["author"], added["relevant"]) == (True, "asha", ["block"])
    assert desk.get("/golden") == {"golden": [added], "shipped": 1}
    assert desk.get("/serving")["golden"] == 2

    path = f"{KNOWLEDGE}/golden/{added['id']}"
    assert desk.client.delete(path, headers=desk.headers).status_code == 204
    assert desk.get("/golden")["golden"] == []
    assert desk.client.delete(path, headers=desk.headers).status_code == 404


def test_a_golden_question_says_whether_it_is_answered_right_now(desk: Desk) -> None:
    wrong = desk.post("/golden", {"question": LOST, "lang": "en", "relevant": ["branch"]}, status=201)
    assert wrong["right_now"] is False
    desk.do(keep, "what is a nominee", "nominee")
    assert [each["right_now"] for each in desk.get("/golden")["golden"] if each["relevant"] == ["nominee"]] == [None]


def test_an_entry_that_does_not_exist_answers_no_golden_question(desk: Desk) -> None:
    desk.post("/golden", {"question": LOST, "lang": "en", "relevant": ["block", "nobody"]}, status=404)
    assert desk.get("/golden")["golden"] == []


def test_what_is_stored_of_a_golden_question_is_masked(desk: Desk) -> None:
    asked = {"question": "block 4111 1111 1111 1111", "lang": "en", "relevant": ["block"]}
    assert "4111" not in desk.post("/golden", asked, status=201)["question"]


# What serves ---------------------------------------------------------------------------------


def test_serving_names_what_waits_for_its_time(desk: Desk) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    desk.do(publish, THIEF, from_=at)
    desk.do(publish, BLOCK, from_=at - timedelta(days=30), retires=True)
    found = desk.get("/serving")
    assert found["scheduled"] == [
        {
            "entry_id": "thief",
            "question": THIEF.question,
            "number": 1,
            "effective_from": at.isoformat().replace("+00:00", "Z"),
        }
    ]
    assert (found["entries"], found["refused"], found["working"], found["last"]) == (3, "", False, None)


def test_reindexing_serves_what_is_published_and_reports_the_gate(desk: Desk) -> None:
    desk.do(publish, THIEF)
    before = desk.get("/serving")["version"]
    assert desk.post("/reindex", status=202)["working"] is True
    found = desk.settled()
    assert (found["entries"], found["refused"]) == (4, "")
    report = found["last"]
    assert (report["passed"], report["questions"], report["left_out"]) == (True, 1, 1)
    assert (report["from_version"], report["to_version"]) == (before, found["version"])
    assert report["seconds"] > 0


def test_of_two_who_reindex_at_once_the_second_is_told_so(desk: Desk) -> None:
    desk.post("/reindex", status=202)
    assert "at this moment" in desk.post("/reindex", status=409)["detail"]
    desk.settled()


def test_a_refused_change_says_which_golden_question_and_passes_once_that_is_removed(desk: Desk) -> None:
    golden = desk.post("/golden", {"question": LOST, "lang": "en", "relevant": ["block"]}, status=201)
    desk.do(publish, THIEF)
    desk.post("/reindex", status=202)
    refused = desk.settled()
    assert refused["entries"] == 3
    assert "'thief' comes first instead of 'block'" in refused["refused"]
    worse = {"question": LOST, "lang": "en", "relevant": ["block"], "before": "block", "after": "thief"}
    assert (refused["last"]["passed"], refused["last"]["worse"]) == (False, [worse])
    assert desk.client.get("/health").json()["status"] == "degraded"

    assert desk.client.delete(f"{KNOWLEDGE}/golden/{golden['id']}", headers=desk.headers).status_code == 204
    after = desk.settled()
    assert (after["entries"], after["refused"]) == (4, "")
    assert desk.client.get("/health").json()["status"] == "ok"


# Who may ---------------------------------------------------------------------------------------

ROUTES = [
    ("POST", "/try", {"question": "card"}),
    ("GET", "/golden", None),
    ("POST", "/golden", {"question": "card", "lang": "en", "relevant": ["card-block"]}),
    ("DELETE", "/golden/any", None),
    ("GET", "/serving", None),
    ("POST", "/reindex", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES, ids=[f"{m} {p}" for m, p, _ in ROUTES])
def test_customers_and_strangers_are_refused(method: str, path: str, body: object) -> None:
    with api() as client:
        customer = sign_up(client)
        for headers, status in ((customer, 403), (Headers(), 401)):
            response = client.request(method, f"{KNOWLEDGE}{path}", json=body, headers=headers)
            assert response.status_code == status
