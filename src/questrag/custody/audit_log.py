"""Who did what: a log that is only ever added to, and in which a change of an old line shows."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import uniform
from typing import Literal, get_args

from questrag.chat.desk import AuditRecord
from questrag.chat.errors import Conflict, Unavailable
from questrag.chat.ports import Desk

logger = logging.getLogger(__name__)

Act = Literal[
    "account.opened",
    "session.opened",
    "session.refused",
    "session.closed",
    "sessions.ended",
    "password.changed",
    "role.changed",
    "key.created",
    "key.revoked",
    "data.exported",
    "account.erased",
    "data.expired",
    "entry.approved",
    "draft.discarded",
    "draft.imported",
    "knowledge.exported",
    "index.renewed",
    "golden.added",
    "golden.removed",
    "policy.promoted",
    "policy.rolled_back",
    "handoff.changed",
]
ACTS: tuple[Act, ...] = get_args(Act)

OPERATOR = "operator"
"""Who acts by the command line: whoever has the machine."""

_DIGITS = 12
_TRIES = 20
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the chain."""

    n_records: int
    number: str
    """Of the newest record; empty when there is none."""
    digest: str
    """Of the newest record."""
    broken: tuple[str, ...] = ()
    """What does not fit, newest first; empty for a chain that nobody changed."""


class AuditLog:
    """Adds to the chain. Several processes may do so at once: a place in it is taken once."""

    def __init__(self, desk: Desk, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._desk = desk
        self._now = now
        self._adding = asyncio.Lock()

    async def note(self, act: Act, *, actor: str, subject: str = "", detail: str = "") -> AuditRecord:
        """Store that this was done; the application log names number and digest, and neither who nor what.

        Raises:
            Unavailable: it could not be stored.
        """
        async with self._adding:
            for _ in range(_TRIES):
                record = _after(await self._newest(), self._now(), act, actor, subject, detail)
                try:
                    await self._desk.add(record)
                except Conflict:  # another process has taken the place
                    await asyncio.sleep(uniform(0, 0.05))  # noqa: S311 - so that they do not meet again
                    continue
                # Not in the message, of which personal numbers are masked: this one looks like such a number.
                told = {"number": record.id, "act": record.act, "digest": record.digest}
                logger.info("audit record", extra={"fields": told})
                return record
        raise Unavailable("The audit log is busy at the moment.")

    async def verify(self, *, number: str = "", digest: str = "") -> Verdict:
        """Read all of the chain.

        Args:
            number, digest: of a record as it was told once; whoever rewrites the chain from there on cannot know that.
        """
        broken: list[str] = []
        newer: AuditRecord | None = None
        newest, n_records, seen = await self._newest(), 0, False
        before: tuple[datetime, str] | None = None
        while page := await self._desk.newest(AuditRecord, before=before, limit=_PAGE):
            for record in page:
                broken += _misfits(record, newer)
                if record.id == number:
                    seen = True
                    broken += [] if record.digest == digest else [f"{number} is not the record that was told"]
                newer = record
            n_records += len(page)
            before = (page[-1].created_at, page[-1].id)
        broken += _misfits_at_the_start(newer)
        if number and not seen:
            broken.append(f"{number} is missing")
        return Verdict(n_records, newest.id if newest else "", newest.digest if newest else "", tuple(broken))

    async def _newest(self) -> AuditRecord | None:
        return next(iter(await self._desk.newest(AuditRecord, limit=1)), None)


def _after(last: AuditRecord | None, now: datetime, act: Act, actor: str, subject: str, detail: str) -> AuditRecord:
    return AuditRecord(
        id=f"{int(last.id) + 1 if last else 1:0{_DIGITS}}",
        created_at=max(now, last.created_at) if last else now,  # clocks differ from host to host; the order does not
        actor=actor,
        act=act,
        subject=subject,
        detail=detail,
        previous=last.digest if last else "",
    )


def _misfits(record: AuditRecord, newer: AuditRecord | None) -> list[str]:
    if newer is None:
        return []
    if int(newer.id) != int(record.id) + 1:
        return [f"between {record.id} and {newer.id} something is missing"]
    return [] if newer.previous == record.digest else [f"{record.id} was changed, or {newer.id}"]


def _misfits_at_the_start(first: AuditRecord | None) -> list[str]:
    if first is None or (int(first.id) == 1 and not first.previous):
        return []
    return [f"what was before {first.id} is missing"]
