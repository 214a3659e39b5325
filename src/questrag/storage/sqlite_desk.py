"""The desk in SQLite: one table for all kinds of record."""

from datetime import datetime
from sqlite3 import Connection

from questrag.chat.desk import DeskRecord
from questrag.chat.errors import Conflict, NotFound
from questrag.chat.ports import D
from questrag.storage.records import as_stored, desk_record, desk_text, in_ms, kind_name
from questrag.storage.sqlite_file import SqliteFile

# Made in every file that lacks them: a version that does not know the desk leaves them alone.
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS desk (
        kind TEXT NOT NULL, id TEXT NOT NULL, at_ms INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (kind, id)
    )""",
    "CREATE INDEX IF NOT EXISTS desk_in_order ON desk (kind, at_ms, id)",
)


class SqliteDesk:
    """A `Desk` in one file, which several processes may open at once."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def add(self, record: DeskRecord) -> None:
        await self._file.write(_add, record)

    async def exchange(self, old: D, new: D) -> None:
        if old.id != new.id:
            raise ValueError(f"{new.id!r} cannot take the place of {old.id!r}")
        await self._file.write(_exchange, old, new)

    async def one(self, kind: type[D], record_id: str) -> D:
        return await self._file.read(_one, kind, record_id)

    async def newest(self, kind: type[D], *, before: tuple[datetime, str] | None = None, limit: int = 100) -> list[D]:
        return await self._file.read(_newest, kind, before, limit)

    async def every(self, kind: type[D]) -> list[D]:
        return await self._file.read(_every, kind)

    async def remove(self, kind: type[DeskRecord], record_id: str) -> None:
        await self._file.write(_remove, kind, record_id)


def _add(db: Connection, record: DeskRecord) -> None:
    keys = (kind_name(type(record)), record.id, in_ms(record.created_at))
    db.execute("INSERT INTO desk VALUES (?, ?, ?, ?)", (*keys, desk_text(record)))


def _exchange(db: Connection, old: D, new: D) -> None:
    if _one(db, type(old), old.id) != as_stored(old):
        raise Conflict("This was changed by somebody else meanwhile. Load it again.")
    change = "UPDATE desk SET at_ms = ?, record = ? WHERE kind = ? AND id = ?"
    db.execute(change, (in_ms(new.created_at), desk_text(new), kind_name(type(new)), new.id))


def _one(db: Connection, kind: type[D], record_id: str) -> D:
    found = db.execute("SELECT record FROM desk WHERE kind = ? AND id = ?", (kind_name(kind), record_id)).fetchone()
    if found is None:
        raise NotFound("There is no such record.")
    return desk_record(kind, found[0])


def _newest(db: Connection, kind: type[D], before: tuple[datetime, str] | None, limit: int) -> list[D]:
    at, last = (in_ms(before[0]), before[1]) if before else (2**63 - 1, "")
    query = "SELECT record FROM desk WHERE kind = ? AND (at_ms, id) < (?, ?) ORDER BY at_ms DESC, id DESC LIMIT ?"
    return [desk_record(kind, text) for (text,) in db.execute(query, (kind_name(kind), at, last, limit))]


def _every(db: Connection, kind: type[D]) -> list[D]:
    query = "SELECT record FROM desk WHERE kind = ? ORDER BY at_ms, id"
    return [desk_record(kind, text) for (text,) in db.execute(query, (kind_name(kind),))]


def _remove(db: Connection, kind: type[DeskRecord], record_id: str) -> None:
    db.execute("DELETE FROM desk WHERE kind = ? AND id = ?", (kind_name(kind), record_id))
