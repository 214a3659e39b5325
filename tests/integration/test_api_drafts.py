"""From a draft to a published entry: one person writes, a second one approves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from questrag.chat.desk import GoldenQuestion
from questrag.storage.memory import MemoryStore
from tests.integration.curators import BLOCK, DRAFTS, FEE, KNOWLEDGE, body, office, saying

NEW = {"id": "pin-reset", "question": "How do I reset my PIN?", "answer": "In the app.", "category": "upi"}


def problem(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["detail"])


def wrong_fields(response: Any) -> list[str]:
    problem(response, 422)
    return [error["field"] for error in response.json()["errors"]]


ROUTES = [
    ("GET", "/entries"),
    ("GET", "/entries/export"),
    ("GET", "/entry?entry_id=cards-fee"),
    ("POST", "/entry/check"),
    ("POST", "/entry/restore?entry_id=cards-fee"),
    ("POST", "/entry/retire?entry_id=cards-fee"),
    ("GET", "/drafts"),
    ("GET", "/drafts/x"),
    ("POST", "/drafts"),
    ("PUT", "/drafts/x/content"),
    ("POST", "/drafts/x/discard"),
    ("POST", "/drafts/x/submit"),
    ("POST", "/drafts/x/approve"),
    ("POST", "/drafts/x/return"),
    ("POST", "/drafts/approve-together"),
    ("POST", "/import?filename=faq.csv"),
]


@pytest.mark.parametrize(("verb", "path"), ROUTES)
def test_a_customer_may_do_none_of_this_and_a_stranger_neither(verb: str, path: str) -> None:
    with office() as at:
        assert "curators" in problem(at.client.request(verb, KNOWLEDGE + path, headers=at.priya, json={}), 403)
        problem(at.client.request(verb, KNOWLEDGE + path, json={}), 401)


def test_a_draft_becomes_a_published_entry_by_the_hands_of_two() -> None:
    store = MemoryStore()
    with office(store) as at:
        draft = at.begin(NEW, note="customers ask", golden=["pin bhool gaya 9876543210", "forgot pin"])
        assert (draft["stage"], draft["number"], draft["author"], draft["problems"]) == ("draft", 1, "asha", [])
        assert draft["entry"] == body({**body(FEE), **NEW})
        assert at.listed(state="new") == ["pin-reset"]

        waiting = at.post(f"/drafts/{draft['id']}/submit").json()
        assert (waiting["stage"], waiting["may_approve"]) == ("review", False)
        (seen,) = at.get("/drafts", at.ravi).json()["drafts"]
        assert seen == {**waiting, "may_approve": True}

        approved = at.post(f"/drafts/{draft['id']}/approve", {"changed_at": seen["changed_at"]}, at.ravi).json()
        assert (approved["stage"], approved["approved_by"], approved["may_approve"]) == ("published", "ravi", False)
        assert approved["effective_from"] == approved["approved_at"]
        assert at.get("/drafts").json() == {"drafts": [], "next_cursor": None}
        assert at.client.portal
        golden = at.client.portal.call(store.every, GoldenQuestion)

    assert sorted((each.question, each.relevant, each.author) for each in golden) == [
        ("forgot pin", ("pin-reset",), "asha"),
        ("pin bhool gaya [PHONE]", ("pin-reset",), "asha"),
    ]


def test_a_draft_may_have_problems_but_is_not_submitted_with_them() -> None:
    with office() as at:
        draft = at.begin({**body(BLOCK), "question": " ", "as_of": "soon", "paraphrases": [{"text": ""}]})
        assert [found["field"] for found in draft["problems"]] == ["question", "paraphrases[0].text", "as_of"]
        assert draft["entry"]["as_of"] == "soon"
        refused = at.post(f"/drafts/{draft['id']}/submit")
        assert wrong_fields(refused) == ["question", "paraphrases[0].text", "as_of"]

        better = {"entry": {**body(BLOCK), "answer": "Call {{cardline}}."}, "changed_at": draft["changed_at"]}
        changed = at.put(f"/drafts/{draft['id']}/content", better).json()
        assert wrong_fields(at.post(f"/drafts/{draft['id']}/submit")) == ["answer"]
        assert [found["field"] for found in changed["problems"]] == ["answer"]


def test_an_entry_is_drafted_by_one_person_at_a_time() -> None:
    with office() as at:
        at.begin(FEE)
        assert "by asha is being written" in problem(at.post("/drafts", {"entry": body(FEE)}, at.ravi), 409)
        assert "by asha" in problem(at.post("/entry/retire", {}, at.ravi, entry_id="cards-fee"), 409)


def test_a_new_entry_with_the_id_of_another_is_refused_where_it_is_meant_to_be_new() -> None:
    with office() as at:
        assert "choose another id" in problem(at.post("/drafts", {"entry": body(FEE), "new": True}), 409)
        assert at.begin(FEE)["number"] == 1


def test_nobody_overwrites_what_they_have_not_seen() -> None:
    with office() as at:
        draft = at.begin(FEE)
        first = at.put(
            f"/drafts/{draft['id']}/content",
            {"entry": body(saying("600.")), "changed_at": draft["changed_at"]},
            at.ravi,
        )
        late = at.put(
            f"/drafts/{draft['id']}/content", {"entry": body(saying("700.")), "changed_at": draft["changed_at"]}
        )
        assert first.json()["author"] == "ravi"
        assert "ravi changed this draft after you had opened it" in problem(late, 409)
        assert at.get("/drafts").json()["drafts"][0]["entry"]["answer"] == "600."


def test_the_id_of_a_draft_stays() -> None:
    with office() as at:
        draft = at.begin(FEE)
        change = {"entry": body(replace(FEE, id="other")), "changed_at": draft["changed_at"]}
        assert wrong_fields(at.put(f"/drafts/{draft['id']}/content", change)) == ["id"]


def test_nobody_approves_their_own_words_not_even_an_administrator() -> None:
    with office() as at:
        draft = at.submit(saying("600."), at.meera)
        for verb, given in (("approve", {}), ("return", {"note": "no"})):
            assert "You wrote this" in problem(at.post(f"/drafts/{draft['id']}/{verb}", given, at.meera), 403)
        assert at.post(f"/drafts/{draft['id']}/approve", {}, at.ravi).status_code == 200


def test_what_is_given_back_says_why_and_goes_round_again() -> None:
    with office() as at:
        draft = at.submit(saying("600."))
        assert wrong_fields(at.post(f"/drafts/{draft['id']}/return", {"note": " "}, at.ravi)) == ["note"]
        back = at.post(f"/drafts/{draft['id']}/return", {"note": "Since when?"}, at.ravi).json()
        assert (back["stage"], back["returned"], back["author"]) == ("draft", "Since when?", "asha")
        assert "still writing" in problem(at.post(f"/drafts/{draft['id']}/approve", {}, at.ravi), 409)
        assert at.post(f"/drafts/{draft['id']}/submit").json()["returned"] == ""


def test_a_draft_that_was_changed_since_is_not_approved_unseen() -> None:
    with office() as at:
        draft = at.submit(saying("600."))
        changed = at.put(
            f"/drafts/{draft['id']}/content", {"entry": body(saying("6.")), "changed_at": draft["changed_at"]}
        )
        assert changed.json()["stage"] == "draft"
        at.post(f"/drafts/{draft['id']}/submit")
        unseen = at.post(f"/drafts/{draft['id']}/approve", {"changed_at": draft["changed_at"]}, at.ravi)
        assert "after you had opened it" in problem(unseen, 409)


def test_a_time_for_the_approval_lies_ahead_and_has_an_offset() -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with office() as at:
        draft = at.submit(saying("600."))
        for wrong in ((tomorrow - timedelta(days=2)).isoformat(), "2026-11-24T10:00:00", "9999-12-31T23:59:59-12:00"):
            refused = at.post(f"/drafts/{draft['id']}/approve", {"effective_from": wrong}, at.ravi)
            assert wrong_fields(refused) == ["effective_from"]
        given = {"effective_from": tomorrow.isoformat()}
        approved = at.post(f"/drafts/{draft['id']}/approve", given, at.ravi).json()
        assert datetime.fromisoformat(approved["effective_from"]) == tomorrow
        assert at.listed(state="scheduled") == ["cards-fee"]

        assert at.post(f"/drafts/{draft['id']}/discard", by=at.ravi).status_code == 204
        assert at.listed(state="scheduled") == []


def test_a_draft_is_given_up_by_whoever_wrote_it_or_an_administrator() -> None:
    with office() as at:
        draft = at.begin(FEE)
        assert "asha wrote this draft" in problem(at.post(f"/drafts/{draft['id']}/discard", by=at.ravi), 403)
        assert at.post(f"/drafts/{draft['id']}/discard", by=at.meera).status_code == 204
        assert "discarded" in problem(at.post(f"/drafts/{draft['id']}/submit"), 409)
        assert at.begin(FEE)["number"] == 2


def test_what_waits_for_a_second_person_comes_first_then_the_newest() -> None:
    with office() as at:
        waiting = at.submit(saying("600."))
        at.begin(NEW)
        at.begin(BLOCK, at.ravi)
        order = [draft["entry_id"] for draft in at.get("/drafts").json()["drafts"]]
    assert order == [waiting["entry_id"], "cards-block", "pin-reset"]


def test_pages_show_each_draft_once_in_the_same_order() -> None:
    with office() as at:
        for n in range(5):
            at.begin({**NEW, "id": f"new-{n}"}, at.ravi if n % 2 else None)
        for entry in (saying("600."), BLOCK):
            at.submit(entry)
        whole = at.get("/drafts").json()
        seen: list[dict[str, Any]] = []
        sizes, cursor = [], ""
        while cursor is not None:
            page = at.get("/drafts", limit=3, cursor=cursor).json()
            seen, cursor = [*seen, *page["drafts"]], page["next_cursor"]
            sizes.append(len(page["drafts"]))

    assert sizes == [3, 3, 1]
    assert whole["next_cursor"] is None
    assert seen == whole["drafts"]
    assert [draft["stage"] for draft in seen] == ["review"] * 2 + ["draft"] * 5


def test_what_is_written_between_two_pages_shifts_none_of_them() -> None:
    with office() as at:
        for n in range(4):
            at.begin({**NEW, "id": f"new-{n}"})
        first = at.get("/drafts", limit=2).json()
        at.begin(BLOCK)
        at.post(f"/drafts/{first['drafts'][1]['id']}/discard")
        second = at.get("/drafts", limit=2, cursor=first["next_cursor"]).json()

    assert [draft["entry_id"] for page in (first, second) for draft in page["drafts"]] == [
        "new-3",
        "new-2",
        "new-1",
        "new-0",
    ]


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "1.'; DROP TABLE desk"}]
)
def test_a_page_that_there_cannot_be_is_refused(params: dict[str, Any]) -> None:
    with office() as at:
        problem(at.get("/drafts", **params), 422)


def test_a_draft_is_read_by_its_id_as_long_as_it_is_open() -> None:
    with office() as at:
        draft = at.begin(FEE)
        assert at.get(f"/drafts/{draft['id']}", at.ravi).json()["entry"] == draft["entry"]
        waiting = at.post(f"/drafts/{draft['id']}/submit").json()
        assert at.get(f"/drafts/{draft['id']}").json() == waiting
        given_up = at.begin(NEW)
        at.post(f"/drafts/{given_up['id']}/discard")
        at.post(f"/drafts/{draft['id']}/approve", {}, at.ravi)
        for gone in (given_up["id"], draft["id"], "x", "0123456789abcdef-1"):
            problem(at.get(f"/drafts/{gone}"), 404)


def test_several_are_approved_at_once_and_what_is_refused_says_why() -> None:
    with office() as at:
        own = at.submit(BLOCK, at.ravi)
        draft, other = at.submit(saying("600.")), at.submit(NEW)
        at.put(f"/drafts/{other['id']}/content", {"entry": NEW, "changed_at": other["changed_at"]})
        at.post(f"/drafts/{other['id']}/submit")
        ids = [own["id"], draft["id"], other["id"], draft["id"], "../x"]
        together = at.post(
            "/drafts/approve-together", {"ids": ids, "changed_at": {other["id"]: other["changed_at"]}}, at.ravi
        ).json()

    assert together["approved"] == [draft["id"]]
    assert list(together["refused"]) == [own["id"], other["id"], "../x"]
    assert "second person" in together["refused"][own["id"]]
    assert "after you had opened it" in together["refused"][other["id"]]


@pytest.mark.parametrize("draft_id", ["0123456789abcdef-1", "x", "%00", "'; DROP TABLE desk; --", "x" * 3000])
def test_a_draft_that_does_not_exist_is_not_found(draft_id: str) -> None:
    with office() as at:
        for verb, given in (("submit", None), ("approve", {}), ("return", {"note": "x"}), ("discard", None)):
            problem(at.client.post(f"{DRAFTS}/{draft_id}/{verb}", json=given, headers=at.asha), 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"answer": "a\0b"}, "entry.answer"),
        ({"paraphrases": [{"text": "\ud800"}]}, "entry.paraphrases.text"),
        ({"answers": {"fr": "x"}}, "entry.answers.fr"),
        ({"lang": "fr"}, "entry.lang"),
        ({"regulated": "perhaps"}, "entry.regulated"),
        ({"extra": {"question": "x"}}, "extra.question"),
        ({"extra": {"x": "a\0b"}}, "extra"),
        ({"extra": {"x": ["\ud800"]}}, "extra"),
        ({"extra": {"x": float("nan")}}, "extra"),
        ({"extra": 7}, "entry.extra"),
        ({"question": "x" * 100_001}, "entry.question"),
    ],
)
def test_what_no_store_could_keep_is_refused_with_its_field(change: dict[str, Any], field: str) -> None:
    with office() as at:
        content = json.dumps({"entry": {**NEW, **change}})
        refused = at.client.post(DRAFTS, content=content, headers={**at.asha, "Content-Type": "application/json"})
        assert field in " ".join(wrong_fields(refused))
        assert at.get("/drafts").json() == {"drafts": [], "next_cursor": None}


def test_what_is_nested_beyond_reason_is_refused() -> None:
    deep: Any = {}
    for _ in range(400):
        deep = {"a": deep}
    with office() as at:
        assert wrong_fields(at.post("/drafts", {"entry": {**NEW, "extra": deep}})) == ["extra"]


def test_a_draft_may_be_as_long_as_an_entry_in_three_languages() -> None:
    long = "लंबा " * 3_900
    with office() as at:
        draft = at.submit({**NEW, "answer": long, "answers": {"hinglish": long, "hi": long}})
        assert draft["entry"]["answers"]["hi"] == long.strip()


def test_other_fields_of_an_entry_are_kept() -> None:
    extra = {"owner": "cards team", "x": [1, {"y": None}], "note": "a\\u0000b"}
    with office() as at:
        assert at.begin({**NEW, "extra": extra})["entry"]["extra"] == extra
