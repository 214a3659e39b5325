"""One generator after another, until one answers."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from copy import copy
from dataclasses import dataclass, replace

from questrag.chat.errors import Unavailable
from questrag.chat.ports import Generator
from questrag.chat.prompt import Prompt
from questrag.chat.types import Completion, Generated, Replaced
from questrag.generation.extractive import Extractive
from questrag.generation.providers import NotAsked, ProviderState, close_all, states_of


class FirstThatAnswers:
    """Asks in order and within one deadline; a generator that keeps failing is left out for a while.

    The next one is asked only while nothing has been yielded, and two are sent a prompt at most. With an
    `Extractive` as the last, every turn ends with an answer: its approved text then also takes the place of an
    answer that was cut short or came too late. Without one, such a turn ends in `Unavailable`.
    """

    def __init__(
        self,
        generators: Sequence[Generator],
        *,
        deadline_s: float,
        failures_to_open: int = 3,
        open_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            deadline_s: for the whole answer, from the first call to the last word.
            failures_to_open: so many failures in a row, and a generator is left out.
            open_s: for so long; then one turn tries it again.
            clock: for leaving out; the deadline is the event loop's.
        """
        last = generators[-1]
        self._approved = last if isinstance(last, Extractive) else None
        models = generators[:-1] if self._approved else generators
        self._models = [(model, _Circuit(failures_to_open, open_s, clock)) for model in models]
        self._deadline_s = deadline_s

    def only(self, n: int) -> "FirstThatAnswers":
        """Return one that asks the n-th generator alone, with the same approved text behind it.

        They share it: its connections, and what either learns about it. Closing this one closes it for both.
        """
        alone = copy(self)
        alone._models = [self._models[n]]
        return alone

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        ends_at = asyncio.get_running_loop().time() + self._deadline_s
        problems: list[Unavailable] = []
        begun = False
        for model, circuit in self._models:
            try:
                with circuit.trying() as asked:
                    async with aclosing(self._in_time(model, prompt, ends_at)) as events:
                        async for event in events:
                            begun = True
                            if isinstance(event, Completion):
                                asked(event)
                            yield _with_problems(event, problems)
                return
            except Unavailable as problem:
                problems.append(problem)
                if begun or isinstance(problem, _TooLate) or _sent(problems) == _ASKED:
                    break

        if self._approved is None:
            retry_after_s = min((p.retry_after_s for p in problems), default=1.0)
            raise Unavailable("; ".join(map(str, problems)), retry_after_s=retry_after_s)
        replaced = str(problems[-1]) if begun else ""
        if begun:
            yield Replaced(replaced)
        async for event in self._approved.stream(prompt):
            yield _with_problems(event, problems, replaced)

    def states(self) -> list[ProviderState]:
        """Return the providers in the order in which they are asked, with what was learnt about them."""
        return [
            replace(state, resting=state.resting or circuit.open, last_problem=circuit.unsolved or state.last_problem)
            for model, circuit in self._models
            for state in states_of(model)
        ]

    async def aclose(self) -> None:
        """Close the connections of those it asks."""
        await close_all(model for model, _ in self._models)

    async def _in_time(self, model: Generator, prompt: Prompt, ends_at: float) -> AsyncGenerator[Generated, None]:
        """Yield what the model yields, as long as there is time; each event is waited for on its own.

        A timeout around the whole stream would also cancel whoever reads it.
        """
        async with aclosing(model.stream(prompt)) as events:
            while True:
                try:
                    async with asyncio.timeout_at(ends_at):
                        event = await anext(events, None)
                except TimeoutError:
                    raise _TooLate(f"no complete answer within {self._deadline_s:g} s") from None
                if event is None:
                    return
                yield event


_ASKED = 2
"""Providers that are sent a prompt in one turn; who waits for a third has waited too long."""


def _sent(problems: Sequence[Unavailable]) -> int:
    return sum(not isinstance(problem, NotAsked) for problem in problems)


def _with_problems(event: Generated, problems: Sequence[Unavailable], replaced: str = "") -> Generated:
    if not isinstance(event, Completion):
        return event
    return replace(
        event,
        degraded=(*map(str, problems), *event.degraded),
        replaced=replaced or event.replaced,
        paid=event.paid or _sent(problems) > 0,
    )


class _TooLate(Unavailable):
    """No time is left for anybody else."""


class _LeftOut(NotAsked):
    """It failed too often, and its rest is not over."""


@dataclass(slots=True)
class _Circuit:
    """Remembers whether a generator is worth asking."""

    failures_to_open: int
    open_s: float
    clock: Callable[[], float]
    failures: int = 0
    ask_again_at: float = 0.0
    last: str = ""

    @property
    def open(self) -> bool:
        """Whether nobody may ask now."""
        return self.failures >= self.failures_to_open and self.clock() < self.ask_again_at

    @property
    def unsolved(self) -> str:
        """How the last attempt failed; empty when it did not."""
        return self.last if self.failures else ""

    @contextmanager
    def trying(self) -> Iterator[Callable[[Completion], None]]:
        """Give what is to be called with the model's completion; learn from that, or from how the attempt fails.

        Raises:
            _LeftOut: it is not to be asked now.
        """
        rested_until = self._begin()
        learnt = False

        def asked(completion: Completion) -> None:
            nonlocal learnt
            learnt = completion.paid
            if completion.paid and not completion.verbatim:
                self.failures = 0  # approved words in place of a model's say nothing good about it

        try:
            yield asked
        except Unavailable as problem:
            learnt = True
            self.failures += 1
            self.last = str(problem)
            self.ask_again_at = self.clock() + self.open_s
            raise
        finally:
            if not learnt:  # it was not asked, or the reader left: the next turn may try
                self.ask_again_at = rested_until

    def _begin(self) -> float:
        """Return until when it rested; while one turn tries, the others keep away."""
        rested_until, now = self.ask_again_at, self.clock()
        if self.failures >= self.failures_to_open:
            if now < rested_until:
                raise _LeftOut(f"{self.last} (not asked again yet)", retry_after_s=rested_until - now)
            self.ask_again_at = now + self.open_s
        return rested_until
