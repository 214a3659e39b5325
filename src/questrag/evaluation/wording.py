"""How varied a set of texts is: natural writing repeats itself less than templates do."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"[\w'\u0900-\u0963]+")


def words(text: str) -> list[str]:
    """
    >>> words("Paisa kat gaya, kya karun?")
    ['paisa', 'kat', 'gaya', 'kya', 'karun']
    """
    return _WORD.findall(text.lower())


def type_token_ratio(texts: Sequence[str], *, window: int = 500) -> float:
    """Return the mean share of different words in consecutive windows of words, in [0, 1].

    Windows make sets of different size comparable. Source: Covington & McFall 2010, "Cutting the Gordian Knot: The
    Moving-Average Type-Token Ratio (MATTR)", here with windows side by side.

    >>> type_token_ratio(["a b a b"], window=4)
    0.5
    """
    tokens = [word for text in texts for word in words(text)]
    windows = [tokens[at : at + window] for at in range(0, len(tokens), window)]
    full = [each for each in windows if len(each) == window] or [tokens]
    return sum(len(set(each)) / len(each) for each in full if each) / max(1, len(full))


def sharing_ngrams(texts: Sequence[str], n: int = 4) -> dict[int, str]:
    """Return which texts share ``n`` words in a row with another text, by position, with one such run of words.

    >>> sharing_ngrams(["card block karna hai abhi", "mera card block karna hai", "atm se paisa"])
    {0: 'card block karna hai', 1: 'card block karna hai'}
    """
    found_in: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for at, text in enumerate(texts):
        for gram in _ngrams(words(text), n):
            found_in[gram].add(at)
    shared: dict[int, str] = {}
    for gram, positions in found_in.items():
        if len(positions) > 1:
            for at in positions:
                shared.setdefault(at, " ".join(gram))
    return dict(sorted(shared.items()))


def _ngrams(tokens: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return (tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1))
