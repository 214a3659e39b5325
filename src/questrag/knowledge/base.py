"""The entries of one bank at one version."""

import gc
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from questrag.chat.errors import ArtifactError, NotFound
from questrag.chat.types import Passage
from questrag.knowledge.entry import Entry, Problem, parse_line
from questrag.knowledge.placeholders import Profile, misplaced

_BOM = b"\xef\xbb\xbf"


class EntryBase:
    """A `KnowledgeBase` held in memory."""

    def __init__(
        self, entries: Iterable[Entry], profile: Profile | None = None, places: Mapping[str, str] | None = None
    ) -> None:
        """
        Args:
            profile: what the ``{{placeholders}}`` stand for at this bank.
            places: file and line of each entry, by id, where they were read from lines.

        Raises:
            ValueError: two entries have the same id.
        """
        self.entries = tuple(entries)
        self.profile = profile or Profile()
        self.places = places or {}
        self._by_id = {entry.id: entry for entry in self.entries}
        if len(self._by_id) < len(self.entries):
            raise ValueError("two entries have the same id")
        self.version = _fingerprint(self._by_id, self.profile)
        self._passages: dict[str, Passage] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def passage(self, entry_id: str) -> Passage:
        if entry_id not in self._passages:  # a search looks at dozens, and filling their placeholders takes longer
            try:
                entry = self._by_id[entry_id]
            except KeyError:
                raise NotFound(f"no entry {entry_id!r} in knowledge base {self.version}") from None
            self._passages[entry_id] = entry.passage(self.profile)
        return self._passages[entry_id]

    def passages(self, intent: str = "") -> Iterator[Passage]:
        return (entry.passage(self.profile) for entry in self.entries if not intent or entry.intent == intent)


def read_knowledge(path: Path, profile: Profile | None = None) -> tuple[EntryBase, list[Problem]]:
    """Read a JSONL file, or every ``*.jsonl`` of a folder in order of name.

    What cannot be used is named and left out; of two entries with one id the first stays. Where there is a profile, it
    has to name every placeholder, if only with null: a name it does not have is taken for a slip of the pen.

    Raises:
        ArtifactError: there is no such file, or nothing usable in it.
    """
    with _no_garbage_collection():
        entries, problems, places = _read(_files(path), profile)
        if not entries:
            first_problem = f"; the first problem is {problems[0]}" if problems else ""
            raise ArtifactError(f"knowledge base {path} holds no usable entry{first_problem}")
        return EntryBase(entries, profile, places), problems


def _read(files: Iterable[Path], profile: Profile | None) -> tuple[list[Entry], list[Problem], dict[str, str]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    places: dict[str, str] = {}
    for file in files:
        for number, line in _lines(file):
            checked = parse_line(line, file.name, number)
            if not isinstance(checked, Entry):
                problems += checked
            elif first := places.get(checked.id):
                problems.append(Problem(file.name, number, "id", taken(checked.id, first)))
            elif wrong := placeholder_problems(checked, profile, file.name, number):
                problems += wrong
            else:
                entries.append(checked)
                places[checked.id] = f"{file.name}:{number}"
    return entries, problems, places


def placeholder_problems(entry: Entry, profile: Profile | None, file: str, line: int | None = None) -> list[Problem]:
    """Return what is wrong with the placeholders of an entry; without a profile nothing is, for nothing is expected."""
    if profile is None:
        return []
    (question, *others) = entry.phrasings()
    shown = [(name, text, True) for name, _, text in (question, *entry.answer_texts())]
    searched = [(f"{name}.text", text, False) for name, _, text in others]
    return [
        Problem(file, line, name, message)
        for name, text, is_shown in (*shown, *searched)
        for message in misplaced(text, profile, shown=is_shown)
    ]


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Entries hold no cycles; looking for some again and again takes a third of the time of reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def taken(entry_id: str, by: str) -> str:
    """Say that an id is taken already, as a half-sentence about the later one."""
    return f"{entry_id!r} is already used at {by}: give this entry an id of its own"


def entry_files(folder: Path) -> list[Path]:
    """Return the files that hold entries; what begins with a dot belongs to somebody's editor."""
    return sorted(file for file in folder.glob("*.jsonl") if not file.name.startswith("."))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = entry_files(path)
        if not files:
            raise ArtifactError(f"knowledge base {path} holds no file that ends in .jsonl")
        return files
    if not path.exists():
        raise ArtifactError(f"knowledge base {path} does not exist: set KB_PATH, or make it with `questrag ingest`")
    return [path]


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ArtifactError(f"knowledge base {file} cannot be read: {error.strerror}") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArtifactError(f"knowledge base {file} is UTF-16: save it as UTF-8")
    for number, line in enumerate(content.removeprefix(_BOM).split(b"\n"), start=1):
        if stripped := line.strip():
            yield number, stripped


def _fingerprint(entries: Mapping[str, Entry], profile: Profile) -> str:
    """Hash everything that can change an answer; neither order nor formatting of the files does.

    No text holds a NUL, and the lengths say how many parts follow, so different contents cannot read the same.
    """
    digest = sha256()
    for entry_id in sorted(entries):
        e = entries[entry_id]
        parts = [e.id, e.question, e.answer, e.category, e.intent, e.lang, e.source, e.as_of, str(e.regulated)]
        parts.append(f"{len(e.paraphrases)} {len(e.answers)}")
        for paraphrase in e.paraphrases:
            parts += (paraphrase.text, paraphrase.lang)
        for answer in sorted(e.answers.items()):
            parts += answer
        parts.append(json.dumps(e.extra, sort_keys=True) if e.extra else "")
        digest.update("\0".join(parts).encode() + b"\0")
    for name, texts in sorted(profile.texts.items()):
        digest.update("\0".join((name, *(part for item in sorted(texts.items()) for part in item))).encode() + b"\0")
    return digest.hexdigest()[:12]
