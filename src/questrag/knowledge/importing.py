"""A file that a curator sends: what it would change, and drafts of that."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Final

from questrag.chat.desk import Revision
from questrag.chat.errors import Conflict
from questrag.chat.types import User
from questrag.knowledge.comparing import Change, compare
from questrag.knowledge.entry import Entry
from questrag.knowledge.ingest import Ingested, ingest_files
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.proposals import Proposal, problems_of
from questrag.knowledge.revising import Revising

MOST_DRAFTS: Final = 2_000
"""Made of one file at a time: it takes some milliseconds each, and whoever sent the file waits."""

_NAMED: Final = 10
_NAME_CHARS: Final = 60


@dataclass(frozen=True, slots=True)
class Sent:
    """What is in a file, beside what is published."""

    name: str
    ingested: Ingested
    changes: tuple[Change, ...]
    notes: tuple[str, ...]

    @property
    def format(self) -> str:
        ((_, imported),) = self.ingested.files
        return imported.format

    @property
    def wanting_drafts(self) -> list[Change]:
        return [change for change in self.changes if change.kind != "same" and not change.open]

    def count(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.changes)


def read_sent(
    name: str,
    content: bytes,
    format_: str,
    published: Mapping[str, Entry],
    open_ones: Iterable[Revision],
    profile: Profile | None,
) -> Sent:
    """Read a file by the rules of `questrag ingest` and compare it with what is published.

    Args:
        name: as the curator calls the file; its ending says what it is, and it is the source of what names none.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _file_name(name)
        path.write_bytes(content)
        ingested = ingest_files([path], format_)
    ((_, imported),) = ingested.files
    changes = tuple(compare(ingested.entries, imported.given, published, open_ones))
    return Sent(path.name, ingested, changes, (*imported.notes, *_notes(changes, profile)))


async def make_drafts(sent: Sent, by: User, revising: Revising) -> list[str]:
    """Begin a draft of what is new or changed and nobody works on; return the entries that have one now.

    The first `MOST_DRAFTS`: sent again, the same file goes on where it ended, for those are open then.
    """
    made: list[str] = []
    for change in sent.wanting_drafts[:MOST_DRAFTS]:
        try:
            draft = await revising.begin(Proposal(entry=change.entry, note=f"Imported from {sent.name}"), by)
        except Conflict:  # somebody was faster
            continue
        made.append(draft.entry_id)
    return made


def _notes(changes: Sequence[Change], profile: Profile | None) -> Iterator[str]:
    if (number := sum(change.kind != "same" and not change.open for change in changes)) > MOST_DRAFTS:
        yield f"{number:,} drafts are more than {MOST_DRAFTS:,}: send the file again for those after the first ones"
    stale = [change.entry.id for change in changes if change.stale]
    if stale:
        yield f"{_listed(stale)}: the answer changes and stays as it was in other languages: translate it anew"
    wanting = [
        change.entry.id for change in changes if change.kind != "same" and problems_of(change.entry.to_json(), profile)
    ]
    if wanting:
        yield f"{_listed(wanting)}: has placeholders that the bank profile does not name: correct the draft"


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    return f"{', '.join(ids[:_NAMED])}{more}"


def _file_name(given: str) -> str:
    """Return a name that every file system takes and that leads nowhere else; the ending stays.

    >>> _file_name("../../etc/Card FAQs.csv"), _file_name(".."), _file_name("C:\\\\x\\\\फ़ीस?.PDF")
    ('Card FAQs.csv', 'file', 'फ़ीस_.PDF')
    """
    path = PureWindowsPath(re.sub(r'[\x00-\x1f<>:"|?*]', "_", PureWindowsPath(given).name))
    return f"{path.stem[:_NAME_CHARS].strip(' .') or 'file'}{path.suffix[:_NAME_CHARS]}"
