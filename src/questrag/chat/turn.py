"""The only pipeline: the web page, the command line and the evaluation all run this one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from questrag.chat import prompt as prompts
from questrag.chat.askback import ask_back, chosen
from questrag.chat.emergency import EMERGENCY_INTENT, Opening, lost_card_first, opening_for, stands_alone
from questrag.chat.errors import NotFound, QuestragError, Unavailable
from questrag.chat.injection import inspect
from questrag.chat.language import language_of
from questrag.chat.ports import Generator, KnowledgeBase, Policy, Retriever, TokenCounter, Turns
from questrag.chat.privacy import mask
from questrag.chat.prompt import Prompt, build_prompt
from questrag.chat.stopwatch import Stopwatch
from questrag.chat.types import (
    MOST_LIVE,
    Answer,
    Completion,
    Decided,
    Decision,
    Event,
    Finished,
    Found,
    Generated,
    Hit,
    Kept,
    Lang,
    Message,
    Past,
    Reason,
    Receipt,
    Replaced,
    Retrieved,
    Source,
    Status,
    Token,
    TokenBill,
    Turn,
    TurnState,
    Versions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Answers one question at a time. Holds no state of any conversation."""

    knowledge: KnowledgeBase
    retriever: Retriever
    policy: Policy
    generator: Generator
    tokens: TokenCounter
    k: int = 5
    """Passages that the usual design puts in the prompt."""
    further: int = 5
    """Hits beyond those that the policy may choose from."""
    budget_tokens: int = 2000
    """For the whole prompt: system text, history, passages and question."""
    live_turns: int = 6
    """A passage can be shown again for so many turns after it was last in a prompt."""
    history_turns: int = 6
    history_answer_tokens: int = 64
    """An earlier answer is cut to so many: what it drew on can be shown again, and the start of a prompt that does not
    change from turn to turn is what a provider's prefix cache knows."""
    enough: float = 0.0
    """Score from which a passage is given as the answer where no model reads it."""

    async def answer(self, question: str, history: Sequence[Turn] = ()) -> AsyncGenerator[Event, None]:
        """Yield the events of one turn; the last one is `Finished`.

        Args:
            question: as typed; it is masked before anything else sees it.
            history: the turns before, oldest first.

        Raises:
            QuestragError: a part that was needed failed. Nothing is left out in silence.
        """
        watch = Stopwatch()
        question = mask(question, before=history[-1].question if history else "")
        lang, guard = language_of(question), inspect(question).reasons
        if opening := opening_for(question, lang):
            yield Token(opening.text, opening.kind)

        degraded: tuple[str, ...] = ()
        try:
            state = await self._look(question, lang, history, opening)
            degraded = state.degraded
        except QuestragError as error:
            if not opening:
                raise
            # The opening is worth more than a consistent failure; the receipt says what was missing.
            state, degraded = TurnState(question, lang, (), ()), (f"nothing was searched: {type(error).__name__}",)
        watch.lap("search")
        decision = await asyncio.to_thread(self.policy.decide, state)
        watch.lap("decide")
        yield Decided(decision)
        if decision.passages:
            yield Retrieved(decision.passages)

        prompt = replace(self.prompt_of(state, decision), fenced=bool(guard))
        watch.lap("prompt")
        text, completion = opening.text if opening else "", None
        async with aclosing(self._write(prompt, decision, opening)) as events:
            async for event in events:
                if isinstance(event, Completion):
                    completion = event
                    continue
                yield event
                text = "" if isinstance(event, Replaced) else text + event.text
        if completion is None:
            raise RuntimeError(f"{type(self.generator).__name__} ended without a Completion")
        watch.lap("generate")

        receipt = self._receipt(state, prompt, decision, completion, text, opening)
        receipt = replace(receipt, timings_ms=watch.laps(), degraded=degraded + receipt.degraded, guard=guard)
        yield Finished(Answer(text, Status.HANDED_OFF if completion.handed_off else Status.ANSWERED, receipt))

    async def look(self, question: str, history: Sequence[Turn] = ()) -> TurnState:
        """Return what the policy is shown at a stored turn, by the search and the knowledge base of today."""
        lang = language_of(question)
        return await self._look(question, lang, history, opening_for(question, lang))

    async def _look(self, question: str, lang: Lang, history: Sequence[Turn], opening: Opening | None) -> TurnState:
        """Search for the question, understood with the ones before it."""
        live = self._live(_last(history, self.live_turns))
        found = await asyncio.to_thread(self._search, question, history, live)
        hits, scores = list(found.hits), {hit.passage.id: hit.score for hit in found.named}
        live = tuple(replace(kept, score=scores.get(kept.passage.id, 0.0)) for kept in live)
        if opening:  # what it has said is not said again
            hits = [hit for hit in hits if not opening.alone and hit.passage.intent != EMERGENCY_INTENT]
            live = tuple(kept for kept in live if not opening.alone and kept.passage.intent != EMERGENCY_INTENT)
        past = tuple(Past(turn.question, turn.receipt.policy_action if turn.receipt else None) for turn in history)
        return TurnState(
            question,
            lang,
            self._messages(history),
            tuple(hits[: self.k]),
            live,
            past,
            tuple(hits[self.k :]),
            found.vector,
            found.degraded,
        )

    def _search(self, question: str, history: Sequence[Turn], live: Sequence[Kept]) -> Found:
        """Search for the question; where it is the reply to a question back, for the entry that it chooses."""
        option = chosen(question, history[-1] if history else None)
        if option:
            try:
                only = (Hit(self.knowledge.passage(option), 1.0),)
                return Found(only, only)
            except NotFound:
                pass  # withdrawn since: the reply is searched for like any other question
        also = [kept.passage.id for kept in live]
        earlier = [] if stands_alone(question) else [turn.question for turn in history]
        found = self.retriever.search_and_score(question, self.k + self.further, earlier, also)
        first = lost_card_first(question, found.hits[: self.k])
        return replace(found, hits=(*first, *found.hits[self.k :]))

    def _live(self, history: Sequence[Turn]) -> tuple[Kept, ...]:
        """Return what was in these prompts, most recent first, as far as the entries still exist."""
        cited: dict[str, int] = {}
        ages: dict[str, int] = {}
        for age, turn in enumerate(reversed(history), start=1):
            shown = (*turn.receipt.cited, *turn.receipt.fetched, *turn.receipt.live) if turn.receipt else ()
            cited = dict.fromkeys(turn.receipt.cited if turn.receipt else (), age) | cited
            for entry_id in shown:
                ages.setdefault(entry_id, age)
        found: list[Kept] = []
        for entry_id, age in ages.items():
            with suppress(NotFound):  # withdrawn since: what is no longer approved is not shown again
                found.append(Kept(self.knowledge.passage(entry_id), age=age, cited=cited.get(entry_id)))
        return tuple(found[:MOST_LIVE])

    def _messages(self, history: Sequence[Turn]) -> tuple[Message, ...]:
        return tuple(
            message
            for turn in _last(history, self.history_turns)
            if turn.answer and not _was_fenced(turn)
            for message in (
                Message("user", turn.question),
                Message("assistant", self.tokens.cut(turn.answer, self.history_answer_tokens)),
            )
        )

    def prompt_of(self, state: TurnState, decision: Decision) -> Prompt:
        """Build what the decision asks for."""
        return self._built(state, decision.passages, decision.keep)

    def tokens_of(self, state: TurnState, hits: Sequence[Hit]) -> int:
        """Return the prompt tokens of a turn that shows these passages."""
        return self._built(state, hits, ()).tokens(self.tokens)

    def always(self, state: TurnState) -> Prompt:
        """Build what the usual design would have sent: all hits at every turn, and nothing kept."""
        return self._built(state, state.hits, ())

    def _built(self, state: TurnState, hits: Sequence[Hit], live: Sequence[Hit]) -> Prompt:
        return build_prompt(
            state.question,
            state.lang,
            history=state.history,
            hits=hits,
            live=live,
            tokens=self.tokens,
            budget_tokens=self.budget_tokens,
            enough=self.enough,
        )

    async def _write(
        self, prompt: Prompt, decision: Decision, opening: Opening | None
    ) -> AsyncGenerator[Generated, None]:
        """Yield what the generator writes, after the opening where there is one, or the question back.

        An opening alone is an answer: nobody in trouble has to read that nothing else was found, or what hardly fits,
        or to choose.
        """
        unclear = decision.reason is Reason.UNCLEAR
        if opening and (unclear or not any(shown.score >= self.enough for shown in prompt.sources)):
            yield Completion(provider="extractive", model="emergency", handed_off=True, paid=False)
            return
        if unclear:
            yield Token(ask_back([shown.passage for shown in prompt.sources if not shown.live], prompt.lang))
            yield Completion(provider="extractive", model="ask_back", paid=False)
            return
        if opening:
            yield Token("\n\n")
        async with aclosing(self.generator.stream(prompt)) as events:
            async for event in events:
                yield event
                if opening and isinstance(event, Replaced):
                    yield Token(opening.text + "\n\n", opening.kind)

    def _bill(self, state: TurnState, prompt: Prompt, completion: Completion, text: str) -> TokenBill:
        always = self.always(state).tokens(self.tokens)
        ours = prompt.tokens(self.tokens)
        if completion.prompt_tokens is None or completion.completion_tokens is None:
            return TokenBill(ours, self.tokens.count(text), always, self.tokens.name, completion.paid)
        # Only our own tokenizer has seen the prompt that was not sent: scale it to the provider's.
        scaled = round(always * completion.prompt_tokens / max(ours, 1))
        return TokenBill(
            completion.prompt_tokens,
            completion.completion_tokens,
            scaled,
            "provider",
            completion.paid,
            completion.cached_tokens,
        )

    def _receipt(
        self,
        state: TurnState,
        prompt: Prompt,
        decision: Decision,
        completion: Completion,
        text: str,
        opening: Opening | None,
    ) -> Receipt:
        shown = {s.passage.id: s for s in prompt.sources}
        return Receipt(
            policy_action=decision.action,
            reason=decision.reason,
            p_fetch=decision.p_fetch,
            retrieval_score=state.hits[0].score if state.hits else None,
            fetched=tuple(s.passage.id for s in prompt.sources if not s.live),
            live=tuple(s.passage.id for s in prompt.sources if s.live),
            cited=completion.cited,
            sources=tuple(
                Source(i, s.passage.question, s.passage.source, s.passage.as_of, s.score, completion.verbatim)
                for i in completion.cited
                if (s := shown.get(i))
            ),
            tokens=self._bill(state, prompt, completion, text),
            timings_ms={},
            versions=self._versions(decision, completion),
            lang=state.lang,
            llm_provider=completion.provider,
            emergency=opening is not None,
            opening=opening.kind if opening else None,
            degraded=completion.degraded,
            citations_removed=completion.citations_removed,
            replaced=completion.replaced,
            why=decision.why,
        )

    def _versions(self, decision: Decision, completion: Completion) -> Versions:
        return Versions(
            policy=decision.policy,
            encoder=self.retriever.encoder_version,
            index=self.retriever.index_version,
            knowledge=self.knowledge.version,
            prompt=prompts.VERSION,
            model=f"{completion.provider}/{completion.model}",
        )


async def converse(
    assistant: Assistant, turns: Turns, turn: Turn, history: Sequence[Turn]
) -> AsyncGenerator[Event, None]:
    """Answer a turn that was begun, and record its end whatever happens.

    The end is stored before `Finished` is yielded. A reader who leaves early leaves a turn that holds what
    they saw, with ``complete=False``.

    Raises:
        QuestragError: the turn failed, and is stored as failed.
    """
    seen: list[str] = []
    end = replace(turn, status=Status.FAILED, problem="The answer failed.")
    try:
        async with aclosing(assistant.answer(turn.question, history)) as events:
            async for event in events:
                if isinstance(event, Token):
                    seen.append(event.text)
                elif isinstance(event, Replaced):
                    seen.clear()
                elif isinstance(event, Finished):
                    done = ended(turn, event.answer)
                    await _regardless(turns.finish(done))
                    end = done
                yield event
    except Unavailable as error:
        end = replace(end, problem=str(error))  # what other errors say is for operators, not for customers
        raise
    except (GeneratorExit, asyncio.CancelledError):
        if not end.complete:
            status = Status.ANSWERED if seen else Status.FAILED
            end = replace(end, status=status, problem="The reader left before the end.")
        raise
    finally:
        if not end.complete:
            cut = replace(end, answer="".join(seen), answered_at=datetime.now(UTC))
            await _regardless(turns.finish(cut))


def ended(turn: Turn, answer: Answer) -> Turn:
    """Return the turn as it is once it has this answer."""
    return replace(
        turn,
        status=answer.status,
        answer=answer.text,
        answered_at=datetime.now(UTC),
        complete=True,
        receipt=answer.receipt,
    )


async def collect(events: AsyncIterator[Event]) -> Answer:
    """Run a turn to its end: what is not streamed is the same pipeline, awaited."""
    async for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise RuntimeError("the turn ended without an answer")


def active_path(turns: Iterable[Turn], leaf: str | None) -> list[Turn]:
    """Return the turns from the first one to ``leaf``, oldest first."""
    by_id = {turn.id: turn for turn in turns}
    path: list[Turn] = []
    while leaf is not None and leaf in by_id and len(path) <= len(by_id):
        path.append(by_id[leaf])
        leaf = by_id[leaf].parent_id
    return path[::-1]


def _was_fenced(turn: Turn) -> bool:
    """Return whether no later prompt may hold a turn; of one that has no receipt, not even the answer is our own."""
    if turn.receipt is not None:
        return bool(turn.receipt.guard)
    return inspect(turn.question).suspicious or inspect(turn.answer).suspicious


def _last(history: Sequence[Turn], n: int) -> Sequence[Turn]:
    return history[-n:] if n else ()


_running: set[asyncio.Task[None]] = set()


async def _regardless(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end in a task of its own, which a cancelled reader does not take down with them."""
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    await asyncio.shield(task)
