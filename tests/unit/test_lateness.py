"""Tests of `web.lateness`."""

import asyncio
import gc
import time
from collections import Counter
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from questrag.web import lateness
from questrag.web.admission import Admission
from questrag.web.background import alongside
from questrag.web.lateness import Lateness, Relief, apart, set_apart_soon


async def busy(seconds: float, pieces_s: float = 0.08) -> None:
    """Leave the loop so late as one piece takes, again and again."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        time.sleep(pieces_s)  # noqa: ASYNC251 - what must not be done, on purpose
        await asyncio.sleep(0)


async def answered(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(Request(scope).url.path)(scope, receive, send)


async def test_a_loop_that_stays_late_is_told_from_one_that_is_idle() -> None:
    seen = Lateness(0.03)
    async with alongside(seen.watch()):
        await asyncio.sleep(0.1)
        assert not seen.stays
        await busy(0.8)
        assert seen.stays
        await asyncio.sleep(0.3)
        assert not seen.stays


async def test_a_moments_work_does_no_harm() -> None:
    seen = Lateness(0.03)
    async with alongside(seen.watch()):
        await asyncio.sleep(0.05)
        await busy(0.1)
        assert not seen.stays


async def test_no_bound_is_never_exceeded() -> None:
    seen = Lateness(0)
    async with alongside(seen.watch()):
        await busy(0.5)
        assert not seen.stays


def a_bank(seen: Lateness, refused: Counter[str], *, n_open: int) -> httpx2.AsyncClient:
    admission = Admission(most=0, most_of_an_account=0, refused=refused.update)
    admission._open["somebody"] = n_open
    relief = Relief(answered, seen, lambda why: refused.update([why]))

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await relief({**scope, "state": {"admission": admission}}, receive, send)

    return httpx2.AsyncClient(transport=httpx2.ASGITransport(with_state), base_url="http://bank.example")


async def test_with_few_answers_open_something_else_takes_the_time_and_nothing_is_refused() -> None:
    seen, refused = Lateness(0.03), Counter[str]()
    async with alongside(seen.watch()), a_bank(seen, refused, n_open=7) as bank:
        await busy(0.8)
        assert (await bank.post("/api/v1/chat/")).status_code == 200
    assert not refused


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/chat/", 503),
        ("POST", "/api/v1/chat/stream", 503),
        ("POST", "/v1/chat/completions", 503),
        ("GET", "/api/v1/conversations/", 200),
        ("POST", "/api/v1/auth/login", 200),
        ("GET", "/health/live", 200),
    ],
)
async def test_while_the_loop_is_late_questions_are_refused_and_nothing_else(
    method: str, path: str, status: int
) -> None:
    seen, refused = Lateness(0.03), Counter[str]()
    async with alongside(seen.watch()), a_bank(seen, refused, n_open=8) as bank:
        await asyncio.sleep(0.05)
        await busy(0.8)
        answer = await bank.request(method, path)
        assert answer.status_code == status
        assert refused == ({"late": 1} if status == 503 else {})
        if status == 503:
            assert int(answer.headers["Retry-After"]) >= 1
            await asyncio.sleep(0.3)
            assert (await bank.request(method, path)).status_code == 200


def test_the_paths_of_questions_are_routes_of_the_application() -> None:
    from questrag.settings import Settings
    from questrag.web.app import create_app

    assert set(lateness._QUESTIONS) <= set(create_app(Settings()).openapi()["paths"])


async def test_what_is_loaded_is_set_apart_while_an_application_has_the_process_to_itself() -> None:
    @asynccontextmanager
    async def begun() -> Any:
        yield {"ready": True}

    async with apart(begun()) as state:
        assert state == {"ready": True}
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


async def test_what_takes_its_place_is_set_apart_only_where_the_first_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lateness, "_SOON_S", 0.0)
    set_apart_soon()
    await asyncio.sleep(0.01)
    assert gc.get_freeze_count() == 0
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        new: list[list[int]] = [[] for _ in range(10_000)]
        set_apart_soon()
        await asyncio.sleep(0.01)
        assert gc.get_freeze_count() > before + len(new) // 2
    finally:
        gc.unfreeze()
