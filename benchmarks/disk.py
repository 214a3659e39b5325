"""Writes while the disk is full, the file is locked or the database is gone: `python -m benchmarks.disk`."""

import asyncio
import resource
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import uuid4

from secantus import SecantusDBServer

from benchmarks.results import save
from questrag.chat.errors import QuestragError
from questrag.chat.ports import Store
from questrag.chat.types import Conversation, Turn
from questrag.storage.mongo import MongoStore
from questrag.storage.sqlite import SqliteStore

SEED, ROUNDS, AT_ONCE = 1, 50, 20
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Count:
    """What came of writes during which a fault began and ended."""

    written: int = 0
    acknowledged: int = 0
    refused: int = 0
    other_errors: list[str] = field(default_factory=list)
    """Anything but an error that QUESTRAG names."""
    lost: int = 0
    """Acknowledged, and not there afterwards."""
    stored_all_the_same: int = 0
    """Refused, and there: the commit had come to its end, and the word of it had not. Asked again, it is one."""
    damaged: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.lost or self.damaged or self.other_errors)


@contextmanager
def full_disk(rng: Random, path: Path) -> Iterator[None]:
    """Let no file grow further than a little beyond what it has now: no space is left in the midst of a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    wal = path.with_name(path.name + "-wal")
    now = max(each.stat().st_size for each in (path, wal) if each.exists())
    resource.setrlimit(resource.RLIMIT_FSIZE, (now + rng.randrange(0, 60_000), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(rng: Random, path: Path) -> Iterator[None]:
    """Hold the file from another connection for longer than the store is patient."""
    other = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


Fault = Callable[[Random, Path], AbstractContextManager[None]]
FAULTS = {"the disk is full": full_disk, "another process holds the file": locked}


async def sqlite_faults(name: str, rounds: int, folder: Path) -> Count:
    """Write from many tasks at once; in each round the fault begins and ends at random moments among them."""
    rng, count, path = Random(SEED), Count(), folder / "faults.db"
    store = await SqliteStore.open(path, patience_s=0.1)
    for _ in range(rounds):
        conversation = await add_conversation(store)
        writing = [asyncio.create_task(_write(store, conversation, rng.uniform(0, 0.03))) for _ in range(AT_ONCE)]
        await asyncio.sleep(rng.uniform(0, 0.015))
        with ExitStack() as fault:
            fault.enter_context(FAULTS[name](rng, path))
            await asyncio.sleep(rng.uniform(0, 0.2))
        await _judge(store, conversation, await asyncio.gather(*writing), count)
        if (said := integrity(path)) != "ok":
            count.damaged.append(said)
    await store.close()
    return count


async def mongo_lost(rounds: int, folder: Path) -> Count:
    """Write from many tasks at once; in each round the server stops among them and is started anew."""
    rng, count = Random(SEED), Count()
    server = SecantusDBServer(storage_path=str(folder))
    server.start()
    store = await MongoStore.open(server.uri)
    for _ in range(rounds):
        conversation = await add_conversation(store)
        writing = [asyncio.create_task(_write(store, conversation, rng.uniform(0, 0.6))) for _ in range(AT_ONCE)]
        await asyncio.sleep(rng.uniform(0.3, 0.5))
        await asyncio.to_thread(server.stop)
        told = await asyncio.gather(*writing)
        server = SecantusDBServer(port=server.port, storage_path=str(folder))
        server.start()
        await store.ping()
        await _judge(store, conversation, told, count)
    await store.close()
    await asyncio.to_thread(server.stop)
    return count


async def add_conversation(store: Store) -> Conversation:
    made = Conversation(id=uuid4().hex, user_id=uuid4().hex, title="Cards", created_at=NOON, updated_at=NOON)
    await store.add_conversation(made)
    return made


async def _write(store: Store, conversation: Conversation, wait_s: float) -> tuple[Turn, Exception | None]:
    await asyncio.sleep(wait_s)
    turn = Turn(
        id=uuid4().hex,
        conversation_id=conversation.id,
        user_id=conversation.user_id,
        question="How do I block my card? " * 40,
        asked_at=NOON,
    )
    try:
        await store.begin(turn, append=True)
    except Exception as error:  # noqa: BLE001 - what is no error of ours is counted
        return turn, error
    return turn, None


async def _judge(
    store: Store, conversation: Conversation, told: list[tuple[Turn, Exception | None]], count: Count
) -> None:
    there = {turn.id for turn in await store.turns(conversation.user_id, conversation.id)}
    for turn, error in told:
        count.written += 1
        if error is None:
            count.acknowledged += 1
            count.lost += turn.id not in there
        elif isinstance(error, QuestragError):
            count.refused += 1
            count.stored_all_the_same += turn.id in there
        else:
            count.other_errors.append(repr(error))


def integrity(path: Path) -> str:
    db = sqlite3.connect(path, timeout=5)
    try:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        db.close()


def main() -> None:
    counts = {}
    for name in FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            counts[name] = asyncio.run(sqlite_faults(name, ROUNDS, Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        counts["the MongoDB server is gone"] = asyncio.run(mongo_lost(ROUNDS // 5, Path(folder)))
    figures: dict[str, object] = {
        name: {
            "written": count.written,
            "acknowledged": count.acknowledged,
            "refused": count.refused,
            "refused_and_stored": count.stored_all_the_same,
            "acknowledged_and_lost": count.lost,
            "other_errors": count.other_errors,
            "damaged": count.damaged,
        }
        for name, count in counts.items()
    }
    targets = {f"{name}: no false word and no damage": count.sound for name, count in counts.items()}
    save("disk", {**figures, "seed": SEED}, targets)


if __name__ == "__main__":
    main()
