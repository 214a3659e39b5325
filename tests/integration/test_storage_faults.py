"""What the databases do when something breaks: locks, full disks, damaged files, kills, servers that go away."""

import asyncio
import gc
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from secantus import SecantusDBServer

from questrag.chat.errors import Conflict, Misconfigured, NotFound, Unavailable
from questrag.chat.ports import Store
from questrag.chat.types import Conversation, Status, Turn
from questrag.storage.mongo import MongoStore, _document
from questrag.storage.records import TURN, as_stored
from questrag.storage.sqlite import SqliteStore
from questrag.storage.sqlite_file import SqliteFile

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def a_turn(conversation: Conversation) -> Turn:
    return Turn(
        id=uuid4().hex,
        conversation_id=conversation.id,
        user_id=conversation.user_id,
        question="How do I block my card?",
        asked_at=NOON,
    )


async def started(store: Store) -> Conversation:
    conversation = Conversation(id=uuid4().hex, user_id=uuid4().hex, title="Cards", created_at=NOON, updated_at=NOON)
    await store.add_conversation(conversation)
    return conversation


# SQLite ----------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "questrag.db"


@pytest.fixture
async def sqlite(path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path, patience_s=0.2)
    yield store
    await store.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        other.close()


@contextmanager
def full_disk() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_file_held_by_another_process_is_unavailable_until_it_is_let_go(
    sqlite: SqliteStore, path: Path
) -> None:
    conversation = await started(sqlite)
    with locked(path):
        with pytest.raises(Unavailable) as caught:
            await sqlite.begin(a_turn(conversation), append=True)
        with pytest.raises(Unavailable):
            await sqlite.ping()
        assert await sqlite.turns(conversation.user_id, conversation.id) == []
    assert caught.value.retry_after_s > 0

    turn, new = await sqlite.begin(a_turn(conversation), append=True)
    assert new
    assert await sqlite.turns(conversation.user_id, conversation.id) == [turn]


async def test_those_who_wait_for_a_lock_wait_together(sqlite: SqliteStore, path: Path) -> None:
    conversation = await started(sqlite)
    with locked(path):
        begun = monotonic()
        outcomes = await asyncio.gather(
            *(sqlite.begin(a_turn(conversation), append=True) for _ in range(50)), return_exceptions=True
        )
        waited_s = monotonic() - begun

    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert waited_s < 5  # one after the other it would be ten


async def test_a_full_disk_is_unavailable_until_there_is_room(
    sqlite: SqliteStore, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = await started(sqlite)
    with full_disk(), pytest.raises(Unavailable):
        await sqlite.begin(a_turn(conversation), append=True)
    assert re.search(r"SQLite: SQLITE_(IOERR_WRITE|FULL): ", caplog.text)

    turn, _ = await sqlite.begin(a_turn(conversation), append=True)
    assert await sqlite.turns(conversation.user_id, conversation.id) == [turn]


async def test_a_write_that_fails_takes_no_other_with_it(sqlite: SqliteStore) -> None:
    conversation = await started(sqlite)
    unwritable = replace(a_turn(conversation), question="\ud800")

    outcomes = await asyncio.gather(
        *(sqlite.begin(a_turn(conversation), append=True) for _ in range(3)),
        sqlite.add_conversation(conversation),
        sqlite.begin(unwritable, append=True),
        *(sqlite.begin(a_turn(conversation), append=True) for _ in range(3)),
        return_exceptions=True,
    )

    assert isinstance(outcomes[3], Conflict)
    assert isinstance(outcomes[4], ValueError)
    assert len(await sqlite.turns(conversation.user_id, conversation.id)) == 6


async def test_a_write_that_is_refused_is_undone_and_makes_no_other_run_twice(path: Path) -> None:
    file = SqliteFile(path, patience_s=0.2)
    await file.write(lambda db: db.execute("CREATE TABLE t (x)"))
    runs: list[int] = []

    def add(db: sqlite3.Connection, number: int) -> int:
        runs.append(number)
        db.execute("INSERT INTO t VALUES (?)", (number,))
        if number % 3 == 0:
            raise NotFound("There is no such number.")
        return number

    outcomes = await asyncio.gather(*(file.write(add, number) for number in range(7)), return_exceptions=True)
    kept = await file.read(lambda db: db.execute("SELECT x FROM t").fetchall())
    await file.close()

    assert runs == list(range(7))
    assert [outcome for outcome in outcomes if not isinstance(outcome, NotFound)] == [1, 2, 4, 5]
    assert kept == [(1,), (2,), (4,), (5,)]


async def test_a_write_that_is_cancelled_takes_no_other_with_it(sqlite: SqliteStore) -> None:
    conversation = await started(sqlite)
    begun = [asyncio.create_task(sqlite.begin(a_turn(conversation), append=True)) for _ in range(4)]
    await asyncio.sleep(0)

    begun[0].cancel()
    outcomes = await asyncio.gather(*begun, return_exceptions=True)

    assert isinstance(outcomes[0], asyncio.CancelledError)
    stored = {turn.id for turn in await sqlite.turns(conversation.user_id, conversation.id)}
    assert {outcome[0].id for outcome in outcomes[1:] if isinstance(outcome, tuple)} <= stored
    assert len(stored) >= 3


async def test_two_processes_appending_at_once_make_one_chain(sqlite: SqliteStore, path: Path) -> None:
    conversation = await started(sqlite)
    other = await SqliteStore.open(path)

    begun = await asyncio.gather(
        *(store.begin(a_turn(conversation), append=True) for _ in range(25) for store in (sqlite, other))
    )
    await other.close()

    assert len({turn.parent_id for turn, _ in begun}) == 50
    assert len(await sqlite.turns(conversation.user_id, conversation.id)) == 50


async def test_several_may_make_the_same_new_file(path: Path) -> None:
    stores = await asyncio.gather(*(SqliteStore.open(path) for _ in range(8)))

    conversation = await started(stores[0])
    for store in stores:
        assert await store.conversation(conversation.user_id, conversation.id) == conversation
        await store.close()


BEGIN_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from questrag.storage.sqlite import SqliteStore
from questrag.storage.sqlite_file import SqliteFile
from tests.integration.test_storage_faults import a_turn, started

async def main():
    store = await SqliteStore.open(Path(sys.argv[1]))
    turn, _ = await store.begin(a_turn(await started(store)), append=True)
    print(turn.user_id, turn.id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_begun_turn_outlives_a_killed_process(path: Path) -> None:
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", BEGIN_AND_DIE, str(path)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    user_id, turn_id = killed.stdout.split()

    store = await SqliteStore.open(path)
    assert (await store.turn(user_id, turn_id)).status is Status.PENDING
    assert await store.fail_pending(datetime.now(UTC), "The server was restarted.") == 1
    await store.close()


OPEN_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from questrag.chat.types import Conversation
from questrag.storage import sqlite
from tests.integration.test_storage_faults import NOON, a_turn

def dies(*_):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    store = await sqlite.SqliteStore.open(Path(sys.argv[1]))
    opening = Conversation(id="c", user_id="u", title="Cards", created_at=NOON, updated_at=NOON)
    setattr(sqlite, sys.argv[2], dies)
    await store.begin(a_turn(opening), append=True, opening=opening)

asyncio.run(main())
"""


@pytest.mark.parametrize("before", ["_add_conversation", "_save_conversation"])
async def test_a_process_killed_while_it_opens_a_conversation_leaves_no_empty_one(path: Path, before: str) -> None:
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", OPEN_AND_DIE, str(path), before],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    store = await SqliteStore.open(path)
    assert await store.conversations("u") == []
    assert await store.fail_pending(datetime.now(UTC), "The server was restarted.") == 0
    await store.close()


async def test_what_was_stored_is_there_after_a_restart(path: Path) -> None:
    store = await SqliteStore.open(path)
    turn, _ = await store.begin(a_turn(await started(store)), append=True)
    await store.close()

    store = await SqliteStore.open(path)
    assert await store.turns(turn.user_id, turn.conversation_id) == [turn]
    await store.close()


async def test_others_on_the_machine_cannot_read_the_file(sqlite: SqliteStore, path: Path) -> None:
    await started(sqlite)

    assert {file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {0}


def _overwrite(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    path.write_bytes(b"\xa5" * path.stat().st_size)


async def test_a_file_that_is_damaged_while_it_is_open_acknowledges_nothing(sqlite: SqliteStore, path: Path) -> None:
    conversation = await started(sqlite)
    _overwrite(path)

    for _ in range(3):
        with pytest.raises((Misconfigured, Unavailable)):
            await sqlite.begin(a_turn(conversation), append=True)
        with pytest.raises((Misconfigured, Unavailable)):
            await sqlite.ping()


def _damage(path: Path) -> None:
    path.write_bytes(b"This is no database. " * 500)


def _cut(path: Path) -> None:
    _from_the_future(path)
    path.write_bytes(path.read_bytes()[:5000])


def _from_the_future(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("PRAGMA user_version = 99")
    db.close()


def _of_another_program(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE users (name)")
    db.close()


def _folder(path: Path) -> None:
    path.mkdir()


def _below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("in the way")


@pytest.mark.parametrize("spoil", [_damage, _cut, _from_the_future, _of_another_program, _folder, _below_a_file])
async def test_a_file_that_cannot_be_ours_is_refused_by_name(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    path = tmp_path / "folder" / "customers.db"
    path.parent.mkdir()
    spoil(path)

    with pytest.raises(Misconfigured, match=r"folder/customers\.db"):
        await SqliteStore.open(path)


# MongoDB ---------------------------------------------------------------------------------------


@pytest.fixture
async def mongodb() -> AsyncIterator[MongoStore]:
    with SecantusDBServer(storage_path=":memory:") as server:
        store = await MongoStore.open(server.uri)
        yield store
        await store.close()


async def test_a_server_that_goes_away_is_unavailable_until_it_is_back(tmp_path: Path) -> None:
    folder = str(tmp_path)
    server = SecantusDBServer(storage_path=folder)
    server.start()
    store = await MongoStore.open(server.uri)
    turn, _ = await store.begin(a_turn(await started(store)), append=True)

    await asyncio.to_thread(server.stop)
    with pytest.raises(Unavailable) as caught:
        await store.begin(a_turn(await started(store)), append=True)
    assert caught.value.retry_after_s > 0

    with SecantusDBServer(port=server.port, storage_path=folder):
        await store.ping()
        assert await store.turns(turn.user_id, turn.conversation_id) == [turn]
        await store.begin(a_turn(await started(store)), append=True)
        await store.close()


# The driver, closed while it is connecting, leaves a socket to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
async def test_a_server_that_is_not_there_is_named_without_its_credentials() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        hosts = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unavailable, match=f"MONGODB_URI names {hosts}") as caught:
            await MongoStore.open(f"mongodb://eve:s3cret@{hosts}/bank")
    assert "s3cret" not in str(caught.value)
    del caught  # it holds on to that socket
    await asyncio.sleep(0)
    gc.collect()


async def test_refused_credentials_and_a_malformed_uri_name_the_setting() -> None:
    with SecantusDBServer(storage_path=":memory:", require_auth=True) as server:
        for uri in (f"mongodb://eve:wrong@127.0.0.1:{server.port}/bank?authSource=admin", "mongodb://host:99999/"):
            with pytest.raises(Misconfigured, match="MONGODB_URI"):
                await MongoStore.open(uri)


async def test_what_mongodb_refuses_is_named_in_the_log_without_what_was_stored(
    mongodb: MongoStore, caplog: pytest.LogCaptureFixture
) -> None:
    await mongodb._database.command("collMod", "conversations", validator={"title": "Fees"})

    with pytest.raises(Unavailable):
        await started(mongodb)

    assert "MongoDB: error 121" in caplog.text
    assert "Cards" not in caplog.text


async def test_a_turn_begun_while_its_conversation_is_deleted_leaves_nothing_behind(
    mongodb: MongoStore,
) -> None:
    for delay_ms in range(10):
        conversation = await started(mongodb)
        turns = [a_turn(conversation) for _ in range(10)]
        begun = [asyncio.create_task(mongodb.begin(turn, append=True)) for turn in turns]
        await asyncio.sleep(delay_ms / 1000)

        await mongodb.delete_conversation(conversation.user_id, conversation.id)

        await asyncio.gather(*begun, return_exceptions=True)
        for turn in turns:
            with pytest.raises(NotFound):
                await mongodb.turn(turn.user_id, turn.id)


async def test_a_conversation_whose_opening_was_interrupted_in_mongodb_is_shown_to_nobody_and_swept(
    mongodb: MongoStore,
) -> None:
    user, now = uuid4().hex, datetime.now(UTC)
    asked = [now - timedelta(minutes=5), now - timedelta(minutes=5), now]
    left, with_turn, new = openings = [
        Conversation(id=uuid4().hex, user_id=user, title="Cards", created_at=at, updated_at=at) for at in asked
    ]
    for opening in openings:  # as far as a process came that was killed
        await mongodb._insert_conversation(opening, {"opening": True})
    turn = replace(a_turn(with_turn), idempotency_key="k")
    await mongodb._turns.insert_one(_document(TURN, as_stored(turn)))
    assert await mongodb.conversations(user) == []

    await mongodb.fail_pending(now - timedelta(minutes=1), "stopped")

    assert [each["_id"] for each in await mongodb._conversations.find({"user_id": user}).to_list()] == [new.id]
    assert await mongodb._turns.find_one({"_id": turn.id}) is None
    again = replace(left, id=uuid4().hex)
    _, first = await mongodb.begin(replace(a_turn(again), idempotency_key="k"), append=True, opening=again)
    assert first
    assert [each.id for each in await mongodb.conversations(user)] == [again.id]
