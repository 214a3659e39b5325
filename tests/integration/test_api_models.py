"""Choosing who answers: two providers over real HTTP behind the API as it is served."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai  # noqa: F401  # slow, and otherwise part of the first call's deadline
import pytest
from pydantic import SecretStr

from questrag.settings import PROJECT
from questrag.web.app import create_app
from questrag.wiring import assemble, renew
from tests import peers
from tests.integration.api import CHEAP_KIB, NO_PAGE, PASSWORD, events_of, served, settings, written
from tests.peers import ANSWER, Peer

ATM = PROJECT / "data" / "knowledge" / "atm.jsonl"
QUESTION = "How can I withdraw cash from an ATM without a card?"
SAID = "".join(ANSWER)
OWN, GROQ, APPROVED = "custom/own-1", "groq/openai/gpt-oss-20b", "approved"
CHAT = "/api/v1/chat/"
Json = dict[str, Any]


class Both:
    """A server with two providers behind it, of which the own one is asked first."""

    def __init__(self, client: httpx2.AsyncClient, own: Peer, groq: Peer) -> None:
        self._client = client
        self.own, self.groq = own, groq

    async def post(self, path: str, body: Json | None = None, **params: str) -> httpx2.Response:
        return await self._client.post(path, json=body, params=params)

    async def get(self, path: str) -> Json:
        found: Json = (await self._client.get(path)).json()
        return found

    def asked(self) -> tuple[int, int]:
        return len(self.own.calls), len(self.groq.calls)


@asynccontextmanager
async def both(tmp_path: Path, indexes: Path, own: peers.Play, groq: peers.Play) -> AsyncGenerator[Both]:
    async with Peer(own) as first, Peer(groq) as second:
        chosen = settings(
            data_dir=tmp_path,
            kb_path=ATM,
            faiss_index_path=indexes,
            llm_base_url=first.base_url,
            llm_model="own-1",
            groq_api_key_1=SecretStr("key-of-groq"),
            groq_base_url=second.base_url,
        )
        app = create_app(chosen, password_memory_kib=CHEAP_KIB, page=NO_PAGE)
        with served(app) as base:
            async with httpx2.AsyncClient(base_url=base, timeout=30) as client:
                client.headers["Authorization"] = await _signed_in(client)
                yield Both(client, first, second)


async def _signed_in(client: httpx2.AsyncClient) -> str:
    account = {"username": "priya", "email": "priya@example.com", "password": PASSWORD}
    await client.post("/api/v1/auth/register", json=account)
    login = await client.post("/api/v1/auth/login", json=account)
    return f"Bearer {login.json()['access_token']}"


async def test_a_customer_switches_between_models_from_message_to_message_streamed_or_not(
    tmp_path: Path, indexes: Path
) -> None:
    async with both(tmp_path, indexes, peers.answers, peers.answers) as server:
        offered = (await server.get("/api/v1/about"))["models"]
        assert [(model["id"], model["kind"]) for model in offered] == [
            (OWN, "language_model"),
            (GROQ, "language_model"),
            (APPROVED, "approved"),
        ]

        by_nobody = (await server.post(CHAT, {"query": QUESTION})).json()
        assert (by_nobody["metadata"]["llm_provider"], server.asked()) == ("custom", (1, 0))
        by_groq = (await server.post(CHAT, {"query": QUESTION, "model": GROQ})).json()
        assert (by_groq["response"], by_groq["metadata"]["versions"]["model"]) == (SAID, "groq/peer-1")
        assert (server.asked(), server.groq.calls[0].body["model"]) == ((1, 1), "openai/gpt-oss-20b")

        events = events_of((await server.post(f"{CHAT}stream", {"query": QUESTION, "model": OWN})).text)
        assert (written(events), events[-1][1]["metadata"]["llm_provider"]) == (SAID, "custom")
        assert (server.asked(), server.own.calls[1].body["model"]) == ((2, 1), "own-1")
        events = events_of((await server.post(f"{CHAT}stream", {"query": QUESTION, "model": APPROVED})).text)
        receipt = events[-1][1]["metadata"]
        assert (receipt["versions"]["model"], receipt["tokens"]["paid"]) == ("extractive/verbatim", False)
        assert (receipt["sources"][0]["verbatim"], receipt["degraded"], server.asked()) == (True, [], (2, 1))


async def test_the_same_question_is_answered_again_by_another_model_and_both_answers_stay(
    tmp_path: Path, indexes: Path
) -> None:
    async with both(tmp_path, indexes, peers.answers, peers.answers) as server:
        old = (await server.post(CHAT, {"query": QUESTION, "model": APPROVED})).json()
        again = f"{CHAT}messages/{old['message_id']}/regenerate"
        by_groq = (await server.post(again, {"model": GROQ})).json()
        streamed = events_of((await server.post(again, {"model": OWN}, stream="true")).text)[-1][1]
        by_default = [(await server.post(again, body)).json() for body in (None, {}, {"model": None})]
        edited = await server.post(f"{CHAT}messages/{old['message_id']}/edit", {"query": QUESTION, "model": GROQ})
        chat = await server.get(f"{CHAT}conversations/{old['conversation_id']}")

    answers = [old, by_groq, streamed, *by_default, edited.json()]
    assert [answer["metadata"]["llm_provider"] for answer in answers] == [
        "extractive",
        "groq",
        "custom",
        "custom",
        "custom",
        "custom",
        "groq",
    ]
    assert chat["messages"][0]["versions"] == [answer["message_id"] for answer in answers]


async def test_a_chosen_model_that_is_down_is_replaced_by_approved_words_and_by_no_other_model(
    tmp_path: Path, indexes: Path
) -> None:
    async with both(tmp_path, indexes, peers.refuses(400), peers.answers) as server:
        chosen = [(await server.post(CHAT, {"query": QUESTION, "model": OWN})).json() for _ in range(3)]
        assert server.asked() == (3, 0)
        unchosen = (await server.post(CHAT, {"query": QUESTION})).json()
        assert server.asked() == (3, 1), "what was learnt of a model when it was chosen holds where none is"

    for answer in chosen:
        assert answer["metadata"]["llm_provider"] == "extractive"
        assert answer["metadata"]["degraded"] == ["custom: refused the call (400)"]
    assert unchosen["metadata"]["llm_provider"] == "groq"
    assert "not asked again yet" in unchosen["metadata"]["degraded"][0]


async def test_a_model_that_is_not_on_offer_is_refused_before_anything_is_stored(tmp_path: Path, indexes: Path) -> None:
    async with both(tmp_path, indexes, peers.answers, peers.answers) as server:
        asked = {"query": QUESTION, "model": "gpt-17"}
        new = [await server.post(path, asked) for path in (CHAT, f"{CHAT}stream")]
        assert (await server.get(f"{CHAT}conversations"))["conversations"] == []
        old = (await server.post(CHAT, {"query": QUESTION, "model": APPROVED})).json()
        beside = [
            await server.post(f"{CHAT}messages/{old['message_id']}/{verb}", asked) for verb in ("regenerate", "edit")
        ]
        chat = await server.get(f"{CHAT}conversations/{old['conversation_id']}")

    for refused in (*new, *beside):
        assert (refused.status_code, [problem["field"] for problem in refused.json()["errors"]]) == (422, ["model"])
        assert "gpt-17" not in refused.text
    assert chat["messages"][0]["versions"] == [old["message_id"]]
    assert server.asked() == (0, 0)


@pytest.mark.parametrize("model", ["", "x" * 201, 7])
async def test_the_name_of_a_model_is_a_short_text(tmp_path: Path, indexes: Path, model: object) -> None:
    async with both(tmp_path, indexes, peers.answers, peers.answers) as server:
        refused = await server.post(CHAT, {"query": QUESTION, "model": model})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "model")


async def test_a_renewed_knowledge_base_is_answered_from_by_the_same_models(tmp_path: Path, indexes: Path) -> None:
    chosen = settings(
        data_dir=tmp_path,
        kb_path=ATM,
        faiss_index_path=indexes,
        llm_base_url="http://127.0.0.1:9/v1",
        llm_model="own-1",
    )
    old = await assemble(chosen)
    try:
        new = await asyncio.to_thread(renew, chosen, old, {})

        assert [offer.id for offer in new.models] == [OWN, APPROVED]
        assert new.models == old.models
        assert new.assistant_with(APPROVED).knowledge is new.knowledge is not old.knowledge
        assert new.assistant_with(None) is new.assistant
    finally:
        await old.close()
