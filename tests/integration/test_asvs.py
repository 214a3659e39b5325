"""What docs/asvs.toml asks for and no other test shows."""

import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest

from tests.integration.api import a_sqlite_store, an_app, api, served

# Blanks at both ends, both cases, and more signs than bcrypt would look at.
PASSWORD = f" {'Long and Typed By Hand, ' * 4}é the End "
OTHERS = (PASSWORD.strip(), PASSWORD.lower(), PASSWORD[:72], PASSWORD[:-1], f"{PASSWORD} ", PASSWORD.replace("é", "e"))


def test_a_password_counts_to_the_last_character_as_it_was_typed() -> None:
    account = {"username": "priya", "email": "priya@example.com", "password": PASSWORD}
    with api(lock_out_after=0, rate_limit_sign_ins_per_minute=0) as client:
        assert client.post("/api/v1/auth/register", json=account).status_code == 201
        for other in OTHERS:
            given = {"username": "priya", "password": other}
            assert client.post("/api/v1/auth/login", json=given).status_code == 401, other
        given = {"username": "priya", "password": PASSWORD}
        assert client.post("/api/v1/auth/login", json=given).status_code == 200


def test_a_new_store_has_no_account(tmp_path: Path) -> None:
    with api(a_sqlite_store(tmp_path)) as client:
        assert client.get("/health").status_code == 200
        with closing(sqlite3.connect(tmp_path / "questrag.db")) as database:
            assert database.execute("SELECT count(*) FROM users").fetchone() == (0,)


@pytest.mark.parametrize(("http", "statuses"), [("h11", [b"422", b"200"]), ("httptools", [b"400"])])
def test_a_request_with_two_ideas_of_its_length_hides_no_other_one(
    http: Literal["h11", "httptools"], statuses: list[bytes]
) -> None:
    """Chunks count and its length does not (RFC 9112, 6.3), or it is refused."""
    hidden = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    head = (
        b"POST /api/v1/auth/login HTTP/1.1",
        b"Host: x",
        b"Content-Type: application/json",
        b"Content-Length: %d" % (len(b"0\r\n\r\n") + len(hidden)),
        b"Transfer-Encoding: chunked",
    )
    with served(an_app(), http) as base:
        address = urlsplit(base)
        with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=10) as connection:
            connection.sendall(b"\r\n".join(head) + b"\r\n\r\n0\r\n\r\n" + hidden)
            said = b"".join(iter(lambda: connection.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+) ", said) == statuses
