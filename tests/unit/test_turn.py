"""The pipeline: what happens in a turn, in which order, and what is remembered of it."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from questrag.chat.emergency import CRISIS, STEPS
from questrag.chat.errors import ArtifactError, Unavailable
from questrag.chat.turn import Assistant, active_path, collect, converse
from questrag.chat.types import (
    Action,
    Completion,
    Conversation,
    Decided,
    Event,
    Finished,
    Hit,
    Passage,
    Replaced,
    Retrieved,
    Status,
    Token,
    Turn,
)
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.generation.grounded import Grounded
from questrag.generation.scripted import Scripted
from questrag.policy.rules import AlwaysFetch, LiveFirst, NeverFetch, SmallTalkFirst, Threshold
from questrag.storage.memory import MemoryStore
from tests.fakes import BLOCK_CARD, PASSAGES, WordCounter, an_assistant

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def reply(assistant: Assistant, question: str, history: Sequence[Turn] = ()) -> list[Event]:
    return [event async for event in assistant.answer(question, history)]


async def begun(question: str) -> tuple[MemoryStore, Turn]:
    store = MemoryStore()
    await store.add_conversation(Conversation(id="c", user_id="u", title="t", created_at=NOW, updated_at=NOW))
    turn = Turn(id="t1", conversation_id="c", user_id="u", question=question, asked_at=NOW)
    turn, _ = await store.begin(turn, append=True)
    return store, turn


async def test_nothing_is_looked_up_when_the_policy_says_answer() -> None:
    events = await reply(an_assistant(policy=NeverFetch(), generator=Scripted(["Hello!"])), "block card")
    assert not any(isinstance(event, Retrieved) for event in events)
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.receipt.fetched == ()


async def test_a_turn_decides_then_retrieves_then_writes_then_finishes() -> None:
    events = await reply(an_assistant(), "How do I block my debit card?")
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Decided, Retrieved]
    assert set(kinds[2:-1]) == {Token}
    assert kinds[-1] is Finished


async def test_the_pieces_are_the_answer() -> None:
    events = await reply(an_assistant(), "How do I block my debit card?")
    assert isinstance(events[-1], Finished)
    assert "".join(e.text for e in events if isinstance(e, Token)) == events[-1].answer.text == BLOCK_CARD.answer


async def test_the_receipt_says_what_was_used_paid_and_saved() -> None:
    fetched = (await collect(an_assistant().answer("How do I block my debit card?"))).receipt
    assert fetched.policy_action is Action.FETCH
    assert fetched.probabilities == {Action.FETCH: 1.0, Action.NO_FETCH: 0.0}
    assert fetched.fetched[0] == "card-block"
    assert [source.id for source in fetched.sources] == ["card-block"]
    assert fetched.tokens.saved == 0
    assert fetched.tokens.counted_by == "words"
    assert set(fetched.timings_ms) == {"search", "decide", "prompt", "generate", "total"}
    assert fetched.versions.knowledge == "tiny@1"
    assert fetched.versions.model == "fake/best-source"

    skipped = (await collect(an_assistant(policy=NeverFetch()).answer("How do I block my debit card?"))).receipt
    assert skipped.tokens.always_fetch_prompt == fetched.tokens.prompt
    assert skipped.tokens.saved > 0


async def test_the_providers_own_count_is_believed_and_the_counterfactual_is_scaled_to_it() -> None:
    paid = Completion(provider="p", model="m", prompt_tokens=1000, completion_tokens=7)
    assistant = an_assistant(policy=NeverFetch(), generator=Scripted(["x"], completion=paid))
    ours = (await collect(an_assistant(policy=NeverFetch()).answer("block card"))).receipt.tokens
    tokens = (await collect(assistant.answer("block card"))).receipt.tokens
    assert (tokens.prompt, tokens.completion, tokens.counted_by) == (1000, 7, "provider")
    assert tokens.always_fetch_prompt == round(1000 * ours.always_fetch_prompt / ours.prompt)


async def test_what_a_customer_typed_is_masked_before_any_part_sees_it() -> None:
    model = Scripted(["ok"])
    await reply(an_assistant(generator=model), "block card 4111 1111 1111 1111, otp 482913")
    assert model.asked[0].question == "block card [CARD], otp [SECRET]"


class Broken:
    """A search that always fails."""

    encoder_version = index_version = "broken"

    def search(self, question: str, k: int, earlier: Sequence[str] = ()) -> list[Hit]:
        raise ArtifactError("keys.faiss is damaged")


async def test_a_report_of_fraud_gets_the_emergency_steps_before_anything_is_searched() -> None:
    events = await reply(replace(an_assistant(), retriever=Broken()), "I shared my OTP with a caller")
    assert events[0] == Token(STEPS["en"])
    assert isinstance(events[-1], Finished)
    assert (events[-1].answer.text, events[-1].answer.status) == (STEPS["en"], Status.HANDED_OFF)
    assert events[-1].answer.receipt.degraded == ("nothing was searched: ArtifactError",)


async def test_a_search_that_fails_fails_the_turn() -> None:
    with pytest.raises(ArtifactError):
        await reply(replace(an_assistant(), retriever=Broken()), "block my card")


async def test_despair_is_answered_with_help_and_nothing_else() -> None:
    answer = await collect(an_assistant().answer("I want to end my life, recovery agents call about my fixed deposit"))
    assert answer.text == CRISIS["en"]
    assert answer.receipt.cited == ()


async def test_emergency_steps_survive_an_answer_that_is_withdrawn() -> None:
    invented = Grounded(Scripted(["Open the app. ", "You get Rs 99,999 back. "]), Extractive(WordCounter()))
    events = await reply(an_assistant(generator=invented), "someone used my card, how do I block my debit card")
    assert any(isinstance(event, Replaced) for event in events)
    last = max(i for i, event in enumerate(events) if isinstance(event, Replaced))
    assert isinstance(events[-1], Finished)
    assert "".join(e.text for e in events[last:] if isinstance(e, Token)) == events[-1].answer.text
    assert events[-1].answer.text == STEPS["en"] + "\n\n" + BLOCK_CARD.answer
    assert events[-1].answer.receipt.emergency


async def test_emergency_steps_are_not_said_twice() -> None:
    emergency = Passage(id="e", question="block my card, fraud", answer="Do this first.", intent="fraud_emergency")
    assistant = an_assistant(passages=(emergency, *PASSAGES), generator=Extractive(WordCounter()))
    answer = await collect(assistant.answer("fraud ho gaya, how do I block my card"))
    assert "Do this first." not in answer.text


async def test_what_an_answer_drew_on_stays_live_and_is_not_fetched_again() -> None:
    assistant = an_assistant(policy=SmallTalkFirst(LiveFirst(Threshold(0.3), 0.3)))
    store, turn = await begun("How do I block my debit card?")
    async for _ in converse(assistant, store, turn, ()):
        pass
    history = await store.turns("u", "c")
    answer = await collect(assistant.answer("block my debit card please", history))
    assert (answer.receipt.policy_action, answer.receipt.reason) == (Action.NO_FETCH, "live")
    assert answer.receipt.live == ("card-block",)
    assert answer.text == BLOCK_CARD.answer


async def test_a_question_that_names_nothing_is_understood_with_the_one_before() -> None:
    assistant = an_assistant(policy=SmallTalkFirst(LiveFirst(Threshold(0.3), 0.3)), generator=Extractive(WordCounter()))
    store, turn = await begun("How do I open a fixed deposit?")
    async for _ in converse(assistant, store, turn, ()):
        pass
    history = await store.turns("u", "c")
    followed = await collect(assistant.answer("aur kitna time lagega?", history))
    assert (followed.receipt.reason, followed.receipt.cited) == ("live", ("deposit-open",))
    elsewhere = await collect(assistant.answer("What is the weather today?", history))
    assert elsewhere.status is Status.HANDED_OFF
    assert elsewhere.receipt.cited == ()


async def test_small_talk_pays_for_nothing_from_earlier_turns() -> None:
    assistant = an_assistant(policy=SmallTalkFirst(AlwaysFetch()))
    cited = (await collect(assistant.answer("How do I block my debit card?"))).receipt
    before = Turn(id="1", conversation_id="c", user_id="u", question="q", answer="a", asked_at=NOW, receipt=cited)
    thanks = (await collect(assistant.answer("thank you", [before]))).receipt
    assert (thanks.live, thanks.fetched) == ((), ())


async def test_an_end_that_could_not_be_stored_is_tried_again_with_what_was_said() -> None:
    store, turn = await begun("How do I block my debit card?")

    class Flaky(MemoryStore):
        tries = 0

        async def finish(self, turn: Turn) -> None:
            self.tries += 1
            if self.tries == 1:
                raise Unavailable("the disk is full")
            await store.finish(turn)

    flaky = Flaky()
    with pytest.raises(Unavailable):
        async for _ in converse(an_assistant(), flaky, turn, ()):
            pass
    stored = await store.turn("u", "t1")
    assert (stored.status, stored.answer) == (Status.FAILED, BLOCK_CARD.answer)


async def test_a_live_passage_leaves_the_prompt_after_its_turns_and_when_it_is_withdrawn() -> None:
    assistant = an_assistant(policy=NeverFetch())
    cited = (await collect(an_assistant().answer("How do I block my debit card?"))).receipt
    old = Turn(id="1", conversation_id="c", user_id="u", question="q", answer="a", asked_at=NOW, receipt=cited)
    other = replace(old, id="2", receipt=replace(cited, cited=()))
    assert (await collect(assistant.answer("and then?", [old, other]))).receipt.live == ("card-block",)
    assert (await collect(assistant.answer("and then?", [old, other, other]))).receipt.live == ()
    withdrawn = an_assistant(policy=NeverFetch(), passages=PASSAGES[1:])
    assert (await collect(withdrawn.answer("and then?", [old]))).receipt.live == ()


async def test_an_answer_without_anything_approved_is_a_hand_off() -> None:
    answer = await collect(an_assistant(generator=Extractive(WordCounter())).answer("zzz qqq"))
    assert answer.status is Status.HANDED_OFF
    assert answer.receipt.sources == ()


async def test_the_end_of_a_turn_is_stored_before_it_is_announced() -> None:
    store, turn = await begun("How do I block my debit card?")
    async for event in converse(an_assistant(), store, turn, ()):
        if isinstance(event, Finished):
            stored = await store.turn("u", "t1")
            assert (stored.status, stored.answer, stored.complete) == (Status.ANSWERED, event.answer.text, True)
            assert stored.receipt == event.answer.receipt


async def test_a_reader_who_leaves_stops_the_generator_and_leaves_what_they_saw() -> None:
    store, turn = await begun("How do I block my debit card?")
    model = Scripted(["one ", "two ", "three "])
    async with aclosing(converse(an_assistant(generator=model), store, turn, ())) as events:
        async for event in events:
            if event == Token("two "):
                break
    stored = await store.turn("u", "t1")
    assert (stored.status, stored.answer, stored.complete) == (Status.ANSWERED, "one two ", False)
    assert model.left_early == 1


async def test_a_turn_that_fails_is_stored_as_failed_with_the_reason() -> None:
    store, turn = await begun("How do I block my debit card?")
    with pytest.raises(Unavailable):
        async for _ in converse(an_assistant(generator=Scripted([], fails_after=0)), store, turn, ()):
            pass
    stored = await store.turn("u", "t1")
    assert (stored.status, stored.complete) == (Status.FAILED, False)
    assert "failed as it was told to" in stored.problem


async def test_when_every_provider_is_down_the_approved_answer_comes_and_says_so() -> None:
    down = Scripted([], fails_after=0)
    generator = FirstThatAnswers([down, down, Extractive(WordCounter())], deadline_s=5)
    answer = await collect(an_assistant(policy=AlwaysFetch(), generator=generator).answer("block my debit card"))
    assert answer.text == BLOCK_CARD.answer
    assert answer.receipt.llm_provider == "extractive"
    assert len(answer.receipt.degraded) == 2


def test_the_active_path_leads_from_the_first_turn_to_the_leaf_past_other_versions() -> None:
    first = Turn(id="1", conversation_id="c", user_id="u", question="q", asked_at=NOW)
    second, edited = replace(first, id="2", parent_id="1"), replace(first, id="2b", parent_id="1")
    third = replace(first, id="3", parent_id="2b")
    turns = [first, second, edited, third]
    assert [turn.id for turn in active_path(turns, "3")] == ["1", "2b", "3"]
    assert [turn.id for turn in active_path(turns, "2")] == ["1", "2"]
    assert active_path(turns, None) == active_path(turns, "gone") == []
