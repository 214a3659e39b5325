"""What a cell of a table may hold: text that no spreadsheet runs as a formula, and JSON for what is more than text."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from questrag.chat.errors import Invalid
from questrag.knowledge.entry import parse_json

STRUCTURED: Final[Mapping[str, type]] = {"paraphrases": list, "answers": dict, "extra": dict}
"""Columns whose cells hold JSON, and what it has to be."""

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@＝＋－＠]")


def guarded(text: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet would take it for a formula.

    >>> guarded("=1+1"), guarded("- Open the app"), guarded("Open the app"), guarded("'=1+1")
    ("'=1+1", "'- Open the app", 'Open the app', "''=1+1")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if _GUARDED.match(text) else text


def as_json(value: object) -> str:
    """Return a value of the `STRUCTURED` columns as a cell; empty for nothing."""
    return json.dumps(value, ensure_ascii=False) if value else ""


def from_json(column: str, text: str) -> Any:
    """Return what such a cell holds; None where it is something else, such as prose."""
    try:
        value = parse_json(text)
    except Invalid:
        return None
    return value if isinstance(value, STRUCTURED[column]) else None


def plain_columns(extras: Iterable[Mapping[str, Any]], taken: Iterable[str]) -> list[str]:
    """Return the unknown fields that are text wherever they are, so that each can be a column of its own."""
    values: dict[str, list[object]] = {}
    for extra in extras:
        for name, value in extra.items():
            values.setdefault(name, []).append(value)
    return [name for name, held in values.items() if name not in taken and _plain(name) and all(map(_plain, held))]


def _plain(value: object) -> bool:
    """Whether a cell gives it back as it was."""
    return isinstance(value, str) and value == value.strip() and value != "" and "\r" not in value
