"""Golden questions: what a changed knowledge base must go on answering, and whether it does."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from pathlib import Path

from questrag.chat.desk import GoldenQuestion
from questrag.chat.errors import ArtifactError, Invalid, NotFound
from questrag.chat.ports import KnowledgeBase, Retriever
from questrag.chat.types import Lang
from questrag.evaluation.labelled import Query, read_queries


class FirstHits:
    """Which entry one search puts first; a question that was asked before is not searched for again."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._found: dict[str, str] = {}

    def of(self, question: str) -> str:
        """Return the entry; empty: none was found. Threads may share it."""
        if question not in self._found:
            hits = self._retriever.search(question, 1)
            self._found[question] = hits[0].passage.id if hits else ""
        return self._found[question]


@dataclass(frozen=True, slots=True)
class Change:
    """A golden question that another entry comes first for, where one of the two is right."""

    question: str
    lang: Lang
    relevant: tuple[str, ...]
    before: str
    """Entry that came first; empty: none did."""
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """Whether a changed knowledge base may serve."""

    at: datetime
    from_version: str
    to_version: str
    questions: int
    left_out: int
    """Nothing in the new knowledge base could answer them."""
    right_before: int
    right_after: int
    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    seconds: float
    """To make the index and ask the questions."""

    @property
    def passed(self) -> bool:
        return not self.worse

    @property
    def refusal(self) -> str:
        """Why it may not serve, in one sentence, for a support manager."""
        n, first = len(self.worse), self.worse[0]
        others = f" and {n - 1} more" if n > 1 else ""
        came = f"{first.after!r} comes first" if first.after else "nothing comes first"
        return (
            f"a golden question would be answered worse: for {first.question!r}{others}, {came} instead of "
            f"{first.before!r}; change the entry, roll it back, or remove the golden question"
        )


def read_golden(path: Path | None) -> tuple[Query, ...]:
    """Return the golden questions of a file; those without an answer say nothing here. None has none.

    Raises:
        ArtifactError: a line cannot be read; the message names it.
    """
    if path is None:
        return ()
    try:
        queries, bad = read_queries(path)
    except Invalid as error:
        raise ArtifactError(f"golden questions: {error}") from None
    if bad:
        raise ArtifactError(f"golden questions: {bad[0]}")
    return tuple(query for query in queries if query.relevant)


def as_query(golden: GoldenQuestion) -> Query:
    return Query(golden.question, frozenset(golden.relevant), golden.lang)


def together(filed: Iterable[Query], written: Iterable[GoldenQuestion]) -> list[Query]:
    """Return all golden questions, each once: what curators have written says more than the file."""
    queries = [*filed, *(as_query(each) for each in written)]
    return list({query.query: query for query in queries}.values())


def answerable(golden: Iterable[Query], knowledge: KnowledgeBase) -> list[Query]:
    """Return those that some entry of the knowledge base is meant to answer."""
    return [query for query in golden if any(_has(knowledge, entry_id) for entry_id in query.relevant)]


def compare(
    old: KnowledgeBase,
    new: KnowledgeBase,
    golden: Sequence[Query],
    before: FirstHits,
    after: FirstHits,
    *,
    at: datetime,
) -> GateReport:
    """Ask the golden questions of both; a question is right when the first hit is one of its entries.

    Args:
        before: first hits of the search in the old one.
        after: in the new one.
        at: when this was begun; the report counts no seconds yet.
    """
    asked = answerable(golden, new)
    changes = [Change(q.query, q.lang, tuple(sorted(q.relevant)), before.of(q.query), after.of(q.query)) for q in asked]
    was = [change.before in change.relevant for change in changes]
    stays = [change.after in change.relevant for change in changes]
    return GateReport(
        at=at,
        from_version=old.version,
        to_version=new.version,
        questions=len(asked),
        left_out=len(golden) - len(asked),
        right_before=sum(was),
        right_after=sum(stays),
        worse=tuple(c for c, right, still in zip(changes, was, stays, strict=True) if right and not still),
        better=tuple(c for c, right, now in zip(changes, was, stays, strict=True) if now and not right),
        seconds=0.0,
    )


def chosen(queries: Iterable[Query], retriever: Retriever, n: int, *, sure: float) -> list[Query]:
    """Choose golden questions of labelled ones: answered right and for sure, evenly over categories and languages.

    Args:
        sure: least score of the first hit: what is barely right may turn with any change.
    """
    groups: dict[tuple[str, str], list[tuple[int, Query]]] = {}
    times: Counter[str] = Counter()
    for query in queries:
        hits = retriever.search(query.query, 1)
        if hits and hits[0].passage.id in query.relevant and hits[0].score >= sure:
            first = hits[0].passage
            times[first.id] += 1
            groups.setdefault((first.category, query.lang), []).append((times[first.id], query))
    # In each group those about entries that were not asked for before come first; groups take turns.
    ranked = [sorted(group, key=lambda each: each[0]) for _, group in sorted(groups.items())]
    rounds = chain.from_iterable(zip_longest(*ranked))
    return [each[1] for each in rounds if each is not None][:n]


def _has(knowledge: KnowledgeBase, entry_id: str) -> bool:
    try:
        knowledge.passage(entry_id)
    except NotFound:
        return False
    return True
