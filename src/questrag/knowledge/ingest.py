"""Several files in, one list of entries out, with a report of what was found on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from questrag.knowledge.entry import Entry, Problem
from questrag.knowledge.importers import Imported, import_file
from questrag.knowledge.report import Report, duplicates_and_conflicts
from questrag.knowledge.sources import Progress

_SHOWN = 10
"""Of each kind of finding; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of all files together."""

    files: tuple[tuple[Path, Imported], ...]
    report: Report

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.report.kept

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(problem for _, imported in self.files for problem in imported.problems)

    def lines(self) -> Iterator[str]:
        """Yield the report, for people."""
        for path, imported in self.files:
            found, bad = len(imported.entries), len(imported.problems)
            yield f"{path} ({imported.format}): {found} entries, {bad} bad"
            yield from imported.notes
        yield from _listed("dropped as duplicate", self.report.dropped)
        yield from _listed("dropped because another entry has the id", self.report.same_id)
        yield from _listed("in conflict", self.report.conflicts)
        alike = [" | ".join(entry.question for entry in group) for group in self.report.near]
        yield from _listed("nearly the same question", alike)

    def write(self, path: Path) -> None:
        """Write the entries as JSONL; the file is replaced only once the new one is whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_text("".join(f"{entry.to_json()}\n" for entry in self.entries), encoding="utf-8")
        partial.replace(path)


def ingest_files(paths: Sequence[Path], format_: str = "auto", *, progress: Progress | None = None) -> Ingested:
    """Import files, keep what several of them say only once, and name what they contradict each other in.

    Raises:
        Invalid: there is no such format.
    """
    files = tuple((path, import_file(path, format_, progress)) for path in paths)
    report = duplicates_and_conflicts(entry for _, imported in files for entry in imported.entries)
    return Ingested(files, report)


def _listed(what: str, findings: Sequence[object]) -> Iterator[str]:
    if findings:
        yield f"{len(findings)} {what}:"
        yield from (f"  {finding}" for finding in findings[:_SHOWN])
        if len(findings) > _SHOWN:
            yield f"  ... and {len(findings) - _SHOWN} more"
