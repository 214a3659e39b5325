"""What a file would change in the knowledge base."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from questrag.chat.desk import Revision
from questrag.knowledge.entry import FIELDS, Entry
from questrag.knowledge.proposals import as_written
from questrag.knowledge.report import plain

Kind = Literal["new", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a file beside the one that is published."""

    entry: Entry
    """As it would be: what the file does not say stays as it is published."""
    kind: Kind
    open: bool
    """Somebody works on this entry."""
    stale: tuple[str, ...] = ()
    """Languages in which the answer stays although the answer itself changes."""


def compare(
    entries: Iterable[Entry],
    given: Mapping[str, frozenset[str]],
    published: Mapping[str, Entry],
    open_ones: Iterable[Revision],
) -> Iterator[Change]:
    """Yield for each entry of a file what it would change.

    An entry whose id the file does not give is the one that asks the same, where exactly one does.

    Args:
        given: by id, the fields that the file has something in.
        published: by id.
        open_ones: revisions that somebody works on.
    """
    being_written = {revision.entry_id: as_written(revision.line) for revision in open_ones}
    asking = _by_question({**being_written, **published}.values())
    taken: set[str] = set()
    for entry in entries:
        known = entry.id in published or entry.id in being_written
        entry_id = entry.id if known or "id" in given[entry.id] else asking.get(plain(entry.question), entry.id)
        if entry_id in taken:  # another entry of the file asks the same
            entry_id = entry.id
        taken.add(entry_id)
        old = published.get(entry_id)
        new = _over(old, entry, given[entry.id]) if old else replace(entry, id=entry_id)
        kind: Kind = "new" if old is None else "same" if new == old else "changed"
        yield Change(new, kind, entry_id in being_written, _stale(old, new))


def _by_question(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the id by question, of those that one entry alone asks."""
    found: dict[str, str | None] = {}
    for entry in entries:
        question = plain(entry.question)
        found[question] = None if question in found else entry.id
    return {question: entry_id for question, entry_id in found.items() if entry_id is not None}


def _over(old: Entry, new: Entry, given: frozenset[str]) -> Entry:
    """Return the old entry with what the file gives."""
    said = {name: getattr(new, name) for name in FIELDS & given - {"id"}}
    return replace(old, **said, extra={**old.extra, **new.extra})


def _stale(old: Entry | None, new: Entry) -> tuple[str, ...]:
    if old is None or old.answer == new.answer:
        return ()
    return tuple(lang for lang, text in new.answers.items() if old.answers.get(lang) == text)
