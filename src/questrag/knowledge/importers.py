"""Turns a file that a bank already has into entries."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from questrag.chat.errors import Invalid
from questrag.chat.language import language_of
from questrag.knowledge.base import taken
from questrag.knowledge.documents import read_markdown, read_qna
from questrag.knowledge.entry import Entry, Problem, check
from questrag.knowledge.pdf import read_pdf
from questrag.knowledge.records import is_conversations, read_json, read_jsonl
from questrag.knowledge.sources import Bad, Found, Note, Reading, Source
from questrag.knowledge.tables import is_bitext, read_bitext, read_csv
from questrag.progress import Progress

READERS: Mapping[str, Callable[[Source], Reading]] = {
    "jsonl": read_jsonl,
    "json": read_json,
    "conversations": read_json,
    "csv": read_csv,
    "bitext": read_bitext,
    "markdown": read_markdown,
    "qna": read_qna,
    "pdf": read_pdf,
}
"""By the name of the format."""

_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".qna": "qna",
    ".pdf": "pdf",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file."""

    entries: tuple[Entry, ...]
    """Each checked, no id twice, in order of the file."""
    problems: tuple[Problem, ...]
    """What was left out, and why. A file that cannot be read at all is one problem and no entries."""
    notes: tuple[str, ...]
    """What was decided without asking, such as an encoding; nothing that is wrong."""
    format: str
    """As given or found; ``auto`` when it could not be told."""
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By entry: the fields that the file has something in. The others, the id among them, were filled in."""


def import_file(path: Path, format: str = "auto", progress: Progress | None = None) -> Imported:  # noqa: A002
    """Read entries from a file; what the file holds is never an exception.

    Args:
        format: a key of `READERS`, or ``auto`` to tell by name and content.
        progress: called now and then with (done, total).

    Raises:
        Invalid: there is no such format.
    """
    if format != "auto" and format not in READERS:
        raise Invalid(f"there is no format {format!r}: use auto, {', '.join(READERS)}")
    gathered = _Gathered(path)
    source = Source(path, progress or (lambda done, total: None))
    try:
        if format == "auto":
            format = _format_of(source)  # noqa: A001
        for item in READERS[format](source) if format != "auto" else [Bad(_unknown(path))]:
            gathered.add(item)
    except OSError as error:
        gathered.add(Bad(f"cannot be read: {error.strerror or error}"))
    if not gathered.entries and not gathered.problems:
        gathered.add(Bad("holds no question and answer"))
    return Imported(tuple(gathered.entries), tuple(gathered.problems), tuple(gathered.notes), format, gathered.given)


def _format_of(source: Source) -> str:
    with source.path.open("rb") as file:
        if file.read(5) == b"%PDF-":
            return "pdf"
    found = _SUFFIXES.get(source.path.suffix.lower(), "auto")
    if found == "csv" and is_bitext(source):
        return "bitext"
    return "conversations" if found == "json" and is_conversations(source) else found


def _unknown(path: Path) -> str:
    ending = path.suffix or "without an ending"
    return f"has a name that does not say what it is ({ending}): give the format, one of {', '.join(READERS)}"


@dataclass(slots=True)
class _Gathered:
    path: Path
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    given: dict[str, frozenset[str]] = field(default_factory=dict)
    _seen_at: dict[str, str] = field(default_factory=dict)
    _times: Counter[str] = field(default_factory=Counter)

    def add(self, item: Found | Bad | Note) -> None:
        if isinstance(item, Note):
            self.notes.append(f"{self.path.name}: {item.message}")
        elif isinstance(item, Bad):
            self.problems.append(Problem(self.path.name, item.line, item.field, item.message))
        else:
            self._add_found(item)

    def _add_found(self, found: Found) -> None:
        given = {name: value for name, value in found.fields.items() if value is not None and value != ""}
        names = frozenset(given)
        question = given.get("question")
        if isinstance(question, str):
            given.setdefault("lang", language_of(question))
        if found.fields.get("source") is None:
            given["source"] = self.path.name
        if "id" not in given:
            given["id"] = self._new_id(str(question), str(given.get("answer")))
        checked = check(given, self.path.name, found.line)
        if not isinstance(checked, Entry):
            self.problems += [_placed(problem, found.within) for problem in checked]
        elif first := self._seen_at.get(checked.id):
            problem = Problem(self.path.name, found.line, "id", taken(checked.id, first))
            self.problems.append(_placed(problem, found.within))
        else:
            self.entries.append(checked)
            self.given[checked.id] = names
            self._seen_at[checked.id] = f"{self.path.name}:{found.line}" if found.line else found.within

    def _new_id(self, question: str, answer: str) -> str:
        """Return an id that depends on nothing but the content, and on how often it was there before."""
        stem = re.sub(r"[^a-z0-9]+", "-", self.path.stem.lower()).strip("-")[:60] or "entry"
        content = f"{question}\0{answer}".encode("utf-8", "surrogatepass")
        base = f"{stem}-{sha256(content).hexdigest()[:8]}"
        self._times[base] += 1
        return base if self._times[base] == 1 else f"{base}-{self._times[base]}"


def _placed(problem: Problem, within: str) -> Problem:
    if not within:
        return problem
    return replace(problem, field=f"{within}.{problem.field}" if problem.field else within)
