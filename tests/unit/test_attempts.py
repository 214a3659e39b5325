"""Guessing is slow, and nobody is shut out for good."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from questrag.chat.types import User
from questrag.web.attempts import Attempts, Devices, digest
from questrag.web.credentials import Tokens
from questrag.web.errors import TooMany
from questrag.web.limits import InProcess, Limits
from tests.unit.test_limits import Clock, rates

SECRET = "a-secret-for-tests-0123456789-abcdefghijk"
HERE, THERE = "203.0.113.7", "198.51.100.9"
DAY_S = 86_400


@dataclass
class Door:
    """Where one signs in: counts how many passwords were looked at."""

    free: int = 5
    clock: Clock = field(default_factory=Clock)
    n_looked_at: int = 0

    def __post_init__(self) -> None:
        self.devices = Devices(SECRET)
        limits = Limits(rates(0), InProcess(self.clock), self.clock)
        self.attempts = Attempts(limits, self.devices, free=self.free, longest_s=900)

    async def tries(self, right: bool, name: str = "priya", address: str = HERE, device: str = "") -> bool:
        async def check() -> bool:
            self.n_looked_at += 1
            return right

        return await self.attempts.made(name, address, device, check)

    async def wait_s(self, name: str = "priya", address: str = HERE, device: str = "", right: bool = False) -> float:
        """Try; return how long one would have to wait instead, 0 where one need not."""
        try:
            await self.tries(right, name, address, device)
        except TooMany as refused:
            return refused.retry_after_s
        return 0.0


async def test_after_five_wrong_passwords_each_wait_is_twice_the_last_up_to_the_longest() -> None:
    door, waits = Door(), []
    for _ in range(5):
        assert await door.tries(False) is False
    for _ in range(13):
        waits.append(await door.wait_s())
        door.clock.at += waits[-1]
        assert await door.wait_s() == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


async def test_while_one_waits_not_even_the_right_password_is_looked_at_and_the_wait_gets_no_longer() -> None:
    door = Door()
    for _ in range(5):
        await door.tries(False)
    for _ in range(100):
        assert await door.wait_s(right=True) == 1
    assert door.n_looked_at == 5
    door.clock.at += 1
    assert await door.tries(True)


async def test_the_right_password_clears_what_failed_before() -> None:
    door = Door()
    for _ in range(20):
        for _ in range(4):
            assert await door.wait_s() == 0
        assert await door.tries(True)


async def test_many_at_once_are_no_more_than_one_after_another() -> None:
    door = Door()
    waits = await asyncio.gather(*(door.wait_s() for _ in range(100)))
    assert door.n_looked_at == 5
    assert waits.count(0) == 5


async def test_a_day_later_all_is_forgotten() -> None:
    door = Door()
    for _ in range(5):
        await door.tries(False)
    door.clock.at += DAY_S
    for _ in range(5):
        assert await door.wait_s() == 0


async def test_letter_case_makes_no_other_account() -> None:
    door = Door()
    for name in ("priya", "PRIYA", "Priya", "pRiya", "priyA"):
        await door.tries(False, name)
    assert await door.wait_s("priYa") == 1


async def test_somebody_elsewhere_signs_in_at_once_while_one_guesser_waits() -> None:
    door = Door()
    for _ in range(5):
        await door.tries(False, address=THERE)
    assert await door.wait_s(address=THERE) > 0
    assert await door.tries(True, address=HERE)


async def test_many_guessers_make_a_stranger_wait_a_minute_at_most_and_the_owners_browser_not_at_all() -> None:
    door = Door()
    mark = door.devices.mark("priya")
    for hour in range(48):
        for i in range(60):  # a new address each time, as fast as it may
            await door.wait_s(address=f"10.0.{hour}.{i}")
            assert await door.wait_s(device=mark, right=True) == 0
            door.clock.at += 60
    for i in range(100):
        await door.wait_s(address=f"10.1.0.{i}")
    assert 0 < await door.wait_s() <= 60


async def test_guessers_from_anywhere_get_so_many_guesses_a_day() -> None:
    door = Door()
    for second in range(DAY_S // 10):
        await door.wait_s(address=f"10.{second >> 16}.{second >> 8 & 255}.{second & 255}")
        door.clock.at += 10
    assert door.n_looked_at <= 20 + 6 + 1440


async def test_one_address_gets_so_many_guesses_a_day_at_one_account() -> None:
    door = Door()
    for _ in range(DAY_S // 10):
        await door.wait_s()
        door.clock.at += 10
    assert door.n_looked_at <= 5 + 11 + 96


async def test_a_browser_with_a_mark_has_its_own_count_and_so_many_guesses() -> None:
    door = Door()
    mark = door.devices.mark("priya")
    for _ in range(5):
        assert await door.wait_s(device=mark) == 0
    assert await door.wait_s(device=mark) == 1
    assert await door.wait_s(device=door.devices.mark("priya")) == 0
    assert await door.wait_s(device="") == 0


async def test_one_password_tried_on_many_names_waits_too_and_an_account_of_ones_own_does_not_help() -> None:
    door = Door()
    n_free = 0
    for i in range(300):
        assert await door.wait_s("mallory", right=True) in (0, pytest.approx(1, abs=60))
        n_free += await door.wait_s(f"name-{i}") == 0
    assert n_free <= 100


async def test_neighbours_who_sign_in_rightly_are_not_counted() -> None:
    door = Door()
    for i in range(1000):
        assert await door.tries(True, f"name-{i}")


async def test_where_it_is_off_nobody_waits() -> None:
    door = Door(free=0)
    for _ in range(1000):
        assert await door.tries(False) is False


PRIYA = User(
    id="priya",
    username="priya",
    email="p@example.com",
    password_hash="!",
    role="customer",
    created_at=datetime.now(UTC),
)


def signed(**changes: object) -> str:
    good = {"aud": "questrag-device", "sub": digest("priya"), "jti": "1", "exp": datetime.now(UTC) + timedelta(days=1)}
    claims = {name: value for name, value in {**good, **changes}.items() if value is not None}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def test_a_mark_is_for_one_account_and_tells_no_name() -> None:
    devices = Devices(SECRET)
    mark = devices.mark("Priya")
    assert devices.number(mark, "priya")
    assert devices.number(mark, "asha") == ""
    assert "priya" not in str(jwt.decode(mark, options={"verify_signature": False})).casefold()


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "a.b.c",
        "é",
        "x" * 5000,
        signed(exp=datetime.now(UTC) - timedelta(seconds=1)),
        signed(exp=None),
        signed(aud="questrag-api"),
        signed(jti=None),
        jwt.encode({"aud": "questrag-device", "sub": digest("priya"), "jti": "1", "exp": 4e9}, "x" * 40),
        jwt.encode({"aud": "questrag-device", "sub": digest("priya"), "jti": "1", "exp": 4e9}, "", "none"),
        Tokens(secret=SECRET, algorithm="HS256", lifetime=timedelta(hours=1)).issue(PRIYA),
    ],
)
def test_what_is_no_mark_of_ours_counts_as_none(mark: str) -> None:
    assert Devices(SECRET).number(signed(), "priya") == "1"
    assert Devices(SECRET).number(mark, "priya") == ""
