"""Steady load with a model that takes 300 ms, three times that, and what comes after: `python -m benchmarks.load`.

Everything runs on the machine of the server: the model's stand-in, which talks HTTP, and the customers.
"""

import argparse
import asyncio
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing import Array, Process
from time import perf_counter
from typing import Any

import httpx2

from benchmarks.results import percentile, save
from benchmarks.server import free_port, running
from questrag.knowledge.base import read_knowledge
from questrag.settings import PROJECT

RATE = 30
"""Questions a second."""
MODEL_MS = 300
OVERHEAD_MS, REFUSAL_MS = 300, 200
N_STREAMS = 200
PEOPLE = 40
_UNBOUND = {
    f"RATE_LIMIT_{kind}": "1000000000"
    for kind in (
        "REQUESTS_PER_MINUTE",
        "QUESTIONS_PER_MINUTE",
        "SIGN_INS_PER_MINUTE",
        "NEW_ACCOUNTS_PER_HOUR",
    )
}
"""All customers come from one address here."""

Seen = Any
"""Shared with the process of the model: how often it was asked, and the most answers that were open at once."""


@dataclass
class Phase:
    """What came of the questions of some seconds."""

    latencies_ms: list[float] = field(default_factory=list)
    refusals_ms: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    without_retry_after: int = 0
    seconds: float = 0.0
    """Until the last answer."""

    def figures(self) -> dict[str, object]:
        answered = self.latencies_ms or [float("nan")]
        told: dict[str, object] = {
            "seconds": round(self.seconds, 1),
            "statuses": dict(sorted(self.statuses.items())),
            "answers_per_s": round(len(self.latencies_ms) / self.seconds, 1),
            "overhead_p50_ms": round(percentile(answered, 0.5) - MODEL_MS, 1),
            "overhead_p99_ms": round(percentile(answered, 0.99) - MODEL_MS, 1),
        }
        if self.refusals_ms:
            told["refusal_p50_ms"] = round(percentile(self.refusals_ms, 0.5), 1)
            told["refusal_p99_ms"] = round(percentile(self.refusals_ms, 0.99), 1)
            told["without_retry_after"] = self.without_retry_after
        return told


# The model -------------------------------------------------------------------------------------


def _model(port: int, wait_s: float, seen: Seen) -> None:
    asyncio.run(_serve_model(port, wait_s, seen))


async def _serve_model(port: int, wait_s: float, seen: Seen) -> None:
    n_open = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal n_open
        while head := await _head(reader):
            length = int((re.search(r"content-length: (\d+)", head, re.IGNORECASE) or [0, 0])[1])
            asked = json.loads(await reader.readexactly(length))
            n_open += 1
            seen[0] += 1
            seen[1] = max(seen[1], n_open)
            await asyncio.sleep(wait_s)
            n_open -= 1
            said = _first_source(asked["messages"][-1]["content"])
            choices: list[dict[str, object]] = [
                {"index": 0, "delta": {"role": "assistant", "content": said}},
                {"index": 0, "delta": {}, "finish_reason": "stop"},
            ]
            head_of_all = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "stub"}
            events = [head_of_all | {"choices": [choice]} for choice in choices]
            body = ("".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n").encode()
            kind = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(kind.encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> str:
    """Return the head of the next request; "" once there is none: connections are kept, as real models do."""
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


def _first_source(prompt: str) -> str:
    """Return the text of the first source, cited."""
    match = re.search(r"\[1\][^\n]*\n(.*?)(?=\n\n\[2\]|\n\nQuestion )", prompt, re.DOTALL)
    return f"{match[1]} [1]" if match else "Hello!"


# The customers ---------------------------------------------------------------------------------


class Crowd:
    """Customers with accounts and connections of their own, who ask the entries' questions in turn."""

    def __init__(self, people: list[httpx2.AsyncClient], asked: list[str]) -> None:
        self._people, self._asked = people, asked
        self._n = 0

    async def one_question(self, phase: Phase, began: float) -> None:
        """Ask, late or not: the time runs from when it was to be asked."""
        self._n += 1
        body = {"query": self._asked[self._n % len(self._asked)]}
        try:
            answer = await self._people[self._n % len(self._people)].post("/api/v1/chat/", json=body)
        except httpx2.TransportError as error:
            phase.statuses[type(error).__name__] += 1
            return
        took_ms = (perf_counter() - began) * 1000
        phase.statuses[str(answer.status_code)] += 1
        if answer.status_code == 200:
            phase.latencies_ms.append(took_ms)
        elif answer.status_code in (429, 503):
            phase.refusals_ms.append(took_ms)
            phase.without_retry_after += "retry-after" not in answer.headers

    async def ask(self, rate: float, seconds: float) -> Phase:
        """Ask so often, whether or not answers come in time."""
        phase, asking, began = Phase(), set[asyncio.Task[None]](), perf_counter()
        for n in range(int(rate * seconds)):
            await asyncio.sleep(max(began + n / rate - perf_counter(), 0))
            task = asyncio.create_task(self.one_question(phase, began + n / rate))
            asking.add(task)
            task.add_done_callback(asking.discard)
        await asyncio.gather(*asking)
        phase.seconds = perf_counter() - began
        return phase

    async def stream(self) -> bool:
        self._n += 1
        body = {"query": self._asked[self._n % len(self._asked)]}
        person = self._people[self._n % len(self._people)]
        async with person.stream("POST", "/api/v1/chat/stream", json=body) as answer:
            text = "".join([piece async for piece in answer.aiter_text()])
        return answer.status_code == 200 and "event: done" in text


@asynccontextmanager
async def crowd(url: str) -> AsyncIterator[Crowd]:
    async with AsyncExitStack() as open_now:
        people = []
        for n in range(PEOPLE):
            client = httpx2.AsyncClient(base_url=url, timeout=60)
            people.append(await open_now.enter_async_context(client))
            name = f"load-{n}"
            account = {"username": name, "email": f"{name}@example.com", "password": "a long pass phrase"}
            (await client.post("/api/v1/auth/register", json=account)).raise_for_status()
            signed_in = await client.post("/api/v1/auth/login", json=account)
            client.headers["Authorization"] = f"Bearer {signed_in.raise_for_status().json()['access_token']}"
        entries = read_knowledge(PROJECT / "data" / "knowledge")[0].entries
        yield Crowd(people, [entry.question for entry in entries if not entry.regulated])


async def _phases(url: str, seconds: float) -> dict[str, Phase]:
    found: dict[str, Phase] = {}
    async with crowd(url) as people:
        await people.ask(10, 5)  # so that what is made once is made
        lasting = {"steady": (RATE, seconds), "three times that": (3 * RATE, max(seconds / 4, 20.0))}
        for name, (rate, for_s) in lasting.items():
            found[name] = await people.ask(rate, for_s)
            print(name, found[name].figures(), flush=True)
        await people.ask(RATE, 10)
        found["ten seconds later"] = await people.ask(RATE, 20)
        print("ten seconds later", found["ten seconds later"].figures(), flush=True)
    return found


async def _streams(url: str) -> int:
    async with crowd(url) as people:
        return sum(
            await asyncio.gather(*(_after(n * _OPENED_IN_S / N_STREAMS, people.stream) for n in range(N_STREAMS)))
        )


async def _after(seconds: float, stream: Callable[[], Awaitable[bool]]) -> bool:
    await asyncio.sleep(seconds)
    return await stream()


_OPENED_IN_S = 5.0
"""All of them; each lasts longer."""


@contextmanager
def served(scratch: str, wait_s: float, seen: Seen, **settings: str) -> Iterator[str]:
    """Yield the address of a server with as many workers as there are cores, and a model that takes so long."""
    port = free_port()
    model = Process(target=_model, args=(port, wait_s, seen), daemon=True)
    model.start()
    environment = {
        "DATA_DIR": scratch,
        "FAISS_INDEX_PATH": str(PROJECT / "var" / "indexes"),
        "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "LLM_MODEL": "stub",
        "LOG_LEVEL": "warning",
        **_UNBOUND,
        **settings,
    }
    with running(environment, workers=os.cpu_count() or 1) as url:
        yield url
    model.terminate()


def _measured(seconds: float) -> tuple[dict[str, Phase], int, int, int]:
    """Return what came of each phase and how often the model was asked in them; how many of the open streams ended
    well, and how many were open at once."""
    seen: Seen = Array("i", [0, 0])
    with tempfile.TemporaryDirectory() as scratch, served(scratch, MODEL_MS / 1000, seen) as url:
        phases = asyncio.run(_phases(url, seconds))
    streams: Seen = Array("i", [0, 0])
    with (
        tempfile.TemporaryDirectory() as scratch,
        served(scratch, 8.0, streams, MAX_ANSWERS_AT_ONCE=str(N_STREAMS)) as url,
    ):
        n_ended = asyncio.run(_streams(url))
    return phases, seen[0], n_ended, streams[1]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--seconds", type=float, default=600.0, help="of steady load")
    seconds = given.parse_args().seconds
    load_before = os.getloadavg()[0]
    phases, n_model, n_streams, most_open = _measured(seconds)
    steady, much, later = (phases[name] for name in ("steady", "three times that", "ten seconds later"))
    figures = {name: phase.figures() for name, phase in phases.items()}
    save(
        "load",
        {
            "workers": os.cpu_count(),
            "model_ms": MODEL_MS,
            "load_average_before": round(load_before, 2),
            "load_average_after": round(os.getloadavg()[0], 2),
            "model_calls": n_model,
            "phases": figures,
            "open_streams": {"n": N_STREAMS, "ended_well": n_streams, "most_at_once": most_open},
        },
        {
            f"{RATE} questions/s without an error": set(steady.statuses) == {"200"},
            f"own overhead p99 <= {OVERHEAD_MS} ms": float(str(figures["steady"]["overhead_p99_ms"])) <= OVERHEAD_MS,
            "at three times that: answers, or 429 and 503 with Retry-After": set(much.statuses) <= {"200", "429", "503"}
            and not much.without_retry_after,
            f"refused within {REFUSAL_MS} ms (p99)": bool(much.refusals_ms)
            and percentile(much.refusals_ms, 0.99) <= REFUSAL_MS,
            "ten seconds later as before": set(later.statuses) == {"200"}
            and float(str(figures["ten seconds later"]["overhead_p99_ms"])) <= OVERHEAD_MS,
            f"{N_STREAMS} streams open at once end well": n_streams == most_open == N_STREAMS,
        },
    )


if __name__ == "__main__":
    main()
