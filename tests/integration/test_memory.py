"""A server that answers on and on keeps nothing of it in memory; `python -m benchmarks.soak` asks for an hour."""

import gc
import logging
from pathlib import Path

import pytest

from tests.integration.api import a_sqlite_store, api, ask, sign_up

WARM, ASKED = 40, 120


def test_turns_leave_no_objects_behind(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "questrag")  # what is logged is kept for the report of the test
    with api(a_sqlite_store(tmp_path), rate_limit_questions_per_minute=0, rate_limit_requests_per_minute=0) as client:
        headers = sign_up(client)
        for _ in range(WARM):
            ask(client, headers)
        gc.collect()
        before = len(gc.get_objects())
        for n in range(ASKED):
            if n % 4:
                ask(client, headers)
            else:
                client.post("/api/v1/chat/stream", json={"query": "How do I block my debit card?"}, headers=headers)
        gc.collect()
        left = len(gc.get_objects()) - before
    assert left < ASKED, f"{left / ASKED:.1f} objects for each turn"
