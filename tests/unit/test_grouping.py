"""Questions that mean the same are put together: the same as comparing all groups again after each step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.evaluation.grouping import ALIKE_IN_WORDS, Vectors, groups, middle, word_vectors


def one_after_the_other(vectors: Vectors, least: float) -> list[list[int]]:
    """Join the two groups that are most alike, again and again: average linkage as it is defined."""
    found = [[row] for row in range(len(vectors))]
    cosines = vectors @ vectors.T
    while len(found) > 1:
        means = {
            (a, b): cosines[np.ix_(found[a], found[b])].mean()
            for a in range(len(found))
            for b in range(a + 1, len(found))
        }
        a, b = max(means, key=lambda pair: means[pair])
        if means[a, b] < least:
            break
        found[a] = sorted(found[a] + found.pop(b))
    return sorted(found)


@given(st.integers(0, 10_000), st.integers(0, 14), st.sampled_from([0.1, 0.3, 0.5, 0.8]))
def test_groups_are_those_of_average_linkage(seed: int, n: int, least: float) -> None:
    drawn = np.random.default_rng(seed).standard_normal((n, 3)).astype(np.float32)
    vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    assert groups(vectors, least) == one_after_the_other(vectors, least)


def test_a_group_is_joined_by_how_alike_all_of_it_is_and_not_by_its_nearest() -> None:
    degrees = np.radians([0.0, 40.0, 80.0])  # neighbours are alike (0.77), the ends are not (0.17)
    vectors = np.stack([np.cos(degrees), np.sin(degrees)], axis=1).astype(np.float32)
    assert groups(vectors, 0.5) == [[0, 1], [2]]
    assert groups(vectors, 0.4) == [[0, 1, 2]]


def test_a_question_without_a_vector_stays_alone() -> None:
    vectors = np.array([[0, 0], [1, 0], [0, 0], [1, 0]], dtype=np.float32)
    assert groups(vectors, 0.1) == [[0], [1, 3], [2]]
    assert groups(np.zeros((0, 2), dtype=np.float32), 0.1) == []


def test_the_middle_of_a_group_is_the_question_most_like_all_of_it_and_of_equal_ones_the_first() -> None:
    degrees = np.radians([0.0, 20.0, 50.0])
    vectors = np.stack([np.cos(degrees), np.sin(degrees)], axis=1).astype(np.float32)
    assert middle(vectors, [0, 1, 2]) == 1
    assert middle(vectors, [0, 2]) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("How do I close my locker?", "close locker", True),
        ("locker band kese karu", "लॉकर बंद कैसे करूँ", True),
        ("How do I close my locker?", "What does a locker cost?", False),
        ("?", "!", False),
    ],
)
def test_without_an_encoder_questions_of_the_same_words_are_the_same(one: str, other: str, same: bool) -> None:
    assert (len(groups(word_vectors([one, other]), ALIKE_IN_WORDS)) == 1) is same
