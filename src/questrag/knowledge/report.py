"""Entries that say the same twice, and entries that contradict each other."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from questrag.hinglish.transliteration import DIGITS
from questrag.knowledge.entry import Entry


@dataclass(frozen=True, slots=True)
class Dropped:
    """An entry that adds nothing to one that stays."""

    entry: Entry
    kept: Entry

    def __str__(self) -> str:
        return f"{self.entry.id}: same question and answer as {self.kept.id}: {self.kept.question}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One question with different answers; somebody who knows has to choose."""

    entries: tuple[Entry, ...]
    numbers: Mapping[str, tuple[str, ...]]
    """By entry id: the numbers in its answer that are not in all the others. Empty when only words differ."""

    def __str__(self) -> str:
        ids = (f"{e.id} ({', '.join(self.numbers[e.id])})" if self.numbers.get(e.id) else e.id for e in self.entries)
        return f"{', '.join(ids)}: different answers to: {self.entries[0].question}"


@dataclass(frozen=True, slots=True)
class Report:
    kept: tuple[Entry, ...]
    """What to import: each id once, in the order given."""
    dropped: tuple[Dropped, ...]
    same_id: tuple[Dropped, ...]
    """Left out because another entry has their id, although they say something else."""
    conflicts: tuple[Conflict, ...]
    """All of them kept."""
    near: tuple[tuple[Entry, ...], ...]
    """Groups of questions that differ in order, number or small words only. All of them kept."""


def duplicates_and_conflicts(entries: Iterable[Entry]) -> Report:
    """Compare every entry with all others, in time proportional to their number."""
    by_question: dict[str, dict[str, Entry]] = {}
    ids: dict[str, Entry] = {}
    dropped: list[Dropped] = []
    same_id: list[Dropped] = []
    for entry in entries:
        question, answer = plain(entry.question), " ".join(entry.answer.casefold().split())
        if twin := by_question.get(question, {}).get(answer):
            dropped.append(Dropped(entry, twin))
        elif first := ids.get(entry.id):
            same_id.append(Dropped(entry, first))
        else:
            by_question.setdefault(question, {})[answer] = ids[entry.id] = entry
    groups = [tuple(group.values()) for group in by_question.values()]
    return Report(
        kept=tuple(ids.values()),
        dropped=tuple(dropped),
        same_id=tuple(same_id),
        conflicts=tuple(Conflict(group, _differing_numbers(group)) for group in groups if len(group) > 1),
        near=_near(groups),
    )


def plain(text: str) -> str:
    """Return the words alone: two texts that a reader takes for the same become the same.

    >>> plain("What’s  the fee? ") == plain("what's the FEE")
    True
    >>> plain("Fee: 1,000.50 %") == plain("Fee: 1000.5 %")
    False
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(_WORD.findall(folded))


_WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W\d_](?:[^\W\d_]|['\u0900-\u0963])*|[₹$€£]")
_STEP = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)
_NUMBER = re.compile(r"\d+(?:,\d+)*(?:\.\d+)?\s?%?")

# Words that change how a question is put, not what it is about.
_SMALL = frozenset(
    """a an the i my me we our you your do does did is are was be can could will would should shall may to of for in on
    at by with from it its this that there please kindly how what which and or if am have has had get want need know
    tell about ka ki ke ko kya kaise hai hain mera meri mere main mujhe""".split()
)


def content_words(text: str) -> frozenset[str]:
    """Return what a text is about: its words without the small ones, plurals as singulars.

    >>> sorted(content_words("How do I block my debit cards?"))
    ['block', 'card', 'debit']
    """
    return frozenset(_stem(word) for word in plain(text).split() if word not in _SMALL)


def _near(groups: Sequence[tuple[Entry, ...]]) -> tuple[tuple[Entry, ...], ...]:
    by_words: dict[frozenset[str], list[Entry]] = defaultdict(list)
    for group in groups:
        words = content_words(group[0].question)
        if len(words) > 1:
            by_words[words].append(group[0])
    return tuple(tuple(alike) for alike in by_words.values() if len(alike) > 1)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _differing_numbers(group: Sequence[Entry]) -> dict[str, tuple[str, ...]]:
    found_in = {entry.id: numbers(entry.answer) for entry in group}
    shared = set.intersection(*map(set, found_in.values()))
    return {i: own for i, found in found_in.items() if (own := tuple(n for n in found if n not in shared))}


def numbers(text: str) -> tuple[str, ...]:
    """Return each number once, in order, as written but for spaces and commas; steps of a list do not count.

    >>> numbers("1. Pay Rs. 1,00,000 at 3.5 %, or 3.5% of 2")
    ('100000', '3.5%', '2')
    """
    text = _STEP.sub("", unicodedata.normalize("NFKC", text)).translate(DIGITS)
    return tuple(dict.fromkeys(re.sub(r"[\s,]", "", found) for found in _NUMBER.findall(text)))
