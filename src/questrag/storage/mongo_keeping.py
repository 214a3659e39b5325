"""What ends in MongoDB, and what was spent."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from questrag.chat.ports import NO_PASSWORD, Charges
from questrag.storage.mongo_asking import ask
from questrag.storage.records import in_utc

INDEXES = [
    IndexModel([("day", ASCENDING), ("payer", ASCENDING)], unique=True),
    IndexModel([("payer", ASCENDING)]),
]

_Document = dict[str, Any]
_AT_ONCE = 500


class MongoKeeping:
    """`Keeping` and `Ledger` in a database. When the files of the server lose what was deleted is its own affair."""

    def __init__(self, database: AsyncDatabase[_Document]) -> None:
        self._people = database["users"]
        self._talks = database["conversations"]
        self._said = database["turns"]
        self._charges = database["charges"]

    async def delete_user(self, user_id: str) -> bool:
        # The account comes last, so that what was interrupted can be asked for again; and then once more what was
        # begun meanwhile.
        await self._delete_said_by(user_id)
        found = (await ask(self._people.delete_one({"_id": user_id}))).deleted_count > 0
        await self._delete_said_by(user_id)
        return found

    async def _delete_said_by(self, user_id: str) -> None:
        await ask(self._said.delete_many({"user_id": user_id}))
        await ask(self._talks.delete_many({"user_id": user_id}))
        await ask(self._charges.delete_many({"payer": user_id}))

    async def delete_unused(self, used_before: datetime) -> int:
        stale: _Document = {"updated_at": {"$lt": in_utc(used_before)}}
        n_deleted = 0
        while found := await ask(self._talks.find(stale, {"_id": 1}).limit(_AT_ONCE).to_list()):
            ids = [each["_id"] for each in found]
            await ask(self._said.delete_many({"conversation_id": {"$in": ids}}))
            n_deleted += (await ask(self._talks.delete_many({"_id": {"$in": ids}}))).deleted_count
            await ask(self._said.delete_many({"conversation_id": {"$in": ids}}))
        return n_deleted

    async def delete_idle_guests(self, created_before: datetime) -> int:
        guests: _Document = {"password_hash": NO_PASSWORD, "created_at": {"$lt": in_utc(created_before)}}
        n_deleted, last = 0, ""
        while found := await ask(
            self._people.find(guests | {"_id": {"$gt": last}}, {"_id": 1}).sort([("_id", 1)]).limit(_AT_ONCE).to_list()
        ):
            ids = [each["_id"] for each in found]
            busy = set(await ask(self._talks.distinct("user_id", {"user_id": {"$in": ids}})))
            for user_id in ids:
                if user_id not in busy:
                    n_deleted += await self.delete_user(user_id)
            last = ids[-1]
        return n_deleted

    async def charge(self, day: date, payers: Collection[str], charges: Charges) -> None:
        more = {"$inc": {"tokens": charges.tokens, "cost_micros": charges.cost_micros}}
        for payer in payers:
            await ask(self._charges.update_one({"day": day.isoformat(), "payer": payer}, more, upsert=True))

    async def charged(self, day: date, payer: str) -> Charges:
        found = await ask(self._charges.find_one({"day": day.isoformat(), "payer": payer}))
        return Charges(found["tokens"], found["cost_micros"]) if found else Charges(0, 0)

    async def forget_charges(self, before: date) -> None:
        await ask(self._charges.delete_many({"day": {"$lt": before.isoformat()}}))
