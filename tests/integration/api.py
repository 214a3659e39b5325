"""The API with small parts behind it, in process or as a server that listens."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast
from uuid import uuid4

import httpx2
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from questrag.chat.errors import Unavailable
from questrag.chat.ports import Store
from questrag.chat.turn import Assistant
from questrag.chat.types import Role, User
from questrag.settings import Settings
from questrag.storage.memory import MemoryStore
from questrag.storage.sqlite import SqliteStore
from questrag.web.app import create_app
from questrag.web.credentials import Tokens
from questrag.web.limits import InProcess
from questrag.wiring import Parts
from tests.fakes import TinyBase, an_assistant

SECRET = "a-secret-for-tests-0123456789-abcdefghijk"
PASSWORD = "a long pass phrase"
CHEAP_KIB = 64
NO_PAGE = Path("no page was built")
_LIMITS = ("rate_limit_", "lock_out_after", "max_answers_")
UNLIMITED = {name: 0 for name in Settings.model_fields if name.startswith(_LIMITS)}
"""What tests of other things must not run into."""
Headers = dict[str, str]
Client = TestClient | httpx2.Client


def settings(**changes: Any) -> Settings:
    """Return the defaults with some changes, whatever the environment says."""
    return Settings.model_construct(**{"secret_key": SecretStr(SECRET), **UNLIMITED, **changes})


def an_app(
    store: Store | None = None,
    assistant: Assistant | None = None,
    page: Path = NO_PAGE,
    counts: InProcess | None = None,
    **changes: Any,
) -> FastAPI:
    parts = Parts(assistant=assistant or an_assistant(), store=store or MemoryStore(), knowledge=TinyBase())
    return create_app(settings(**changes), parts, password_memory_kib=CHEAP_KIB, page=page, counts=counts)


@contextmanager
def api(store: Store | None = None, assistant: Assistant | None = None, **changes: Any) -> Iterator[TestClient]:
    with TestClient(an_app(store, assistant, **changes), follow_redirects=False) as client:
        yield client


@contextmanager
def served(app: FastAPI, http: Literal["auto", "h11", "httptools"] = "auto") -> Iterator[str]:
    """Yield the address of a real server that runs in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=http, log_level="info", log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            threading.Event().wait(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def a_sqlite_store(folder: Path) -> SqliteStore:
    return asyncio.run(SqliteStore.open(folder / "questrag.db"))


def sign_up(client: Client, name: str = "priya") -> Headers:
    """Open an account, sign in and return the headers that say so."""
    account = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    assert client.post("/api/v1/auth/register", json=account).status_code == 201
    login = client.post("/api/v1/auth/login", json={"username": name, "password": PASSWORD})
    return {"Authorization": f"Bearer {login.json()['access_token']}"}


def staff(client: TestClient, store: Store, role: Role = "admin", name: str = "asha") -> Headers:
    """Add somebody with this role to the store behind the client and return the headers that say who they are."""
    user = User(
        id=uuid4().hex,
        username=name,
        email=f"{name}@bank.example",
        password_hash="!",
        role=role,
        created_at=datetime.now(UTC),
    )
    assert client.portal
    client.portal.call(store.add_user, user)
    tokens = Tokens(secret=SECRET, algorithm="HS256", lifetime=timedelta(hours=1))
    return {"Authorization": f"Bearer {tokens.issue(user)}"}


def ask(client: Client, headers: Headers, query: str = "How do I block my debit card?", **more: str) -> dict[str, Any]:
    response = client.post("/api/v1/chat/", json={"query": query, **more}, headers=headers)
    assert response.status_code == 200, response.text
    return cast(dict[str, Any], response.json())


def conversations(client: Client, headers: Headers, **params: Any) -> list[dict[str, Any]]:
    response = client.get("/api/v1/chat/conversations", headers=headers, params=params)
    return cast(list[dict[str, Any]], response.json()["conversations"])


def messages(client: Client, headers: Headers, conversation_id: str, **params: str) -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/chat/conversations/{conversation_id}", headers=headers, params=params)
    assert response.status_code == 200, response.text
    return cast(list[dict[str, Any]], response.json()["messages"])


def events_of(body: str) -> list[tuple[str, dict[str, Any]]]:
    """Read a server-sent-event body: pairs of event and data, without the comments."""
    found = []
    for block in body.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def written(events: list[tuple[str, dict[str, Any]]]) -> str:
    """Return what a reader of the events has on the screen at the end."""
    text = ""
    for name, data in events:
        text = "" if name == "replaced" else text + data["text"] if name == "token" else text
    return text


@dataclass
class Unplugged:
    """A store whose database can be taken away."""

    inner: Store
    down: bool = False

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self.inner, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            if self.down and name != "close":
                raise Unavailable("The database cannot be reached.", retry_after_s=2.5)
            return await method(*args, **kwargs)

        return call
