"""A stored turn is answered once more, and what differs is said."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from questrag.chat.errors import Invalid, NotFound
from questrag.chat.turn import Assistant, collect, converse
from questrag.chat.types import Conversation, Turn
from questrag.evaluation.replaying import replay
from questrag.policy.rules import NeverFetch
from questrag.storage.memory import MemoryStore
from questrag.wiring import approved_only
from tests.fakes import BLOCK_CARD, PASSAGES, an_assistant

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


async def stored(store: MemoryStore, assistant: Assistant, *questions: str) -> list[str]:
    """Answer these one after the other in a conversation; return the ids of the turns."""
    await store.add_conversation(Conversation(id="c", user_id="priya", title="t", created_at=NOW, updated_at=NOW))
    history: list[Turn] = []
    for n, question in enumerate(questions):
        turn = Turn(id=f"t{n}", conversation_id="c", user_id="priya", question=question, asked_at=NOW)
        turn, _ = await store.begin(turn, append=True)
        async for _ in converse(assistant, store, turn, list(history)):
            pass
        history.append(await store.turn("priya", turn.id))
    return [turn.id for turn in history]


async def test_what_serves_as_it_did_answers_as_it_did() -> None:
    store, assistant = MemoryStore(), approved_only(an_assistant())
    ids = await stored(store, assistant, "How do I block my debit card?", "and how long does it take?")

    for turn_id in ids:
        assert (await replay(store, assistant, turn_id)).differences == ()


async def test_another_policy_and_another_text_show() -> None:
    store = MemoryStore()
    (turn_id,) = await stored(store, approved_only(an_assistant()), "How do I block my debit card?")
    changed = [replace(each, answer="Ask at your branch.") if each == BLOCK_CARD else each for each in PASSAGES]

    other_text = await replay(store, approved_only(an_assistant(passages=changed)), turn_id)
    other_policy = await replay(store, approved_only(an_assistant(policy=NeverFetch())), turn_id)

    said = {each.what: (each.then, each.now) for each in other_text.differences}
    assert said["answer"] == (BLOCK_CARD.answer, "Ask at your branch.")
    assert "action" not in said
    decided = {each.what: (each.then, each.now) for each in other_policy.differences}
    assert decided["action"] == ("FETCH", "NO_FETCH")
    assert decided["cited"] == ((BLOCK_CARD.id,), ())


async def test_nothing_is_stored_by_it() -> None:
    store, assistant = MemoryStore(), approved_only(an_assistant())
    (turn_id,) = await stored(store, assistant, "How do I block my debit card?")
    before = await store.turns("priya", "c")

    await replay(store, approved_only(an_assistant(policy=NeverFetch())), turn_id)

    assert await store.turns("priya", "c") == before


async def test_what_cannot_be_compared_says_why() -> None:
    store, assistant = MemoryStore(), an_assistant()
    await store.add_conversation(Conversation(id="c", user_id="priya", title="t", created_at=NOW, updated_at=NOW))
    turn = Turn(id="t", conversation_id="c", user_id="priya", question="q", asked_at=NOW)
    await store.begin(turn, append=True)

    with pytest.raises(Invalid, match="pending"):
        await replay(store, assistant, "t")
    with pytest.raises(NotFound):
        await replay(store, assistant, "missing")


async def test_the_history_is_that_of_the_turn() -> None:
    store, assistant = MemoryStore(), approved_only(an_assistant())
    first, second, _ = await stored(store, assistant, "How do I block my debit card?", "And a new PIN?", "thanks")

    replayed = await replay(store, assistant, second)
    alone = await collect(assistant.answer("And a new PIN?"))

    assert replayed.differences == ()
    assert replayed.now.receipt.tokens.prompt > alone.receipt.tokens.prompt
    assert first != second
