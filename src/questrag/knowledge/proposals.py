"""What somebody wants an entry to be: kept as it is written, checked by the rules for files before it is published."""

import json
from dataclasses import dataclass

from questrag.chat.errors import Invalid
from questrag.knowledge.base import placeholder_problems
from questrag.knowledge.entry import FIELDS, Entry, Paraphrase, Problem, parse_line
from questrag.knowledge.placeholders import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody wants an entry to be."""

    entry: Entry
    """As written, right or wrong."""
    note: str = ""
    golden: tuple[str, ...] = ()


def as_written(line: str) -> Entry:
    """Return the entry of a revision's line, right or wrong."""
    record = json.loads(line)
    known = {name: record[name] for name in FIELDS if name in record}
    known["paraphrases"] = tuple(Paraphrase(**each) for each in record.get("paraphrases", ()))
    return Entry(**known, extra={name: value for name, value in record.items() if name not in FIELDS})


def problems_of(line: str, profile: Profile | None) -> tuple[tuple[str, str], ...]:
    """Return what keeps an entry from being published: pairs of field and half-sentence, by the rules for files."""
    checked = _checked(line, profile)
    return () if isinstance(checked, Entry) else tuple((problem.field, problem.message) for problem in checked)


def publishable(line: str, profile: Profile | None) -> str:
    """Return the line as a file would hold it.

    Raises:
        Invalid: it has problems; the fields say which.
    """
    checked = _checked(line, profile)
    if isinstance(checked, Entry):
        return checked.to_json()
    raise Invalid("The entry cannot be published as it is.", fields=problems_of(line, profile))


def _checked(line: str, profile: Profile | None) -> Entry | list[Problem]:
    checked = parse_line(line.encode(), "entry", 1)
    if not isinstance(checked, Entry):
        return checked
    return placeholder_problems(checked, profile, "entry") or checked
