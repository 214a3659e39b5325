"""Every fault of a provider, streamed or not, at every step of the fallback: `python -m benchmarks.providers`."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx2
from tests import peers
from tests.fakes import BLOCK_CARD, WordCounter, an_assistant
from tests.integration.api import Headers, an_app, events_of, served, sign_up
from tests.integration.test_providers import FAULTS, SILENCES
from tests.peers import ANSWER, Peer, Play

from benchmarks.results import percentile, save
from benchmarks.server import free_port
from questrag.chat.prompt import Prompt
from questrag.chat.types import Generated
from questrag.evaluation.intervals import wilson95
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.generation.grounded import Grounded
from questrag.generation.openai_compatible import OpenAICompatible
from questrag.settings import Settings

QUESTION = BLOCK_CARD.question
EDGES = ("another key", "the next provider", "approved words", "approved words after two providers", "nothing behind")
"""What stands behind the provider that has the fault."""
MODES: dict[str, Play] = {**{name: play for name, (play, _, _) in FAULTS.items()}, **SILENCES}
AT_ONCE = 16
WITHIN_S, CALLS = 20.0, 2
_FULL = "".join(ANSWER)
_APPROVED = Extractive(WordCounter())


@dataclass(frozen=True, slots=True)
class Trial:
    mode: str
    edge: str
    stream: bool


@dataclass(frozen=True, slots=True)
class Ended:
    trial: Trial
    end: str
    """`model`, `approved` or `error`; anything else is a fault of ours."""
    seconds: float
    calls: int
    stored: str
    """`as told`, `failed`, or what is wrong with it."""


@dataclass
class Switch:
    """A generator that is another one for each question."""

    chains: dict[str, FirstThatAnswers] = field(default_factory=dict)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        async for event in self.chains[prompt.question].stream(prompt):
            yield event


async def matrix(trials: Sequence[Trial], *, first_token_s: float, deadline_s: float) -> list[Ended]:
    """Return how each trial ended, over HTTP at both ends."""
    switch, few = Switch(), asyncio.Semaphore(AT_ONCE)
    app = an_app(assistant=an_assistant(generator=switch))
    with served(app) as url:
        headers = await asyncio.to_thread(_signed_up, url)

        async def one(number: int, trial: Trial) -> Ended:
            question = f"{QUESTION} {_letters(number)}"
            async with few, AsyncExitStack() as stack:
                chain, called = await _chain(stack, trial, first_token_s, deadline_s)
                switch.chains[question] = chain
                return await _asked(url, headers, question, trial, called)

        return list(await asyncio.gather(*(one(number, trial) for number, trial in enumerate(trials))))


def _signed_up(url: str) -> Headers:
    with httpx2.Client(base_url=url) as client:
        return sign_up(client)


async def _chain(
    stack: AsyncExitStack, trial: Trial, first_token_s: float, deadline_s: float
) -> tuple[FirstThatAnswers, list[Peer]]:
    faulty = MODES[trial.mode]
    plays = {
        "another key": [[faulty, peers.answers]],
        "the next provider": [[faulty], [peers.answers]],
        "approved words after two providers": [[faulty], [faulty]],
    }.get(trial.edge, [[faulty]])
    called = [await stack.enter_async_context(Peer(*each)) for each in plays]
    urls = [peer.base_url for peer in called]
    if trial.edge == "approved words":
        urls.insert(0, f"http://127.0.0.1:{free_port()}/v1")
    models = [_provider(url, first_token_s, calls=1 if len(urls) > 1 else 2) for url in urls]  # as in `wiring`
    behind = [] if trial.edge == "nothing behind" else [_APPROVED]
    checked = [Grounded(model, _APPROVED) for model in models]
    return FirstThatAnswers([*checked, *behind], deadline_s=deadline_s), called


def _provider(url: str, first_token_s: float, calls: int) -> OpenAICompatible:
    keys = ("one", "two")
    return OpenAICompatible("groq", url, "peer-1", keys, max_tokens=64, first_token_s=first_token_s, calls=calls)


async def _asked(url: str, headers: Headers, question: str, trial: Trial, called: Sequence[Peer]) -> Ended:
    body, begun = {"query": question}, monotonic()
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        if trial.stream:
            events = events_of((await client.post("/api/v1/chat/stream", json=body)).text)
            seconds = monotonic() - begun
            (_, opening), (name, last) = events[0], events[-1]
            told: dict[str, Any] | None = last if name == "done" else None
            conversation = opening["conversation_id"]
        else:
            answer = await client.post("/api/v1/chat/", json=body)
            seconds = monotonic() - begun
            told = answer.json() if answer.status_code == 200 else None
            if told is None and answer.status_code != 503:
                return Ended(trial, f"status {answer.status_code}", seconds, 0, "")
            conversation = told["conversation_id"] if told else await _conversation(client, question)
        kept = (await client.get(f"/api/v1/chat/conversations/{conversation}")).json()["messages"][-1]
    return Ended(trial, _end(told), round(seconds, 2), sum(len(peer.calls) for peer in called), _stored(kept, told))


async def _conversation(client: httpx2.AsyncClient, question: str) -> str:
    """Return the conversation that an error did not name."""
    params: dict[str, Any] = {"limit": 100}
    while True:
        page = (await client.get("/api/v1/chat/conversations", params=params)).json()
        for each in page["conversations"]:
            if each["title"] == question:
                return str(each["conversation_id"])
        params["cursor"] = page["next_cursor"]


def _end(told: dict[str, Any] | None) -> str:
    if told is None:
        return "error"
    return {_FULL: "model", BLOCK_CARD.answer: "approved"}.get(told["response"], f"odd answer {told['response']!r}")


def _stored(kept: dict[str, Any], told: dict[str, Any] | None) -> str:
    if told is None:
        return "failed" if kept["status"] == "failed" else f"{kept['status']} after an error"
    same = kept["content"] == told["response"] and kept["status"] == told["status"]
    return "as told" if same else f"{kept['status']}: {kept['content']!r}"


def _letters(number: int) -> str:
    """Return a word of its own for each number.

    >>> _letters(0), _letters(27)
    ('xaa', 'xbb')
    """
    return f"x{chr(97 + number // 26)}{chr(97 + number % 26)}"


def right(each: Ended) -> bool:
    """Return whether a trial ended in an answer or an honest error, and was stored as what it was."""
    return (each.end in ("model", "approved") and each.stored == "as told") or (each.end, each.stored) == (
        "error",
        "failed",
    )


def every_trial() -> list[Trial]:
    return [Trial(mode, edge, stream) for mode in MODES for edge in EDGES for stream in (False, True)]


def main() -> None:
    defaults = Settings.model_fields["llm_deadline_s"].default
    ended = asyncio.run(matrix(every_trial(), first_token_s=8.0, deadline_s=defaults))
    n, wrong = len(ended), [each for each in ended if not right(each)]
    seconds = [each.seconds for each in ended]
    too_many = [each for each in ended if each.calls > CALLS]
    figures: dict[str, object] = {
        "n": n,
        "modes": len(MODES),
        "edges": EDGES,
        "right": {"n": n, "hits": n - len(wrong), "ci95": wilson95(n - len(wrong), n)},
        "ends": {edge: dict(Counter(each.end for each in ended if each.trial.edge == edge)) for edge in EDGES},
        "seconds": {"p50": percentile(seconds, 0.5), "p99": percentile(seconds, 0.99), "max": max(seconds)},
        "calls": dict(sorted(Counter(each.calls for each in ended).items())),
        "wrong": [str(each) for each in wrong],
        "more_calls": sorted({f"{each.trial.mode}, {each.trial.edge}: {each.calls}" for each in too_many}),
        "deadline_s": defaults,
    }
    targets = {
        f"{n} trials all end in an answer or an honest error, stored as what it is": not wrong,
        f"within {WITHIN_S:g} s": max(seconds) <= WITHIN_S,
        f"at most {CALLS} calls of providers a turn": not too_many,
    }
    save("providers", figures, targets)


if __name__ == "__main__":
    main()
