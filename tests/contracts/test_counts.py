"""What the counts of limits promise, in a worker's memory and shared in Redis."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from questrag.web.limits import InProcess
from questrag.web.shared_counts import SharedCounts
from tests.redis_server import RedisServer, a_redis

Counts = InProcess | SharedCounts


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with a_redis() as server:
        yield server


@pytest.fixture(params=["in process", "redis"])
async def counts(request: pytest.FixtureRequest) -> AsyncIterator[Counts]:
    if request.param == "in process":
        yield InProcess()
        return
    opened = SharedCounts(request.getfixturevalue("redis").url)
    yield opened
    assert opened.answers
    await opened.close()


def a_key() -> str:
    return f"test/{uuid4().hex}"


async def test_calls_are_added_up_and_what_was_never_counted_is_nothing(counts: Counts) -> None:
    key = a_key()

    assert [await counts.incr(key, 60) for _ in range(3)] == [1, 2, 3]
    assert await counts.incr(key, 60, 5) == 8
    assert (await counts.get(key), await counts.get(a_key())) == (8, 0)


async def test_many_at_once_are_all_counted(counts: Counts) -> None:
    key = a_key()

    counted = await asyncio.gather(*(counts.incr(key, 60) for _ in range(50)))

    assert sorted(counted) == list(range(1, 51))


async def test_a_count_ends_when_its_time_is_over(counts: Counts) -> None:
    key = a_key()
    await counts.incr(key, 0.15)
    await asyncio.sleep(0.2)

    assert await counts.get(key) == 0
    assert await counts.incr(key, 0.15) == 1


async def test_its_time_runs_from_the_first_call(counts: Counts) -> None:
    key = a_key()
    await counts.incr(key, 10)
    ends = await counts.get_expiry(key)
    await asyncio.sleep(0.05)
    await counts.incr(key, 100)

    assert await counts.get_expiry(key) == pytest.approx(ends, abs=0.02)
    assert ends == pytest.approx(time.time() + 10, abs=0.5)


async def test_a_count_that_comes_back_to_nothing_goes_on_with_its_time(counts: Counts) -> None:
    key = a_key()
    await counts.incr(key, 10)
    await counts.incr(key, 10, -1)
    await asyncio.sleep(0.05)
    await counts.incr(key, 1000)

    assert await counts.get_expiry(key) < time.time() + 11


async def test_less_than_a_second_is_told(counts: Counts) -> None:
    key = a_key()
    await counts.incr(key, 0.9)

    assert 0.5 < await counts.get_expiry(key) - time.time() <= 0.95


async def test_what_was_never_counted_ends_now(counts: Counts) -> None:
    assert await counts.get_expiry(a_key()) == pytest.approx(time.time(), abs=0.2)


async def test_a_cleared_count_begins_anew(counts: Counts) -> None:
    key = a_key()
    await counts.incr(key, 60, 7)
    await counts.clear(key)

    assert await counts.get(key) == 0
    assert await counts.incr(key, 60) == 1
