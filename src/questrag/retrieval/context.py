"""Questions that lean on the ones before: three ways to read one, and how much each counts.

A follow-up is searched for as it stands, together with the last question that stood alone, and together with the last
two. How likely each entry is, is the mixture of the three. No model rewrites anything.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from questrag.chat.followup import aspects, needs_context

Floats = npt.NDArray[np.float32]

READINGS = ("alone", "together", "thread")
LEAN_FEATURES = ("aspects", "nothing_else", "opens", "points", "length", "unknown", "any_alone", "one")
"""Share of words that name an aspect and no thing; whether there are no others; whether it opens with a conjunction;
whether it points back with a pronoun; its length; the share of words that no entry knows; how likely any entry answers
it as it stands; and 1."""

_OPENS = re.compile(
    r"\W*(?:and|but|or|also|then|so|what about|how about|what if|ok|okay|aur|lekin|par|phir|fir|to|toh|agar|accha|acha|"
    r"waise|matlab|और|लेकिन|पर|फिर|तो|अगर|अच्छा|वैसे|मतलब)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"(?<!\w)(?:it|its|that|this|those|these|they|them|he|she|his|her|there|same|other|iska|iski|iske|isme|isko|uska|uski|uske|"
    r"usme|usko|ye|yeh|wo|woh|vo|wahi|dusra|dusri|doosra|doosri|इसका|इसकी|इसके|इसमें|इसको|उसका|उसकी|उसके|उसमें|उसको|"
    r"यह|ये|वह|वो|वही|दूसरा|दूसरी)(?!\w)",
    re.IGNORECASE,
)
_LONG = 15


def readings(question: str, earlier: Sequence[str]) -> list[str]:
    """Return what to search for, in the order of `READINGS`; the question alone where nothing was asked before."""
    if not earlier:
        return [question]
    topics = [text for text in earlier if not needs_context(text)] or [earlier[0]]
    return [question, " ".join([*topics[-1:], question]), " ".join([*topics[-2:], question])]


def lean_features(question: str, *, unknown: float, any_alone: float) -> Floats:
    """Return ``(len(LEAN_FEATURES),)``.

    Args:
        unknown: share of the question's words that no entry holds, weighted.
        any_alone: probability that an entry answers the question as it stands.
    """
    share, n_words = aspects(question)
    return np.array(
        [
            share,
            needs_context(question),
            bool(_OPENS.match(question)),
            bool(_POINTS.search(question)),
            min(n_words, _LONG) / _LONG,
            unknown,
            any_alone,
            1.0,
        ],
        dtype=np.float32,
    )


def shares(weights: Floats, features: Floats) -> Floats:
    """Return ``(3,)``: how much each reading counts, together 1.

    Args:
        weights: ``(2, len(LEAN_FEATURES))``, of the logits of the last two readings; the first one's is 0.
        features: ``(len(LEAN_FEATURES),)``.
    """
    logits = np.concatenate([[0.0], weights @ features])
    parts = np.exp(logits - logits.max())
    return np.asarray(parts / parts.sum(), dtype=np.float32)
