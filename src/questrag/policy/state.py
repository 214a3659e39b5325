"""What a policy reads: the passages that it may choose from and the state of the turn, as numbers and as one text."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, log10
from typing import Self

import numpy as np
import numpy.typing as npt

from questrag.chat.emergency import EMERGENCY_INTENT, LOST_CARD_INTENT, opening_for
from questrag.chat.followup import aspects, needs_context, opens, points
from questrag.chat.smalltalk import small_talk
from questrag.chat.types import LANGS, MOST_LIVE, Kept, Passage, TurnState
from questrag.chat.words import content_words

Floats = npt.NDArray[np.float32]

STATE_FEATURES = (
    *(f"p{rank}" for rank in range(1, 6)), "p any", "lead", "log p1",
    *(f"kept p{rank}" for rank in range(1, 4)), "kept log p1", "kept share", "kept is best",
    "n kept", "cited last", "same as last", "same as any", "n past", "since fetch", "last fetched",
    "aspects", "nothing else", "opens", "points", "length", "small talk", "sensitive", *LANGS, "one",
)  # fmt: skip
"""Of the hits: the five best probabilities, their sum, the lead of the first, its logarithm. Of what can be shown
again: the three best probabilities, the logarithm of the first, its share of them all, whether it is the best hit, how
many there are, the probability of what the last answer drew on. Of the conversation: words shared with the last
question and with any, turns so far, turns since passages were fetched, whether the last turn fetched. Of the question:
whether it leans on what was said (`chat.followup`), small talk, fraud or loss, its language."""

PASSAGE_FEATURES = (
    "log p", "p", "first", "first three", "beyond five", "not found",
    "live", "cited", "shown last", "cited last", "age", "category of last", "intent of last", "category of any",
    "words", "answer words", "earlier words", "words of last", "category share", "intent share", "behind",
)  # fmt: skip
"""Of a passage: its probability and its place in the search; whether an earlier prompt showed it, an answer drew on it,
the last one did, and how long ago; whether it is of the category or the intent of what the last answer drew on, or of
the category of what any did. Content words of the question in its question and in its answer, those of the last three
questions in its question, and those that its question shares with what the last answer drew on; the share of all
probability that its category and its intent have; how far it is behind the likeliest."""

LEANINGS = ("one", "aspects", "nothing else", "opens", "points", "length", "p1", "n past")
"""State features that say how much each passage feature counts."""

WIDTH = len(PASSAGE_FEATURES) * len(LEANINGS)

PROTECTED_FROM = 0.1
"""Probability from which a hit with approved wording, or one about fraud, counts as what is asked for."""

_NEVER = 9
_LONG = 15
_LEAST = 1e-4
_TOKENS_PER_CHARACTER = 0.24
_THOUSAND = 1000.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that this turn's prompt may show."""

    passage: Passage
    score: float
    place: int | None
    """Among the hits, from 0; None for one that the search did not name."""
    kept: Kept | None
    """As it stood in an earlier prompt; None for a new one."""


def candidates(state: TurnState) -> list[Candidate]:
    """Return the hits, best first, then the passages of earlier prompts that are not among them."""
    live = {kept.passage.id: kept for kept in state.live}
    hits = (*state.hits, *state.further)
    found = [Candidate(hit.passage, hit.score, i, live.pop(hit.passage.id, None)) for i, hit in enumerate(hits)]
    return found + [Candidate(kept.passage, kept.score, None, kept) for kept in live.values()]


def state_features(state: TurnState) -> Floats:
    """Return ``(len(STATE_FEATURES),)``, each of about the size of 1."""
    p = [hit.score for hit in state.hits[:5]] + [0.0] * (5 - len(state.hits[:5]))
    kept = sorted(state.live, key=lambda each: -each.score)
    kept_p = [each.score for each in kept[:3]] + [0.0] * (3 - len(kept[:3]))
    share, n_words = aspects(state.question)
    words = set(state.question.lower().split())
    same = [_overlap(words, past.question) for past in state.past]
    values = (
        *p, sum(p), p[0] - p[1], _log(p[0]),
        *kept_p, _log(kept_p[0]), kept_p[0] / max(sum(each.score for each in kept), _LEAST),
        bool(kept and state.hits and kept[0].passage.id == state.hits[0].passage.id), len(kept) / MOST_LIVE,
        max((each.score for each in kept if each.cited == 1), default=0.0),
        same[-1] if same else 0.0, max(same, default=0.0),
        min(len(state.past), _NEVER) / _NEVER, since_fetch(state) / _NEVER,
        bool(state.past and state.past[-1].action == "FETCH"),
        share, needs_context(state.question), opens(state.question), points(state.question),
        min(n_words, _LONG) / _LONG, small_talk(state.question) is not None, is_sensitive(state),
        *(state.lang == lang for lang in LANGS), 1.0,
    )  # fmt: skip
    return np.array(values, dtype=np.float32)


def passage_features(state: TurnState, pool: Sequence[Candidate], about: Floats) -> Floats:
    """Return ``(len(pool), len(PASSAGE_FEATURES) * len(LEANINGS))``: each passage feature times each leaning.

    Args:
        about: from `state_features`.
    """
    around = _Around.of(state, pool)
    rows = np.array([_of_passage(each, around) for each in pool], dtype=np.float32)
    lean = about[[STATE_FEATURES.index(name) for name in LEANINGS]]
    return (rows.reshape(len(pool), len(PASSAGE_FEATURES), 1) * lean).reshape(len(pool), WIDTH)


@dataclass(frozen=True, slots=True)
class _Around:
    """What a passage is compared with."""

    last: Passage | None
    """What the last answer drew on."""
    cited: frozenset[str]
    """Categories of what any answer drew on."""
    question: frozenset[str]
    earlier: frozenset[str]
    last_words: frozenset[str]
    by_category: Mapping[str, float]
    by_intent: Mapping[str, float]
    best: float

    @classmethod
    def of(cls, state: TurnState, pool: Sequence[Candidate]) -> Self:
        last = next((kept.passage for kept in state.live if kept.cited == 1), None)
        by_category, by_intent = defaultdict[str, float](float), defaultdict[str, float](float)
        for each in pool:
            by_category[each.passage.category] += each.score
            by_intent[each.passage.intent] += each.score
        return cls(
            last,
            frozenset(kept.passage.category for kept in state.live if kept.cited and kept.passage.category),
            _content(state.question),
            _content(" ".join(past.question for past in state.past[-3:])),
            _content(last.question) if last else frozenset(),
            by_category,
            by_intent,
            max((each.score for each in pool), default=0.0),
        )


def _of_passage(each: Candidate, around: _Around) -> tuple[float, ...]:
    place, kept, passage = each.place if each.place is not None else _NEVER, each.kept, each.passage
    last, asked, total = around.last, _content(passage.question), max(sum(around.by_category.values()), _LEAST)
    log_p = log(max(each.score, _LEAST))
    return (
        log_p, each.score, place == 0, place < 3, place > 4, each.place is None,
        kept is not None, bool(kept and kept.cited), bool(kept and kept.age == 1), bool(kept and kept.cited == 1),
        min(kept.age, _NEVER) / _NEVER if kept else 0.0,
        bool(last and passage.category and last.category == passage.category),
        bool(last and passage.intent and last.intent == passage.intent), passage.category in around.cited,
        _share(around.question, asked), _share(around.question, _content(passage.answer)),
        _share(around.earlier, asked), len(around.last_words & asked) / max(len(around.last_words | asked), 1),
        around.by_category[passage.category] / total, around.by_intent[passage.intent] / total,
        log_p - log(max(around.best, _LEAST)),
    )  # fmt: skip


def _share(words: frozenset[str], others: frozenset[str]) -> float:
    return len(words & others) / max(len(words), 1)


@lru_cache(maxsize=8192)
def _content(text: str) -> frozenset[str]:
    return content_words(text)  # of passages, which recur


def cost_of(passage: Passage, lang: str) -> float:
    """Return about how many thousands of tokens a passage would be in English, by its characters.

    Devanagari takes two or three times the tokens of Roman letters, but no customer is shown less for their script.
    """
    return len(passage.question + passage.answers.get(lang, passage.answer)) * _TOKENS_PER_CHARACTER / _THOUSAND


def protected(state: TurnState) -> str | None:
    """Return the best hit where it has to be given word for word, or is about fraud, and may be what is asked for."""
    best = state.hits[0] if state.hits else None
    if best is None:
        return None
    grave = best.passage.regulated or best.passage.intent in (EMERGENCY_INTENT, LOST_CARD_INTENT)
    return best.passage.id if is_sensitive(state) or (grave and best.score >= PROTECTED_FROM) else None


def is_sensitive(state: TurnState) -> bool:
    """Return whether the question reports fraud, a loss, or despair."""
    return opening_for(state.question, state.lang) is not None


def since_fetch(state: TurnState) -> int:
    """Return the number of turns since passages were last fetched, 1 for the turn before; 9 for longer and never."""
    ages = (age for age, past in enumerate(reversed(state.past), start=1) if past.action == "FETCH")
    return min(next(ages, _NEVER), _NEVER)


def state_text(state: TurnState) -> str:
    """Return the state as one text: the question, how well what the last answer drew on answers it too, what the
    search found, and the questions before with what was done, the last first.

    A reader with room for so many tokens loses the oldest questions, never the current one.
    """
    best = state.hits[0] if state.hits else None
    cited = max((kept for kept in state.live if kept.cited == 1), key=lambda each: each.score, default=None)
    again = f"{_sureness(cited.score)}, {cited.passage.question}" if cited else "nothing"
    if best is None:
        found = "nothing"
    elif cited and cited.passage.id == best.passage.id:
        found = "the same"
    else:
        found = f"{_sureness(best.score)}, {best.passage.question}"
    past = [f"{turn.question} ({(turn.action or 'failed').lower()})" for turn in reversed(state.past[-6:])]
    return " | ".join([state.question, f"last answer: {again}", f"found: {found}", *past])


def _sureness(p: float) -> str:
    return ("no", "unlikely", "maybe", "likely", "sure")[min(max(int(p * 5), 0), 4)]


def _log(p: float) -> float:
    """Map 1 to 1, and 0.0001 and less to 0."""
    return 1 + log10(max(p, _LEAST)) / 4


def _overlap(words: set[str], other: str) -> float:
    """Return Jaccard's coefficient of the words of two questions, in [0, 1]."""
    others = set(other.lower().split())
    return len(words & others) / max(len(words | others), 1)
