"""Train, dev and test parts that have nothing in common: what is tuned on must not be what is reported."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from questrag.evaluation.labelled import LabelledConversation
from questrag.knowledge.entry import Entry
from questrag.knowledge.report import plain


def entry_leaks(parts: Mapping[str, Iterable[frozenset[str]]]) -> Iterator[str]:
    """Name each entry that two parts ask for.

    Args:
        parts: by name of the part, the entries that each of its questions asks for.

    >>> list(entry_leaks({"dev": [frozenset({"a", "b"})], "test": [frozenset({"b"})]}))
    ['entry b is asked for in dev and in test: move the questions about it into one of them']
    """
    entries = {name: frozenset().union(*asked) for name, asked in parts.items()}
    for first, second in combinations(entries, 2):
        for entry_id in sorted(entries[first] & entries[second]):
            where = f"in {first} and in {second}"
            yield f"entry {entry_id} is asked for {where}: move the questions about it into one of them"


def text_leaks(entries: Sequence[Entry], parts: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Name each text that stands in two parts, twice in one, in two entries, or in a part and an entry.

    Texts count as the same when only case, punctuation and spaces differ.
    """
    found_in: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for entry in entries:
        for key, text in {plain(text): text for _, _, text in entry.phrasings()}.items():
            found_in[key].append((f"entry {entry.id}", text))
    for name, texts in parts.items():
        for text in texts:
            found_in[plain(text)].append((name, text))
    for key, places in found_in.items():
        if key and len(places) > 1:
            yield f"{places[0][1]!r} stands in {' and in '.join(name for name, _ in places)}: keep it in one place"


def new_turns(conversations: Iterable[LabelledConversation]) -> list[str]:
    """Return the turns that ask for something of their own; "ok thanks" may well occur in every part."""
    return [turn.user for each in conversations for turn in each.turns if turn.kind == "new"]


def unknown_entries(entries: Iterable[Entry], parts: Mapping[str, Iterable[frozenset[str]]]) -> Iterator[str]:
    """Name each entry that is asked for and does not exist."""
    known = {entry.id for entry in entries}
    for name, asked in parts.items():
        for entry_id in sorted(frozenset().union(*asked) - known):
            yield f"{name} asks for entry {entry_id}, which does not exist: correct the id"
