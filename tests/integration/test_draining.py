"""What a server does between being told to stop and being gone."""

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from benchmarks.server import running

from tests.integration.test_server_process import ACCOUNT, ENTRIES
from tests.peers import Peer, Wire

WORDS = ("Open the app ", "and tap ", "Block [1].")


async def slowly(wire: Wire) -> None:
    await wire.head()
    for word in WORDS:
        await asyncio.sleep(0.5)
        await wire.say(word)
    await wire.choice({}, "stop")
    await wire.done()


async def test_a_server_that_is_told_to_stop_is_not_ready_any_more_and_ends_its_open_answers(tmp_path: Path) -> None:
    kb = tmp_path / "kb.jsonl"
    kb.write_text(json.dumps(ENTRIES[0]) + "\n", encoding="utf-8")
    async with Peer(slowly) as peer:
        environment = {"KB_PATH": str(kb), "DATA_DIR": str(tmp_path / "var")}
        environment |= {"GROQ_API_KEY_1": "gsk-one", "GROQ_BASE_URL": peer.base_url}
        server = ExitStack()
        url = await asyncio.to_thread(server.enter_context, running(environment))
        async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
            await client.post("/api/v1/auth/register", json=ACCOUNT)
            token = (await client.post("/api/v1/auth/login", json=ACCOUNT)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            asking = asyncio.create_task(client.post("/api/v1/chat/stream", json={"query": ENTRIES[0]["question"]}))
            await asyncio.wait_for(peer.called.wait(), 20)
            stopping = asyncio.create_task(asyncio.to_thread(server.close))
            await asyncio.sleep(0.3)
            async with httpx2.AsyncClient(base_url=url, timeout=5) as balancer:
                with pytest.raises(httpx2.TransportError):
                    await balancer.get("/health/ready")
            assert not asking.done()
            answer = await asking
            await stopping

    assert answer.text.rstrip().rpartition("event: ")[2].startswith("done")
    assert "".join(WORDS) in answer.text
