"""Counts, and what is refused once there are too many, by a clock that is set by hand."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from limits.aio.storage import MemoryStorage, Storage

from questrag.web.errors import TooMany
from questrag.web.limits import InProcess, Limits, Rate, Rates, network_of


@dataclass
class Clock:
    at: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


def rates(most: int) -> Rates:
    rate = Rate(most, 60, "of them")
    return Rates(
        requests=rate,
        sign_ins=rate,
        new_accounts=rate,
        refreshes=rate,
        guests=rate,
        questions=rate,
        handoffs=rate,
    )


@pytest.mark.parametrize("storage", [InProcess, MemoryStorage])
async def test_a_storage_counts_by_key_until_it_is_cleared(storage: Callable[[], Storage]) -> None:
    counts = storage()
    assert await counts.get("a") == 0
    assert [await counts.incr("a", 60), await counts.incr("a", 900), await counts.incr("b", 60)] == [1, 2, 1]
    assert await counts.incr("a", 60, -1) == 1
    assert 59 < await counts.get_expiry("a") - await counts.get_expiry("nothing") <= 60
    await counts.clear("a")
    await counts.clear("never there")
    assert [await counts.get("a"), await counts.get("b")] == [0, 1]
    assert await counts.check()
    await counts.reset()
    assert await counts.get("b") == 0


async def test_a_count_is_forgotten_so_long_after_the_first() -> None:
    clock = Clock()
    counts = InProcess(clock)
    await counts.incr("a", 60)
    clock.at += 59.9
    assert await counts.incr("a", 60) == 2
    clock.at += 0.1
    assert await counts.get("a") == 0
    assert await counts.incr("a", 60) == 1
    assert await counts.get_expiry("a") == clock.at + 60


async def test_a_count_that_was_cleared_and_begun_again_has_its_whole_time() -> None:
    clock = Clock()
    counts = InProcess(clock)
    await counts.incr("a", 60)
    await counts.clear("a")
    clock.at += 30
    await counts.incr("a", 60)
    clock.at += 30
    assert await counts.get("a") == 1
    clock.at += 30
    assert await counts.get("a") == 0


async def test_the_memory_is_bounded_and_what_would_go_first_goes_first() -> None:
    counts = InProcess(Clock(), most=100)
    await counts.incr("long", 86_400)
    for i in range(1000):
        await counts.incr(f"address {i}", 60 + i)
    assert await counts.get("long") == 1
    assert await counts.get("address 0") == 0
    assert await counts.get("address 999") == 1
    assert await counts.reset() <= 101


async def test_so_many_a_minute_and_then_one_waits_until_the_minute_is_over() -> None:
    clock = Clock()
    limits = Limits(rates(3), InProcess(clock), clock)
    for _ in range(3):
        await limits.spend("questions", "asha")
    clock.at += 20
    with pytest.raises(TooMany) as refused:
        await limits.spend("questions", "asha")
    assert refused.value.retry_after_s == 40

    await limits.spend("questions", "bela")
    await limits.spend("handoffs", "asha")
    clock.at += refused.value.retry_after_s
    await limits.spend("questions", "asha")


async def test_a_limit_of_0_is_none() -> None:
    limits = Limits(rates(0), InProcess())
    for _ in range(1000):
        await limits.spend("questions", "asha")


async def test_of_many_at_once_no_more_than_the_limit_pass() -> None:
    limits = Limits(rates(10), InProcess())
    found = await asyncio.gather(*(limits.spend("questions", "asha") for _ in range(100)), return_exceptions=True)
    assert sum(each is None for each in found) == 10


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
    ],
)
def test_a_network_of_ipv6_is_one_address(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
