"""Questions that mean the same, by their vectors."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from questrag.retrieval.text import terms

Vectors = npt.NDArray[np.float32]

ALIKE = 0.56
"""Mean cosine of two groups of questions from which they are one.

Chosen on ``data/queries/dev.jsonl`` for the highest F0.5 over pairs (a wrong pair weighs more than a missed one); two
questions mean the same there where one entry answers both. Of the pairs that it puts together, and of those that mean
the same, by `groups`:

- dev: 55 % of 31 are right, 18 % of 97 are found (338 questions);
- test: 71 % of 556 are right, 30 % of 1,309 are found (1,390 questions);
- BankFAQs, topics that the encoder never saw: 63 % of 838 are right, 45 % of 1,180 are found (849 questions).

These questions were written to differ in their words as much as they can: what customers repeat is more alike. A wrong
pair is mostly of two topics next to each other, and a curator sees every question of a group.
"""
ALIKE_IN_WORDS = 0.6
"""The same for `word_vectors`, which find little more than repetitions: on test 63 % of 38 pairs are right, and 2 % of
1,309 are found; on BankFAQs 61 % of 88, and 5 % of 1,180."""


def word_vectors(questions: Sequence[str]) -> Vectors:
    """Return ``(n, n_words)`` of length 1: the content words of each question, Hinglish and Hindi in English.

    A question without content words is all zeros.
    """
    words = [set(terms(question)) for question in questions]
    place = {word: n for n, word in enumerate(sorted(set().union(*words)))}
    vectors = np.zeros((len(words), max(len(place), 1)), dtype=np.float32)
    for row, found in enumerate(words):
        vectors[row, [place[word] for word in found]] = 1 / np.sqrt(max(len(found), 1))
    return vectors


def groups(vectors: Vectors, least: float) -> list[list[int]]:
    """Return the rows in groups, by average linkage: joined while the mean cosine of two groups is at least ``least``.

    Every row is in one group; groups are in the order of their first rows, which are in order too. The same vectors
    give the same groups.

    Source: Sokal & Michener 1958; nearest-neighbour chains after Murtagh 1983, O(n^2) and the same result.

    Args:
        vectors: ``(n, dim)``, of length 1 or 0.

    >>> groups(np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32), 0.5)
    [[0, 2], [1]]
    """
    alike: Vectors = vectors @ vectors.T
    np.fill_diagonal(alike, -np.inf)
    members = [[row] for row in range(len(vectors))]
    chain: list[int] = []
    left = set(range(len(vectors)))
    while left:
        if not chain:
            chain.append(min(left))
        here = chain[-1]
        nearest = int(alike[here].argmax())
        if len(chain) > 1 and alike[here, chain[-2]] >= alike[here, nearest]:
            nearest = chain[-2]
        if alike[here, nearest] < least:
            left.difference_update(chain)  # further back in the chain, less is alike
            chain.clear()
        elif len(chain) > 1 and nearest == chain[-2]:
            del chain[-2:]
            left.discard(_joined(alike, members, here, nearest))
        else:
            chain.append(nearest)
    return sorted(sorted(group) for group in members if group)


def _joined(alike: Vectors, members: list[list[int]], one: int, other: int) -> int:
    """Put the later row's group to the earlier row's, with the mean of their cosines; return the later row."""
    kept, gone = sorted((one, other))
    n, m = len(members[kept]), len(members[gone])
    means = (n * alike[kept] + m * alike[gone]) / (n + m)
    alike[kept], alike[:, kept] = means, means
    alike[kept, kept] = -np.inf
    alike[gone], alike[:, gone] = -np.inf, -np.inf
    members[kept] += members[gone]
    members[gone] = []
    return gone


def middle(vectors: Vectors, group: Sequence[int]) -> int:
    """Return the row of the group that is most like all of it; of several the first."""
    mean = vectors[list(group)].mean(axis=0)
    return group[int(np.round(vectors[list(group)] @ mean, 6).argmax())]
