"""Several files in, one list of entries out, with a report of what was found on the way."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from questrag.chat.errors import ArtifactError
from questrag.knowledge.entry import Entry, Problem
from questrag.knowledge.importers import Imported, import_file
from questrag.knowledge.placeholders import placeholders
from questrag.knowledge.report import Report, duplicates_and_conflicts
from questrag.progress import Progress

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
            unusable = "" if found else "nothing in it can be used: "
            yield f"{path} ({imported.format}): {unusable}{found} entries, {bad} bad"
            yield from imported.notes
        yield from _listed("dropped as duplicate", self.report.dropped)
        yield from _listed("dropped because another entry has the id", self.report.same_id)
        yield from _listed("in conflict", self.report.conflicts)
        alike = [" | ".join(entry.question for entry in group) for group in self.report.near]
        yield from _listed("nearly the same question", alike)
        yield from self._left_to_do()

    def _left_to_do(self) -> Iterator[str]:
        texts = [(entry.answer, *entry.answers.values()) for entry in self.entries]
        named = [dict.fromkeys(name for text in each for name in placeholders(text)) for each in texts]
        if unfilled := sum(map(bool, named)):
            times = Counter(name for names in named for name in names)
            yield f"answers with unfilled {{{{placeholders}}}}: {unfilled}; name these in a BANK_PROFILE"
            yield from _first([f"{name} (in {n})" for name, n in times.most_common()])
        if self.entries and not any(entry.regulated for entry in self.entries):
            yield (
                "no entry is marked regulated: mark what has to be given word for word (fees, rates, fraud, grievance) "
                'with "regulated": true before customers see it'
            )

    def require_entries(self) -> None:
        """Raises: ArtifactError: there is no entry at all."""
        if not self.entries:
            raise ArtifactError(f"no usable entry in {', '.join(str(path) for path, _ in self.files)}: nothing written")

    def write(self, path: Path) -> None:
        """Write the entries as JSONL; the file is replaced only once the new one is whole.

        Raises:
            ArtifactError: there is no entry, so that a file that is there would be emptied.
        """
        self.require_entries()
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
        yield from _first(findings)


def _first(findings: Sequence[object]) -> Iterator[str]:
    yield from (f"  {finding}" for finding in findings[:_SHOWN])
    if len(findings) > _SHOWN:
        yield f"  ... and {len(findings) - _SHOWN} more"
