"""Everything in dictionaries, gone with the process: for tests and for one question from the command line."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Unpack

from questrag.chat.desk import DeskRecord
from questrag.chat.errors import Conflict, NotFound
from questrag.chat.ports import NO_PASSWORD, Charges, D
from questrag.chat.types import Conversation, Feedback, Identity, Status, Turn, User, UserChanges
from questrag.storage.records import (
    TAKEN,
    WITH_AN_ANSWER,
    as_stored,
    desk_record,
    desk_text,
    in_utc,
    name_key,
    with_changes,
    with_outcome,
)

_ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


class MemoryStore:
    """A `Store` for one event loop. No method waits for anything, so each one is atomic."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._revoked: set[str] = set()
        self._conversations: dict[str, Conversation] = {}
        self._turns: dict[str, Turn] = {}
        self._desk: dict[type[DeskRecord], dict[str, str]] = defaultdict(dict)
        self._charges: dict[tuple[date, str], Charges] = {}

    async def add_user(self, user: User) -> None:
        for other in self._users.values():
            if (
                user.id == other.id
                or name_key(user.username) == name_key(other.username)
                or name_key(user.email) == name_key(other.email)
                or (user.identity is not None and user.identity == other.identity)
            ):
                raise Conflict(TAKEN)
        self._users[user.id] = as_stored(user)

    async def user(self, user_id: str) -> User | None:
        return self._users.get(user_id)

    async def user_named(self, username: str) -> User | None:
        wanted = name_key(username)
        return next((user for user in self._users.values() if name_key(user.username) == wanted), None)

    async def user_identified(self, identity: Identity) -> User | None:
        return next((user for user in self._users.values() if user.identity == identity), None)

    async def change_user(self, user_id: str, **changes: Unpack[UserChanges]) -> None:
        if user := self._users.get(user_id):
            self._users[user_id] = as_stored(replace(user, **changes))

    async def revoke(self, token_id: str, until: datetime) -> bool:
        first = token_id not in self._revoked
        self._revoked.add(token_id)
        return first

    async def is_revoked(self, token_id: str) -> bool:
        return token_id in self._revoked

    async def add_conversation(self, conversation: Conversation) -> None:
        if conversation.id in self._conversations:
            raise Conflict("This conversation exists already.")
        self._conversations[conversation.id] = as_stored(conversation)

    async def conversation(self, user_id: str, conversation_id: str) -> Conversation:
        found = self._conversations.get(conversation_id)
        if found is None or found.user_id != user_id:
            raise NotFound("There is no such conversation.")
        return found

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
        found = [
            c
            for c in self._conversations.values()
            if c.user_id == user_id and c.archived == archived and self._holds(c, matching)
        ]
        if pinned is not None:
            found = [c for c in found if c.pinned == pinned]
        if before is not None:
            last = (in_utc(before[0]), before[1])
            found = [c for c in found if (c.updated_at, c.id) < last]
        return sorted(found, key=lambda c: (c.updated_at, c.id), reverse=True)[:limit]

    async def update_conversation(
        self,
        user_id: str,
        conversation_id: str,
        *,
        title: str | None = None,
        archived: bool | None = None,
        pinned: bool | None = None,
    ) -> Conversation:
        changed = with_changes(await self.conversation(user_id, conversation_id), title, archived, pinned)
        self._conversations[conversation_id] = changed
        return changed

    async def delete_conversation(self, user_id: str, conversation_id: str) -> None:
        self._forget([await self.conversation(user_id, conversation_id)])

    async def begin(self, turn: Turn, *, append: bool, opening: Conversation | None = None) -> tuple[Turn, bool]:
        for earlier in self._turns.values() if turn.idempotency_key is not None else ():
            if (earlier.user_id, earlier.idempotency_key) == (turn.user_id, turn.idempotency_key):
                return earlier, False
        if turn.id in self._turns:
            raise Conflict("This turn exists already.")
        if opening is not None:
            await self.add_conversation(opening)
        conversation = await self.conversation(turn.user_id, turn.conversation_id)
        turn = as_stored(replace(turn, parent_id=conversation.head) if append else turn)
        self._turns[turn.id] = turn
        self._conversations[conversation.id] = replace(conversation, head=turn.id, updated_at=turn.asked_at)
        return turn, True

    async def finish(self, turn: Turn) -> None:
        if stored := self._turns.get(turn.id):
            self._turns[turn.id] = with_outcome(stored, as_stored(turn))

    async def turns(self, user_id: str, conversation_id: str) -> list[Turn]:
        await self.conversation(user_id, conversation_id)
        return sorted(self._in(conversation_id), key=lambda turn: (turn.asked_at, turn.id))

    async def turn(self, user_id: str, turn_id: str) -> Turn:
        found = self._turns.get(turn_id)
        if found is None or found.user_id != user_id:
            raise NotFound("There is no such message.")
        return found

    async def turn_of_anybody(self, turn_id: str) -> Turn:
        if turn_id not in self._turns:
            raise NotFound("There is no such message.")
        return self._turns[turn_id]

    async def ended(self, after: tuple[datetime, str] | None, limit: int) -> list[Turn]:
        found = [t for t in self._turns.values() if t.status in WITH_AN_ANSWER and t.receipt is not None]
        if after is not None:
            last = (in_utc(after[0]), after[1])
            found = [t for t in found if (t.asked_at, t.id) > last]
        return sorted(found, key=lambda t: (t.asked_at, t.id))[:limit]

    async def newest_ended(self, since: datetime, limit: int) -> tuple[tuple[datetime, str], int]:
        found = await self.ended((since, ""), len(self._turns))
        left_out = len(found) - limit
        if left_out <= 0:
            return (since, ""), 0
        last = found[left_out - 1]
        return (last.asked_at, last.id), left_out

    async def set_feedback(self, user_id: str, turn_id: str, feedback: Feedback) -> None:
        stored = await self.turn(user_id, turn_id)
        self._turns[turn_id] = replace(stored, feedback=as_stored(feedback))

    async def fail_pending(self, asked_before: datetime, problem: str) -> int:
        stale = [
            turn
            for turn in self._turns.values()
            if turn.status is Status.PENDING and turn.asked_at < in_utc(asked_before)
        ]
        for turn in stale:
            self._turns[turn.id] = replace(turn, status=Status.FAILED, problem=problem)
        return len(stale)

    async def add(self, record: DeskRecord) -> None:
        if record.id in self._desk[type(record)]:
            raise Conflict("This exists already.")
        self._desk[type(record)][record.id] = desk_text(record)

    async def exchange(self, old: D, new: D) -> None:
        if old.id != new.id:
            raise ValueError(f"{new.id!r} cannot take the place of {old.id!r}")
        if await self.one(type(old), old.id) != as_stored(old):
            raise Conflict("This was changed by somebody else meanwhile. Load it again.")
        self._desk[type(new)][new.id] = desk_text(new)

    async def one(self, kind: type[D], record_id: str) -> D:
        if record_id not in self._desk[kind]:
            raise NotFound("There is no such record.")
        return desk_record(kind, self._desk[kind][record_id])

    async def newest(self, kind: type[D], *, before: tuple[datetime, str] | None = None, limit: int = 100) -> list[D]:
        found = await self.every(kind)
        if before is not None:
            last = (in_utc(before[0]), before[1])
            found = [record for record in found if (record.created_at, record.id) < last]
        return found[::-1][:limit]

    async def every(self, kind: type[D]) -> list[D]:
        found = [desk_record(kind, text) for text in self._desk[kind].values()]
        return sorted(found, key=lambda record: (record.created_at, record.id))

    async def remove(self, kind: type[DeskRecord], record_id: str) -> None:
        self._desk[kind].pop(record_id, None)

    async def delete_user(self, user_id: str) -> bool:
        self._forget([c for c in self._conversations.values() if c.user_id == user_id])
        self._charges = {key: spent for key, spent in self._charges.items() if key[1] != user_id}
        return self._users.pop(user_id, None) is not None

    async def delete_unused(self, used_before: datetime) -> int:
        stale = [c for c in self._conversations.values() if c.updated_at < in_utc(used_before)]
        self._forget(stale)
        return len(stale)

    async def delete_idle_guests(self, created_before: datetime) -> int:
        busy = {c.user_id for c in self._conversations.values()}
        idle = [
            user.id
            for user in self._users.values()
            if user.password_hash == NO_PASSWORD and user.created_at < in_utc(created_before) and user.id not in busy
        ]
        for user_id in idle:
            await self.delete_user(user_id)
        return len(idle)

    async def charge(self, day: date, payers: Collection[str], charges: Charges) -> None:
        for payer in payers:
            spent = self._charges.get((day, payer), Charges(0, 0))
            self._charges[day, payer] = Charges(spent.tokens + charges.tokens, spent.cost_micros + charges.cost_micros)

    async def charged(self, day: date, payer: str) -> Charges:
        return self._charges.get((day, payer), Charges(0, 0))

    async def forget_charges(self, before: date) -> None:
        self._charges = {key: spent for key, spent in self._charges.items() if key[0] >= before}

    async def ping(self) -> None:
        """Memory is always there."""

    async def close(self) -> None:
        """Nothing to give back."""

    def _forget(self, conversations: Iterable[Conversation]) -> None:
        gone = {c.id for c in conversations}
        self._conversations = {i: c for i, c in self._conversations.items() if i not in gone}
        self._turns = {i: t for i, t in self._turns.items() if t.conversation_id not in gone}

    def _in(self, conversation_id: str) -> list[Turn]:
        return [turn for turn in self._turns.values() if turn.conversation_id == conversation_id]

    def _holds(self, conversation: Conversation, text: str) -> bool:
        wanted = text.translate(_ASCII_LOWER)
        texts = [conversation.title, *(t for turn in self._in(conversation.id) for t in (turn.question, turn.answer))]
        return any(wanted in text.translate(_ASCII_LOWER) for text in texts)
