"""From a draft to what customers are told: who may do what with a revision, from which stage, and what it becomes.

One person writes, a second one approves. Nothing here knows a store: each rule takes records and returns a record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from questrag.chat.desk import OPEN_STAGES, GoldenQuestion, Revision, Stage, revision_id
from questrag.chat.errors import Conflict, Forbidden, Invalid, NotFound
from questrag.chat.language import language_of
from questrag.chat.privacy import mask
from questrag.chat.types import User
from questrag.knowledge.entry import ID_CHARS, Entry
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.proposals import Proposal, publishable

LATE: Final = timedelta(minutes=1)
"""A time that is no further back counts as now: the clocks of two machines differ."""
AHEAD: Final = timedelta(days=5 * 366)
"""Nobody plans for later; a year with a digit too many is a slip."""

_TICK: Final = timedelta(milliseconds=1)
"""The finest that every database keeps."""
_CURATORS: Final = ("curator", "admin")


def open_one(revisions: Iterable[Revision]) -> Revision | None:
    """Return the revision of an entry that somebody works on."""
    return next((revision for revision in revisions if revision.stage in OPEN_STAGES), None)


def waits(revision: Revision, now: datetime) -> bool:
    """Return whether it was approved for a time that has not come."""
    return revision.stage is Stage.PUBLISHED and revision.effective_from is not None and revision.effective_from > now


def begin(proposal: Proposal, earlier: Sequence[Revision], by: User, now: datetime) -> Revision:
    """Open the next revision of an entry.

    Args:
        earlier: all revisions of this entry.

    Raises:
        Conflict: somebody has one open; the message names them.
        Invalid: the entry has no usable id.
    """
    _require_curator(by)
    _require_none_open(earlier)
    entry_id = proposal.entry.id
    if not 1 <= len(entry_id) <= ID_CHARS:
        message = f"has {len(entry_id):,} characters: 1 to {ID_CHARS} are allowed"
        raise Invalid("The draft needs a usable id.", fields=[("id", message)])
    return _next(
        entry_id,
        proposal.entry.to_json(),
        earlier,
        by,
        now,
        note=proposal.note,
        golden=tuple(dict.fromkeys(mask(question) for question in proposal.golden)),
    )


def change(revision: Revision, proposal: Proposal, by: User, now: datetime, seen: datetime) -> Revision:
    """Write a draft anew; one that waits for a second person is a draft again.

    Args:
        seen: when the draft was last changed, as whoever changes it now has read it.

    Raises:
        Conflict: somebody changed it since, or it is no draft that could be changed.
        Invalid: the entry has another id.
    """
    _require_curator(by)
    _require_seen(revision, seen)
    _require_open(revision)
    if revision.retires:
        raise Conflict("This proposes to retire the entry. Discard it first, then begin a draft.")
    if proposal.entry.id != revision.entry_id:
        message = f"must stay {revision.entry_id}: discard this draft and begin one with the other id"
        raise Invalid("The id of an entry stays.", fields=[("id", message)])
    return _changed(
        revision, now, line=proposal.entry.to_json(), note=proposal.note, author=by.username, stage=Stage.DRAFT
    )


def submit(revision: Revision, by: User, now: datetime, profile: Profile | None) -> Revision:
    """Ask a second person to approve.

    Raises:
        Forbidden: somebody else writes this draft.
        Conflict: it is no draft.
        Invalid: something in it cannot be published; the fields say what.
    """
    _require_curator(by)
    _require_open(revision)
    if revision.stage is Stage.REVIEW:
        raise Conflict("It waits for a second person already.")
    if by.username != revision.author:
        raise Forbidden(f"{revision.author} writes this draft. Save a change of your own to take it over.")
    return _changed(revision, now, line=_publishable(revision, profile), stage=Stage.REVIEW, returned="")


def at_once(earlier: Iterable[Revision], now: datetime) -> datetime:
    """Return the time from which on a revision of this entry is above all that came into force before it.

    The clock of another machine may be ahead: what it has published a moment ago is not to win over this.
    """
    comes = [revision.effective_from for revision in earlier if revision.stage is Stage.PUBLISHED]
    return max([now, *(time for time in comes if time is not None and time <= now + LATE)])


def approve(
    revision: Revision,
    earlier: Sequence[Revision],
    by: User,
    now: datetime,
    profile: Profile | None,
    *,
    effective_from: datetime | None = None,
    seen: datetime | None = None,
) -> Revision:
    """Publish what waits for a second person.

    Args:
        earlier: all revisions of this entry.
        effective_from: None: at once.
        seen: when it was last changed, as whoever approves has read it; None: whatever it says now.

    Raises:
        Forbidden: whoever approves wrote it.
        Conflict: it does not wait for approval, or somebody changed it since.
        Invalid: something in it cannot be published any more, or the time has passed.
    """
    _require_curator(by)
    if seen is not None:
        _require_seen(revision, seen)
    _require_review(revision)
    if by.username == revision.author:
        raise Forbidden("You wrote this: a second person has to approve it.")
    return _changed(
        revision,
        now,
        line=_publishable(revision, profile),
        stage=Stage.PUBLISHED,
        approved_by=by.username,
        approved_at=now,
        effective_from=_effective(effective_from, now) or at_once(earlier, now),
    )


def give_back(revision: Revision, by: User, now: datetime, why: str) -> Revision:
    """Return what waits for a second person to its author.

    Raises:
        Forbidden: whoever gives it back wrote it.
        Conflict: it does not wait for approval.
        Invalid: nobody could know what has to change.
    """
    _require_curator(by)
    _require_review(revision)
    if by.username == revision.author:
        raise Forbidden("You wrote this: change it, and it is a draft again.")
    if not why.strip():
        raise Invalid("Say what has to change.", fields=[("note", "is empty: say what has to change")])
    return _changed(revision, now, stage=Stage.DRAFT, returned=why)


def discard(revision: Revision, by: User, now: datetime) -> Revision:
    """Give a draft up, or call off what was approved for a later time.

    Raises:
        Forbidden: somebody else writes this draft; administrators may all the same.
        Conflict: it is neither.
    """
    _require_curator(by)
    if waits(revision, now):  # anybody may: customers go on being told what they are told now
        return _changed(revision, now, stage=Stage.DISCARDED)
    _require_open(revision)
    if by.username != revision.author and by.role != "admin":
        raise Forbidden(f"{revision.author} wrote this draft: they can discard it, and so can an administrator.")
    return _changed(revision, now, stage=Stage.DISCARDED)


def restore(
    number: int,
    filed: Entry | None,
    earlier: Sequence[Revision],
    by: User,
    now: datetime,
    *,
    in_force: int | None,
    profile: Profile | None,
    note: str = "",
) -> Revision:
    """Put words that were approved before in force again, at once: a slip must not wait for a second person.

    Args:
        number: of the revision with these words; 0: what the files hold.
        filed: the entry as the files hold it, where they do.
        in_force: number of the revision that customers are answered from, where there is one.

    Raises:
        NotFound: there is no such revision.
        Conflict: nobody has approved these words, they have not been in force yet, or they are in force.
        Invalid: they cannot be published any more.
    """
    _require_curator(by)
    entry_id, line = _approved_words(number, filed, earlier, now)
    if number == in_force:
        raise Conflict("These words are in force already.")
    again = _next(entry_id, line, earlier, by, now, note=note, restores=number)
    return replace(
        again,
        line=_publishable(again, profile),
        stage=Stage.PUBLISHED,
        approved_by=by.username,
        approved_at=now,
        effective_from=now,
    )


def retire(entry: Entry, earlier: Sequence[Revision], by: User, now: datetime, note: str = "") -> Revision:
    """Propose to take an entry out of the knowledge base; a second person decides.

    Raises:
        Conflict: somebody has a draft of it open; the message names them.
    """
    _require_curator(by)
    _require_none_open(earlier)
    proposed = _next(entry.id, entry.to_json(), earlier, by, now, note=note)
    return replace(proposed, retires=True, stage=Stage.REVIEW)


def golden_questions(revision: Revision, now: datetime) -> list[GoldenQuestion]:
    """Return what must go on being answered once this is published. Asked again, the ids are the same."""
    return [
        GoldenQuestion(
            id=f"{revision.id}-{place}",
            created_at=now,
            question=question,
            lang=language_of(question),
            relevant=(revision.entry_id,),
            author=revision.author,
        )
        for place, question in enumerate(revision.golden, start=1)
    ]


def _approved_words(number: int, filed: Entry | None, earlier: Sequence[Revision], now: datetime) -> tuple[str, str]:
    if number == 0:
        if filed is None:
            raise NotFound("The files of the knowledge base do not have this entry.")
        return filed.id, filed.to_json()
    found = next((revision for revision in earlier if revision.number == number), None)
    if found is None:
        raise NotFound("There is no such revision of this entry.")
    if found.stage is not Stage.PUBLISHED:
        raise Conflict("Nobody has approved this revision.")
    if found.retires:
        raise Conflict("This revision retires the entry: propose to retire it instead.")
    if waits(found, now):
        raise Conflict("This revision was approved for a later time.")
    return found.entry_id, found.line


def _next(
    entry_id: str,
    line: str,
    earlier: Sequence[Revision],
    by: User,
    now: datetime,
    *,
    note: str,
    golden: tuple[str, ...] = (),
    restores: int | None = None,
) -> Revision:
    number = max((revision.number for revision in earlier), default=0) + 1
    return Revision(
        id=revision_id(entry_id, number),
        entry_id=entry_id,
        number=number,
        line=line,
        created_at=now,
        changed_at=now,
        author=by.username,
        note=note,
        golden=golden,
        restores=restores,
    )


def _changed(
    revision: Revision,
    now: datetime,
    *,
    stage: Stage,
    line: str | None = None,
    note: str | None = None,
    author: str | None = None,
    returned: str | None = None,
    approved_by: str = "",
    approved_at: datetime | None = None,
    effective_from: datetime | None = None,
) -> Revision:
    """Return the revision with what is given changed, at a time that no other state of it has."""
    return replace(
        revision,
        stage=stage,
        line=revision.line if line is None else line,
        note=revision.note if note is None else note,
        author=revision.author if author is None else author,
        returned=revision.returned if returned is None else returned,
        approved_by=approved_by,
        approved_at=approved_at,
        effective_from=effective_from,
        changed_at=max(now, revision.changed_at + _TICK),
    )


def _publishable(revision: Revision, profile: Profile | None) -> str:
    return revision.line if revision.retires else publishable(revision.line, profile)


def _effective(wanted: datetime | None, now: datetime) -> datetime | None:
    """Return the time, if it lies ahead; None: at once."""
    if wanted is None:
        return None
    if wanted.tzinfo is None:
        raise Invalid(
            "The time needs an offset.", fields=[("effective_from", "has no offset: add one, such as +05:30")]
        )
    if not now - LATE <= wanted <= now + AHEAD:
        passed = wanted < now
        message = "has passed: leave it out to publish at once" if passed else "is more than five years ahead"
        raise Invalid("The time cannot be used.", fields=[("effective_from", message)])
    return wanted if wanted > now else None


def _require_curator(by: User) -> None:
    if by.role not in _CURATORS:
        raise Forbidden("This is for curators of the knowledge base.")


def _require_seen(revision: Revision, seen: datetime) -> None:
    if revision.changed_at != seen:
        raise Conflict(
            f"{revision.author} changed this draft after you had opened it. Load it again and look at what it says now."
        )


def _require_open(revision: Revision) -> None:
    if revision.stage is Stage.PUBLISHED:
        raise Conflict("This is published. Begin a new draft to change the entry.")
    if revision.stage is Stage.DISCARDED:
        raise Conflict("This draft was discarded. Begin a new one.")


def _require_review(revision: Revision) -> None:
    _require_open(revision)
    if revision.stage is Stage.DRAFT:
        raise Conflict(f"{revision.author} is still writing this: it has not been submitted.")


def _require_none_open(earlier: Sequence[Revision]) -> None:
    if taken := open_one(earlier):
        state = "waits for a second person" if taken.stage is Stage.REVIEW else "is being written"
        raise Conflict(f"A draft of this entry by {taken.author} {state}: go on with that one.")
