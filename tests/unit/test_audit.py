"""Stored skips, looked at again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from questrag.chat.turn import collect, ended
from questrag.chat.types import Turn
from questrag.evaluation.audit import audit_skips
from questrag.policy.rules import AlwaysFetch, LiveFirst, NeverFetch, SmallTalkFirst, Threshold
from tests.fakes import an_assistant

ASSISTANT = an_assistant(enough=0.5)


async def asked(*questions: str, policies: Sequence[object]) -> list[Turn]:
    """Ask one question after the other, each decided by its policy."""
    turns: list[Turn] = []
    for number, (question, policy) in enumerate(zip(questions, policies, strict=True)):
        answer = await collect(an_assistant(policy=policy, enough=0.5).answer(question, turns))  # type: ignore[arg-type]
        turn = Turn(
            id=f"t{number}",
            conversation_id="c",
            user_id="u",
            question=question,
            asked_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
            parent_id=turns[-1].id if turns else None,
        )
        turns.append(ended(turn, answer))
    return turns


async def test_a_skip_that_left_out_what_answers_is_harm() -> None:
    audit = await audit_skips(ASSISTANT, await asked("block debit card", policies=[NeverFetch()]))
    assert (audit.n_checked, audit.rate) == (1, 1.0)
    assert audit.harms[0].would_cite == "card-block"


async def test_a_skip_whose_passage_was_kept_is_no_harm() -> None:
    kept = LiveFirst(Threshold(0.5), 0.5)
    turns = await asked("block debit card", "block my debit card", policies=[kept, kept])
    audit = await audit_skips(ASSISTANT, turns)
    assert (audit.n_checked, len(audit.harms)) == (1, 0)


async def test_fetches_and_small_talk_are_not_looked_at() -> None:
    turns = await asked("block debit card", "thank you", policies=[AlwaysFetch(), SmallTalkFirst(AlwaysFetch())])
    audit = await audit_skips(ASSISTANT, turns)
    assert (audit.n_checked, audit.ci95) == (0, (0.0, 1.0))


async def test_skips_of_another_knowledge_base_are_not_held_against_the_policy() -> None:
    (turn,) = await asked("block debit card", policies=[NeverFetch()])
    assert turn.receipt is not None
    older = replace(turn, receipt=replace(turn.receipt, versions=replace(turn.receipt.versions, knowledge="older@1")))
    failed = replace(turn, receipt=replace(turn.receipt, degraded=("nothing was searched",)))
    assert (await audit_skips(ASSISTANT, [older, replace(failed, id="f")])).n_checked == 0


async def test_of_each_account_the_last_skips_are_looked_at() -> None:
    turns = await asked(*["block debit card"] * 4, policies=[NeverFetch()] * 4)
    other = replace(turns[0], id="other", conversation_id="other", user_id="another")
    audit = await audit_skips(ASSISTANT, [*turns, other], of_each_account=1)
    assert sorted(harm.turn_id for harm in audit.harms) == ["other", "t3"]
