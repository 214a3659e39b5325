"""What customers are answered from: the entries of the files, with the published revisions over them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from questrag.chat.desk import Revision, Stage
from questrag.chat.errors import ArtifactError
from questrag.knowledge.entry import Entry, parse_line


def in_force(revisions: Iterable[Revision], now: datetime) -> dict[str, Revision]:
    """Return, by entry, the published revision that counts now: the one whose time came last, of one time the highest.

    So what was approved for a later day comes on that day, whatever was corrected meanwhile; and a revision that comes
    into force at once is above all that came before it.
    """
    found: dict[str, Revision] = {}
    for revision in revisions:
        comes = revision.effective_from
        if revision.stage is Stage.PUBLISHED and (comes is None or comes <= now):
            other = found.get(revision.entry_id)
            if other is None or _order(other) < _order(revision):
                found[revision.entry_id] = revision
    return found


def entries_in_force(base: Mapping[str, Entry], revisions: Iterable[Revision], now: datetime) -> list[Entry]:
    """Return the entries of the files with what `in_force` finds over them, see `overlaid`."""
    return overlaid(base, in_force(revisions, now))


def overlaid(base: Mapping[str, Entry], over: Mapping[str, Revision]) -> list[Entry]:
    """Return the entries of the files in their order, as the revisions say, and then those that only revisions have.

    Args:
        base: entries of the files, by id.
        over: at most one revision of each entry, by id.

    Raises:
        ArtifactError: a revision cannot be read, or no entry is left.
    """
    changed = {entry_id: entry_of(revision) for entry_id, revision in sorted(over.items()) if not revision.retires}
    kept = {entry_id: entry for entry_id, entry in base.items() if entry_id not in over or entry_id in changed}
    entries = list((kept | changed).values())
    if not entries:
        raise ArtifactError("every entry is retired: publish one, or roll one back")
    return entries


def entry_of(revision: Revision) -> Entry:
    """Return what a revision says. Raises: ArtifactError: its line is not the entry that it is of."""
    name = name_of(revision)
    checked = parse_line(revision.line.encode(errors="surrogateescape"), name, revision.number)
    if not isinstance(checked, Entry):
        what = f"{checked[0].field} {checked[0].message}".strip()
        raise ArtifactError(f"{name} cannot be read ({what}): roll the entry back, or correct and publish it again")
    if checked.id != revision.entry_id:
        raise ArtifactError(f"{name} holds entry {checked.id!r}: roll the entry back, or publish it again")
    return checked


def name_of(revision: Revision) -> str:
    """Return how messages call a revision."""
    return f"revision {revision.number} of entry {revision.entry_id!r}"


def _order(revision: Revision) -> tuple[bool, float, int]:
    comes = revision.effective_from
    return comes is not None, comes.timestamp() if comes else 0.0, revision.number
