"""The knowledge base as a list: what serves, what is about to, what is being written and what was retired."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from questrag.chat.desk import OPEN_STAGES, Revision, Stage
from questrag.chat.types import Lang
from questrag.knowledge.entry import Entry
from questrag.knowledge.proposals import as_written
from questrag.knowledge.words import LikeQuestions, WordTable, words, words_of

State = Literal["published", "scheduled", "new", "retired"]
"""`scheduled`: approved and not yet in force; `new`: a draft of an entry that was never published."""
Wanted = Literal["published", "scheduled", "new", "retired", "draft", "review"]

_LONG: Final = 1_000
"""Words; beyond them the length of a question does not matter."""


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

    def tests(self) -> Iterator[Callable[[Entry], bool]]:
        """Yield what the entry itself has to pass, its words and its state aside."""
        if self.category:
            yield lambda entry: entry.category == self.category
        if self.lang is not None:
            yield lambda entry: self.lang == entry.lang or self.lang in entry.answers
        if self.regulated is not None:
            yield lambda entry: entry.regulated == self.regulated
        if self.as_of_before:
            yield lambda entry: entry.as_of < self.as_of_before


class Shelf:
    """The entries that serve, in order of category and id, with what makes searching them quick.

    Made once for a version of the knowledge base; the tables are made when they are first needed, which takes
    seconds for tens of thousands of entries.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: Sequence[Entry] = sorted(entries, key=_order)
        self.by_id = {entry.id: entry for entry in self.entries}
        self.categories = sorted(Counter(entry.category for entry in self.entries).items())

    def matching(self, text: str) -> list[tuple[int, Entry]]:
        """Return the entries in which each word of the text begins a word, with a rank, the least being the best.

        The entry with this very id comes first, then those that have most of the words in their question, the shorter
        questions before the longer ones.
        """
        wanted = words(text)
        if not wanted:
            return [] if text else [(0, entry) for entry in self.entries]
        everywhere, questions = self._tables
        hold_all = np.logical_and.reduce([everywhere.holding(word) for word in wanted])
        asked = np.sum([questions.holding(word) for word in wanted], axis=0)
        ranks = np.where(asked > 0, np.minimum(self._lengths, _LONG - 1) - asked * _LONG, 0)
        found = [(int(ranks[place]), self.entries[place]) for place in np.flatnonzero(hold_all).tolist()]
        first = -(len(wanted) + 1) * _LONG
        return [(first if entry.id == text else rank, entry) for rank, entry in found]

    def like(self, entry: Entry) -> list[Entry]:
        """Return other entries that ask nearly the same."""
        return self._questions.like(entry)

    @cached_property
    def _lengths(self) -> npt.NDArray[np.int64]:
        """Of the questions, in words."""
        return np.array([len(words(entry.question)) for entry in self.entries], dtype=np.int64)

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

    def find(self, filters: Filters) -> list[Entry]:
        """Return what is wanted: the best matches first where there is a text, else by category and id."""
        found = [one for shelf in (self._served, self._aside) for one in shelf.matching(filters.text.strip())]
        for test in (*filters.tests(), *self._tests(filters.state)):
            found = [one for one in found if test(one[1])]
        return [entry for _, entry in sorted(found, key=lambda one: (one[0], *_order(one[1])))]

    def _state(self, entry_id: str) -> State:
        if entry_id in self._coming:
            return "scheduled"
        if entry_id in self._served.by_id:
            return "published"
        return "retired" if entry_id in self._retired else "new"

    def _tests(self, state: Wanted | None) -> Iterator[Callable[[Entry], bool]]:
        match state:
            case None:
                return
            case "published":  # a change that is to come does not hide an entry
                yield lambda entry: entry.id in self._served.by_id
            case "draft" | "review":
                here = {entry_id for entry_id, revision in self._open.items() if revision.stage == state}
                yield lambda entry: entry.id in here
            case _:
                yield lambda entry: self._state(entry.id) == state


def _comes_after(revision: Revision, serving: Revision | None) -> bool:
    if serving is None or serving.effective_from is None:
        return serving is None or revision.effective_from is not None
    comes = revision.effective_from
    return comes is not None and (comes, revision.number) > (serving.effective_from, serving.number)


def _order(entry: Entry) -> tuple[str, str]:
    return entry.category, entry.id
