"""How records become what a database holds, and back: the same for every database."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, TypeAdapter

from questrag.chat.desk import ApiKey, AuditRecord, DeskRecord, DismissedGap, GoldenQuestion, HandOff, Revision
from questrag.chat.emergency import opening_for
from questrag.chat.ports import D
from questrag.chat.types import Conversation, Feedback, Status, Turn, User


def _with_opening(turn: Turn) -> Turn:
    """Return the turn with what its receipt did not say when it was only said that there was an emergency."""
    receipt = turn.receipt
    if receipt is None or not receipt.emergency or receipt.opening:
        return turn
    opening = opening_for(turn.question, receipt.lang)
    return replace(turn, receipt=replace(receipt, opening=opening.kind if opening else "fraud"))


USER = TypeAdapter(User)
CONVERSATION = TypeAdapter(Conversation)
TURN: TypeAdapter[Turn] = TypeAdapter(Annotated[Turn, AfterValidator(_with_opening)])
FEEDBACK = TypeAdapter(Feedback)

_DESK: Mapping[type[DeskRecord], tuple[str, TypeAdapter[Any]]] = {
    Revision: ("revision", TypeAdapter(Revision)),
    GoldenQuestion: ("golden_question", TypeAdapter(GoldenQuestion)),
    DismissedGap: ("dismissed_gap", TypeAdapter(DismissedGap)),
    HandOff: ("handoff", TypeAdapter(HandOff)),
    AuditRecord: ("audit", TypeAdapter(AuditRecord)),
    ApiKey: ("api_key", TypeAdapter(ApiKey)),
}

OUTCOME = ("status", "answer", "answered_at", "complete", "receipt", "problem")
"""What the end of a turn changes; nothing else of a stored turn is overwritten by it."""

TAKEN = "The user name or the e-mail address is taken."

WITH_AN_ANSWER = (Status.ANSWERED, Status.HANDED_OFF)
"""How a turn ends when there is something to learn from it."""

_Record = TypeVar("_Record", bound=User | Conversation | Turn | Feedback | DeskRecord)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC, cut to the millisecond: the finest that every database keeps.

    Raises:
        ValueError: it has no offset, so nobody can say which moment it is.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no offset")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def in_ms(moment: datetime) -> int:
    """Return the milliseconds since 1970, as `in_utc` cuts them."""
    return (in_utc(moment) - _EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """Return the moment that `in_ms` made a number of."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


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


def with_changes(stored: Conversation, title: str | None, archived: bool | None, pinned: bool | None) -> Conversation:
    """Return the conversation with what is given changed."""
    return replace(
        stored,
        title=stored.title if title is None else title,
        archived=stored.archived if archived is None else archived,
        pinned=stored.pinned if pinned is None else pinned,
    )


def name_key(name: str) -> str:
    """Return what two names share when they differ in letter case only."""
    return name.casefold()


def as_text(kind: TypeAdapter[_Record], record: _Record) -> str:
    """Return the record as one JSON text."""
    return str(kind.dump_json(record), "utf-8")


def kind_name(kind: type[DeskRecord]) -> str:
    """Return what a kind of desk record is called in a database."""
    return _DESK[kind][0]


def desk_text(record: DeskRecord) -> str:
    """Return the record as one JSON text, its times as `in_utc` makes them."""
    return str(_DESK[type(record)][1].dump_json(as_stored(record)), "utf-8")


def desk_record(kind: type[D], text: str) -> D:
    """Return what `desk_text` wrote down, also before the kind had all its fields."""
    found: D = _DESK[kind][1].validate_json(text)
    return found
