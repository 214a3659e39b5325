"""What stops `questrag serve` is said in one sentence, before anything is loaded."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from questrag.chat.errors import Misconfigured
from questrag.web.serving import serve
from tests.integration.api import settings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def nothing_to_load(**changes: Any) -> Any:
    """Settings with which every start fails later than at the port and the database."""
    return settings(kb_path=Path("no such file.jsonl"), **changes)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_that_is_taken_is_named_with_the_way_out(taken: int, workers: int) -> None:
    with pytest.raises(Misconfigured, match=f"^Port {taken} on 127.0.0.1 is in use: choose another with --port.$"):
        serve(nothing_to_load(), host="127.0.0.1", port=taken, workers=workers)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Misconfigured, match=r"Nothing can listen on port 8000 of 192\.0\.2\.1: "):
        serve(nothing_to_load(), host="192.0.2.1", port=8000, workers=1)


def test_several_workers_are_not_started_without_their_database(tmp_path: Path) -> None:
    (tmp_path / "questrag.db").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Misconfigured, match=r"questrag\.db is not a file"):
        serve(nothing_to_load(data_dir=tmp_path), host="127.0.0.1", port=port, workers=2)
