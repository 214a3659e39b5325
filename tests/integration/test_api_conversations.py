import json
from datetime import datetime

from starlette.testclient import TestClient

from questrag.generation.scripted import Scripted
from tests.fakes import BLOCK_CARD, an_assistant
from tests.integration.api import Headers, api, ask, conversations, messages, sign_up

LIST = "/api/v1/chat/conversations"


def titles(client: TestClient, headers: Headers, **params: object) -> list[str]:
    return [conversation["title"] for conversation in conversations(client, headers, **params)]


def test_the_list_goes_on_where_the_page_before_ended() -> None:
    with api() as client:
        headers = sign_up(client)
        asked = [ask(client, headers, f"question {i}")["conversation_id"] for i in range(7)]
        pages, cursor = [], ""
        while cursor is not None:
            page = client.get(LIST, headers=headers, params={"limit": 3, "cursor": cursor}).json()
            pages.append([conversation["conversation_id"] for conversation in page["conversations"]])
            cursor = page["next_cursor"]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(found for page in pages for found in page) == sorted(asked)


def test_a_page_that_ends_the_list_has_no_next_one() -> None:
    with api() as client:
        headers = sign_up(client)
        assert client.get(LIST, headers=headers).json() == {"conversations": [], "next_cursor": None}
        for i in range(2):
            ask(client, headers, f"question {i}")
        assert client.get(LIST, headers=headers, params={"limit": 2}).json()["next_cursor"] is None


def test_a_search_finds_what_was_asked_and_what_was_answered() -> None:
    with api() as client:
        headers = sign_up(client)
        ask(client, headers, "How do I block my debit card?")
        ask(client, headers, "How do I open a fixed deposit?")

        assert titles(client, headers, q="BLOCK my") == ["How do I block my debit card?"]
        assert titles(client, headers, q="takes effect at once") == ["How do I block my debit card?"]
        assert titles(client, headers, q="100%_") == []


def test_an_archived_conversation_is_put_away_and_can_be_taken_back() -> None:
    with api() as client:
        headers = sign_up(client)
        url = f"{LIST}/{ask(client, headers)['conversation_id']}"
        archived = client.patch(url, json={"archived": True}, headers=headers).json()
        away, there = titles(client, headers), titles(client, headers, archived=True)
        client.patch(url, json={"archived": False}, headers=headers)

        assert archived["archived"] is True
        assert (away, len(there)) == ([], 1)
        assert len(titles(client, headers)) == 1


def test_a_pinned_conversation_is_found_by_that_and_keeps_its_place() -> None:
    with api() as client:
        headers = sign_up(client)
        first = ask(client, headers, "How do I block my debit card?")["conversation_id"]
        ask(client, headers, "How do I open a fixed deposit?")
        before = titles(client, headers)
        pinned = client.patch(f"{LIST}/{first}", json={"pinned": True}, headers=headers).json()

        assert pinned["pinned"] is True
        assert titles(client, headers) == before
        assert titles(client, headers, pinned=True) == ["How do I block my debit card?"]
        assert titles(client, headers, pinned=False) == ["How do I open a fixed deposit?"]
        assert titles(client, headers, pinned=True, q="fixed") == []
        assert client.get(f"{LIST}/{first}", headers=headers).json()["pinned"] is True
        client.patch(f"{LIST}/{first}", json={"pinned": False}, headers=headers)
        assert titles(client, headers, pinned=True) == []


def test_a_change_that_changes_nothing_is_refused() -> None:
    with api() as client:
        headers = sign_up(client)
        url = f"{LIST}/{ask(client, headers)['conversation_id']}"
        for nothing in ({}, {"pinned": None}, {"title": None, "archived": None}):
            assert client.patch(url, json=nothing, headers=headers).status_code == 422


def test_pinning_what_is_somebody_else_s_is_not_found() -> None:
    with api() as client:
        headers = sign_up(client)
        url = f"{LIST}/{ask(client, headers)['conversation_id']}"

        assert client.patch(url, json={"pinned": True}, headers=sign_up(client, "ravi")).status_code == 404
        assert titles(client, headers, pinned=True) == []


def test_a_conversation_can_be_renamed_without_moving_in_the_list() -> None:
    with api() as client:
        headers = sign_up(client)
        url = f"{LIST}/{ask(client, headers)['conversation_id']}"
        before = conversations(client, headers)[0]
        after = client.patch(url, json={"title": "  Lost card 4111 1111 1111 1111 "}, headers=headers).json()

        assert after == {**before, "title": "Lost card [CARD]"}
        assert conversations(client, headers) == [after]


def test_a_deleted_conversation_is_gone_with_all_that_was_in_it() -> None:
    with api() as client:
        headers = sign_up(client)
        for address in ("/api/v1/chat/conversation", "/api/v1/chat/conversations"):
            asked = ask(client, headers)
            deleted = client.delete(f"{address}/{asked['conversation_id']}", headers=headers)
            again = client.delete(f"{address}/{asked['conversation_id']}", headers=headers)
            rated = client.put(
                f"/api/v1/chat/messages/{asked['message_id']}/feedback", json={"rating": "up"}, headers=headers
            )
            assert (deleted.status_code, deleted.content) == (204, b"")
            assert (again.status_code, rated.status_code) == (404, 404)
        assert titles(client, headers) == []


def test_a_version_shows_the_newest_of_what_followed_it() -> None:
    with api(assistant=an_assistant(generator=Scripted(["ok"]))) as client:
        headers = sign_up(client)
        first = ask(client, headers, "one")
        chat = first["conversation_id"]
        ask(client, headers, "two", conversation_id=chat)
        regenerate = f"/api/v1/chat/messages/{first['message_id']}/regenerate"
        again = client.post(regenerate, headers=headers).json()
        ask(client, headers, "three", conversation_id=chat)

        def questions(leaf: str) -> list[str]:
            return [message["content"] for message in messages(client, headers, chat, leaf=leaf)[::2]]

        assert questions(first["message_id"]) == ["one", "two"]
        assert questions(again["message_id"]) == ["one", "three"]
        elsewhere = ask(client, headers, "four")["message_id"]
        assert client.get(f"{LIST}/{chat}", headers=headers, params={"leaf": elsewhere}).status_code == 404


def test_the_exported_file_holds_every_version() -> None:
    with api() as client:
        headers = sign_up(client)
        asked = ask(client, headers)
        chat = asked["conversation_id"]
        client.post(f"/api/v1/chat/messages/{asked['message_id']}/regenerate", headers=headers)
        exported = client.get(f"{LIST}/{chat}/export", headers=headers)
        unknown = client.get(f"{LIST}/{chat}/export", headers=headers, params={"format": "pdf"})

    file = json.loads(exported.text)
    assert exported.headers["content-disposition"] == f'attachment; filename="conversation-{chat}.json"'
    assert (file["conversation_id"], file["title"]) == (chat, BLOCK_CARD.question)
    assert [turn["answer"] for turn in file["turns"]] == [BLOCK_CARD.answer] * 2
    assert file["turns"][0]["metadata"] == asked["metadata"]
    assert datetime.fromisoformat(file["turns"][0]["answered_at"]).utcoffset() is not None
    assert unknown.status_code == 422


def test_the_exported_page_reads_like_the_conversation() -> None:
    with api() as client:
        headers = sign_up(client)
        chat = ask(client, headers)["conversation_id"]
        page = client.get(f"{LIST}/{chat}/export", headers=headers, params={"format": "markdown"})

    assert page.headers["content-type"] == "text/markdown; charset=utf-8"
    assert page.headers["content-disposition"].endswith('.md"')
    assert page.text.startswith(f"# {BLOCK_CARD.question}\n\n## You, 20")
    assert BLOCK_CARD.answer in page.text
    assert "- Source: How do I block my debit card? (Cards guide)" in page.text
