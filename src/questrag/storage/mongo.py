"""MongoDB: for production, and for several servers that share one database."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self, TypeVar, Unpack
from urllib.parse import urlsplit

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING, AsyncMongoClient, IndexModel, ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from questrag.chat.errors import Conflict, Misconfigured, NotFound, Unavailable
from questrag.chat.types import Conversation, Feedback, Identity, Status, Turn, User, UserChanges
from questrag.storage import mongo_desk, mongo_keeping
from questrag.storage.mongo_asking import ask
from questrag.storage.records import (
    CONVERSATION,
    FEEDBACK,
    OUTCOME,
    TAKEN,
    TURN,
    USER,
    WITH_AN_ANSWER,
    as_stored,
    in_utc,
    name_key,
)

R = TypeVar("R", User, Conversation, Turn)
_Document = dict[str, Any]

_INDEXES = {
    "users": [
        IndexModel([("username_key", ASCENDING)], unique=True),
        IndexModel([("email_key", ASCENDING)], unique=True),
        IndexModel(
            [("identity.issuer", ASCENDING), ("identity.subject", ASCENDING)],
            unique=True,
            partialFilterExpression={"identity": {"$type": "object"}},
        ),
    ],
    "revoked": [IndexModel([("until", ASCENDING)], expireAfterSeconds=0)],
    "conversations": [
        IndexModel([("user_id", ASCENDING), ("archived", ASCENDING), ("updated_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("updated_at", ASCENDING)], partialFilterExpression={"opening": True}),
    ],
    "turns": [
        IndexModel([("conversation_id", ASCENDING), ("asked_at", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("user_id", ASCENDING)]),
        IndexModel(
            [("user_id", ASCENDING), ("idempotency_key", ASCENDING)],
            unique=True,
            partialFilterExpression={"idempotency_key": {"$type": "string"}},
        ),
        IndexModel([("asked_at", ASCENDING)], partialFilterExpression={"status": str(Status.PENDING)}),
        IndexModel(
            [("asked_at", ASCENDING), ("_id", ASCENDING)], partialFilterExpression={"receipt": {"$type": "object"}}
        ),
    ],
    "desk": mongo_desk.INDEXES,
    "charges": mongo_keeping.INDEXES,
}

_ENDED: _Document = {"status": {"$in": WITH_AN_ANSWER}, "receipt": {"$type": "object"}}


class MongoStore(mongo_desk.MongoDesk, mongo_keeping.MongoKeeping):
    """A `Store` in MongoDB, standalone or replica set.

    A turn is one document, so that it is stored whole or not at all without a transaction. Writes return
    once a majority has them in its journal.
    """

    def __init__(self, client: AsyncMongoClient[_Document], database: AsyncDatabase[_Document]) -> None:
        mongo_desk.MongoDesk.__init__(self, database["desk"])
        mongo_keeping.MongoKeeping.__init__(self, database)
        self._client = client
        self._database = database
        self._users = database["users"]
        self._revoked = database["revoked"]
        self._conversations = database["conversations"]
        self._turns = database["turns"]

    @classmethod
    async def open(cls, uri: str) -> Self:
        """Connect and make the indexes. The path of the URI names the database, ``questrag`` if it is empty.

        Raises:
            Misconfigured: the URI is malformed, or its credentials are refused.
            Unavailable: no server answers.
        """
        try:
            # A hung server is not waited for without end. Each limit may pass twice: the driver tries again once.
            client: AsyncMongoClient[_Document] = AsyncMongoClient(
                uri,
                tz_aware=True,
                tzinfo=UTC,
                w="majority",
                journal=True,
                serverSelectionTimeoutMS=2000,
                connectTimeoutMS=2000,
                socketTimeoutMS=5000,
                wTimeoutMS=5000,
            )
            store = cls(client, client.get_default_database("questrag"))
        except (PyMongoError, ValueError) as error:
            raise Misconfigured(f"MONGODB_URI: {error}") from error
        try:
            for collection, indexes in _INDEXES.items():
                await ask(store._database[collection].create_indexes(indexes))
        except Unavailable as error:
            await store.close()
            hosts = urlsplit(uri).netloc.rpartition("@")[2]  # without the credentials
            raise Unavailable(f"{error} MONGODB_URI names {hosts}.") from error
        except BaseException:
            await store.close()
            raise
        return store

    async def add_user(self, user: User) -> None:
        keys = {"username_key": name_key(user.username), "email_key": name_key(user.email)}
        try:
            await ask(self._users.insert_one(_document(USER, as_stored(user)) | keys))
        except DuplicateKeyError as error:
            raise Conflict(TAKEN) from error

    async def user(self, user_id: str) -> User | None:
        return _record(USER, await ask(self._users.find_one({"_id": user_id})))

    async def user_named(self, username: str) -> User | None:
        return _record(USER, await ask(self._users.find_one({"username_key": name_key(username)})))

    async def user_identified(self, identity: Identity) -> User | None:
        # The condition on the type lets the server use the index of those who have an identity.
        wanted: _Document = {"identity.issuer": identity.issuer, "identity.subject": identity.subject}
        return _record(USER, await ask(self._users.find_one(wanted | {"identity": {"$type": "object"}})))

    async def change_user(self, user_id: str, **changes: Unpack[UserChanges]) -> None:
        await ask(self._users.update_one({"_id": user_id}, {"$set": changes}))

    async def revoke(self, token_id: str, until: datetime) -> bool:
        try:
            await ask(self._revoked.insert_one({"_id": token_id, "until": in_utc(until)}))
        except DuplicateKeyError:
            return False
        return True

    async def is_revoked(self, token_id: str) -> bool:
        return await ask(self._revoked.find_one({"_id": token_id})) is not None

    async def add_conversation(self, conversation: Conversation) -> None:
        await self._insert_conversation(conversation, {})

    async def _insert_conversation(self, conversation: Conversation, more: _Document) -> None:
        try:
            await ask(self._conversations.insert_one(_document(CONVERSATION, as_stored(conversation)) | more))
        except DuplicateKeyError as error:
            raise Conflict("This exists already.") from error

    async def conversation(self, user_id: str, conversation_id: str) -> Conversation:
        found = await ask(self._conversations.find_one({"_id": conversation_id, "user_id": user_id}))
        return _existing(_record(CONVERSATION, found))

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
        wanted: list[_Document] = [{"user_id": user_id, "archived": archived, "opening": {"$ne": True}}]
        if pinned is not None:
            wanted.append({"pinned": True if pinned else {"$ne": True}})  # older ones do not say
        if before is not None:
            at, last = in_utc(before[0]), before[1]
            wanted.append({"$or": [{"updated_at": {"$lt": at}}, {"updated_at": at, "_id": {"$lt": last}}]})
        if matching:
            literal = {"$regex": _literal(matching)}
            said = {"user_id": user_id, "$or": [{"question": literal}, {"answer": literal}]}
            among = await ask(self._turns.distinct("conversation_id", said))
            wanted.append({"$or": [{"title": literal}, {"_id": {"$in": among}}]})
        page = self._conversations.find({"$and": wanted}).sort([("updated_at", -1), ("_id", -1)]).limit(limit)
        return _records(CONVERSATION, await ask(page.to_list()))

    async def update_conversation(
        self,
        user_id: str,
        conversation_id: str,
        *,
        title: str | None = None,
        archived: bool | None = None,
        pinned: bool | None = None,
    ) -> Conversation:
        given = {"title": title, "archived": archived, "pinned": pinned}
        changes = {name: value for name, value in given.items() if value is not None}
        if not changes:
            return await self.conversation(user_id, conversation_id)
        changed = await ask(
            self._conversations.find_one_and_update(
                {"_id": conversation_id, "user_id": user_id},
                {"$set": changes},
                return_document=ReturnDocument.AFTER,
            )
        )
        return _existing(_record(CONVERSATION, changed))

    async def delete_conversation(self, user_id: str, conversation_id: str) -> None:
        await self.conversation(user_id, conversation_id)
        # Turns first: what is interrupted here can be asked for again. And once more, for a turn begun meanwhile.
        await ask(self._turns.delete_many({"conversation_id": conversation_id}))
        await ask(self._conversations.delete_one({"_id": conversation_id}))
        await ask(self._turns.delete_many({"conversation_id": conversation_id}))

    async def begin(self, turn: Turn, *, append: bool, opening: Conversation | None = None) -> tuple[Turn, bool]:
        if earlier := await self._begun(turn):
            return earlier, False
        if opening is not None:
            # Without a transaction, which a standalone server has not: nobody is shown it before its turn is there.
            await self._insert_conversation(opening, {"opening": True})
        head = (await self.conversation(turn.user_id, turn.conversation_id)).head
        turn = as_stored(replace(turn, parent_id=head) if append else turn)
        try:
            await ask(self._turns.insert_one(_document(TURN, turn)))
        except DuplicateKeyError as error:
            if opening is not None:
                await ask(self._conversations.delete_one({"_id": opening.id}))
            if earlier := await self._begun(turn):
                return earlier, False
            raise Conflict("This exists already.") from error
        return await self._make_head(turn, append), True

    async def _begun(self, turn: Turn) -> Turn | None:
        if turn.idempotency_key is None:
            return None
        used = {"user_id": turn.user_id, "idempotency_key": turn.idempotency_key}
        return _record(TURN, await ask(self._turns.find_one(used)))

    async def _make_head(self, turn: Turn, append: bool) -> Turn:
        """Let the conversation point to the stored turn; an appended one is moved behind whoever was faster."""
        place = {"_id": turn.conversation_id, "user_id": turn.user_id}
        change = {"$set": {"head": turn.id, "updated_at": turn.asked_at}, "$unset": {"opening": ""}}
        while True:
            expected = place | {"head": turn.parent_id} if append else place
            if (await ask(self._conversations.update_one(expected, change))).matched_count:
                return turn
            try:
                head = (await self.conversation(turn.user_id, turn.conversation_id)).head
            except NotFound:
                await ask(self._turns.delete_one({"_id": turn.id}))
                raise
            turn = replace(turn, parent_id=head)
            await ask(self._turns.update_one({"_id": turn.id}, {"$set": {"parent_id": head}}))

    async def finish(self, turn: Turn) -> None:
        end = _document(TURN, as_stored(turn))
        await ask(self._turns.update_one({"_id": turn.id}, {"$set": {name: end[name] for name in OUTCOME}}))

    async def turns(self, user_id: str, conversation_id: str) -> list[Turn]:
        await self.conversation(user_id, conversation_id)
        found = self._turns.find({"conversation_id": conversation_id}).sort([("asked_at", 1), ("_id", 1)])
        return _records(TURN, await ask(found.to_list()))

    async def turn(self, user_id: str, turn_id: str) -> Turn:
        found = _record(TURN, await ask(self._turns.find_one({"_id": turn_id, "user_id": user_id})))
        if found is None:
            raise NotFound("There is no such message.")
        return found

    async def turn_of_anybody(self, turn_id: str) -> Turn:
        found = _record(TURN, await ask(self._turns.find_one({"_id": turn_id})))
        if found is None:
            raise NotFound("There is no such message.")
        return found

    async def ended(self, after: tuple[datetime, str] | None, limit: int) -> list[Turn]:
        wanted = dict(_ENDED)
        if after is not None:
            at, last = in_utc(after[0]), after[1]
            wanted |= {"asked_at": {"$gte": at}, "$or": [{"asked_at": {"$gt": at}}, {"_id": {"$gt": last}}]}
        page = self._turns.find(wanted).sort([("asked_at", 1), ("_id", 1)]).limit(limit)
        return _records(TURN, await ask(page.to_list()))

    async def newest_ended(self, since: datetime, limit: int) -> tuple[tuple[datetime, str], int]:
        wanted = {**_ENDED, "asked_at": {"$gte": in_utc(since)}}
        n = await ask(self._turns.count_documents(wanted))
        if n <= limit:
            return (since, ""), 0
        skipped = self._turns.find(wanted, {"asked_at": 1}).sort([("asked_at", -1), ("_id", -1)]).skip(limit).limit(1)
        last = (await ask(skipped.to_list()))[0]
        return (last["asked_at"], last["_id"]), n - limit

    async def set_feedback(self, user_id: str, turn_id: str, feedback: Feedback) -> None:
        change = {"$set": {"feedback": FEEDBACK.dump_python(as_stored(feedback))}}
        found = await ask(self._turns.update_one({"_id": turn_id, "user_id": user_id}, change))
        if not found.matched_count:
            raise NotFound("There is no such message.")

    async def fail_pending(self, asked_before: datetime, problem: str) -> int:
        await self._forget_unopened(asked_before)
        stale = {"status": Status.PENDING, "asked_at": {"$lt": in_utc(asked_before)}}
        change = {"$set": {"status": Status.FAILED, "problem": problem}}
        return (await ask(self._turns.update_many(stale, change))).modified_count

    async def _forget_unopened(self, asked_before: datetime) -> None:
        """Delete what a process left that ended while it opened a conversation; nobody was told of it."""
        stale = {"opening": True, "updated_at": {"$lt": in_utc(asked_before)}}
        while left := await ask(self._conversations.find_one_and_delete(stale)):
            await ask(self._turns.delete_many({"conversation_id": left["_id"]}))

    async def ping(self) -> None:
        await ask(self._database.command("ping"))

    async def close(self) -> None:
        await self._client.close()


def _literal(text: str) -> str:
    """Return a regular expression for exactly this text, in either case of its ASCII letters and no others."""
    return "".join(
        c if not c.isascii() else f"[{c.lower()}{c.upper()}]" if c.isalpha() else f"\\x{ord(c):02x}" for c in text
    )


def _document(kind: TypeAdapter[R], record: R) -> _Document:
    document: _Document = kind.dump_python(record)
    document["_id"] = document.pop("id")
    return document


def _records(kind: TypeAdapter[R], documents: list[_Document]) -> list[R]:
    return [kind.validate_python(document | {"id": document["_id"]}) for document in documents]


def _record(kind: TypeAdapter[R], document: _Document | None) -> R | None:
    return _records(kind, [document])[0] if document else None


def _existing(found: Conversation | None) -> Conversation:
    if found is None:
        raise NotFound("There is no such conversation.")
    return found
