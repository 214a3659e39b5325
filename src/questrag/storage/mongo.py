"""MongoDB: for production, and for several servers that share one database."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING, AsyncMongoClient, IndexModel, ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from questrag.chat.errors import Conflict, Misconfigured, NotFound, Unavailable
from questrag.chat.types import Conversation, Feedback, Status, Turn, User
from questrag.storage.records import (
    CONVERSATION,
    FEEDBACK,
    OUTCOME,
    TURN,
    USER,
    as_stored,
    in_utc,
    name_key,
)

T = TypeVar("T")
R = TypeVar("R", User, Conversation, Turn)
_Document = dict[str, Any]

_SERVER_SELECTION_MS = 2000
_TIMEOUT_MS = 10_000
"""For one operation with all its retries."""

_INDEXES = {
    "users": [
        IndexModel([("username_key", ASCENDING)], unique=True),
        IndexModel([("email_key", ASCENDING)], unique=True),
    ],
    "revoked": [IndexModel([("until", ASCENDING)], expireAfterSeconds=0)],
    "conversations": [
        IndexModel([("user_id", ASCENDING), ("archived", ASCENDING), ("updated_at", DESCENDING), ("_id", DESCENDING)]),
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
    ],
}

_NOT_ALLOWED = (13, 18, 8000)
"""Unauthorized, AuthenticationFailed, and what Atlas says instead."""


class MongoStore:
    """A `Store` in MongoDB, standalone or replica set.

    A turn is one document, so that it is stored whole or not at all without a transaction. Writes return
    once a majority has them in its journal.
    """

    def __init__(self, client: AsyncMongoClient[_Document], database: AsyncDatabase[_Document]) -> None:
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
            client: AsyncMongoClient[_Document] = AsyncMongoClient(
                uri,
                tz_aware=True,
                tzinfo=UTC,
                w="majority",
                journal=True,
                serverSelectionTimeoutMS=_SERVER_SELECTION_MS,
                timeoutMS=_TIMEOUT_MS,
            )
            store = cls(client, client.get_default_database("questrag"))
        except (PyMongoError, ValueError) as error:
            raise Misconfigured(f"MONGODB_URI: {error}") from error
        try:
            for collection, indexes in _INDEXES.items():
                await _ask(store._database[collection].create_indexes(indexes))
        except BaseException:
            await store.close()
            raise
        return store

    async def add_user(self, user: User) -> None:
        keys = {"username_key": name_key(user.username), "email_key": name_key(user.email)}
        try:
            await _ask(self._users.insert_one(_document(USER, as_stored(user)) | keys))
        except DuplicateKeyError as error:
            raise Conflict("The user name or the e-mail address is taken.") from error

    async def user(self, user_id: str) -> User | None:
        return _record(USER, await _ask(self._users.find_one({"_id": user_id})))

    async def user_named(self, username: str) -> User | None:
        return _record(USER, await _ask(self._users.find_one({"username_key": name_key(username)})))

    async def set_password_hash(self, user_id: str, password_hash: str) -> None:
        await _ask(self._users.update_one({"_id": user_id}, {"$set": {"password_hash": password_hash}}))

    async def revoke(self, token_id: str, until: datetime) -> bool:
        try:
            await _ask(self._revoked.insert_one({"_id": token_id, "until": in_utc(until)}))
        except DuplicateKeyError:
            return False
        return True

    async def is_revoked(self, token_id: str) -> bool:
        return await _ask(self._revoked.find_one({"_id": token_id})) is not None

    async def add_conversation(self, conversation: Conversation) -> None:
        try:
            await _ask(self._conversations.insert_one(_document(CONVERSATION, as_stored(conversation))))
        except DuplicateKeyError as error:
            raise Conflict("This exists already.") from error

    async def conversation(self, user_id: str, conversation_id: str) -> Conversation:
        found = await _ask(self._conversations.find_one({"_id": conversation_id, "user_id": user_id}))
        return _existing(_record(CONVERSATION, found))

    async def conversations(
        self,
        user_id: str,
        *,
        archived: bool = False,
        matching: str = "",
        before: tuple[datetime, str] | None = None,
        limit: int = 20,
    ) -> list[Conversation]:
        wanted: list[_Document] = [{"user_id": user_id, "archived": archived}]
        if before is not None:
            at, last = in_utc(before[0]), before[1]
            wanted.append({"$or": [{"updated_at": {"$lt": at}}, {"updated_at": at, "_id": {"$lt": last}}]})
        if matching:
            literal = {"$regex": _literal(matching)}
            said = {"user_id": user_id, "$or": [{"question": literal}, {"answer": literal}]}
            among = await _ask(self._turns.distinct("conversation_id", said))
            wanted.append({"$or": [{"title": literal}, {"_id": {"$in": among}}]})
        page = self._conversations.find({"$and": wanted}).sort([("updated_at", -1), ("_id", -1)]).limit(limit)
        return _records(CONVERSATION, await _ask(page.to_list()))
