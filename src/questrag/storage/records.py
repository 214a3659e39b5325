"""How records become what a database holds, and back: the same for every database."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

from questrag.chat.types import Conversation, Feedback, Status, Turn, User

USER = TypeAdapter(User)
CONVERSATION = TypeAdapter(Conversation)
TURN = TypeAdapter(Turn)
FEEDBACK = TypeAdapter(Feedback)

OUTCOME = ("status", "answer", "answered_at", "complete", "receipt", "problem")
"""What the end of a turn changes; nothing else of a stored turn is overwritten by it."""

WITH_AN_ANSWER = (Status.ANSWERED, Status.HANDED_OFF)
"""How a turn ends when there is something to learn from it."""

_Record = TypeVar("_Record", User, Conversation, Turn, Feedback)


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC, cut to the millisecond: the finest that every database keeps.

    Raises:
        ValueError: it has no offset, so nobody can say which moment it is.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no offset")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def as_stored(record: _Record) -> _Record:
    """Return the record as it will come out again: its times as `in_utc` makes them."""
    times: dict[str, Any] = {
        field.name: in_utc(value)
        for field in fields(record)
        if isinstance(value := getattr(record, field.name), datetime)
    }
    return replace(record, **times)


def with_outcome(stored: Turn, end: Turn) -> Turn:
    """Return the stored turn with the `OUTCOME` of the other."""
    return replace(stored, **{name: getattr(end, name) for name in OUTCOME})


def retitled(stored: Conversation, title: str | None, archived: bool | None) -> Conversation:
    """Return the conversation with what is given changed."""
    return replace(
        stored,
        title=stored.title if title is None else title,
        archived=stored.archived if archived is None else archived,
    )


def name_key(name: str) -> str:
    """Return what two names share when they differ in letter case only."""
    return name.casefold()
