"""The knowledge base as a list: what serves, what is about to, what is being written and what was retired."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from questrag.chat.desk import OPEN_STAGES, Revision, Stage
from questrag.chat.types import Lang
from questrag.knowledge.entry import Entry
from questrag.knowledge.proposals import as_written
from questrag.knowledge.words import LikeQuestions, WordTable, words, words_of

State = Literal["published", "scheduled", "new", "retired"]
"""`scheduled`: approved and not yet in force; `new`: a draft of an entry that was never published."""
Wanted = Literal["published", "scheduled", "new", "retired", "draft", "review"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of the list."""

    entry: Entry
    """What customers are answered from; where they are not, as it was approved for later, retired or drafted."""
    state: State
    open: Revision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed down to; what is not given does not matter."""

    text: str = ""
    """Each of its words has to begin a word of the entry."""
    category: str = ""
    lang: Lang | None = None
    regulated: bool | None = None
    state: Wanted | None = None
    as_of_before: str = ""
    """ISO date: facts older than this, and those of no date."""

    def let_through(self, entry: Entry) -> bool:
        """Return whether the entry itself is wanted, its words and its state aside."""
        return (
            (not self.category or entry.category == self.category)
            and (self.lang is None or self.lang == entry.lang or self.lang in entry.answers)
            and (self.regulated is None or self.regulated == entry.regulated)
            and (not self.as_of_before or entry.as_of < self.as_of_before)
        )


class Shelf:
    """The entries that serve, in order of category and id, with what makes searching them quick.

    Made once for a version of the knowledge base; the tables are made when they are first needed, which takes
    seconds for tens of thousands of entries.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: Sequence[Entry] = sorted(entries, key=_order)
        self.by_id = {entry.id: entry for entry in self.entries}
        self.categories = sorted(Counter(entry.category for entry in self.entries).items())

    def matching(self, wanted: Sequence[str]) -> list[tuple[int, Entry]]:
        """Return the entries that hold every word, each with how many of them its question holds."""
        if not wanted:
            return [(0, entry) for entry in self.entries]
        everywhere, questions = self._tables
        hold_all = np.logical_and.reduce([everywhere.holding(word) for word in wanted])
        asked = np.sum([questions.holding(word) for word in wanted], axis=0)
        return [(int(asked[place]), self.entries[place]) for place in np.flatnonzero(hold_all).tolist()]

    def like(self, entry: Entry) -> list[Entry]:
        """Return other entries that ask nearly the same."""
        return self._questions.like(entry)

    @cached_property
    def _tables(self) -> tuple[WordTable, WordTable]:
        return WordTable(map(words_of, self.entries)), WordTable(set(words(entry.question)) for entry in self.entries)

    @cached_property
    def _questions(self) -> LikeQuestions:
        return LikeQuestions(self.entries)


@lru_cache(maxsize=2)
def _shelf(lines: tuple[str, ...]) -> Shelf:
    return Shelf(map(as_written, lines))


class Catalogue:
    """All entries there are, at one moment."""

    def __init__(self, served: Shelf, serving: Mapping[str, Revision], revisions: Iterable[Revision]) -> None:
        """
        Args:
            serving: the revisions that what serves was made with, by entry, retirements included.
            revisions: all there are, of all entries.
        """
        self._served = served
        self._open: dict[str, Revision] = {}
        self._coming: dict[str, Revision] = {}
        for revision in revisions:
            if revision.stage in OPEN_STAGES:
                self._open[revision.entry_id] = revision
            elif revision.stage is Stage.PUBLISHED and _comes_after(revision, serving.get(revision.entry_id)):
                self._coming[revision.entry_id] = revision
        self._retired = {entry_id: revision for entry_id, revision in serving.items() if revision.retires}

    @cached_property
    def _aside(self) -> Shelf:
        """The entries that do not serve."""
        last = {**self._open, **self._retired, **self._coming}
        return _shelf(tuple(last[entry_id].line for entry_id in sorted(last.keys() - self._served.by_id.keys())))

    @property
    def in_review(self) -> int:
        """How many revisions wait for a second person."""
        return sum(revision.stage is Stage.REVIEW for revision in self._open.values())

    def listed(self, entry: Entry) -> Listed:
        return Listed(entry, self._state(entry.id), self._open.get(entry.id))

    def find(self, filters: Filters) -> list[Listed]:
        """Return what is wanted: by how many of the words stand in the question, then by category and id."""
        exact, wanted = filters.text.strip(), words(filters.text)
        if exact and not wanted:
            return []  # signs alone

        def rank(one: tuple[int, Entry]) -> tuple[bool, int, tuple[str, str]]:
            asked, entry = one
            return entry.id != exact, -asked, _order(entry)

        found = [
            one
            for shelf in (self._served, self._aside)
            for one in shelf.matching(wanted)
            if filters.let_through(one[1]) and self._is(one[1].id, filters.state)
        ]
        return [self.listed(entry) for _, entry in sorted(found, key=rank)]

    def _state(self, entry_id: str) -> State:
        if entry_id in self._coming:
            return "scheduled"
        if entry_id in self._served.by_id:
            return "published"
        return "retired" if entry_id in self._retired else "new"

    def _is(self, entry_id: str, state: Wanted | None) -> bool:
        match state:
            case None:
                return True
            case "published":  # a change that is to come does not hide an entry
                return entry_id in self._served.by_id
            case "draft" | "review":
                return entry_id in self._open and self._open[entry_id].stage == state
        return self._state(entry_id) == state


def _comes_after(revision: Revision, serving: Revision | None) -> bool:
    if serving is None or serving.effective_from is None:
        return serving is None or revision.effective_from is not None
    comes = revision.effective_from
    return comes is not None and (comes, revision.number) > (serving.effective_from, serving.number)


def _order(entry: Entry) -> tuple[str, str]:
    return entry.category, entry.id
