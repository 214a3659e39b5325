"""Kills the server between a message and its answer, again and again: `python -m benchmarks.kills`."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import tempfile
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import httpx2
from tests.peers import Peer, Wire

from benchmarks.results import save
from benchmarks.server import free_port, program
from questrag.storage.sqlite import SqliteStore

TRIALS, AT_ONCE, USERS, SEED = 1_000, 20, 4, 1
WORDS = ("Open the app, ", "choose your card ", "and tap Block. ", "Then call your bank [1].")
ENTRY = {"id": "block", "question": "How do I block my card?", "answer": "Open the app and tap Block."}
_DEADLINE_S = 3.0
_LIMITS = {f"RATE_LIMIT_{kind}": "0" for kind in ("REQUESTS_PER_MINUTE", "QUESTIONS_PER_MINUTE")}


@dataclass(slots=True)
class Sent:
    """A message, and what its client was told before the server was gone."""

    key: str
    user: int
    stream: bool
    sent: bool = False
    acknowledged: str = ""
    """Id of the message, once the server has said that it has it."""
    answer: str | None = None


@dataclass(slots=True)
class Found:
    """What was counted over all kills."""

    kills: int = 0
    sent: list[Sent] = field(default_factory=list)
    integrity: Counter[str] = field(default_factory=Counter)

    @property
    def in_flight(self) -> list[Sent]:
        """The trials: sent, and not answered when the server was killed."""
        return [each for each in self.sent if each.sent and each.answer is None]


class Model:
    """What the server asks for its answers: as slow as it is told to be."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.slow_s = rng, 0.4

    async def __call__(self, wire: Wire) -> None:
        await wire.head()
        for word in WORDS:
            await asyncio.sleep(self.rng.uniform(0, self.slow_s))
            await wire.say(word)
        await wire.choice({}, "stop")
        await wire.done()


async def trials(n: int, scratch: Path, *, patient: bool) -> dict[str, Any]:
    """Kill servers until ``n`` messages were in flight; return what became of them.

    Args:
        patient: wait until a server takes those messages for abandoned; or else do in its place what it would do then.
    """
    rng, found = Random(SEED), Found()
    model = Model(rng)
    kb = scratch / "kb.jsonl"
    kb.write_text(json.dumps(ENTRY) + "\n", encoding="utf-8")
    async with Peer(model) as peer:
        environment = {
            "KB_PATH": str(kb),
            "DATA_DIR": str(scratch / "var"),
            "LLM_DEADLINE_S": str(_DEADLINE_S),
            "GROQ_API_KEY_1": "gsk-one",
            "GROQ_BASE_URL": peer.base_url,
            **_LIMITS,
        }
        async with _running(environment) as server:
            tokens = await _tokens(server.url)
        while len(found.in_flight) < n:
            async with _running(environment) as server:
                await _killed(server, tokens, found, rng)
            found.integrity[_integrity(scratch)] += 1
        if not patient:
            store = await SqliteStore.open(_database(scratch))
            await store.fail_pending(datetime.now(UTC), "The server stopped before the answer.")
            await store.close()
        model.slow_s = 0
        async with _running(environment) as server:
            pending_s = await _until_swept(scratch)
            again = await _asked_again(server.url, tokens, found.sent)
    return {**_judged(found, again, scratch), "longest_pending_s": pending_s}


@dataclass(frozen=True, slots=True)
class Server:
    process: Process
    url: str

    def end(self, how: signal.Signals) -> None:
        """Send a signal to all processes of it, where there are any."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)


@asynccontextmanager
async def _running(environment: dict[str, str]) -> AsyncGenerator[Server]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(program(), "serve", "--port", str(port)),
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    server = Server(process, f"http://127.0.0.1:{port}")
    try:
        assert process.stdout is not None
        line = await process.stdout.readline()
        assert b"ready" in line, line
        yield server
    finally:
        server.end(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 40)


async def _tokens(url: str) -> list[str]:
    tokens = []
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        for number in range(USERS):
            account = {
                "username": f"asha{number}",
                "email": f"asha{number}@example.com",
                "password": "a long pass phrase",
            }
            (await client.post("/api/v1/auth/register", json=account)).raise_for_status()
            signed_in = (await client.post("/api/v1/auth/login", json=account)).raise_for_status()
            tokens.append(signed_in.json()["access_token"])
    return tokens


async def _killed(server: Server, tokens: list[str], found: Found, rng: Random) -> None:
    """Send messages from many clients and kill the whole process group at a random moment among them."""
    batch = [Sent(f"key-{found.kills}-{n}", n % USERS, rng.random() < 0.5) for n in range(AT_ONCE)]
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as client:
        asking = [asyncio.create_task(_send(client, tokens, each, rng.uniform(0, 0.5))) for each in batch]
        await asyncio.sleep(rng.uniform(0.05, 2.5))
        server.end(signal.SIGKILL)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    await server.process.wait()
    found.kills += 1
    found.sent += [each for each in batch if each.sent]


async def _send(client: httpx2.AsyncClient, tokens: list[str], each: Sent, wait_s: float) -> None:
    await asyncio.sleep(wait_s)
    headers = {"Authorization": f"Bearer {tokens[each.user]}", "Idempotency-Key": each.key}
    each.sent = True
    if not each.stream:
        told = (await client.post("/api/v1/chat/", json={"query": ENTRY["question"]}, headers=headers)).json()
        each.acknowledged, each.answer = told["message_id"], told["response"]
        return
    body = {"query": ENTRY["question"]}
    async with client.stream("POST", "/api/v1/chat/stream", json=body, headers=headers) as response:
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name in ("start", "done"):
                told = json.loads(line.removeprefix("data: "))
                each.acknowledged = told["message_id"]
                each.answer = told["response"] if name == "done" else None


def _database(scratch: Path) -> Path:
    (path,) = (scratch / "var").glob("*.db")
    return path


def _integrity(scratch: Path) -> str:
    ((said,),) = _rows(scratch, "PRAGMA integrity_check")
    return str(said)


def _rows(scratch: Path, query: str) -> list[Any]:
    db = sqlite3.connect(_database(scratch))
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


async def _until_swept(scratch: Path) -> float:
    begun = monotonic()
    for _ in range(120):
        if not _rows(scratch, "SELECT 1 FROM turns WHERE status = 'pending'"):
            break
        await asyncio.sleep(1)
    return round(monotonic() - begun, 1)


async def _asked_again(url: str, tokens: list[str], sent: list[Sent]) -> list[str]:
    """Send every message once more under its key; return the answers."""
    few = asyncio.Semaphore(8)

    async def once_more(client: httpx2.AsyncClient, each: Sent) -> str:
        headers = {"Authorization": f"Bearer {tokens[each.user]}", "Idempotency-Key": each.key}
        async with few:
            told = await client.post("/api/v1/chat/", json={"query": ENTRY["question"]}, headers=headers)
        return str(told.json().get("response")) if told.status_code == 200 else f"{told.status_code} {told.text}"

    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        return list(await asyncio.gather(*(once_more(client, each) for each in sent)))


def _judged(found: Found, again: list[str], scratch: Path) -> dict[str, Any]:
    stored = {record["idempotency_key"]: record for record in _records(scratch)}
    n_stored = len(_records(scratch))
    whole = {"".join(WORDS).strip(), ENTRY["answer"]}
    ids = {record["id"] for record in stored.values()}
    pairs = zip(found.sent, again, strict=True)
    return {
        "in_flight": len(found.in_flight),
        "kills": found.kills,
        "acknowledged_and_in_flight": sum(bool(each.acknowledged) for each in found.in_flight),
        "answered_before_the_kill": len(found.sent) - len(found.in_flight),
        "lost": sum(bool(each.acknowledged) and each.acknowledged not in ids for each in found.sent)
        + sum(each.key not in stored for each in found.sent),
        "duplicated": n_stored - len(stored),
        "left_pending": sum(record["status"] == "pending" for record in stored.values()),
        "not_answered_when_asked_again": sum(answer not in whole for answer in again),
        "answer_changed": sum(each.answer not in (None, answer) for each, answer in pairs),
        "cut_short_and_stored_as_whole": sum(r["complete"] and r["answer"] not in whole for r in stored.values()),
        "empty_conversations": _rows(
            scratch,
            "SELECT count(*) FROM conversations WHERE id NOT IN (SELECT conversation_id FROM turns)",
        )[0][0],
        "databases_checked": dict(found.integrity + Counter([_integrity(scratch)])),
    }


def _records(scratch: Path) -> list[dict[str, Any]]:
    return [json.loads(record) for (record,) in _rows(scratch, "SELECT record FROM turns")]


FAULTS = (
    "lost",
    "duplicated",
    "left_pending",
    "not_answered_when_asked_again",
    "answer_changed",
    "cut_short_and_stored_as_whole",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        figures = asyncio.run(trials(TRIALS, Path(scratch), patient=True))
    n = figures["in_flight"]
    targets = {f"no message of {n} in flight: {name.replace('_', ' ')}": figures[name] == 0 for name in FAULTS}
    targets["every database is whole"] = set(figures["databases_checked"]) == {"ok"}
    save("kills", {"below": 3 / n, **figures, "at_once": AT_ONCE, "users": USERS, "seed": SEED}, targets)


if __name__ == "__main__":
    main()
