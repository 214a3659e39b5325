"""A provider's key that rests in one worker rests in all that share a Redis; without it each knows its own."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from hashlib import sha256
from typing import cast

import openai  # noqa: F401  # slow, and otherwise part of the first call's deadline
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from questrag.chat.errors import Unavailable
from questrag.generation.openai_compatible import OpenAICompatible
from questrag.generation.providers import NotAsked
from questrag.generation.rests import OwnRests, Rest
from questrag.retrieval.encoder import WordPieceCounter
from questrag.web.furnishing import counts_of, rests_of
from questrag.web.limits import InProcess
from questrag.web.shared_counts import SharedCounts
from questrag.web.shared_rests import SharedRests
from questrag.wiring import _generator
from tests import peers
from tests.fakes import WordCounter
from tests.integration.api import SECRET, settings
from tests.integration.test_providers import FULL, PROMPT
from tests.peers import Peer, Play, hear
from tests.redis_server import RedisServer, a_redis

KEYS = ("key-one-secret", "key-two-secret")
MODEL = ("http://provider.invalid/v1", "peer-1")
PATIENT_S = 2.0
"""For Redis on a machine that is busy with other tests."""


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with a_redis() as server:
        yield server


@asynccontextmanager
async def rests(
    redis: RedisServer,
    keys: Sequence[str] = KEYS,
    model: tuple[str, str] = MODEL,
    *,
    secret: str = SECRET,
    wait_s: float = PATIENT_S,
) -> AsyncGenerator[SharedRests]:
    """Of one worker."""
    async with counts_in(redis) as counts:
        yield SharedRests(counts, secret, model, keys, wait_s=wait_s)


@asynccontextmanager
async def counts_in(redis: RedisServer) -> AsyncGenerator[SharedCounts]:
    counts = SharedCounts(redis.url)
    try:
        yield counts
    finally:
        await counts.close()


@asynccontextmanager
async def two_workers(
    redis: RedisServer, peer: Peer, keys: Sequence[Sequence[str]] = (KEYS, KEYS)
) -> AsyncGenerator[list[OpenAICompatible]]:
    async with AsyncExitStack() as stack:
        models = []
        for own in keys:
            known = await stack.enter_async_context(rests(redis, own, (peer.base_url, "peer-1")))
            model = OpenAICompatible("groq", peer.base_url, "peer-1", own, max_tokens=64, calls=1, rests=known)
            models.append(await stack.enter_async_context(aclosing(model)))
        yield models


async def refused(model: OpenAICompatible) -> Unavailable:
    with pytest.raises(Unavailable) as error:
        await hear(model.stream(PROMPT))
    return error.value


@pytest.mark.parametrize("refusal", [peers.refuses(429), peers.refuses(401), peers.refuses(503, retry_after="20")])
async def test_a_key_that_was_refused_in_one_worker_is_not_asked_in_the_other(
    redis: RedisServer, refusal: Play
) -> None:
    async with Peer(refusal, peers.answers) as peer, two_workers(redis, peer) as (one, other):
        await refused(one)

        assert (await hear(other.stream(PROMPT))).text == FULL

        assert peer.keys == list(KEYS)
        assert [state.keys_resting for model in (one, other) for state in model.states()] == [1, 1]


async def test_where_all_keys_rest_elsewhere_nobody_is_asked(redis: RedisServer) -> None:
    async with (
        Peer(peers.refuses(429, retry_after="20"), peers.answers) as peer,
        two_workers(redis, peer, [KEYS[:1], KEYS[:1]]) as (one, other),
    ):
        await refused(one)

        told = await refused(other)

    assert isinstance(told, NotAsked)
    assert told.retry_after_s == pytest.approx(20, abs=2)
    assert "every key is resting (429)" in str(told)
    assert len(peer.calls) == 1


async def test_hosts_with_different_lists_of_keys_speak_of_the_same_key(redis: RedisServer) -> None:
    async with (
        Peer(peers.refuses(429), peers.answers) as peer,
        two_workers(redis, peer, [KEYS[:1], ("key-three-secret", KEYS[0])]) as (one, other),
    ):
        await refused(one)
        for _ in range(2):
            await hear(other.stream(PROMPT))

    assert peer.keys == [KEYS[0], "key-three-secret", "key-three-secret"]


async def test_what_one_model_refuses_another_may_answer(redis: RedisServer) -> None:
    async with rests(redis) as one, rests(redis, model=(MODEL[0], "peer-2")) as other:
        await one.begin(0, Rest(20, 429))
        await other.look()
        assert other.of(0) is None


async def test_a_rest_ends_everywhere(redis: RedisServer) -> None:
    async with rests(redis) as one, rests(redis) as other:
        await one.begin(1, Rest(0.3, 429))
        await other.look()
        known = other.of(1)
        assert known and known.status == 429 and 0 < known.left_s <= 0.3

        await asyncio.sleep(0.35)
        for worker in (one, other):
            await worker.look()
            assert worker.of(1) is None


async def test_the_longer_rest_stays(redis: RedisServer) -> None:
    async with rests(redis) as one, rests(redis) as other, rests(redis) as third:
        await one.begin(0, Rest(600, 401))
        await other.begin(0, Rest(5, 429))
        for worker in (one, other, third):
            await worker.look()

        assert [(rest.status, round(rest.left_s, -1)) for w in (one, other, third) if (rest := w.of(0))] == [
            (401, 600)
        ] * 3


async def test_nothing_in_redis_tells_a_key_and_all_of_it_ends(redis: RedisServer) -> None:
    async with rests(redis) as one, rests(redis, secret="another host's secret") as stranger:
        for place in range(len(KEYS)):
            await one.begin(place, Rest(60, 429))
        await stranger.look()
        assert [stranger.of(place) for place in range(len(KEYS))] == [None, None]

    async with Redis.from_url(redis.url, decode_responses=True) as client:
        names = await client.keys("*")
        kept = " ".join(map(str, [*names, *await client.mget(names)]))
        assert all([0 < await client.pttl(name) <= 60_000 for name in names])
    assert len(names) == len(KEYS)
    assert not [word for word in (*KEYS, *MODEL, SECRET, "groq") if word in kept]
    assert not [word for word in _plain_digests() if word in kept]


def _plain_digests() -> list[str]:
    """Of what somebody could guess without the secret."""
    said = ["\0".join(("rest of a provider's key", *MODEL, key)) for key in KEYS]
    return [sha256(text.encode()).hexdigest()[:16] for text in (*KEYS, *said)]


async def test_without_redis_the_own_rests_count_and_it_is_said_once(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with counts_in(redis) as counts:
        known = SharedRests(counts, SECRET, MODEL, KEYS, wait_s=PATIENT_S)
        await known.look()
        redis.stop()
        with caplog.at_level(logging.WARNING):
            for place, status in enumerate((429, 401)):
                await known.begin(place, Rest(30, status))
                await known.look()
        await counts.incr("key", 60)

        assert [rest.status for place in (0, 1) if (rest := known.of(place))] == [429, 401]
        assert [record.message for record in caplog.records] == [
            "Redis does not answer (ConnectionError): each worker counts for itself"
        ]
        assert not counts.answers


async def test_a_turn_is_answered_when_redis_is_gone_midway(redis: RedisServer) -> None:
    async with Peer(peers.answers) as peer, two_workers(redis, peer) as (one, _):
        first = await hear(one.stream(PROMPT))
        redis.stop()
        second = await hear(one.stream(PROMPT))

    assert first.text == second.text == FULL


async def test_a_redis_that_is_silent_holds_no_call_up(redis: RedisServer) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    counts = SharedCounts(f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}/0")
    known = SharedRests(counts, SECRET, MODEL, KEYS)
    waits = []
    for _ in range(20):
        began = time.perf_counter()
        await known.look()
        await known.begin(0, Rest(30, 429))
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.001)
    await counts.close()
    silent.close()

    assert sorted(waits)[len(waits) // 2] < 0.02  # twice a millisecond, on a machine that does other things
    assert known.of(0)


async def test_rests_are_shared_where_the_settings_name_a_redis(redis: RedisServer) -> None:
    shared = settings(redis_url=SecretStr(redis.url))
    counts = counts_of(shared)
    made = rests_of(shared, counts)
    assert made and isinstance(made(*MODEL, KEYS), SharedRests)
    assert isinstance(counts, SharedCounts)
    await counts.close()

    assert rests_of(settings(), InProcess()) is None


def test_every_provider_of_the_settings_gets_the_rests_of_its_own_keys() -> None:
    made: list[tuple[str, str, list[str]]] = []

    def recorded(url: str, model: str, keys: Sequence[str]) -> OwnRests:
        made.append((url, model, list(keys)))
        return OwnRests()

    both = settings(
        llm_base_url=MODEL[0], llm_model=MODEL[1], groq_api_key_1=SecretStr(KEYS[0]), groq_api_key_2=SecretStr(KEYS[1])
    )
    _generator(both, cast(WordPieceCounter, WordCounter()), recorded)

    assert made == [(*MODEL, ["none"]), (both.groq_base_url, both.groq_chat_model, list(KEYS))]
