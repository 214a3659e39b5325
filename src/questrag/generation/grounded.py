"""Lets through what a model says only as far as the sources bear it out."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from questrag.chat.ports import Generator
from questrag.chat.prompt import Prompt
from questrag.chat.types import Completion, Generated, Replaced, Token
from questrag.generation.extractive import best_source
from questrag.generation.figures import Figure, figures

_CITATION = re.compile(r"( *)[\[【] *(\d+(?: *[,;&-] *\d+)*)(?:†[^\]】]*)? *[\]】]")
# A sentence is whole once the next one has begun: a citation may still follow its full stop.
_SENTENCE_END = re.compile(
    r"\n|(?:(?<!\d)\.|[!?।])[\"'”’)*_]*(?:\s*[\[【][\d ,;&-]+(?:†[^\]】]*)?[\]】])*\s+(?=[^\s\d\[【])"
)


class Grounded:
    """Checks a model's answer sentence by sentence before anybody sees it.

    A citation of a source that was not given is removed and counted. A figure that neither the sources nor
    the customer gave ends the answer, and the approved one takes its place. Where the best source has to be
    given word for word, the model is not asked.
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
        if not _must_be_verbatim(prompt):
            check = _Check(prompt)
            try:
                async with aclosing(self._model.stream(prompt)) as events:
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
                    yield replace(event, degraded=(*event.degraded, why), replaced=why)
                else:
                    yield event


def _must_be_verbatim(prompt: Prompt) -> bool:
    best = best_source(prompt)
    candidates = [*prompt.sources[:1], *([best] if best else [])]
    return any(shown.passage.regulated for shown in candidates)


class _Ungrounded(Exception):
    """The model's answer cannot be shown."""


@dataclass(slots=True)
class _Check:
    """What has been learnt about one answer on the way through it."""

    prompt: Prompt
    allowed: frozenset[Figure] = field(init=False)
    held: str = ""
    """The sentence that is not whole yet."""
    shown: bool = False
    """Some of the answer was let through."""
    cited: dict[str, None] = field(default_factory=dict)
    """Entries in order of their first citation."""
    removed: int = 0

    def __post_init__(self) -> None:
        sources = [part for s in self.prompt.sources for part in (s.text, s.passage.question)]
        said = [m.content for m in self.prompt.history if m.role == "user"]
        self.allowed = figures("\n".join([*sources, *said, self.prompt.question]))

    def take(self, event: Generated) -> list[Generated]:
        """Return what may be yielded now, in order.

        Raises:
            _Ungrounded: nothing more of this answer may be shown.
        """
        match event:
            case Token(text):
                self.held += text
                ends = [match.end() for match in _SENTENCE_END.finditer(self.held)]
                return self._release(ends[-1]) if ends else []
            case Replaced():
                withdrawn: list[Generated] = [event] if self.shown else []
                self.held, self.shown, self.cited = "", False, {}
                return withdrawn
            case Completion():
                rest = self._release(len(self.held))
                if not self.shown:
                    raise _Ungrounded("the model's answer was empty")
                return [*rest, self._signed(event)]

    def _release(self, end: int) -> list[Generated]:
        text = _CITATION.sub(self._cite, self.held[:end])
        text = text if self.shown else text.lstrip()
        self.held = self.held[end:]
        if unknown := figures(_CITATION.sub(" ", text)) - self.allowed:
            raise _Ungrounded(f"the model's answer had a {min(unknown).kind} that no source gives")
        self.shown = self.shown or bool(text)
        return [Token(text)] if text else []

    def _cite(self, match: re.Match[str]) -> str:
        """Note the sources that a citation names; return it without those that do not exist."""
        given = {shown.number: shown.passage.id for shown in self.prompt.sources}
        numbers = [int(n) for n in re.findall(r"\d+", match[2])]
        known = [n for n in numbers if n in given]
        self.removed += len(numbers) - len(known)
        self.cited |= dict.fromkeys(given[n] for n in known)
        return f"{match[1]}[{', '.join(map(str, known))}]" if known else ""

    def _signed(self, completion: Completion) -> Completion:
        cited = tuple(self.cited) or completion.cited
        if not (cited or completion.handed_off or self.prompt.small_talk):
            cited = tuple(shown.passage.id for shown in self.prompt.sources[:1])
        return replace(completion, cited=cited, citations_removed=completion.citations_removed + self.removed)
