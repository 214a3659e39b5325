"""The entries as files that `questrag ingest` reads back as they were."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Final

from questrag.knowledge.cells import STRUCTURED, as_json, guarded, plain_columns
from questrag.knowledge.entry import FIELDS, Entry

_COLUMNS: Final = (
    *("question", "answer", "id", "category", "intent", "lang", "source", "as_of", "regulated"),
    *STRUCTURED,
)


def as_jsonl(entries: Sequence[Entry]) -> str:
    """Return one entry a line, as in docs/formats.md."""
    return "".join(f"{entry.to_json()}\n" for entry in entries)


def as_csv(entries: Sequence[Entry]) -> str:
    """Return a table for spreadsheets, which run none of its cells as a formula.

    It begins with a byte order mark: without one, spreadsheets take Hindi for something else.
    """
    own = plain_columns((entry.extra for entry in entries), taken={*_COLUMNS, *FIELDS})
    own = [name for name in own if guarded(name) == name]
    out = StringIO(newline="")
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow([*_COLUMNS, *own])
    for entry in entries:
        table.writerow([guarded(cell) for cell in _cells(entry, own)])
    return out.getvalue()


def _cells(entry: Entry, own: Sequence[str]) -> Iterator[str]:
    yield from (entry.question, entry.answer, entry.id, entry.category, entry.intent, entry.lang)
    yield from (entry.source, entry.as_of, "true" if entry.regulated else "false")
    yield as_json([{"text": each.text, "lang": each.lang} for each in entry.paraphrases])
    yield as_json(dict(entry.answers))
    yield as_json({name: value for name, value in entry.extra.items() if name not in own})
    yield from (entry.extra.get(name, "") for name in own)
