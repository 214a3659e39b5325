"""Asking for a person, over the API, with real ends behind it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, cast

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from questrag.chat.ports import Store
from questrag.storage.memory import MemoryStore
from tests.desks import MailServer, Program
from tests.integration.api import Headers, Unplugged, api, ask, sign_up, staff

PEOPLE = "/api/v1/handoffs"
PRIYA = {"name": "Priya शर्मा", "contact": "priya@example.com"}


@contextmanager
def listening(program: Program, server: MailServer) -> Iterator[None]:
    """Let both listen in a thread of their own: the application has its own event loop."""
    started, over = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def listen() -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(program)
            await stack.enter_async_context(server)
            started.set()
            await over.wait()

    def work() -> None:
        loop.run_until_complete(listen())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert started.wait(5)
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


def want(client: TestClient, headers: Headers, **more: Any) -> dict[str, Any]:
    response = client.post(PEOPLE, json={**PRIYA, **more}, headers=headers)
    assert response.status_code == 201, response.text
    return cast(dict[str, Any], response.json())


def test_a_customer_who_wants_a_person_reaches_both_desks_with_what_was_said() -> None:
    program, server, store = Program(), MailServer(), MemoryStore()
    with listening(program, server):
        desks: dict[str, Any] = {
            "smtp_url": SecretStr(f"smtp://127.0.0.1:{server.port}"),
            "handoff_email_to": "desk@bank.example",
            "handoff_webhook_url": program.url,
            "handoff_webhook_secret": SecretStr("s3cret"),
        }
        with api(store, **desks) as client:
            headers, admin = sign_up(client), staff(client, store)
            asked = ask(client, headers)
            note = "Charged twice on 4111 1111 1111 1111"
            made = want(client, headers, note=note, lang="hi", conversation_id=asked["conversation_id"])
            (seen,) = client.get(PEOPLE, headers=admin).json()["handoffs"]

    assert made["told"] is True
    assert made["state"] == "open"
    assert made["reference"] == f"{made['id'][:4]}-{made['id'][4:8]}".upper()
    (post,), (mailed,) = program.posts, server.mails
    assert post.record["id"] == seen["id"] == made["id"]
    assert (post.record["name"], post.record["contact"]) == (PRIYA["name"], PRIYA["contact"])
    assert post.record["note"] == seen["note"] == "Charged twice on [CARD]"
    assert [line["role"] for line in post.record["transcript"]] == ["user", "assistant"]
    assert post.record["transcript"][1]["text"] == asked["response"]
    assert seen["transcript"] == post.record["transcript"]
    assert (sorted(seen["delivered"]), seen["problem"]) == (["email", "webhook"], "")
    assert "x-questrag-signature" in post.headers
    assert (mailed.sender, mailed.recipients) == ("desk@bank.example", ("desk@bank.example",))


def test_with_nobody_to_tell_the_request_waits_in_the_list_of_the_staff() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers, admin = sign_up(client), staff(client, store)
        made = want(client, headers)
        page = client.get(PEOPLE, headers=admin).json()

    assert made["told"] is False
    assert page["next_cursor"] is None
    (seen,) = page["handoffs"]
    assert {key: seen[key] for key in made} == made
    assert (seen["contact"], seen["conversation_id"], seen["transcript"]) == (PRIYA["contact"], None, [])


def test_a_desk_that_refuses_is_no_reason_to_refuse_the_customer() -> None:
    program, store = Program(500), MemoryStore()
    with listening(program, MailServer()), api(store, handoff_webhook_url=program.url) as client:
        headers, admin = sign_up(client), staff(client, store)
        made = want(client, headers)
        (seen,) = client.get(PEOPLE, headers=admin).json()["handoffs"]

    assert made["told"] is False
    assert (seen["delivered"], seen["problem"]) == ([], "webhook: refused (500)")


@pytest.mark.parametrize(
    "contact",
    [
        "priya@example.com",
        "priya.sharma+bank@mail.example.co.in",
        "प्रिया@उदाहरण.भारत",
        "+91 98765 43210",
        "(022) 2345-6789",
        "९८७६५ ४३२१०",
        "1234567",
    ],
)
def test_a_contact_is_kept_as_it_was_given(contact: str) -> None:
    store = MemoryStore()
    with api(store) as client:
        want(client, sign_up(client), contact=f"  {contact} ")
        (seen,) = client.get(PEOPLE, headers=staff(client, store)).json()["handoffs"]

    assert seen["contact"] == contact


@pytest.mark.parametrize(
    "contact",
    [
        "call me",
        "priya@",
        "@example.com",
        "123456",
        "1234567890123456",
        "98765 43210 x",
        "a@b.example\nBcc: c@d.example",
    ],
)
def test_a_contact_that_reaches_nobody_is_refused_by_name_and_not_repeated(contact: str) -> None:
    with api() as client:
        response = client.post(PEOPLE, json={**PRIYA, "contact": contact}, headers=sign_up(client))

    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "contact", "message": "must be an e-mail address or a phone number"}]
    assert contact not in response.text


def test_only_one_s_own_conversation_can_go_along() -> None:
    store = MemoryStore()
    with api(store) as client:
        theirs = ask(client, sign_up(client))["conversation_id"]
        stranger = sign_up(client, "ravi")
        responses = [
            client.post(PEOPLE, json={**PRIYA, "conversation_id": chat}, headers=stranger) for chat in (theirs, "none")
        ]
        page = client.get(PEOPLE, headers=staff(client, store)).json()

    assert [response.status_code for response in responses] == [404, 404]
    assert page["handoffs"] == []


def test_requests_are_for_administrators_only() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers = sign_up(client)
        url = f"{PEOPLE}/{want(client, headers)['id']}"
        for who in (headers, staff(client, store, "curator")):
            assert client.get(PEOPLE, headers=who).status_code == 403
            assert client.patch(url, json={"state": "closed"}, headers=who).status_code == 403
        anybody = [client.post(PEOPLE, json=PRIYA), client.get(PEOPLE), client.patch(url, json={"state": "closed"})]

    assert [response.status_code for response in anybody] == [401] * 3


def test_a_closed_request_is_listed_apart_and_can_be_opened_again() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers, admin = sign_up(client), staff(client, store)
        first, second = want(client, headers)["id"], want(client, headers)["id"]

        def listed(**params: str) -> list[str]:
            page = client.get(PEOPLE, headers=admin, params=params).json()
            return [handoff["id"] for handoff in page["handoffs"]]

        closed = client.patch(f"{PEOPLE}/{first}", json={"state": "closed"}, headers=admin)
        assert (closed.status_code, closed.json()["state"]) == (200, "closed")
        assert (listed(state="open"), listed(state="closed"), len(listed())) == ([second], [first], 2)
        client.patch(f"{PEOPLE}/{first}", json={"state": "open"}, headers=admin)
        assert listed(state="closed") == []
        assert client.patch(f"{PEOPLE}/nothing", json={"state": "open"}, headers=admin).status_code == 404


def test_the_list_goes_on_where_the_page_before_ended() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers, admin = sign_up(client), staff(client, store)
        made = [want(client, headers)["id"] for _ in range(7)]
        pages, cursor = [], ""
        while cursor is not None:
            page = client.get(PEOPLE, headers=admin, params={"limit": 3, "cursor": cursor}).json()
            pages.append([handoff["id"] for handoff in page["handoffs"]])
            cursor = page["next_cursor"]
        odd = [client.get(PEOPLE, headers=admin, params={"cursor": odd}) for odd in ("x", "1.", "9" * 20 + ".a")]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(found for page in pages for found in page) == sorted(made)
    assert [response.status_code for response in odd] == [422] * 3


def test_without_a_database_a_request_is_refused_and_can_be_made_again() -> None:
    store = Unplugged(MemoryStore())
    with api(cast(Store, store)) as client:
        headers = sign_up(client)
        store.down = True
        refused = client.post(PEOPLE, json=PRIYA, headers=headers)
        store.down = False
        want(client, headers)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "3")
