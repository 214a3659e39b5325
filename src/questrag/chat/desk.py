"""What a bank's staff work on: revisions of entries, golden questions, gaps put aside, customers who want a person.

Every record is immutable and has an ``id`` and a time; a change takes the place of the record as it was read.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from questrag.chat.types import Lang


class Stage(StrEnum):
    """Where a revision of an entry stands."""

    DRAFT = "draft"
    """Being written."""
    REVIEW = "review"
    """Waits for a second person."""
    PUBLISHED = "published"
    """Approved; customers see it from its effective time on."""
    DISCARDED = "discarded"
    """Given up by whoever wrote it. Kept, so that numbers are never used twice."""


OPEN_STAGES = (Stage.DRAFT, Stage.REVIEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version of one entry. An entry has at most one open one at a time."""

    id: str
    """Made of entry and number, see `revision_id`: whoever is second to open a number is refused."""
    entry_id: str
    number: int
    """From 1; what lies in the knowledge base's files is 0."""
    line: str
    """The entry as one line of JSON, see docs/formats.md. For a retirement: as it was last."""
    created_at: datetime
    changed_at: datetime
    author: str
    """User name of whoever wrote it last."""
    retires: bool = False
    """Takes the entry out of the knowledge base."""
    stage: Stage = Stage.DRAFT
    note: str = ""
    """Why, in the author's words."""
    returned: str = ""
    """What the second person wants changed; empty when it was not given back."""
    approved_by: str = ""
    approved_at: datetime | None = None
    effective_from: datetime | None = None
    """For published ones: from when on customers see it."""
    restores: int | None = None
    """Number of the revision whose words this one has again."""
    golden: tuple[str, ...] = ()
    """Questions that become golden ones when this is published: what customers asked and got no answer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenQuestion:
    """A question whose answer must not get worse when the knowledge base changes."""

    id: str
    created_at: datetime
    question: str
    """Masked."""
    lang: Lang
    relevant: tuple[str, ...]
    """Entries any one of which answers it."""
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissedGap:
    """A question of the gap queue that needs no entry."""

    id: str
    """Of the turn."""
    created_at: datetime
    by: str


class HandOffState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """A customer who wants a person, with what was said."""

    id: str
    """Also the number that the customer is given."""
    created_at: datetime
    user_id: str
    name: str = field(repr=False)
    contact: str = field(repr=False)
    """Phone or e-mail address, as given: it is what the person calls back on, and it is never sent to a model."""
    note: str = field(repr=False)
    """Masked."""
    lang: Lang
    conversation_id: str | None = None
    transcript: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Masked pairs of role and text, oldest first."""
    state: HandOffState = HandOffState.OPEN
    tell: tuple[str, ...] = ()
    """Who is to be told: what was set up when the customer asked, of ``webhook`` and ``email``."""
    delivered: tuple[str, ...] = ()
    """Who has been told."""
    problem: str = ""
    """Why the last attempt to tell somebody failed."""
    attempts: int = 0
    not_before: datetime | None = None
    """Nobody else is to try before then: an attempt is under way, or this is the pause after it."""

    @property
    def reference(self) -> str:
        """Short enough to be read out on the phone.

        >>> now = datetime(2026, 11, 2)
        >>> HandOff(id="3f2a9c41d0", created_at=now, user_id="", name="", contact="", note="", lang="en").reference
        '3F2A-9C41'
        """
        short = self.id[:8].upper()
        return f"{short[:4]}-{short[4:]}"


def revision_id(entry_id: str, number: int) -> str:
    """Return the id of an entry's revision, of characters that may stand in an address.

    >>> revision_id("cards block/lost", 2)
    '7de9272ad9e353c8-2'
    """
    return f"{sha256(entry_id.encode()).hexdigest()[:16]}-{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """Who did what, in a chain: each record holds the digest of the one before. Nothing in it is a customer's text."""

    id: str
    """Its number in the chain, from 1, with zeros before it: nobody can put a second record in the same place."""
    created_at: datetime
    """Not before that of the record before."""
    actor: str
    """Id of the user; empty for somebody who is not known, ``operator`` for whoever has the machine."""
    act: str
    """Such as ``session.opened``, see docs/audit.md."""
    subject: str = ""
    """What it was done to: an entry, a version, the id of a user."""
    detail: str = ""
    previous: str = ""
    """`digest` of the record before; empty for the first one."""

    @property
    def digest(self) -> str:
        """SHA-256 over all of the record."""
        at = self.created_at.astimezone(UTC).isoformat(timespec="milliseconds")
        told = [self.previous, self.id, at, self.actor, self.act, self.subject, self.detail]
        return sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


Scope = Literal["chat", "knowledge:read", "knowledge:write", "insights:read", "insights:write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key with which a program acts for a user, within its scopes and never beyond the user's role."""

    id: str
    """Stands in the key itself; it is no secret."""
    created_at: datetime
    user_id: str
    name: str
    """What it is for, in its owner's words."""
    digest: str = field(repr=False)
    """SHA-256 of the secret: 256 random bits, so that nothing slower is needed."""
    scopes: tuple[Scope, ...]
    expires_at: datetime
    used_at: datetime | None = None
    """To the hour."""


DeskRecord = Revision | GoldenQuestion | DismissedGap | HandOff | AuditRecord | ApiKey
