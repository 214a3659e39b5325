"""How a SQLite file is shared by many tasks: transactions, threads and what its errors mean."""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any, TypeVar, TypeVarTuple, cast

from questrag.chat.errors import Conflict, Misconfigured, QuestragError, Unavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
}
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}

_READERS = 4

_Job = Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class _Group:
    """Writes that share a transaction, and the task that commits it and says what came of each."""

    jobs: list[_Job]
    written: asyncio.Task[list[Any]]


class SqliteFile:
    """Runs functions of a connection in transactions, off the event loop."""

    def __init__(self, path: Path, patience_s: float) -> None:
        self._path = path
        self._patience_s = patience_s
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-reader")
        self._idle: deque[Connection] = deque()
        self._writing = asyncio.Lock()
        self._gathering: _Group | None = None

    async def read(self, work: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._transact, "BEGIN", lambda db: work(db, *args))

    async def write(self, work: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
        """Return once it is on disk.

        Waiting for the disk is the dear part: all that arrives meanwhile shares the next transaction.
        """
        if self._gathering is None:
            jobs: list[_Job] = []
            self._gathering = _Group(jobs, asyncio.create_task(self._write_group(jobs)))
        group = self._gathering
        place = len(group.jobs)
        group.jobs.append(lambda db: work(db, *args))
        outcome = (await asyncio.shield(group.written))[place]
        if isinstance(outcome, Exception):
            raise outcome
        return cast(T, outcome)

    async def rewrite(self) -> None:
        """Write the file anew, so that no trace of an older state is left in it or in the log beside it.

        Takes as long as the file is large; writes wait meanwhile. Where it cannot be done, the next call does it.
        """
        async with self._writing:
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self._writer, self._on_a_connection, _rewrite)
            except Unavailable as error:
                logger.warning("traces of what was deleted stay in the file for now: %s", error)

    async def close(self) -> None:
        await asyncio.to_thread(self._writer.shutdown)
        await asyncio.to_thread(self._readers.shutdown)
        self._hang_up()

    async def _write_group(self, jobs: list[_Job]) -> list[Any]:
        async with self._writing:
            self._gathering = None  # who comes now waits for the next one
            loop = asyncio.get_running_loop()
            work = partial(_each, jobs)
            return await loop.run_in_executor(self._writer, self._transact, "BEGIN IMMEDIATE", work)

    def _transact(self, begin: str, work: Callable[[Connection], T]) -> T:
        def in_transaction(db: Connection) -> T:
            with db:
                db.execute(begin)
                return work(db)

        return self._on_a_connection(in_transaction)

    def _on_a_connection(self, work: Callable[[Connection], T]) -> T:
        try:
            db = self._take_idle() or self._connect()
            try:
                return work(db)
            finally:
                self._idle.append(db)
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the upper bits only say where it happened
            if code in _PASSING:
                # What SQLite says of these names neither what was stored nor what was looked for.
                logger.warning("SQLite: %s: %s", getattr(error, "sqlite_errorname", type(error).__name__), error)
                self._hang_up()  # a connection made while the disk was read-only would stay read-only
                raise Unavailable("The database cannot be used at the moment.") from error
            if code in _DAMAGED:
                raise Misconfigured(f"{self._path} is not a database, or is damaged: {error}.") from error
            raise

    def _connect(self) -> Connection:
        db = sqlite3.connect(self._path, timeout=self._patience_s, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA secure_delete = ON")  # a deleted text does not stay readable in the file
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _take_idle(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _hang_up(self) -> None:
        while db := self._take_idle():
            db.close()


def _rewrite(db: Connection) -> None:
    # What secure_delete overwrites is not all: a page whose rows were moved to others keeps some of them in its gaps.
    db.execute("VACUUM")
    (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:  # said in a row, not as an error
        logger.warning(
            "somebody still reads an older state: texts of what was deleted stay in the file and in the -wal file "
            "beside it until the next time that something is deleted"
        )


def _each(jobs: list[_Job], db: Connection) -> list[Any]:
    """Return what every job returned or refused; the work of one that refused is undone, and only that."""
    outcomes: list[Any] = []
    for job in jobs:
        db.execute("SAVEPOINT job")
        try:
            outcomes.append(job(db))
        except (QuestragError, ValueError, sqlite3.IntegrityError) as error:
            db.execute("ROLLBACK TO job")
            outcomes.append(Conflict("This exists already.") if isinstance(error, sqlite3.Error) else error)
        db.execute("RELEASE job")
    return outcomes
