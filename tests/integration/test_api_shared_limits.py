"""Two servers that share a Redis count together; without it each counts for itself, and says so."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from questrag.chat.errors import Misconfigured
from questrag.storage.memory import MemoryStore
from questrag.web.shared_counts import SharedCounts
from tests.integration.api import an_app, sign_up
from tests.redis_server import RedisServer, a_redis


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with a_redis() as server:
        yield server


@contextmanager
def two_servers(redis: RedisServer, **limits: Any) -> Iterator[tuple[TestClient, TestClient]]:
    store = MemoryStore()
    with ExitStack() as opened:
        apps = [an_app(store, redis_url=SecretStr(redis.url), **limits) for _ in range(2)]
        one, other = (opened.enter_context(TestClient(app, follow_redirects=False)) for app in apps)
        yield one, other


def test_questions_to_both_count_against_one_limit(redis: RedisServer) -> None:
    with two_servers(redis, rate_limit_questions_per_minute=4) as servers:
        headers = sign_up(servers[0])
        statuses = [
            servers[n % 2].post("/api/v1/chat/", json={"query": "card?"}, headers=headers).status_code for n in range(6)
        ]
        assert servers[0].get("/health").json()["limits"] == "shared"

    assert statuses == [200, 200, 200, 200, 429, 429]


def test_wrong_passwords_at_both_have_to_wait_together(redis: RedisServer) -> None:
    with two_servers(redis, lock_out_after=3) as servers:
        sign_up(servers[0])
        servers[0].cookies.clear()  # or it would be a browser that is known
        wrong = {"username": "priya", "password": "a guess"}
        statuses = [servers[n % 2].post("/api/v1/auth/login", json=wrong).status_code for n in range(5)]

    assert statuses[:3] == [401, 401, 401]
    assert statuses[-1] == 429


def test_without_redis_limits_go_on_in_each_worker_and_it_is_said(redis: RedisServer) -> None:
    with two_servers(redis, rate_limit_questions_per_minute=2) as (server, _):
        headers = sign_up(server)
        redis.stop()

        statuses = [
            server.post("/api/v1/chat/", json={"query": "card?"}, headers=headers).status_code for _ in range(4)
        ]

        assert statuses == [200, 200, 429, 429]
        health = server.get("/health").json()
        assert (health["status"], health["limits"]) == ("degraded", "unreachable")
        assert server.get("/health/ready").status_code == 200


def test_counts_are_shared_again_when_redis_is_back(redis: RedisServer) -> None:
    async def gone_and_back() -> list[bool]:
        counts = SharedCounts(redis.url)
        told = []
        for act in (None, redis.stop, redis.start):
            if act:
                await asyncio.to_thread(act)
            counts._rests_until = min(counts._rests_until, 1e-9)  # the pause is over
            await counts.incr("key", 60)
            told.append(counts.answers)
        await counts.close()
        return told

    assert asyncio.run(gone_and_back()) == [True, False, True]


def test_an_address_that_is_none_of_a_redis_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match="REDIS_URL"):
        an_app(redis_url=SecretStr("http://nowhere.invalid"))
