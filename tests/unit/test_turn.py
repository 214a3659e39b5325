"""The pipeline: what happens in a turn, in which order, and what is remembered of it."""

from collections.abc import Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
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
    Decision,
    Event,
    Finished,
    Found,
    Hit,
    Passage,
    Reason,
    Replaced,
    Retrieved,
    Status,
    Token,
    Turn,
    TurnState,
)
from questrag.evaluation.play import Recording
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.generation.grounded import Grounded
from questrag.generation.scripted import Scripted
from questrag.policy.rules import AlwaysFetch, LiveFirst, NeverFetch, SmallTalkFirst, Threshold
from questrag.storage.memory import MemoryStore
from tests.contracts.test_store import RECEIPT
from tests.fakes import BLOCK_CARD, OPEN_DEPOSIT, PASSAGES, WordCounter, an_assistant

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_turn(
    *, cited: tuple[str, ...] = (), fetched: tuple[str, ...] = (), live: tuple[str, ...] = (), answer: str = "a"
) -> Turn:
    """Return an earlier turn with these entries in its prompt."""
    receipt = replace(RECEIPT, cited=cited, fetched=fetched, live=live)
    return Turn(id="1", conversation_id="c", user_id="u", question="q", answer=answer, asked_at=NOW, receipt=receipt)


async def state_of(assistant: Assistant, question: str, history: Sequence[Turn] = ()) -> TurnState:
    """Return what the policy is shown."""
    policy = Recording(NeverFetch())
    await collect(replace(assistant, policy=policy).answer(question, history))
    assert policy.state is not None
    return policy.state


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

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        raise ArtifactError("keys.faiss is damaged")


async def test_a_report_of_fraud_gets_the_emergency_steps_before_anything_is_searched() -> None:
    events = await reply(replace(an_assistant(), retriever=Broken()), "I shared my OTP with a caller")
    assert events[0] == Token(STEPS["en"], "fraud")
    assert isinstance(events[-1], Finished)
    assert (events[-1].answer.text, events[-1].answer.status) == (STEPS["en"], Status.HANDED_OFF)
    assert events[-1].answer.receipt.degraded == ("nothing was searched: ArtifactError",)


async def test_a_search_that_fails_fails_the_turn() -> None:
    with pytest.raises(ArtifactError):
        await reply(replace(an_assistant(), retriever=Broken()), "block my card")


async def test_despair_is_answered_with_help_and_nothing_else() -> None:
    events = await reply(an_assistant(), "I want to end my life, recovery agents call about my fixed deposit")
    assert events[0] == Token(CRISIS["en"], "crisis")
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    assert answer.text == CRISIS["en"]
    assert answer.receipt.cited == ()
    assert (answer.receipt.emergency, answer.receipt.opening) == (True, "crisis")


ROBBED = "someone used my card, how do I block my debit card"
"""Seven of its nine words are in `BLOCK_CARD.question`."""


async def test_emergency_steps_stand_alone_where_nothing_found_is_good_enough() -> None:
    model = Scripted(["Anything."])
    answer = await collect(an_assistant(generator=model, enough=0.8).answer(ROBBED))
    assert (answer.text, answer.status) == (STEPS["en"], Status.HANDED_OFF)
    assert (answer.receipt.cited, answer.receipt.tokens.paid, model.asked) == ((), False, [])


async def test_what_is_good_enough_follows_the_emergency_steps() -> None:
    answer = await collect(an_assistant(enough=0.75).answer(ROBBED))
    assert (answer.text, answer.status) == (STEPS["en"] + "\n\n" + BLOCK_CARD.answer, Status.ANSWERED)
    assert answer.receipt.cited == ("card-block",)


async def test_an_answer_says_of_its_first_piece_alone_that_it_is_an_opening() -> None:
    events = await reply(an_assistant(), ROBBED)
    assert [event.opening for event in events if isinstance(event, Token)][:2] == ["fraud", None]
    usual = await reply(an_assistant(), "How do I block my debit card?")
    assert {event.opening for event in usual if isinstance(event, Token)} == {None}
    assert isinstance(usual[-1], Finished)
    assert (usual[-1].answer.receipt.emergency, usual[-1].answer.receipt.opening) == (False, None)


async def test_emergency_steps_survive_an_answer_that_is_withdrawn() -> None:
    invented = Grounded(Scripted(["Open the app. ", "You get Rs 99,999 back. "]), Extractive(WordCounter()))
    events = await reply(an_assistant(generator=invented), "someone used my card, how do I block my debit card")
    assert any(isinstance(event, Replaced) for event in events)
    last = max(i for i, event in enumerate(events) if isinstance(event, Replaced))
    assert isinstance(events[-1], Finished)
    assert "".join(e.text for e in events[last:] if isinstance(e, Token)) == events[-1].answer.text
    assert events[-1].answer.text == STEPS["en"] + "\n\n" + BLOCK_CARD.answer
    assert (events[-1].answer.receipt.emergency, events[-1].answer.receipt.opening) == (True, "fraud")
    assert events[last + 1] == Token(STEPS["en"] + "\n\n", "fraud")


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
    policy = SmallTalkFirst(LiveFirst(Threshold(0.3), 0.3))
    assistant = an_assistant(policy=policy, generator=Extractive(WordCounter()), enough=0.3)
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


async def test_what_was_in_a_prompt_can_be_shown_again_for_its_turns_and_not_when_it_is_withdrawn() -> None:
    shown = a_turn(cited=("card-block",), fetched=("card-block", "deposit-open"), live=("pin-reset",))
    other = a_turn()
    assistant = replace(an_assistant(), live_turns=2)
    live = (await state_of(assistant, "and then?", [shown, other])).live
    assert [(kept.passage.id, kept.age, kept.cited) for kept in live] == [
        ("card-block", 2, 2),
        ("deposit-open", 2, None),
        ("pin-reset", 2, None),
    ]
    assert (await state_of(assistant, "and then?", [shown, other, other])).live == ()
    assert (await state_of(replace(assistant, live_turns=0), "and then?", [shown])).live == ()
    withdrawn = replace(an_assistant(passages=PASSAGES[1:]), live_turns=2)
    assert [kept.passage.id for kept in (await state_of(withdrawn, "and then?", [shown])).live] == [
        "deposit-open",
        "pin-reset",
    ]


async def test_of_what_can_be_shown_again_the_last_shown_comes_first_and_nothing_twice() -> None:
    before = [a_turn(fetched=("card-block", "deposit-open")), a_turn(fetched=("card-block",), live=("pin-reset",))]
    live = (await state_of(an_assistant(), "and then?", before)).live
    assert [(kept.passage.id, kept.age) for kept in live] == [("card-block", 1), ("pin-reset", 1), ("deposit-open", 2)]


async def test_no_more_can_be_shown_again_than_a_prompt_has_room_for() -> None:
    many = tuple(Passage(id=f"e{n}", question=f"entry {n}", answer=f"answer {n}") for n in range(12))
    old, new = a_turn(fetched=("e0", "e1", "e2", "e3", "e4")), a_turn(fetched=("e5", "e6", "e7", "e8", "e9"))
    live = (await state_of(an_assistant(passages=many), "and then?", [old, new])).live
    assert [kept.passage.id for kept in live] == ["e5", "e6", "e7", "e8", "e9", "e0", "e1", "e2"]


async def test_what_can_be_shown_again_is_scored_for_this_turns_question() -> None:
    before = [a_turn(cited=("card-block",), fetched=("card-block", "pin-reset"))]
    state = await state_of(replace(an_assistant(), k=1, further=0), "block my card", before)
    assert [hit.passage.id for hit in state.hits] == ["card-block"]
    assert {kept.passage.id: kept.score for kept in state.live} == pytest.approx(
        {"card-block": 1.0, "pin-reset": 1 / 3}
    )
    elsewhere = await state_of(an_assistant(), "weather?", before)
    assert [kept.score for kept in elsewhere.live] == [0.0, 0.0]


async def test_what_was_shown_before_and_is_scored_again_is_not_thereby_found() -> None:
    before = [a_turn(fetched=("deposit-open", "pin-reset"))]
    assert (await state_of(an_assistant(), "weather?", before)).hits == ()
    assert [hit.passage.id for hit in (await state_of(an_assistant(), "debit", before)).hits] == ["card-block"]


async def test_what_a_search_finds_beyond_the_usual_design_is_the_policys_to_choose_from() -> None:
    state = await state_of(replace(an_assistant(), k=1, further=1), "How do I block my debit card?")
    assert [hit.passage.id for hit in state.hits] == ["card-block"]
    assert [hit.passage.id for hit in state.further] == ["deposit-open"]


async def test_a_policy_sees_the_questions_before_and_what_was_decided() -> None:
    failed = replace(a_turn(), question="failed?", receipt=None)
    past = (await state_of(an_assistant(), "and then?", [a_turn(), failed])).past
    assert [(turn.question, turn.action) for turn in past] == [("q", Action.FETCH), ("failed?", None)]


@dataclass(frozen=True, slots=True)
class Says:
    """Decides what it was told to."""

    decision: Decision
    version: str = "says@1"

    def decide(self, state: TurnState) -> Decision:
        return self.decision


async def test_of_what_can_be_shown_again_only_what_the_policy_keeps_is_in_the_prompt() -> None:
    before = [a_turn(cited=("card-block",), fetched=("card-block", "deposit-open", "pin-reset"))]
    keeps = Decision(Action.NO_FETCH, 0.0, Reason.POLICY, "says@1", keep=(Hit(OPEN_DEPOSIT, 0.1),))
    receipt = (await collect(an_assistant(policy=Says(keeps)).answer("block my card", before))).receipt
    assert (receipt.fetched, receipt.live) == ((), ("deposit-open",))
    nothing = (await collect(an_assistant(policy=NeverFetch()).answer("block my card", before))).receipt
    assert (nothing.fetched, nothing.live) == ((), ())


async def test_of_the_hits_only_those_that_the_policy_names_are_fetched_in_the_order_of_their_scores() -> None:
    assistant = replace(an_assistant(), k=1, further=1)
    named = (Hit(OPEN_DEPOSIT, 0.2), Hit(BLOCK_CARD, 0.9))
    names = Decision(Action.FETCH, 1.0, Reason.POLICY, "says@1", named)
    events = await reply(replace(assistant, policy=Says(names)), "How do I block my debit card?")
    assert [e.decision for e in events if isinstance(e, Decided)] == [names]
    (retrieved,) = (event for event in events if isinstance(event, Retrieved))
    assert retrieved.hits == named
    assert isinstance(events[-1], Finished)
    receipt = events[-1].answer.receipt
    assert receipt.fetched == ("card-block", "deposit-open")
    usual = (await collect(replace(assistant, policy=AlwaysFetch()).answer("How do I block my debit card?"))).receipt
    assert usual.fetched == ("card-block",)
    assert receipt.tokens.always_fetch_prompt == usual.tokens.prompt


async def test_why_the_policy_decided_so_is_on_the_receipt() -> None:
    policy = Says(Decision(Action.NO_FETCH, 0.2, Reason.POLICY, "says@1", why="It was answered before."))
    assert (await collect(an_assistant(policy=policy).answer("block my card"))).receipt.why == "It was answered before."


async def test_what_an_answer_drew_on_is_kept_for_two_turns() -> None:
    assistant = an_assistant(policy=LiveFirst(Threshold(0.3), 0.3), generator=Extractive(WordCounter()), enough=0.3)
    history: list[Turn] = []
    lives = []
    for question in ("How do I block my debit card?", "weather today?", "cricket score?", "who won?"):
        answer = await collect(assistant.answer(question, history))
        history.append(replace(a_turn(), question=question, answer=answer.text, receipt=answer.receipt))
        lives.append(answer.receipt.live)
    assert lives == [(), ("card-block",), ("card-block",), ()]


async def test_an_earlier_answer_is_cut_in_the_history_and_an_earlier_question_is_not() -> None:
    long = replace(a_turn(), question="why " * 100, answer="one two three four five")
    assistant = replace(an_assistant(), history_answer_tokens=3)
    history = (await state_of(assistant, "and then?", [long])).history
    assert [(message.role, message.content) for message in history] == [
        ("user", "why " * 100),
        ("assistant", "one two three"),
    ]
    assert [m.content for m in (await state_of(an_assistant(), "and then?", [long])).history][1] == long.answer


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
