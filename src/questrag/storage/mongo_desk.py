"""The desk in MongoDB: one collection for all kinds of record."""

from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from questrag.chat.desk import DeskRecord
from questrag.chat.errors import Conflict, NotFound
from questrag.chat.ports import D
from questrag.storage.mongo_asking import ask
from questrag.storage.records import as_stored, desk_record, desk_text, in_utc, kind_name

INDEXES = [
    IndexModel([("kind", ASCENDING), ("id", ASCENDING)], unique=True),
    IndexModel([("kind", ASCENDING), ("at", DESCENDING), ("id", DESCENDING)]),
]

_Document = dict[str, Any]


class MongoDesk:
    """A `Desk` in one collection. A record is one JSON text; the fields beside it are what it is looked up by."""

    def __init__(self, desk: AsyncCollection[_Document]) -> None:
        self._desk = desk

    async def add(self, record: DeskRecord) -> None:
        place = _place(type(record), record.id)
        try:
            await ask(self._desk.insert_one(place | _content(record)))
        except DuplicateKeyError as error:
            raise Conflict("This exists already.") from error

    async def exchange(self, old: D, new: D) -> None:
        if old.id != new.id:
            raise ValueError(f"{new.id!r} cannot take the place of {old.id!r}")
        text = await self._text(type(old), old.id)
        unchanged = desk_record(type(old), text) == as_stored(old)
        # Whoever was faster has changed the text that is looked for here.
        expected = _place(type(old), old.id) | {"record": text}
        if not unchanged or not (await ask(self._desk.update_one(expected, {"$set": _content(new)}))).matched_count:
            raise Conflict("This was changed by somebody else meanwhile. Load it again.")

    async def one(self, kind: type[D], record_id: str) -> D:
        return desk_record(kind, await self._text(kind, record_id))

    async def newest(self, kind: type[D], *, before: tuple[datetime, str] | None = None, limit: int = 100) -> list[D]:
        wanted: _Document = {"kind": kind_name(kind)}
        if before is not None:
            at, last = in_utc(before[0]), before[1]
            wanted["$or"] = [{"at": {"$lt": at}}, {"at": at, "id": {"$lt": last}}]
        page = self._desk.find(wanted).sort([("at", -1), ("id", -1)]).limit(limit)
        return [desk_record(kind, found["record"]) for found in await ask(page.to_list())]

    async def every(self, kind: type[D]) -> list[D]:
        all_of_them = self._desk.find({"kind": kind_name(kind)}).sort([("at", 1), ("id", 1)])
        return [desk_record(kind, found["record"]) for found in await ask(all_of_them.to_list())]

    async def remove(self, kind: type[DeskRecord], record_id: str) -> None:
        await ask(self._desk.delete_one(_place(kind, record_id)))

    async def _text(self, kind: type[DeskRecord], record_id: str) -> str:
        found = await ask(self._desk.find_one(_place(kind, record_id)))
        if found is None:
            raise NotFound("There is no such record.")
        return str(found["record"])


def _place(kind: type[DeskRecord], record_id: str) -> _Document:
    return {"kind": kind_name(kind), "id": record_id}


def _content(record: DeskRecord) -> _Document:
    return {"at": in_utc(record.created_at), "record": desk_text(record)}
