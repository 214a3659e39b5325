"""Stored turns as a log: what the policy saw, what it did with which probability, and what came of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from questrag.chat.errors import Invalid
from questrag.chat.ports import Policy
from questrag.chat.turn import collect, ended
from questrag.chat.types import Action, Decision, Feedback, Hit, Reason, Turn, TurnState, Versions
from questrag.evaluation.judge import ModelJudge
from questrag.evaluation.logs import ThumbOrModel, ended_since, explored, history_of, read_log
from questrag.generation.openai_compatible import OpenAICompatible
from questrag.policy.explore import Exploring
from questrag.policy.rules import AlwaysFetch, NeverFetch, SmallTalkFirst
from questrag.storage.memory import MemoryStore
from tests import peers
from tests.fakes import BLOCK_CARD, OPEN_DEPOSIT, PASSAGES, WordOverlap, an_assistant
from tests.peers import Peer

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ASSISTANT = an_assistant()
UP, DOWN = Feedback("up", "", NOON), Feedback("down", "", NOON)


async def asked(*questions: str, policy: Policy | None = None, conversation: str = "c") -> list[Turn]:
    """Ask one question after the other in one conversation."""
    turns: list[Turn] = []
    for number, question in enumerate(questions):
        answer = await collect(an_assistant(policy=policy or AlwaysFetch()).answer(question, turns))
        turn = Turn(
            id=f"{conversation}{number}",
            conversation_id=conversation,
            user_id="u",
            question=question,
            asked_at=NOON + timedelta(minutes=number),
            parent_id=turns[-1].id if turns else None,
        )
        turns.append(ended(turn, answer))
    return turns


class Seen:
    """Remembers the states that a policy was shown."""

    version = "seen@1"

    def __init__(self) -> None:
        self.states: list[TurnState] = []

    def decide(self, state: TurnState) -> Decision:
        self.states.append(state)
        return AlwaysFetch().decide(state)


async def test_what_the_policy_saw_is_seen_again_from_the_stored_turns() -> None:
    seen = Seen()
    turns = await asked("block my debit card", "how do i open it", "and a fixed deposit", policy=seen)
    log = await read_log(ASSISTANT, turns)
    assert [each.state for each in log.turns] == seen.states
    assert [each.p_action for each in log.turns] == [1.0] * 3
    assert log.turns[0].shown == {hit.passage.id for hit in seen.states[0].hits}


async def test_a_thumb_is_the_verdict_and_without_one_there_is_none() -> None:
    turns = await asked("block my debit card", "open a fixed deposit", "reset my upi pin")
    rated = [replace(turns[0], feedback=UP), replace(turns[1], feedback=DOWN), turns[2]]
    log = await read_log(ASSISTANT, rated)
    assert [each.verdict for each in log.turns] == ["good", "bad", None]
    assert len(log.judged) == 2


async def test_without_a_thumb_a_model_judges_and_a_silent_model_gives_no_verdict() -> None:
    first, second, third = await asked("block my debit card", "open a fixed deposit", "reset my upi pin")
    async with Peer(peers.ends("stop", "Bad"), peers.refuses(500)) as peer:
        model = OpenAICompatible("groq", peer.base_url, "eval-1", ["k"], max_tokens=64, first_token_s=5.0)
        judge = ThumbOrModel(ModelJudge(model))
        log = await read_log(ASSISTANT, [replace(first, feedback=UP), second, third], judge=judge)
        await model.aclose()
    assert [each.verdict for each in log.turns] == ["good", "bad", None]
    assert judge.unanswered == 1
    assert OPEN_DEPOSIT.answer in peer.calls[0].body["messages"][1]["content"]


async def test_the_probability_of_a_skip_that_might_have_been_a_fetch_is_the_rest() -> None:
    kept = await asked("block my debit card", policy=Exploring(NeverFetch(), 0.2, lambda: 0.9), conversation="kept")
    tried = await asked("block my debit card", policy=Exploring(NeverFetch(), 0.2, lambda: 0.1))
    log = await read_log(ASSISTANT, [*kept, *tried])
    assert [each.p_action for each in log.turns] == pytest.approx([0.8, 0.2])
    assert explored(log.turns) == 1


async def test_small_talk_and_turns_of_another_knowledge_base_or_encoder_are_left_out_and_counted() -> None:
    turns = await asked(
        "thank you", "block my debit card", "open a fixed deposit", policy=SmallTalkFirst(AlwaysFetch())
    )
    log = await read_log(ASSISTANT, [turns[0], of(turns[1], knowledge="older@1"), turns[2]])
    assert [each.turn.id for each in log.turns] == ["c2"]
    assert log.left_out == {"small talk": 1, "of another knowledge base": 1}
    with pytest.raises(Invalid, match="no stored turn can be learned from: 2 of another encoder, 1 small talk"):
        await read_log(ASSISTANT, [turns[0], of(turns[1], encoder="x"), of(turns[2], encoder="x")])


def of(turn: Turn, **versions: str) -> Turn:
    """Return the turn as other parts would have answered it."""
    assert turn.receipt is not None
    changed: Versions = replace(turn.receipt.versions, **versions)
    return replace(turn, receipt=replace(turn.receipt, versions=changed))


async def test_a_log_without_propensities_is_refused_with_the_turn_that_says_so() -> None:
    (turn,) = await asked("block my debit card")
    assert turn.receipt is not None
    wrong = replace(turn, receipt=replace(turn.receipt, p_fetch=0.0))
    with pytest.raises(Invalid, match="turn c0 did FETCH with probability 0"):
        await read_log(ASSISTANT, [wrong])


async def test_a_turn_whose_earlier_ones_are_not_there_is_left_out() -> None:
    turns = await asked("block my debit card", "open a fixed deposit", "reset my upi pin")
    log = await read_log(ASSISTANT, [turns[0], turns[2]])
    assert [each.turn.id for each in log.turns] == ["c0"]
    assert log.left_out == {"after a turn that is not there": 1}
    assert history_of(turns[2], turns) == turns[:2]


async def test_the_same_is_done_again_when_the_action_and_what_was_cited_are_the_same() -> None:
    (turn,) = await asked("block my debit card")
    (logged,) = (await read_log(ASSISTANT, [turn])).turns
    assert logged.receipt.cited == ("card-block",)

    def decision(action: Action, *shown: Hit) -> Decision:
        return Decision(action, 1.0, Reason.POLICY, "new@1", shown)

    block, deposit = Hit(BLOCK_CARD, 0.9), Hit(OPEN_DEPOSIT, 0.1)
    assert logged.repeated_by(decision(Action.FETCH, block))
    assert logged.repeated_by(decision(Action.FETCH, deposit, block))
    assert not logged.repeated_by(decision(Action.FETCH, deposit))
    assert not logged.repeated_by(Decision(Action.NO_FETCH, 0.0, Reason.LIVE, "new@1", keep=(block,)))


async def test_a_log_of_any_length_is_read_page_by_page() -> None:
    class Paged(MemoryStore):
        """Hands out two turns at a time."""

        async def ended(self, after: tuple[datetime, str] | None, limit: int) -> list[Turn]:
            left: Sequence[Turn] = [t for t in turns if after is None or (t.asked_at, t.id) > after]
            return list(left[:2])

    turns = await asked("block my debit card", "open a fixed deposit", "reset my upi pin")
    assert await ended_since(Paged(), NOON) == turns
    assert await ended_since(Paged(), NOON + timedelta(minutes=1)) == turns[1:]


async def test_a_share_is_of_whole_conversations_and_the_same_whenever_it_is_read() -> None:
    store = MemoryStore()
    (turn, second) = await asked("block my debit card", "open a fixed deposit")
    turns = [
        replace(each, id=f"{n}-{each.id}", conversation_id=f"{n}", parent_id=None)
        for n in range(200)
        for each in (turn, second)
    ]

    class Full(MemoryStore):
        async def ended(self, after: tuple[datetime, str] | None, limit: int) -> list[Turn]:
            return turns if after == (NOON, "") else []

    first, again, other = [await ended_since(Full(), NOON, share=0.25, seed=seed) for seed in (0, 0, 1)]
    assert first == again != other
    assert 60 < len(first) < 140
    assert all(sum(each.conversation_id == turn.conversation_id for each in first) == 2 for turn in first)
    assert await ended_since(store, NOON, share=0.0) == []


async def test_nothing_is_searched_for_that_cannot_be_compared() -> None:
    (turn,) = await asked("block my debit card")
    other = replace(ASSISTANT, retriever=WordOverlap(PASSAGES, encoder_version="other@1"))
    with pytest.raises(Invalid, match="1 of another encoder"):
        await read_log(other, [turn])


async def test_questions_back_and_what_did_not_go_as_configured_are_left_out() -> None:
    back, failed, fine = await asked("block my debit card", "open a fixed deposit", "reset my upi pin")
    assert back.receipt is not None and failed.receipt is not None
    back = replace(back, receipt=replace(back.receipt, reason=Reason.UNCLEAR))
    failed = replace(failed, receipt=replace(failed.receipt, degraded=("the model did not answer",)))
    log = await read_log(ASSISTANT, [back, failed, fine])
    assert [each.turn.id for each in log.turns] == ["c2"]
    assert log.left_out == {"asked back": 1, "that did not go as configured": 1}


async def test_where_nothing_was_cited_only_the_same_passages_are_the_same() -> None:
    (turn,) = await asked("block my debit card")
    assert turn.receipt is not None
    (logged,) = (await read_log(ASSISTANT, [replace(turn, receipt=replace(turn.receipt, cited=()))])).turns
    same = tuple(Hit(passage, 0.5) for passage in PASSAGES if passage.id in logged.shown)
    assert logged.repeated_by(Decision(Action.FETCH, 1.0, Reason.POLICY, "new@1", same))
    assert not logged.repeated_by(Decision(Action.FETCH, 1.0, Reason.POLICY, "new@1", same[:0]))


async def test_half_of_the_accounts_teach_and_the_others_judge() -> None:
    (turn,) = await asked("block my debit card")
    users = [f"u{n % 40}" for n in range(80)]
    turns = [replace(turn, id=f"t{n}", conversation_id=f"c{n}", user_id=user) for n, user in enumerate(users)]
    teach, judge = (await read_log(ASSISTANT, turns)).halves()
    taught, judged = ({each.turn.user_id for each in half.turns} for half in (teach, judge))
    assert not taught & judged
    assert len(taught | judged) == 40
    assert 10 < len(taught) < 30
