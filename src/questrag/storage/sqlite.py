"""One SQLite file: the embedded default."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection, Cursor
from typing import Self, TypeVar, Unpack

from pydantic import TypeAdapter

from questrag.chat.errors import Conflict, Misconfigured, NotFound
from questrag.chat.types import Conversation, Feedback, Identity, Status, Turn, User, UserChanges
from questrag.storage import sqlite_desk, sqlite_keeping
from questrag.storage.records import (
    CONVERSATION,
    TAKEN,
    TURN,
    USER,
    as_stored,
    as_text,
    from_ms,
    in_ms,
    name_key,
    with_changes,
    with_outcome,
)
from questrag.storage.sqlite_file import SqliteFile

R = TypeVar("R", User, Conversation, Turn)

_SCHEMA_VERSION = 1
# A record is one JSON text; the columns beside it are the keys that it is looked up by.
_SCHEMA = (
    """CREATE TABLE users (
        id TEXT PRIMARY KEY, username_key TEXT NOT NULL UNIQUE, email_key TEXT NOT NULL UNIQUE, record TEXT NOT NULL
    )""",
    "CREATE TABLE revoked (token_id TEXT PRIMARY KEY, until_ms INTEGER NOT NULL)",
    "CREATE INDEX revoked_until ON revoked (until_ms)",
    """CREATE TABLE conversations (
        id TEXT PRIMARY KEY, user_id TEXT NOT NULL, archived INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
        record TEXT NOT NULL
    )""",
    "CREATE INDEX conversations_listed ON conversations (user_id, archived, updated_ms, id)",
    """CREATE TABLE turns (
        id TEXT PRIMARY KEY, user_id TEXT NOT NULL,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        asked_ms INTEGER NOT NULL, status TEXT NOT NULL, idempotency_key TEXT, record TEXT NOT NULL
    )""",
    "CREATE INDEX turns_in_order ON turns (conversation_id, asked_ms, id)",
    "CREATE UNIQUE INDEX turns_once ON turns (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
    "CREATE INDEX turns_pending ON turns (asked_ms) WHERE status = 'pending'",
    f"PRAGMA user_version = {_SCHEMA_VERSION}",
)

# Made in every file that lacks it: a version that does not know the index keeps it up to date all the same.
# SQLite uses it for a query that has the same two conditions, word for word.
_ENDED = "status IN ('answered', 'handed_off') AND json_extract(record, '$.receipt') IS NOT NULL"
_INDEX_OF_ENDED = f"CREATE INDEX IF NOT EXISTS turns_ended ON turns (asked_ms, id) WHERE {_ENDED}"
_FROM_ENDED = f"FROM turns WHERE {_ENDED}"
_IDENTIFIED = "json_extract(record, '$.identity') IS NOT NULL"
_ISSUER, _SUBJECT = "json_extract(record, '$.identity.issuer')", "json_extract(record, '$.identity.subject')"
_INDEX_OF_IDENTITIES = (
    f"CREATE UNIQUE INDEX IF NOT EXISTS users_identity ON users ({_ISSUER}, {_SUBJECT}) WHERE {_IDENTIFIED}"
)
_FROM_IDENTIFIED = f"FROM users WHERE {_IDENTIFIED} AND {_ISSUER} = ? AND {_SUBJECT} = ?"

_EARLIEST_MS, _LATEST_MS = -(2**63), 2**63 - 1


class SqliteStore(sqlite_desk.SqliteDesk, sqlite_keeping.SqliteKeeping):
    """A `Store` in one file, which several processes may open at once.

    Each call is atomic, and on disk before it returns.
    """

    @classmethod
    async def open(cls, path: Path, *, patience_s: float = 5.0) -> Self:
        """Open the file, or make it.

        Args:
            patience_s: how long a call may wait for another process that holds the file.

        Raises:
            Misconfigured: the file cannot be made, is no database of ours, is damaged, or is of a newer version.
            Unavailable: another process holds it, or the disk is full.
        """
        await asyncio.to_thread(_make, path)
        store = cls(SqliteFile(path, patience_s))
        try:
            await store._file.write(_prepare, path)
        except BaseException:
            await store.close()
            raise
        return store

    async def add_user(self, user: User) -> None:
        await self._file.write(_add_user, as_stored(user))

    async def user(self, user_id: str) -> User | None:
        return await self._file.read(_user, user_id)

    async def user_named(self, username: str) -> User | None:
        return await self._file.read(_user_named, username)

    async def user_identified(self, identity: Identity) -> User | None:
        return await self._file.read(_user_identified, identity)

    async def change_user(self, user_id: str, **changes: Unpack[UserChanges]) -> None:
        await self._file.write(_change_user, user_id, changes)

    async def revoke(self, token_id: str, until: datetime) -> bool:
        return await self._file.write(_revoke, token_id, until)

    async def is_revoked(self, token_id: str) -> bool:
        return await self._file.read(_is_revoked, token_id)

    async def add_conversation(self, conversation: Conversation) -> None:
        await self._file.write(_add_conversation, as_stored(conversation))

    async def conversation(self, user_id: str, conversation_id: str) -> Conversation:
        return await self._file.read(_conversation, user_id, conversation_id)

    async def conversations(
        self,
        user_id: str,
        *,
        archived: bool = False,
        pinned: bool | None = None,
        matching: str = "",
        before: tuple[datetime, str] | None = None,
        limit: int = 20,
    ) -> list[Conversation]:
        return await self._file.read(_conversations, user_id, archived, pinned, matching, before, limit)

    async def update_conversation(
        self,
        user_id: str,
        conversation_id: str,
        *,
        title: str | None = None,
        archived: bool | None = None,
        pinned: bool | None = None,
    ) -> Conversation:
        return await self._file.write(_update_conversation, user_id, conversation_id, title, archived, pinned)

    async def delete_conversation(self, user_id: str, conversation_id: str) -> None:
        await self._file.write(_delete_conversation, user_id, conversation_id)

    async def begin(self, turn: Turn, *, append: bool, opening: Conversation | None = None) -> tuple[Turn, bool]:
        return await self._file.write(_begin, as_stored(turn), append, opening and as_stored(opening))

    async def finish(self, turn: Turn) -> None:
        await self._file.write(_finish, as_stored(turn))

    async def turns(self, user_id: str, conversation_id: str) -> list[Turn]:
        return await self._file.read(_turns, user_id, conversation_id)

    async def turn(self, user_id: str, turn_id: str) -> Turn:
        return await self._file.read(_turn, user_id, turn_id)

    async def turn_of_anybody(self, turn_id: str) -> Turn:
        return await self._file.read(_turn_of_anybody, turn_id)

    async def ended(self, after: tuple[datetime, str] | None, limit: int) -> list[Turn]:
        return await self._file.read(_ended, after, limit)

    async def newest_ended(self, since: datetime, limit: int) -> tuple[tuple[datetime, str], int]:
        return await self._file.read(_newest_ended, since, limit)

    async def set_feedback(self, user_id: str, turn_id: str, feedback: Feedback) -> None:
        await self._file.write(_set_feedback, user_id, turn_id, as_stored(feedback))

    async def fail_pending(self, asked_before: datetime, problem: str) -> int:
        return await self._file.write(_fail_pending, asked_before, problem)

    async def ping(self) -> None:
        await self._file.write(_nothing)

    async def close(self) -> None:
        await self._file.close()


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise Misconfigured(f"The database {path} cannot be written: {error.strerror}.") from error
    if not path.is_file():
        raise Misconfigured(f"The database {path} is not a file.")


def _prepare(db: Connection, path: Path) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > _SCHEMA_VERSION:
        raise Misconfigured(f"{path} was written by a newer version of QUESTRAG ({version} > {_SCHEMA_VERSION}).")
    if version < _SCHEMA_VERSION:
        if db.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise Misconfigured(f"{path} is a database of another program.")
        for statement in _SCHEMA:
            db.execute(statement)
    for statement in (_INDEX_OF_ENDED, _INDEX_OF_IDENTITIES, *sqlite_desk.SCHEMA, *sqlite_keeping.SCHEMA):
        db.execute(statement)


def _nothing(db: Connection) -> None:
    """To be allowed to write is the proof that one could."""


def _add_user(db: Connection, user: User) -> None:
    keys = (user.id, name_key(user.username), name_key(user.email))
    try:
        db.execute("INSERT INTO users VALUES (?, ?, ?, ?)", (*keys, as_text(USER, user)))
    except sqlite3.IntegrityError as error:
        raise Conflict(TAKEN) from error


def _user(db: Connection, user_id: str) -> User | None:
    return _first(USER, db.execute("SELECT record FROM users WHERE id = ?", (user_id,)))


def _user_named(db: Connection, username: str) -> User | None:
    return _first(USER, db.execute("SELECT record FROM users WHERE username_key = ?", (name_key(username),)))


def _user_identified(db: Connection, identity: Identity) -> User | None:
    return _first(USER, db.execute(f"SELECT record {_FROM_IDENTIFIED}", (identity.issuer, identity.subject)))


def _change_user(db: Connection, user_id: str, changes: UserChanges) -> None:
    if user := _user(db, user_id):
        changed = as_text(USER, as_stored(replace(user, **changes)))
        db.execute("UPDATE users SET record = ? WHERE id = ?", (changed, user_id))


def _revoke(db: Connection, token_id: str, until: datetime) -> bool:
    db.execute("DELETE FROM revoked WHERE until_ms < ?", (in_ms(datetime.now(UTC)),))
    return db.execute("INSERT OR IGNORE INTO revoked VALUES (?, ?)", (token_id, in_ms(until))).rowcount == 1


def _is_revoked(db: Connection, token_id: str) -> bool:
    return db.execute("SELECT 1 FROM revoked WHERE token_id = ?", (token_id,)).fetchone() is not None


def _add_conversation(db: Connection, new: Conversation) -> None:
    keys = (new.id, new.user_id, new.archived, in_ms(new.updated_at))
    db.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", (*keys, as_text(CONVERSATION, new)))


def _conversation(db: Connection, user_id: str, conversation_id: str) -> Conversation:
    rows = db.execute("SELECT record FROM conversations WHERE id = ? AND user_id = ?", (conversation_id, user_id))
    if found := _first(CONVERSATION, rows):
        return found
    raise NotFound("There is no such conversation.")


def _conversations(
    db: Connection,
    user_id: str,
    archived: bool,
    pinned: bool | None,
    matching: str,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Conversation]:
    at, last = (in_ms(before[0]), before[1]) if before else (_LATEST_MS, "")
    rows = db.execute(
        """
        SELECT record FROM conversations AS c
        WHERE user_id = :user_id AND archived = :archived AND (updated_ms, id) < (:at, :last)
            AND (:pinned IS NULL OR coalesce(json_extract(record, '$.pinned'), 0) = :pinned)
            AND (:matching = '' OR instr(lower(json_extract(record, '$.title')), lower(:matching)) OR EXISTS (
                SELECT 1 FROM turns WHERE conversation_id = c.id AND (
                    instr(lower(json_extract(record, '$.question')), lower(:matching))
                    OR instr(lower(json_extract(record, '$.answer')), lower(:matching)))))
        ORDER BY updated_ms DESC, id DESC LIMIT :limit
        """,
        {
            "user_id": user_id,
            "archived": archived,
            "pinned": pinned,
            "at": at,
            "last": last,
            "matching": matching,
            "limit": limit,
        },
    )
    return _all(CONVERSATION, rows)


def _save_conversation(db: Connection, changed: Conversation) -> None:
    db.execute(
        "UPDATE conversations SET archived = ?, updated_ms = ?, record = ? WHERE id = ?",
        (changed.archived, in_ms(changed.updated_at), as_text(CONVERSATION, changed), changed.id),
    )


def _update_conversation(
    db: Connection,
    user_id: str,
    conversation_id: str,
    title: str | None,
    archived: bool | None,
    pinned: bool | None,
) -> Conversation:
    changed = with_changes(_conversation(db, user_id, conversation_id), title, archived, pinned)
    _save_conversation(db, changed)
    return changed


def _delete_conversation(db: Connection, user_id: str, conversation_id: str) -> None:
    _conversation(db, user_id, conversation_id)
    db.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))


def _begin(db: Connection, turn: Turn, append: bool, opening: Conversation | None) -> tuple[Turn, bool]:
    used = (turn.user_id, turn.idempotency_key)
    if earlier := _first(TURN, db.execute("SELECT record FROM turns WHERE user_id = ? AND idempotency_key = ?", used)):
        return earlier, False
    if opening:
        _add_conversation(db, opening)
    conversation = _conversation(db, turn.user_id, turn.conversation_id)
    if append:
        turn = replace(turn, parent_id=conversation.head)
    keys = (turn.id, turn.user_id, turn.conversation_id, in_ms(turn.asked_at), turn.status, turn.idempotency_key)
    db.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?)", (*keys, as_text(TURN, turn)))
    _save_conversation(db, replace(conversation, head=turn.id, updated_at=turn.asked_at))
    return turn, True


def _save_turn(db: Connection, changed: Turn) -> None:
    db.execute(
        "UPDATE turns SET status = ?, record = ? WHERE id = ?", (changed.status, as_text(TURN, changed), changed.id)
    )


def _finish(db: Connection, end: Turn) -> None:
    if stored := _first(TURN, db.execute("SELECT record FROM turns WHERE id = ?", (end.id,))):
        _save_turn(db, with_outcome(stored, end))


def _turns(db: Connection, user_id: str, conversation_id: str) -> list[Turn]:
    _conversation(db, user_id, conversation_id)
    query = "SELECT record FROM turns WHERE conversation_id = ? ORDER BY asked_ms, id"
    return _all(TURN, db.execute(query, (conversation_id,)))


def _turn(db: Connection, user_id: str, turn_id: str) -> Turn:
    rows = db.execute("SELECT record FROM turns WHERE id = ? AND user_id = ?", (turn_id, user_id))
    if found := _first(TURN, rows):
        return found
    raise NotFound("There is no such message.")


def _turn_of_anybody(db: Connection, turn_id: str) -> Turn:
    if found := _first(TURN, db.execute("SELECT record FROM turns WHERE id = ?", (turn_id,))):
        return found
    raise NotFound("There is no such message.")


def _ended(db: Connection, after: tuple[datetime, str] | None, limit: int) -> list[Turn]:
    at, last = (in_ms(after[0]), after[1]) if after else (_EARLIEST_MS, "")
    query = f"SELECT record {_FROM_ENDED} AND (asked_ms, id) > (?, ?) ORDER BY asked_ms, id LIMIT ?"
    return _all(TURN, db.execute(query, (at, last, limit)))


def _newest_ended(db: Connection, since: datetime, limit: int) -> tuple[tuple[datetime, str], int]:
    ended = f"{_FROM_ENDED} AND (asked_ms, id) > (?, '')"
    (n,) = db.execute(f"SELECT count(*) {ended}", (in_ms(since),)).fetchone()
    if n <= limit:
        return (since, ""), 0
    query = f"SELECT asked_ms, id {ended} ORDER BY asked_ms DESC, id DESC LIMIT 1 OFFSET ?"
    at_ms, turn_id = db.execute(query, (in_ms(since), limit)).fetchone()
    return (from_ms(at_ms), turn_id), n - limit


def _set_feedback(db: Connection, user_id: str, turn_id: str, feedback: Feedback) -> None:
    _save_turn(db, replace(_turn(db, user_id, turn_id), feedback=feedback))


def _fail_pending(db: Connection, asked_before: datetime, problem: str) -> int:
    query = "SELECT record FROM turns WHERE status = 'pending' AND asked_ms < ?"
    stale = _all(TURN, db.execute(query, (in_ms(asked_before),)))
    for turn in stale:
        _save_turn(db, replace(turn, status=Status.FAILED, problem=problem))
    return len(stale)


def _all(kind: TypeAdapter[R], rows: Cursor) -> list[R]:
    return [kind.validate_json(record) for (record,) in rows]


def _first(kind: TypeAdapter[R], rows: Cursor) -> R | None:
    return next(iter(_all(kind, rows)), None)
