"""The knowledge base as curators see it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from questrag.chat.desk import Revision, Stage, revision_id
from questrag.knowledge.base import EntryBase
from questrag.knowledge.exporting import as_csv
from questrag.storage.memory import MemoryStore
from questrag.web.entries import file_time
from tests.integration.api import api, staff
from tests.integration.curators import BLOCK, BRANCH, ENTRIES, FEE, KNOWLEDGE, body, office, parts, saying
from tests.integration.test_api_drafts import NEW, problem, wrong_fields
from tests.unit.test_exporting import ingested


def in_force(number: int, answer: str = "600.", *, retires: bool = False) -> Revision:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return Revision(
        id=revision_id("cards-fee", number),
        entry_id="cards-fee",
        number=number,
        line=saying(answer).to_json(),
        created_at=at,
        changed_at=at,
        author="asha",
        stage=Stage.PUBLISHED,
        approved_by="ravi",
        approved_at=at,
        effective_from=at,
        retires=retires,
    )


# The list -------------------------------------------------------------------------------------


def test_the_list_says_of_each_entry_what_there_is_and_where_it_stands() -> None:
    with office() as at:
        at.submit(saying("600."), at.ravi)
        page = at.get("/entries").json()

    assert [entry["id"] for entry in page["entries"]] == ["branch/hours", "cards-block", "cards-fee"]
    assert page["entries"][1] == {
        "id": "cards-block",
        "question": "How do I block my card?",
        "category": "cards",
        "intent": "",
        "lang": "en",
        "langs": ["en", "hi"],
        "source": "Cards guide",
        "as_of": "2026-04-01",
        "regulated": True,
        "paraphrases": 1,
        "state": "published",
        "open": None,
    }
    assert page["entries"][2]["open"] == {"id": revision_id("cards-fee", 1), "stage": "review", "author": "ravi"}
    assert (page["total"], page["next_offset"], page["in_review"]) == (3, None, 1)
    assert page["categories"] == [{"category": "branches", "entries": 1}, {"category": "cards", "entries": 2}]


def test_the_list_is_given_page_by_page() -> None:
    with office() as at:
        first = at.get("/entries", limit=2).json()
        second = at.get("/entries", limit=2, offset=first["next_offset"]).json()
        beyond = at.get("/entries", limit=2, offset=99).json()

    assert [entry["id"] for entry in first["entries"] + second["entries"]] == sorted(entry.id for entry in ENTRIES)
    assert (first["total"], first["next_offset"], second["next_offset"]) == (3, 2, None)
    assert (beyond["entries"], beyond["total"], beyond["next_offset"]) == ([], 3, None)


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"q": "CARD"}, ["cards-block", "cards-fee"]),
        ({"q": "कार्ड"}, ["cards-block"]),
        ({"q": "branch/hours"}, ["branch/hours"]),
        ({"category": "cards", "regulated": False}, ["cards-fee"]),
        ({"lang": "hi"}, ["cards-block"]),
        ({"as_of_before": "2026-01-01T00:00:00Z"}, ["branch/hours", "cards-fee"]),
        ({"state": "draft"}, []),
    ],
)
def test_the_list_is_searched_and_filtered(params: dict[str, Any], wanted: list[str]) -> None:
    with office() as at:
        assert at.listed(**params) == wanted


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"state": "x"}, {"lang": "fr"}, {"q": "a\0"}, {"as_of_before": "x"}],
)
def test_an_odd_question_to_the_list_is_refused(params: dict[str, Any]) -> None:
    with office() as at:
        problem(at.get("/entries", **params), 422)


def test_where_there_are_no_entries_to_list_it_is_said() -> None:
    store = MemoryStore()
    with api(store) as client:
        problem(client.get(f"{KNOWLEDGE}/entries", headers=staff(client, store, "curator")), 503)


# One entry ------------------------------------------------------------------------------------


def test_an_entry_is_shown_with_what_the_files_hold_and_every_revision() -> None:
    with office() as at:
        approved = at.publish(saying("600."))
        draft = at.begin(saying("700."))
        found = at.entry("cards-fee")

    assert found["published"]["answer"] == "500 rupees.", "until the new index serves"
    assert found["published_number"] == 0
    assert found["revisions"][:2] == [draft, approved]
    filed = found["revisions"][2]
    assert (filed["number"], filed["entry"], filed["author"], filed["stage"]) == (0, body(FEE), "", "published")


def test_the_number_is_that_of_the_revision_that_serves() -> None:
    serving = in_force(4)
    with office(entries=[saying("600.")], serving=[serving]) as at:
        assert (at.entry("cards-fee")["published"]["answer"], at.entry("cards-fee")["published_number"]) == ("600.", 4)
        assert at.entry("cards-block")["published_number"] == 0


def test_what_the_files_hold_has_the_time_of_its_file() -> None:
    def time_of(entry_id: str) -> datetime:
        return file_time(
            entry_id, made, EntryBase(ENTRIES, places={"cards-fee": "cards.jsonl:2", "x": "loans.jsonl:1"})
        )

    second = 1_000_000_000
    files = {Path("kb/cards.jsonl"): (3 * second, 9), Path("kb/loans.jsonl"): (5 * second, 9)}
    made = replace(parts(MemoryStore(), (), {}), files={**files, Path("policies/served.jsonl"): (7 * second, 9)})

    assert time_of("cards-fee") == datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC)
    assert time_of("cards-block") == datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC), "a revision stands over it"


def test_an_entry_that_does_not_serve_has_nothing_published() -> None:
    with office(serving=[in_force(1, retires=True)]) as at:
        at.begin(NEW)
        for entry_id in ("pin-reset", "cards-fee"):
            found = at.entry(entry_id)
            assert (found["published"], found["published_number"]) == (None, None)


def test_an_entry_nobody_knows_is_not_found() -> None:
    with office() as at:
        for entry_id in ("x", "../x", "\0", "💥", "x" * 200):
            problem(at.get("/entry", entry_id=entry_id), 404)
        problem(at.get("/entry", entry_id=""), 422)
        assert at.entry("branch/hours")["published"]["question"] == BRANCH.question


# Check ----------------------------------------------------------------------------------------


def test_a_check_shows_what_customers_would_see() -> None:
    with office() as at:
        answer = "Ask {{branch_line}} or {{card_line}}."
        checked = at.post("/entry/check", {**body(BLOCK), "id": "new", "answer": answer}).json()

    assert checked["problems"] == []
    assert checked["placeholders"] == [
        {"name": "branch_line", "known": True, "value": ""},
        {"name": "card_line", "known": True, "value": "1800 000 0000"},
    ]
    english, hindi = checked["rendered"]
    assert english["answer"].startswith("Ask your bank's branch line or 1800 000 0000.\nNot on file here: branch line.")
    assert (hindi["lang"], hindi["answer"]) == ("hi", "ऐप में कार्ड चुनें, या 1800 000 0000 पर फ़ोन करें।")
    assert [entry["id"] for entry in checked["similar"]] == ["cards-block"]


def test_a_check_names_what_is_wrong_and_renders_nothing_then() -> None:
    with office() as at:
        draft = {**body(BLOCK), "id": "", "answer": "Call {{cardline}} {now}", "as_of": "01.04.2026"}
        checked = at.post("/entry/check", draft).json()
        fixed = at.post("/entry/check", {**draft, "id": "x", "as_of": ""}).json()

    assert [found["field"] for found in checked["problems"]] == ["id", "as_of"]
    assert [found["field"] for found in fixed["problems"]] == ["answer", "answer"]
    assert checked["rendered"] == fixed["rendered"] == []
    assert fixed["placeholders"][0] == {"name": "cardline", "known": False, "value": ""}


def test_a_check_keeps_nothing() -> None:
    with office() as at:
        at.post("/entry/check", NEW)
        assert at.listed(state="new") == []
        assert wrong_fields(at.post("/entry/check", {**NEW, "extra": {"id": "x"}})) == ["extra.id"]


# Back, and out --------------------------------------------------------------------------------


def test_one_person_rolls_an_entry_back_whatever_is_being_drafted() -> None:
    with office() as at:
        at.publish(saying("600."))
        at.publish(saying("wrong"))
        draft = at.begin(saying("700."))
        restored = at.post("/entry/restore", {"number": 1, "note": "typo"}, at.ravi, entry_id="cards-fee").json()
        again = at.post("/entry/restore", {"number": 4}, entry_id="cards-fee")
        filed = at.post("/entry/restore", {"number": 0}, entry_id="cards-fee").json()
        still = at.put(
            f"/drafts/{draft['id']}/content", {"entry": body(saying("8.")), "changed_at": draft["changed_at"]}
        )

    assert (restored["number"], restored["restores"], restored["entry"]["answer"]) == (4, 1, "600.")
    assert (restored["stage"], restored["author"], restored["approved_by"]) == ("published", "ravi", "ravi")
    assert "in force already" in problem(again, 409)
    assert (filed["number"], filed["entry"]["answer"]) == (5, "500 rupees.")
    assert still.status_code == 200


def test_only_what_was_approved_and_has_been_in_force_is_restored() -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with office() as at:
        at.publish(saying("600."), effective_from=tomorrow)
        at.begin(saying("700."))

        def restore(number: Any, entry_id: str = "cards-fee") -> Any:
            return at.post("/entry/restore", {"number": number}, entry_id=entry_id)

        assert "later time" in problem(restore(1), 409)
        assert "Nobody has approved" in problem(restore(2), 409)
        assert "in force already" in problem(restore(0), 409)
        problem(restore(3), 404)
        problem(restore(0, "unknown"), 404)
        for odd in (-1, 10**9, "x", None, 1.5):
            problem(restore(odd), 422)


def test_an_entry_is_retired_by_two_and_can_come_back() -> None:
    with office() as at:
        proposed = at.post("/entry/retire", {"note": "no fee any more"}, entry_id="cards-fee")
        assert proposed.status_code == 201
        draft = proposed.json()
        assert (draft["stage"], draft["retires"], draft["entry"], draft["problems"]) == ("review", True, body(FEE), [])
        assert "second person" in problem(at.post(f"/drafts/{draft['id']}/approve", {}), 403)
        at.post(f"/drafts/{draft['id']}/approve", {}, at.ravi)
        assert "retired already" in problem(at.post("/entry/retire", {}, entry_id="cards-fee"), 409)
        assert at.post("/entry/restore", {"number": 0}, entry_id="cards-fee").status_code == 200
        problem(at.post("/entry/retire", {}, entry_id="unknown"), 404)


# Export ---------------------------------------------------------------------------------------


def test_what_is_exported_is_what_serves_and_comes_back_as_it_was() -> None:
    odd = replace(saying("=1+1"), extra={"owner": "@team"})
    with office(entries=[odd]) as at:
        lines, table = at.get("/entries/export"), at.get("/entries/export", format="csv")
        problem(at.get("/entries/export", format="xlsx"), 422)

    entries = [BLOCK, odd, BRANCH]
    assert [json.loads(line)["id"] for line in lines.text.splitlines()] == [entry.id for entry in entries]
    assert ingested(lines.text, "kb.jsonl") == ingested(table.text, "kb.csv") == entries
    assert table.content.startswith(b"\xef\xbb\xbf"), "else spreadsheets misread Hindi"
    assert table.text == as_csv(entries)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert lines.headers["content-disposition"].endswith('.jsonl"')
