"""CSV with one question and answer a row."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from questrag.knowledge.cells import STRUCTURED, from_json, unguarded
from questrag.knowledge.columns import columns, is_field, language, missing
from questrag.knowledge.sources import Bad, Found, Note, Reading, Source, encoding_of

_DELIMITERS = (",", ";", "\t", "|")
_BITEXT = {"instruction", "category", "intent", "response"}


def read_csv(source: Source) -> Reading:
    """Read any table whose first row names a question and an answer column; other columns are kept."""
    encoding, note = encoding_of(source.path)
    if note:
        yield note
    delimiter, headers = _headers(source, encoding)
    if problem := missing(headers):
        yield Bad(problem, 1)
        return
    names = {header: field for field, header in columns(headers).items()}
    prose: set[str] = set()
    for line, row in _rows(source, encoding, delimiter):
        if isinstance(row, Bad):
            yield row
        elif any(cell.strip() for cell in row[len(headers) :]):
            yield Bad(
                f"has {len(row)} cells under {len(headers)} headers: put quotes around text with {delimiter!r}", line
            )
        elif any(cell.strip() for cell in row):
            fields, left_out = _structured(_fields(headers, row, names))
            for name in left_out - prose:
                yield Note(f"column {name!r} is left out where it is not JSON, as on line {line}")
            prose |= left_out
            yield Found(fields, line)


def read_bitext(source: Source) -> Reading:
    """Read the Bitext set, or a part of it: its tags are kept, its categories come out in lower case."""
    encoding, _ = encoding_of(source.path)
    _, headers = _headers(source, encoding)
    if lacks := _BITEXT - set(headers):
        yield Bad(f"is not a Bitext table, {', '.join(sorted(lacks))} missing among its headers: try it as csv", 1)
        return
    for item in read_csv(source):
        if isinstance(item, Found):
            category = str(item.fields.get("category", "")).lower()
            yield replace(item, fields={**item.fields, "category": category})
        else:
            yield item


def is_bitext(source: Source) -> bool:
    return set(_headers(source, encoding_of(source.path)[0])[1]) >= _BITEXT


def _headers(source: Source, encoding: str) -> tuple[str, list[str]]:
    """Return the delimiter that makes the most sense of the first row, and that row."""
    start = list(islice(source.lines(encoding), 50))
    read = [(delimiter, _first_row(start, delimiter)) for delimiter in _DELIMITERS]
    return max(read, key=lambda one: (not missing(one[1]), len(one[1])))


def _first_row(lines: list[str], delimiter: str) -> list[str]:
    try:
        row = next(filter(None, csv.reader(lines, delimiter=delimiter)), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in row]


def _rows(source: Source, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str] | Bad]]:
    """Yield each row below the header with the line on which it starts."""
    rows = csv.reader(source.lines(encoding), delimiter=delimiter, strict=True)
    below = False
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, Bad(f"is not a CSV row ({error}): look for a quote that is not closed or not doubled", line)
            continue
        if below:
            yield line, row
        below = below or bool(row)


def _fields(headers: list[str], row: list[str], names: dict[str, str]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for header, cell in zip(headers, row, strict=False):
        text = unguarded(cell.replace("\r\n", "\n").strip())
        name = names.get(header, header)
        if text and not fields.get(name) and (header in names or (header and not is_field(header))):
            fields[name] = language(text) if name == "lang" else text
        elif name == "source":
            fields.setdefault(name, "")  # left empty by whoever wrote the table
    return fields


def _structured(fields: dict[str, object]) -> tuple[dict[str, object], set[str]]:
    """Return the fields with what their JSON says, and the names of those that hold none; those are left out."""
    left_out: set[str] = set()
    for name in STRUCTURED.keys() & fields.keys():
        value = from_json(name, str(fields[name]))
        if name != "extra":
            fields = {**fields, name: value}
            left_out |= {name} if value is None else set()
        elif value is not None:  # else it is anybody's name for a column
            fields = {**value, **{other: kept for other, kept in fields.items() if other != "extra"}}
    return fields, left_out
