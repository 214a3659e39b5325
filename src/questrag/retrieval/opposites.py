"""Words that exclude each other: block and unblock, debit card and credit card, with and without.

A sentence encoder puts such opposites side by side, because they stand in the same sentences. Here they are told
apart: a question that names one side of a group speaks against an entry that is about another.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_LONGEST = 3
"""Words of a form."""
_MOSTLY = 0.5
"""Share of its phrasings in which an entry has to name a value for it to be what the entry is about."""


class Opposites:
    """The table: groups of values, each with its forms."""

    def __init__(self, rows: Iterable[tuple[str, str, tuple[tuple[str, ...], ...]]]) -> None:
        """
        Args:
            rows: group, value, and its forms as tuples of words; the values of a group stand together.
        """
        self.values: list[tuple[str, str]] = []
        self._value_of: dict[tuple[str, ...], list[int]] = {}
        for group, value, forms in rows:
            for form in forms:
                self._value_of.setdefault(form, []).append(len(self.values))
            self.values.append((group, value))
        groups = [group for group, _ in self.values]
        self._starts = [i for i, group in enumerate(groups) if i == 0 or group != groups[i - 1]]
        self._group_of = np.searchsorted(self._starts, np.arange(len(groups)), side="right") - 1

    def named(self, words: Sequence[str]) -> list[int]:
        """Return which values a text names, ascending; the longest form at a place counts alone."""
        found: set[int] = set()
        at = 0
        while at < len(words):
            for length in range(_LONGEST, 0, -1):
                values = self._value_of.get(tuple(words[at : at + length]))
                if values and at + length <= len(words):
                    found.update(values)
                    break
            at += length
        return sorted(found)

    def shares(self, phrasings: Iterable[Sequence[str]]) -> Floats:
        """Return ``(n_values,)``: the share of the phrasings of an entry that name each value."""
        counts = np.zeros(len(self.values), dtype=np.float32)
        n = 0
        for words in phrasings:
            counts[self.named(words)] += 1
            n += 1
        return counts / np.float32(max(n, 1))

    def compare(self, words: Sequence[str], shares: Floats) -> tuple[Floats, Floats, Floats]:
        """Return how entries agree with a question, speak against it, and say more than it; ``(n_entries,)`` each.

        Args:
            words: of the question.
            shares: ``(n_entries, n_values)``, from `shares`.
        """
        named = self.named(words)
        strongest = np.maximum.reduceat(shares, self._starts, axis=1)  # (n_entries, n_groups)
        extra = np.maximum(strongest - _MOSTLY, 0)
        agree, against = np.zeros((2, len(shares)), dtype=np.float32)
        for group in {int(self._group_of[value]) for value in named}:
            mine = [value for value in named if self._group_of[value] == group]
            own = shares[:, mine].max(axis=1)
            agree += own
            against += strongest[:, group] - own
            extra[:, group] = 0
        return agree, against, np.asarray(extra.sum(axis=1), dtype=np.float32)


@lru_cache(maxsize=1)
def opposites() -> Opposites:
    """Read the table that comes with the package."""
    lines = (files(__package__) / "opposites.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return Opposites((g, v, tuple(tuple(form.split()) for form in forms.split(", "))) for g, v, forms in rows)
