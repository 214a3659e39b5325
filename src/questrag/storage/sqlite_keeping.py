"""What ends in SQLite, and what was spent."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from sqlite3 import Connection

from questrag.chat.ports import NO_PASSWORD, Charges
from questrag.storage.records import in_ms, in_utc
from questrag.storage.sqlite_file import SqliteFile

# Made in every file that lacks it: a version that does not know it leaves it alone.
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS charges (
        day TEXT NOT NULL, payer TEXT NOT NULL, tokens INTEGER NOT NULL, cost_micros INTEGER NOT NULL,
        PRIMARY KEY (day, payer)
    )""",
)


class SqliteKeeping:
    """`Keeping` and `Ledger` in one file, which several processes may open at once.

    The file is written anew after each deletion: no trace is left in it, or in the log beside it.
    """

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def delete_user(self, user_id: str) -> bool:
        found = await self._file.write(_delete_user, user_id)
        await self._file.rewrite()
        return found

    async def delete_unused(self, used_before: datetime) -> int:
        return await self._and_their_traces(await self._file.write(_delete_unused, used_before))

    async def delete_idle_guests(self, created_before: datetime) -> int:
        return await self._and_their_traces(await self._file.write(_delete_idle_guests, created_before))

    async def _and_their_traces(self, n_deleted: int) -> int:
        if n_deleted:
            await self._file.rewrite()
        return n_deleted

    async def charge(self, day: date, payers: Collection[str], charges: Charges) -> None:
        await self._file.write(_charge, day, payers, charges)

    async def charged(self, day: date, payer: str) -> Charges:
        return await self._file.read(_charged, day, payer)

    async def forget_charges(self, before: date) -> None:
        await self._file.write(_forget_charges, before)


def _delete_user(db: Connection, user_id: str) -> bool:
    db.execute("DELETE FROM conversations WHERE user_id = ?", (user_id,))
    db.execute("DELETE FROM charges WHERE payer = ?", (user_id,))
    return db.execute("DELETE FROM users WHERE id = ?", (user_id,)).rowcount > 0


def _delete_unused(db: Connection, used_before: datetime) -> int:
    return db.execute("DELETE FROM conversations WHERE updated_ms < ?", (in_ms(used_before),)).rowcount


def _delete_idle_guests(db: Connection, created_before: datetime) -> int:
    rows = db.execute(
        """
        SELECT id FROM users WHERE json_extract(record, '$.password_hash') = ?
            AND julianday(json_extract(record, '$.created_at')) < julianday(?)
            AND NOT EXISTS (SELECT 1 FROM conversations WHERE user_id = users.id)
        """,
        (NO_PASSWORD, in_utc(created_before).astimezone(UTC).isoformat()),
    )
    idle = [user_id for (user_id,) in rows]
    return sum(_delete_user(db, user_id) for user_id in idle)


def _charge(db: Connection, day: date, payers: Collection[str], charges: Charges) -> None:
    db.executemany(
        """
        INSERT INTO charges VALUES (?, ?, ?, ?) ON CONFLICT (day, payer) DO UPDATE
        SET tokens = tokens + excluded.tokens, cost_micros = cost_micros + excluded.cost_micros
        """,
        [(day.isoformat(), payer, *charges) for payer in payers],
    )


def _charged(db: Connection, day: date, payer: str) -> Charges:
    query = "SELECT tokens, cost_micros FROM charges WHERE day = ? AND payer = ?"
    found = db.execute(query, (day.isoformat(), payer)).fetchone()
    return Charges(*found) if found else Charges(0, 0)


def _forget_charges(db: Connection, before: date) -> None:
    db.execute("DELETE FROM charges WHERE day < ?", (before.isoformat(),))
