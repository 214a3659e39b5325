"""Lets through what a model says only as far as the sources bear it out."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import lru_cache

from questrag.chat.injection import inspect
from questrag.chat.ports import Generator
from questrag.chat.prompt import SYSTEM, Prompt, Shown
from questrag.chat.secrets import asks_for_a_secret
from questrag.chat.types import Completion, Generated, Passage, Replaced, Token
from questrag.chat.words import content_words
from questrag.generation.counterparts import Counterparts, sentences
from questrag.generation.extractive import best_source
from questrag.generation.figures import Evidence, Figure, figures
from questrag.generation.providers import ProviderState, close_all, states_of
from questrag.generation.wording import Wording

_CITATION = re.compile(r"( ?)[\[【] ?(\d{1,9}(?: {0,3}[,;&-] {0,3}\d{1,9}){0,20})(?:†[^\]】\[【]{0,99})? ?[\]】]")
# A sentence is whole once the next one has begun: a citation may still follow its full stop.
_SENTENCE_END = re.compile(
    r"\n|(?:(?<!\d)(?<!\bRs)\.|[!?।])[\"'”’)*_]{0,9}(?:\s{0,9}[\[【][\d ,;&-]{1,99}(?:†[^\]】\[【]{0,99})?[\]】]){0,9}"
    r"\s{1,99}(?=[^\s\d\[【])"
)
_LONGEST_END = 200
"""How far back the end of a sentence may have begun, in characters."""
_NO_INFORMATION = re.compile(
    r"\bI (?:currently )?(?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t|am (?:unable|not able) to)"
    r" (?:currently )?(?:have|find|provide|see|give)\b.{0,40}?\b(?:information|details?|answer|data)\b"
    r"|\b(?:sources?|information) (?:given |provided )?(?:do|does) not (?:contain|mention|provide|answer|include|say)\b"
    r"|\b(?:mere|hamare|humare) paas\b.{0,60}?\b(?:jaa?nkaa?ri|information|details?|jawab)\b.{0,20}?\bnah?[ih]+n?\b"
    r"|\b(?:jaa?nkaa?ri|information) (?:uplabdh|available|maujood) nah?[ih]+n?\b"
    r"|(?:मेरे|हमारे) पास.{0,60}?(?:जानकारी|उत्तर|जवाब|विवरण).{0,20}?नहीं|जानकारी (?:उपलब्ध|मौजूद) नहीं",
    re.IGNORECASE,
)


class Grounded:
    """Checks a model's answer sentence by sentence before anybody sees it.

    A citation of a source that was not given is removed and counted. A figure that the sources do not bear out, or
    words of its own instructions, end the answer, and the approved one takes its place. The model is not asked where
    the best source has to be given word for word, where it would have nothing to go on or where somebody tries to
    take it over, and never sees other sources of that kind.
    """

    def __init__(self, model: Generator, approved: Generator) -> None:
        """
        Args:
            model: whose answers are checked.
            approved: answers in approved words only, and always.
        """
        self._model = model
        self._approved = approved

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        why = ""
        if asked := _for_the_model(prompt):
            check = _Check(asked)
            try:
                async with aclosing(self._model.stream(asked)) as events:
                    async for event in events:
                        for checked in check.take(event):
                            yield checked
                return
            except _Ungrounded as problem:
                why = str(problem)
            if check.shown:
                yield Replaced(why)
        async with aclosing(self._approved.stream(prompt)) as events:
            async for event in events:
                if why and isinstance(event, Completion):
                    yield replace(event, degraded=(*event.degraded, why), replaced=why, paid=True)
                else:
                    yield event

    def states(self) -> Sequence[ProviderState]:
        """Return the providers of the model."""
        return states_of(self._model)

    async def aclose(self) -> None:
        """Close the connections of both."""
        await close_all((self._model, self._approved))


def read_ahead(passage: Passage) -> None:
    """Read what the checks need of a source, some milliseconds each; it is remembered for some thousands of them."""
    texts = _approved_texts(passage)
    for text in texts[1:]:
        _gives_orders(text)
    Evidence(texts)
    Counterparts(texts)
    Wording(texts)


def _for_the_model(prompt: Prompt) -> Prompt | None:
    """Return what a model may be asked; None when the approved words are the answer.

    Sources keep their numbers. One that seems to give orders to a model is not shown to it.
    """
    best = best_source(prompt)
    if prompt.fenced or (best and (best.passage.regulated or _gives_orders(best.text))):
        return None
    free = tuple(s for s in prompt.sources if not (s.passage.regulated or _gives_orders(s.text)))
    return replace(prompt, sources=free) if free or prompt.small_talk else None


@lru_cache(maxsize=16_384)
def _gives_orders(text: str) -> bool:
    return inspect(text).suspicious


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """Return all runs of `_TELLING_WORDS` words, in lower case."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(zip(*(words[n:] for n in range(_TELLING_WORDS)), strict=False))


_TELLING_WORDS = 6
"""So many words in a row are the same by chance nowhere."""


def _approved_texts(passage: Passage) -> list[str]:
    return [passage.question, passage.answer, *passage.answers.values()]


class _Ungrounded(Exception):
    """The model's answer cannot be shown."""


@dataclass(slots=True)
class _Check:
    """What has been learnt about one answer on the way through it."""

    prompt: Prompt
    evidence: Evidence = field(init=False)
    counterparts: Counterparts = field(init=False)
    wording: Wording | None = field(init=False)
    """None where the answer needs no source."""
    held: str = ""
    """The sentence that is not whole yet."""
    said: str = ""
    """What was let through."""
    stated: set[Figure] = field(default_factory=set)
    """The figures in it."""
    cited: dict[str, None] = field(default_factory=dict)
    """Entries in order of their first citation."""
    removed: int = 0
    gives_up: bool = False
    """The answer begins by saying that there is none."""
    own_orders: frozenset[tuple[str, ...]] = field(init=False)
    """Runs of words that only the model's instructions have."""

    def __post_init__(self) -> None:
        # An entry's answers in other languages are as approved as the one that the model was given.
        sources = [part for s in self.prompt.sources for part in (s.text, *_approved_texts(s.passage))]
        customer = [m.content for m in self.prompt.history if m.role == "user"]
        self.evidence = Evidence(sources, [*customer, self.prompt.question])
        sources = list(dict.fromkeys(sources))
        self.counterparts = Counterparts(sources)
        self.wording = None if self.prompt.small_talk else Wording(sources, self.prompt.lang)
        self.own_orders = _runs(SYSTEM).difference(*map(_runs, sources))

    @property
    def shown(self) -> bool:
        return bool(self.said)

    def take(self, event: Generated) -> list[Generated]:
        """Return what may be yielded now, in order.

        Raises:
            _Ungrounded: nothing more of this answer may be shown.
        """
        match event:
            case Token(text):
                begin = max(0, len(self.held) - _LONGEST_END)
                self.held += text
                ends = [match.end() for match in _SENTENCE_END.finditer(self.held, begin)]
                if not ends or (self.wording and self.wording.waits(self.held[: ends[-1]])):
                    return []
                return self._release(ends[-1])
            case Replaced():
                withdrawn: list[Generated] = [event] if self.shown else []
                self.wording = self.wording and self.wording.anew()
                self.held, self.said, self.stated, self.cited, self.gives_up = "", "", set(), {}, False
                return withdrawn
            case Completion():
                rest = self._release(len(self.held), last=True)
                if not self.shown:
                    raise _Ungrounded("the model's answer was empty")
                return [*rest, self._signed(event)]

    def _release(self, end: int, *, last: bool = False) -> list[Generated]:
        ready = self.held[:end]
        if not self.shown:
            first = _SENTENCE_END.search(ready.lstrip())
            self.gives_up = bool(_NO_INFORMATION.search(ready.lstrip()[: first.end() if first else None]))
        text = _CITATION.sub(self._cite, ready)
        text = text if self.shown else text.lstrip()
        self.held = self.held[end:]
        stated = self._require_borne_out(text, last)
        self.said += text
        self.stated |= stated
        return [Token(text)] if text else []

    def _require_borne_out(self, text: str, last: bool) -> frozenset[Figure]:
        """Return the figures of the next words of the answer. Raises: _Ungrounded."""
        bare = _CITATION.sub(" ", text)
        stated = figures(bare)
        if unknown := self.evidence.missing(stated):
            raise _Ungrounded(f"the model's answer had a {min(unknown).kind} that no source gives")
        if unlike := self.counterparts.contradicted(bare, self.evidence.echoed):
            raise _Ungrounded(f"the model's answer had a {min(unlike).kind} where the source gives another")
        if not self.own_orders.isdisjoint(_runs(f"{self.said[-_LONGEST_END:]} {text}")):
            raise _Ungrounded("the model's answer repeated its instructions")
        next_ones = sentences(bare)
        if any(map(asks_for_a_secret, next_ones)):
            raise _Ungrounded("the model's answer asked for a secret")
        if self.wording and self.wording.strays(next_ones, last=last):
            raise _Ungrounded("the model's answer said what no source says")
        return stated

    def _cite(self, match: re.Match[str]) -> str:
        """Note the sources that a citation names; return it without those that do not exist."""
        given = {shown.number: shown.passage.id for shown in self.prompt.sources}
        numbers = [int(n) for n in re.findall(r"\d+", match[2])]
        known = [n for n in numbers if n in given]
        self.removed += len(numbers) - len(known)
        if self.gives_up:
            return ""  # having no answer draws on no source
        self.cited |= dict.fromkeys(given[n] for n in known)
        return f"{match[1]}[{', '.join(map(str, known))}]" if known else ""

    def _signed(self, completion: Completion) -> Completion:
        cited = tuple(self.cited) or completion.cited
        gives_up = self.gives_up or (not cited and bool(_NO_INFORMATION.search(self.said)))
        if gives_up and not completion.verbatim:
            completion, cited = replace(completion, handed_off=True), ()
        if not (cited or completion.handed_off or self.prompt.small_talk):
            cited = tuple(shown.passage.id for shown in self._the_one_behind())
        return replace(completion, cited=cited, citations_removed=completion.citations_removed + self.removed)

    def _the_one_behind(self) -> list[Shown]:
        """Return the source that an answer without citations was taken from; none when there is a doubt."""
        words = content_words(self.said)
        found = [
            shown
            for shown in self.prompt.sources
            if self.stated & figures(shown.text) or 2 * len(words & content_words(shown.text)) > len(words)
        ]
        return found if len(found) == 1 else []
