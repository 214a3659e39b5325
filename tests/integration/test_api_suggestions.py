"""Questions that are offered, and the approved entry behind an answer, over HTTP."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from questrag.storage.memory import MemoryStore
from questrag.web.app import create_app
from questrag.wiring import Parts
from tests.fakes import BLOCK_CARD, OPEN_DEPOSIT, PASSAGES, RESET_PIN, TinyBase, an_assistant
from tests.integration.api import CHEAP_KIB, NO_PAGE, api, ask, settings, sign_up

FIRST, SOURCES = "/api/v1/chat/suggestions", "/api/v1/chat/sources"
UNBLOCK = replace(BLOCK_CARD, id="card/unblock", question="How do I unblock my debit card?", answer="Choose Unblock.")


def test_a_new_customer_is_offered_a_question_of_each_category() -> None:
    with api() as client:
        offered = client.get(FIRST, headers=sign_up(client), params={"limit": 2}).json()["suggestions"]

    assert offered == [
        {"entry_id": "card-block", "question": BLOCK_CARD.question, "category": "cards"},
        {"entry_id": "pin-reset", "question": RESET_PIN.question, "category": "upi"},
    ]


def test_what_other_customers_needed_comes_first_and_never_in_their_words() -> None:
    store = MemoryStore()
    typed = "zanzibar fixed deposit open"
    with api(store) as client:
        for name in ("priya", "ravi"):
            assert ask(client, sign_up(client, name), typed)["sources"][0]["id"] == "deposit-open"
        response = client.get(FIRST, headers=sign_up(client, "meera"))

    assert response.json()["suggestions"][0]["question"] == OPEN_DEPOSIT.question
    assert "zanzibar" not in response.text


def test_the_next_questions_are_near_the_answer_and_were_not_answered_yet() -> None:
    with api(assistant=an_assistant(passages=(*PASSAGES, UNBLOCK))) as client:
        headers = sign_up(client)
        answer = ask(client, headers)
        url = f"/api/v1/chat/messages/{answer['message_id']}/suggestions"
        offered = [client.get(url, headers=headers).json()["suggestions"] for _ in range(2)]
        more = ask(client, headers, UNBLOCK.question, conversation_id=answer["conversation_id"])
        left = client.get(f"/api/v1/chat/messages/{more['message_id']}/suggestions", headers=headers).json()
        small_talk = ask(client, headers, "hello there")
        none = client.get(f"/api/v1/chat/messages/{small_talk['message_id']}/suggestions", headers=headers).json()

    assert offered[0] == offered[1]
    assert [one["entry_id"] for one in offered[0]] == ["card/unblock"]
    assert left == none == {"suggestions": []}


@pytest.mark.parametrize(
    ("lang", "answer", "spoken"),
    [("en", BLOCK_CARD.answer, "en"), ("hinglish", BLOCK_CARD.answers["hinglish"], "hinglish"), ("hi", None, "en")],
)
def test_the_entry_behind_an_answer_is_shown_word_for_word_in_the_language_where_it_has_it(
    lang: str, answer: str | None, spoken: str
) -> None:
    with api() as client:
        found = client.get(f"{SOURCES}/card-block", headers=sign_up(client), params={"lang": lang}).json()

    assert found == {
        "id": "card-block",
        "question": BLOCK_CARD.question,
        "answer": answer or BLOCK_CARD.answer,
        "lang": spoken,
        "category": "cards",
        "source": "Cards guide",
        "as_of": "2026-04-01",
        "regulated": False,
        "knowledge_version": "tiny@1",
    }


@pytest.mark.parametrize("entry_id", ["card/unblock", "Cards: unblock?", "कार्ड #2", "50% off & more"])
def test_an_entry_may_have_any_characters_in_its_id(entry_id: str) -> None:
    passages = (*PASSAGES, replace(UNBLOCK, id=entry_id))
    parts = Parts(assistant=an_assistant(passages=passages), store=MemoryStore(), knowledge=TinyBase(passages))
    app = create_app(settings(), parts, password_memory_kib=CHEAP_KIB, page=NO_PAGE)
    with TestClient(app) as client:
        found = client.get(f"{SOURCES}/{quote(entry_id)}", headers=sign_up(client))

    assert (found.status_code, found.json()["id"], found.json()["answer"]) == (200, entry_id, "Choose Unblock.")


def test_an_entry_that_is_gone_is_not_found() -> None:
    with api() as client:
        gone = client.get(f"{SOURCES}/card/unblock", headers=sign_up(client))

    assert gone.status_code == 404
    assert "card/unblock" in gone.json()["detail"], "the route was found, the entry was not"


@pytest.mark.parametrize("path", [FIRST, f"{SOURCES}/card-block", "/api/v1/chat/messages/m/suggestions"])
def test_questions_and_entries_are_for_those_who_are_signed_in(path: str) -> None:
    with api() as client:
        refused = client.get(path)
        wrong = client.get(path, headers=sign_up(client), params={"limit": "13", "lang": "fr"})

    assert refused.status_code == 401
    assert wrong.status_code in (404, 422)
