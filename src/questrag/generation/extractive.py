"""Answers without a model: the approved words themselves, or an honest "I don't have this"."""

import math
import re
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from questrag.chat.ports import TokenCounter
from questrag.chat.prompt import Prompt, Shown
from questrag.chat.types import Completion, Generated, Lang, Token
from questrag.chat.words import content_words, telling_words
from questrag.generation.replies import NO_ANSWER, SMALL_TALK, TALK_TO_A_PERSON, wants_a_person

_UNIT_END = re.compile(r"\s*\n\s*|(?<=[.!?।])(?<!\bRs\.)(?<!\bNo\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\d\.)\s+")
_PIECE = re.compile(r"\s*(?:\S+\s*){1,3}")
_GAP = " … "
_LEAST = 1e-6
"""A source that scores less fits nothing at all."""


class Extractive:
    """Gives the best source's approved text, or whole sentences of it; small talk in kind; else a hand-off.

    Needs no network and never raises, so that it can stand behind any other generator.
    """

    def __init__(self, tokens: TokenCounter, max_answer_tokens: int = 220, *, because: str = "") -> None:
        """
        Args:
            because: why no model was asked, where one would have been; the receipt says it.
        """
        self._tokens = tokens
        self._max_answer_tokens = max_answer_tokens
        self._degraded = (because,) if because else ()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        text, completion = self._answer(prompt)
        for piece in _PIECE.findall(text):
            yield Token(piece)
        yield replace(completion, degraded=self._degraded)

    def _answer(self, prompt: Prompt) -> tuple[str, Completion]:
        if kind := prompt.small_talk:
            return SMALL_TALK[kind][prompt.lang], _completion("reply")
        best = best_source(prompt)
        if best is None:
            reply = TALK_TO_A_PERSON if wants_a_person(prompt.question) else NO_ANSWER
            return reply[prompt.lang], replace(_completion("reply"), handed_off=True)
        text = _approved_text(best, prompt.lang)
        if not best.passage.regulated and self._tokens.count(text) > self._max_answer_tokens:
            text = self._sentences(text, prompt.question)
        return text, replace(_completion("verbatim"), cited=(best.passage.id,), verbatim=True)

    def _sentences(self, text: str, question: str) -> str:
        """Return what answers the question best, whole and in order; at least one sentence, however long."""
        spans = _units(text)
        value = _values([text[start:end] for start, end in spans], content_words(question))
        chosen: list[int] = []
        for index in sorted(range(len(spans)), key=lambda i: -value[i]):
            candidate = sorted([*chosen, index])
            if not chosen or self._tokens.count(_join(text, spans, candidate)) <= self._max_answer_tokens:
                chosen = candidate
        return _join(text, spans, chosen)


def best_source(prompt: Prompt) -> Shown | None:
    """Return the source to answer from without a model; None when none of them fits.

    That is the first one, where its score is enough. Else it is one kept from an earlier turn that shares with the
    question what it is about; then the one that shares most.
    """
    if prompt.sources and prompt.sources[0].score >= max(prompt.enough, _LEAST):
        return prompt.sources[0]
    asked = content_words(prompt.question)
    fitting = [shown for shown in prompt.sources if shown.live and _is_about(shown, prompt.question)]
    in_both = {s.number: len(asked & content_words(f"{s.passage.question} {s.text}")) for s in fitting}
    return max(fitting, key=lambda shown: in_both[shown.number], default=None)


def _is_about(shown: Shown, question: str) -> bool:
    """Return whether a question has a telling word of the passage's own one, two of its text, or is that question."""
    asked, telling = content_words(question), telling_words(question)
    answered = content_words(shown.passage.question)
    same = asked <= answered and 2 * len(asked) > len(answered)
    return same or bool(telling & answered) or len(telling & content_words(shown.text)) > 1


def _completion(model: str) -> Completion:
    return Completion(provider="extractive", model=model, paid=False)


def _approved_text(shown: Shown, lang: Lang) -> str:
    # A passage may have been cut to fit a model's budget; here nothing is spent by giving all of it.
    whole = shown.passage.answer_in(lang)
    return whole if whole.startswith(shown.text) else shown.text


def _units(text: str) -> list[tuple[int, int]]:
    """Return where the sentences, list items and lines of a text start and end, without the space around them."""
    ends = [match.span() for match in _UNIT_END.finditer(text)]
    starts = [0, *(after for _, after in ends)]
    stops = [*(before for before, _ in ends), len(text)]
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if text[start:stop].strip()]


def _values(units: Sequence[str], asked: frozenset[str]) -> list[float]:
    """Return what each unit is worth: the question's words in it, the rarer in the text the more."""
    words = [content_words(unit) & asked for unit in units]
    spread = Counter(word for found in words for word in found)
    return [sum(math.log(1 + len(units) / spread[word]) for word in found) for found in words]


def _join(text: str, spans: Sequence[tuple[int, int]], chosen: Sequence[int]) -> str:
    """Return the chosen units, in order, as they stand in the text; a gap where something was left out."""
    joined = ""
    for before, index in zip([None, *chosen], chosen, strict=False):
        start, end = spans[index]
        if before is not None:
            joined += text[spans[before][1] : start] if index == before + 1 else _GAP
        joined += text[start:end]
    return joined
