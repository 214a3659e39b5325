"""The whole server in a process of its own, over HTTP, with a provider that is another server."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from benchmarks.server import free_port, program, running
from llmock.pytest_plugin import LLMock
from secantus import SecantusDBServer

ENTRIES = (
    {"id": "block", "question": "How do I block my card?", "answer": "Open the app and tap Block."},
    {
        "id": "fees",
        "question": "What is the ATM fee?",
        "answer": "See the schedule of charges.",
        "regulated": True,
    },
)
ACCOUNT = {"username": "asha", "email": "asha@example.com", "password": "a long pass phrase"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kb = tmp_path / "kb.jsonl"
    kb.write_text("".join(json.dumps(entry) + "\n" for entry in ENTRIES), encoding="utf-8")
    return {"KB_PATH": str(kb), "DATA_DIR": str(tmp_path / "var")}


@contextmanager
def signed_in(url: str, *, new: bool = True) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, timeout=30) as client:
        if new:
            assert client.post("/api/v1/auth/register", json=ACCOUNT).status_code == 201
        token = client.post("/api/v1/auth/login", json=ACCOUNT).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def ask(client: httpx2.Client, query: str, **more: str) -> dict[str, object]:
    answer: dict[str, object] = client.post("/api/v1/chat/", json={"query": query, **more}).raise_for_status().json()
    return answer


def stream(client: httpx2.Client, query: str) -> list[tuple[str, dict[str, object]]]:
    """Return (event, data) as they came."""
    with client.stream("POST", "/api/v1/chat/stream", json={"query": query}) as response:
        text = "".join(response.iter_text())
    blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


def test_what_was_said_and_who_is_signed_in_survive_a_restart(environment: dict[str, str]) -> None:
    with running(environment) as url, signed_in(url) as client:
        first = ask(client, "block my card please")
        token = client.headers["Authorization"]
    with running(environment) as url, httpx2.Client(base_url=url, headers={"Authorization": token}) as client:
        kept = client.get(f"/api/v1/chat/conversations/{first['conversation_id']}").json()
        assert [message["content"] for message in kept["messages"]] == ["block my card please", first["response"]]
        again = ask(client, "how do i block my card", conversation_id=str(first["conversation_id"]))
        assert again["metadata"]["reason"] == "live"  # type: ignore[index]


def test_a_model_answers_where_there_is_a_key_and_its_own_count_is_the_bill(
    environment: dict[str, str], llmock: LLMock
) -> None:
    llmock.reply("Open the app and tap Block [1].", times=None)
    groq = {"GROQ_API_KEY_1": "gsk-one", "GROQ_BASE_URL": llmock.base_url("groq")}
    with running(environment | groq) as url, signed_in(url) as client:
        answer = ask(client, "How do I block my card?")
        metadata = answer["metadata"]
        assert answer["response"] == "Open the app and tap Block [1]."
        assert (metadata["llm_provider"], metadata["tokens"]["counted_by"]) == ("groq", "provider")  # type: ignore[index]
        assert metadata["cited"] == ["block"]  # type: ignore[index]

        verbatim = ask(client, "What is the ATM fee?")
        assert verbatim["response"] == "See the schedule of charges."
        assert len(llmock.requests) == 1  # the model was not asked for a regulated answer

        events = stream(client, "How do I block my card?")
        pieces = "".join(str(data["text"]) for name, data in events if name == "token")
        assert [name for name, _ in events][:3] == ["start", "decided", "retrieved"]
        name, done = events[-1]
        stored = client.get(f"/api/v1/chat/conversations/{done['conversation_id']}").json()["messages"][-1]["content"]
        assert name == "done"
        assert pieces == done["response"] == stored


def test_a_figure_that_no_source_gives_never_reaches_the_customer(environment: dict[str, str], llmock: LLMock) -> None:
    llmock.reply("Open the app. Blocking costs Rs 250 and takes 3 days. [7]", times=None)
    groq = {"GROQ_API_KEY_1": "gsk-one", "GROQ_BASE_URL": llmock.base_url("groq")}
    with running(environment | groq) as url, signed_in(url) as client:
        events = stream(client, "How do I block my card?")
        assert "Rs 250" not in json.dumps(events)
        said = [str(data["text"]) for name, data in events if name == "token"] + [str(events[-1][1]["response"])]
        assert "250" not in "".join(said)  # ids and times may hold these digits by chance
        last = max(i for i, (name, _) in enumerate(events) if name == "replaced")
        assert "".join(str(data["text"]) for name, data in events[last:] if name == "token") == ENTRIES[0]["answer"]
        assert events[-1][1]["metadata"]["replaced"]  # type: ignore[index]


def test_every_provider_down_means_approved_answers_that_say_so(environment: dict[str, str], llmock: LLMock) -> None:
    llmock.outage(status=503)
    down = {
        "GROQ_API_KEY_1": "gsk-one",
        "GROQ_BASE_URL": llmock.base_url("groq"),
        "HF_TOKEN_1": "hf-one",
        "HF_BASE_URL": "http://127.0.0.1:9/v1",
    }
    with running(environment | down) as url, signed_in(url) as client:
        answer = ask(client, "How do I block my card?")
        assert answer["response"] == ENTRIES[0]["answer"]
        metadata = answer["metadata"]
        assert metadata["llm_provider"] == "extractive"  # type: ignore[index]
        assert [reason.split(":")[0] for reason in metadata["degraded"]] == ["groq", "huggingface"]  # type: ignore[index]
        assert len(llmock.requests) == 1  # one call of each
        assert client.get("/health").json()["providers"] == ["groq", "huggingface", "extractive"]


def test_several_workers_share_one_database(environment: dict[str, str]) -> None:
    with running(environment, workers=2) as url:
        with signed_in(url) as client:
            conversation = str(ask(client, "block my card")["conversation_id"])
            token = client.headers["Authorization"]
        for _ in range(6):  # a new connection each time, so that both workers have their turn
            with httpx2.Client(base_url=url, headers={"Authorization": token}) as other:
                ask(other, "how do i block my card", conversation_id=conversation)
        with httpx2.Client(base_url=url, headers={"Authorization": token}) as client:
            assert len(client.get(f"/api/v1/chat/conversations/{conversation}").json()["messages"]) == 14


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_ready_line_comes_when_requests_are_answered(environment: dict[str, str], workers: str) -> None:
    port = free_port()
    server = subprocess.Popen(
        [program(), "serve", "--port", str(port), "--workers", workers],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith(f"QUESTRAG is ready at http://localhost:{port}")
        assert httpx2.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert server.returncode in (0, -signal.SIGTERM)


def test_a_question_that_was_acknowledged_survives_a_kill(environment: dict[str, str], llmock: LLMock) -> None:
    llmock.stall(after_chunks=1, seconds=30)
    groq = {"GROQ_API_KEY_1": "gsk-one", "GROQ_BASE_URL": llmock.base_url("groq")}
    with ExitStack() as server:
        url = server.enter_context(running(environment | groq, stop=signal.SIGKILL))
        with (
            signed_in(url) as client,
            client.stream("POST", "/api/v1/chat/stream", json={"query": "How do I block my card?"}) as response,
        ):
            assert "start" in next(response.iter_text())
            server.close()  # while the reader is still there
    with running(environment) as url, signed_in(url, new=False) as client:
        (conversation,) = client.get("/api/v1/chat/conversations").json()["conversations"]
        messages = client.get(f"/api/v1/chat/conversations/{conversation['conversation_id']}").json()["messages"]
        assert messages[0]["content"] == "How do I block my card?"
        assert messages[-1]["status"] == "pending"  # the sweeper fails it once nobody can be working on it


def test_a_database_that_goes_away_is_a_503_and_comes_back_unaided(environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    database = {"MONGODB_URI": f"mongodb://127.0.0.1:{port}/questrag"}
    mongo = SecantusDBServer(port=port, storage_path=str(tmp_path / "mongo"))
    mongo.start()
    try:
        with running(environment | database) as url, signed_in(url) as client:
            first = ask(client, "How do I block my card?")
            mongo.stop()
            down = client.post("/api/v1/chat/", json={"query": "block my card"})
            assert (down.status_code, down.headers["content-type"]) == (503, "application/problem+json")
            assert int(down.headers["Retry-After"]) >= 1
            assert client.get("/health/ready").status_code == 503
            assert client.get("/health/live").status_code == 200

            mongo = SecantusDBServer(port=port, storage_path=str(tmp_path / "mongo"))
            mongo.start()
            again = ask(client, "How do I block my card?", conversation_id=str(first["conversation_id"]))
            assert again["conversation_id"] == first["conversation_id"]
            assert client.get("/health/ready").status_code == 200
    finally:
        mongo.stop()
