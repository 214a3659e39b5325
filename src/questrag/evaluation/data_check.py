"""`questrag knowledge check`: everything a machine can say about a knowledge base and the questions asked of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from questrag.chat.errors import Invalid
from questrag.evaluation.labelled import LabelledConversation, Query, read_any, read_conversations, read_queries
from questrag.evaluation.splits import entry_leaks, new_turns, text_leaks, unknown_entries
from questrag.knowledge.alike import NEAR_ANSWER, NEAR_QUESTION, alike, contradictions
from questrag.knowledge.checks import Finding, Severity, check_entry
from questrag.knowledge.entry import Entry
from questrag.knowledge.report import plain

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts to ``(n, dim)`` vectors of length 1."""

_PAIRS = "queries/minimal_pairs"
"""Opposites are few: these questions may ask for entries of any part, and are for reporting alone."""
MOST_NEAR_ANSWERS = 0.01
"""Share of entries that may have an answer like another's; more is an error."""


@dataclass(frozen=True, slots=True)
class LabelledData:
    """The labelled sets beside a knowledge base, by name of the part; a bank may have none."""

    queries: Mapping[str, list[Query]] = field(default_factory=dict)
    conversations: Mapping[str, list[LabelledConversation]] = field(default_factory=dict)
    apart: Mapping[str, list[str]] = field(default_factory=dict)
    """Texts of ``training`` and ``unseen``, which must not stand in any other set."""
    problems: tuple[str, ...] = ()
    """Lines that cannot be read."""


def read_labelled(folder: Path) -> LabelledData:
    """Read ``queries``, ``conversations``, ``training`` and ``unseen``, each ``*.jsonl``, as far as they are there.

    Raises:
        Invalid: neither of the first two is there.
    """
    if not (folder / "queries").is_dir() and not (folder / "conversations").is_dir():
        raise Invalid(f"{folder} has neither a folder queries nor a folder conversations: correct the path")
    queries: dict[str, list[Query]] = {}
    conversations: dict[str, list[LabelledConversation]] = {}
    apart: dict[str, list[str]] = {}
    problems: list[str] = []
    for path in sorted((folder / "queries").glob("*.jsonl")):
        queries[path.stem], bad = read_queries(path)
        problems += bad
    for path in sorted((folder / "conversations").glob("*.jsonl")):
        conversations[path.stem], bad = read_conversations(path)
        problems += bad
    for path in sorted([*(folder / "training").glob("*.jsonl"), *(folder / "unseen").glob("*.jsonl")]):
        try:
            file = read_any(path)
        except Invalid as error:
            problems.append(str(error))
            continue
        phrasings = [{plain(text): text for _, _, text in entry.phrasings()}.values() for entry in file.entries]
        texts = [*(query.query for query in file.queries), *new_turns(file.conversations), *chain(*phrasings)]
        apart[f"{path.parent.name}/{path.stem}"] = texts
    return LabelledData(queries, conversations, apart, tuple(problems))


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings)


def check_data(entries: Sequence[Entry], labelled: LabelledData, encode: Encode) -> Report:
    """Check every entry by itself, the entries against each other, and the labelled sets against both."""
    findings = [finding for entry in entries for finding in check_entry(entry)]
    findings += _near_answers(entries, encode)
    findings += _near_questions(entries, encode)
    findings += [Finding("", "", "labels", "error", problem) for problem in labelled.problems]
    findings += [Finding("", "", "leak", "error", message) for message in leaks(entries, labelled)]
    return Report(tuple(findings))


def leaks(entries: Sequence[Entry], labelled: LabelledData) -> Iterator[str]:
    """Name what stands in two places that should have nothing in common, and what points nowhere."""
    asked = {f"queries/{name}": [q.relevant for q in queries] for name, queries in labelled.queries.items()}
    needed = {
        f"conversations/{name}": [turn.needs for each in conversations for turn in each.turns]
        for name, conversations in labelled.conversations.items()
    }
    texts = {f"queries/{name}": [q.query for q in queries] for name, queries in labelled.queries.items()}
    texts |= {f"conversations/{name}": new_turns(each) for name, each in labelled.conversations.items()}
    texts |= labelled.apart
    splits: dict[str, list[frozenset[str]]] = {}
    for name, each in asked.items():
        if name != _PAIRS:
            splits.setdefault(name.partition("_")[0], []).extend(each)  # dev_pairs belongs to dev
    yield from entry_leaks(splits)
    yield from entry_leaks(needed)
    yield from text_leaks(entries, texts)
    yield from unknown_entries(entries, {**asked, **needed})


def _near_answers(entries: Sequence[Entry], encode: Encode) -> list[Finding]:
    pairs = alike(encode([entry.answer for entry in entries]), NEAR_ANSWER)
    share = len({pair.second for pair in pairs}) / max(1, len(entries))
    severity: Severity = "error" if share >= MOST_NEAR_ANSWERS else "remark"
    return [
        Finding(
            entries[pair.second].id,
            "answer",
            "near-duplicate",
            severity,
            f"says almost what {entries[pair.first].id} says (cosine {pair.cosine}): merge them, or tell them apart",
        )
        for pair in pairs
    ]


def _near_questions(entries: Sequence[Entry], encode: Encode) -> list[Finding]:
    pairs = alike(encode([entry.question for entry in entries]), NEAR_QUESTION)
    return [
        Finding(
            entries[pair.second].id,
            "answer",
            "contradiction",
            "remark",
            f"gives other numbers than {entries[pair.first].id}, which is asked alike ({', '.join(differing)}): "
            "see whether both are right",
        )
        for pair, differing in contradictions(entries, pairs)
    ]
