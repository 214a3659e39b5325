"""The labelled sets of docs/formats.md: questions with the entries that answer them, and conversations."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError

from questrag.chat.errors import ArtifactError, Invalid
from questrag.chat.types import Lang
from questrag.knowledge.base import read_knowledge
from questrag.knowledge.entry import Entry

TurnKind = Literal[
    "new",
    "followup_covered",
    "followup_new",
    "repeat",
    "return",
    "clarify",
    "smalltalk",
    "off_topic",
    "unanswerable",
    "sensitive",
]

_T = TypeVar("_T")
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True)
class Query:
    """A line of a retrieval test set."""

    query: _Text
    relevant: frozenset[str] = frozenset()
    """Entries any one of which is right; empty when the knowledge base has no answer."""
    lang: Lang = "en"
    style: str = ""
    kind: Literal["", "off_topic", "near_domain", "personal"] = ""
    """Of a question without an answer; empty where nobody said."""
    pair: str = ""
    """The two questions of a minimal pair, which mean opposite things, share this name."""


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    user: _Text
    needs: frozenset[str]
    """Entries any one of which answers the turn, read with those before it; empty when none is needed or can help."""
    kind: TurnKind


@dataclass(frozen=True, slots=True)
class LabelledConversation:
    id: str
    lang: Lang
    turns: tuple[LabelledTurn, ...]


def read_queries(path: Path) -> tuple[list[Query], list[str]]:
    """Return the queries of a JSONL file, and a sentence with file and line for each bad line.

    Raises:
        Invalid: the file cannot be read.
    """
    return _read(path, TypeAdapter(Query))


def read_conversations(path: Path) -> tuple[list[LabelledConversation], list[str]]:
    """Do what `read_queries` does, for conversations."""
    return _read(path, TypeAdapter(LabelledConversation))


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """What one file holds: questions, conversations, or entries."""

    queries: Sequence[Query] = ()
    conversations: Sequence[LabelledConversation] = ()
    entries: Sequence[Entry] = ()


def read_any(path: Path) -> LabelledFile:
    """Read a file of labelled questions, of conversations or of entries, told apart by the fields of its first line.

    Raises:
        Invalid: the file cannot be read, or a line of it is not what the first one promises.
    """
    fields = _first_fields(path)
    bad: Sequence[object]
    if "query" in fields:
        queries, bad = read_queries(path)
        file = LabelledFile(queries=queries)
    elif "turns" in fields:
        conversations, bad = read_conversations(path)
        file = LabelledFile(conversations=conversations)
    elif "question" in fields:
        entries, bad = _read_entries(path)
        file = LabelledFile(entries=entries)
    else:
        raise Invalid(f"{path}:1: a labelled question, a conversation or an entry is needed, see docs/formats.md")
    if bad:
        raise Invalid(str(bad[0]))
    return file


def _first_fields(path: Path) -> frozenset[str]:
    """Return the names of the fields of the first line; none where it is no object."""
    first = next((line for line in _lines(path) if line.strip()), b"")
    try:
        read = json.loads(first)
    except ValueError:
        return frozenset()
    return frozenset(read) if isinstance(read, dict) else frozenset()


def _read_entries(path: Path) -> tuple[Sequence[Entry], Sequence[object]]:
    try:
        knowledge, problems = read_knowledge(path, None)
    except ArtifactError as error:
        return (), (error,)
    return knowledge.entries, problems


def _read(path: Path, adapter: TypeAdapter[_T]) -> tuple[list[_T], list[str]]:
    read: list[_T] = []
    problems: list[str] = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            read.append(adapter.validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "line"
            problems.append(f"{path}:{number}: {where}: {first['msg']}")
    return read, problems


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from None
