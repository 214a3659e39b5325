"""What is published serves: at its time, on every host, and only where no golden question gets worse."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from questrag.chat.desk import GoldenQuestion, Revision
from questrag.chat.errors import ArtifactError, Unavailable
from questrag.chat.ports import Store
from questrag.chat.turn import collect
from questrag.knowledge.base import EntryBase
from questrag.settings import Settings
from questrag.storage.sqlite import SqliteStore
from questrag.web.reload import Live
from questrag.wiring import Parts, assemble
from tests.integration.api import Unplugged, settings
from tests.integration.published import (
    BLOCK,
    BRANCH,
    LOCKER,
    LOST,
    START,
    THIEF,
    Clock,
    a_golden_file,
    a_knowledge_base,
    becomes,
    keep,
    publish,
    saying,
    write,
)

Open = Callable[..., Any]
DEARER = saying(LOCKER, "2,500 rupees a year.")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return settings(kb_path=a_knowledge_base(tmp_path), data_dir=tmp_path / "var")


@pytest.fixture
async def hosts(chosen: Settings, clock: Clock) -> AsyncIterator[Open]:
    """Start a process on the database that all of them share."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Live:
            mine = chosen.model_copy(update=changes)
            parts = await assemble(mine, now=clock)
            stack.push_async_callback(parts.close)
            return Live(mine, parts, now=clock)

        yield start


@pytest.fixture
async def live(hosts: Open) -> Live:
    started: Live = await hosts()
    return started


async def answer(live: Live, question: str) -> str:
    return (await collect(live.parts.assistant.answer(question))).text


async def done(live: Live) -> None:
    await becomes(lambda: not live.working)


def served(live: Live) -> set[str]:
    assert isinstance(live.parts.knowledge, EntryBase)
    return {entry.id for entry in live.parts.knowledge.entries}


async def test_what_is_published_serves_after_one_look(live: Live) -> None:
    await publish(live.parts.store, DEARER)
    await live.look()
    assert await answer(live, "what does a locker cost") == DEARER.answer


async def test_what_is_published_serves_soon_without_regular_looks(live: Live) -> None:
    async with live.looking(0):
        await publish(live.parts.store, DEARER)
        live.look_soon()
        await done(live)
        assert await answer(live, "what does a locker cost") == DEARER.answer


async def test_what_was_published_serves_from_the_start(live: Live, hosts: Open) -> None:
    await publish(live.parts.store, DEARER)
    await publish(live.parts.store, BLOCK, retires=True)
    later: Live = await hosts()
    assert await answer(later, "what does a locker cost") == DEARER.answer
    assert served(later) == {"branch", "locker"}


async def test_parts_say_what_the_files_hold_and_what_lies_over_them(live: Live) -> None:
    revision = await publish(live.parts.store, DEARER)
    await live.look()
    assert live.parts.base == {entry.id: entry for entry in (BLOCK, BRANCH, LOCKER)}
    assert live.parts.revisions == {"locker": revision}
    assert isinstance(live.parts.knowledge, EntryBase)
    assert live.parts.knowledge.places["locker"] == "revision 1 of entry 'locker'"


async def test_a_scheduled_change_comes_into_force_at_its_time_by_itself(live: Live, clock: Clock) -> None:
    await publish(live.parts.store, DEARER, from_=START.replace(hour=12))
    await live.look()
    assert await answer(live, "what does a locker cost") == LOCKER.answer
    clock.go(hours=3)
    await live.look()
    assert await answer(live, "what does a locker cost") == DEARER.answer


async def test_every_host_on_one_database_serves_the_same(hosts: Open, clock: Clock) -> None:
    one, other = await hosts(), await hosts(faiss_index_path=None)
    await publish(one.parts.store, DEARER)
    await publish(one.parts.store, THIEF, from_=START.replace(hour=12))
    for _ in range(2):
        for host in (one, other):
            await host.look()
        assert one.parts.knowledge.version == other.parts.knowledge.version
        assert one.parts.assistant.retriever.index_version == other.parts.assistant.retriever.index_version
        clock.go(hours=3)
    assert served(other) == {"block", "branch", "locker", "thief"}


async def test_a_turn_under_way_keeps_the_knowledge_base_that_it_began_with(live: Live) -> None:
    assistant = live.parts.assistant
    await publish(live.parts.store, DEARER)
    await live.look()
    assert (await collect(assistant.answer("what does a locker cost"))).text == LOCKER.answer


async def test_an_index_is_made_while_the_event_loop_goes_on(live: Live) -> None:
    await publish(live.parts.store, DEARER)
    look = asyncio.create_task(live.look())
    await becomes(lambda: live.working)
    assert await answer(live, "what does a locker cost") == LOCKER.answer  # meanwhile
    await look
    assert not live.working


async def test_many_requests_for_a_look_are_one(chosen: Settings, live: Live) -> None:
    store = Counting(live.parts.store)
    counted = Live(chosen, replace(live.parts, store=store), now=Clock())
    await publish(live.parts.store, DEARER)
    async with counted.looking(0):
        for _ in range(50):
            counted.look_soon()
        await asyncio.sleep(0)
        for _ in range(50):  # while the first look is under way
            counted.look_soon()
        await done(counted)
    assert await answer(counted, "what does a locker cost") == DEARER.answer
    assert store.looks <= 2


class Counting:
    """Counts how often the revisions are looked at."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.looks = 0

    async def every(self, kind: type) -> Any:
        self.looks += kind is Revision
        return await self._inner.every(kind)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


async def test_nothing_changes_while_a_file_is_being_written(live: Live, chosen: Settings) -> None:
    await publish(live.parts.store, DEARER)
    write(chosen.kb_path / "more.jsonl", THIEF)
    assert not await live.look()
    assert served(live) == {"block", "branch", "locker"}
    assert await live.look()
    assert served(live) == {"block", "branch", "locker", "thief"}


async def test_parts_that_were_made_by_hand_have_nothing_to_look_at(live: Live, chosen: Settings) -> None:
    by_hand = Live(
        chosen, Parts(assistant=live.parts.assistant, store=live.parts.store, knowledge=live.parts.knowledge)
    )
    async with by_hand.looking(0.01):
        by_hand.look_soon(again=True)
        assert not by_hand.working
        assert await by_hand.look()


# What is refused -----------------------------------------------------------------------------


async def test_a_change_that_answers_a_golden_question_worse_is_refused_and_the_old_one_goes_on(live: Live) -> None:
    await keep(live.parts.store, LOST, "block")
    before = live.parts.knowledge.version
    await publish(live.parts.store, THIEF)
    await live.look()
    assert live.parts.knowledge.version == before
    assert await answer(live, LOST) == BLOCK.answer
    assert f"{LOST!r}, 'thief' comes first instead of 'block'" in live.parts.refused
    assert live.last is not None
    assert (live.last.passed, live.last.questions, live.last.right_before, live.last.right_after) == (False, 1, 1, 0)
    assert live.last.from_version == before != live.last.to_version


async def test_what_was_refused_is_left_alone_until_something_changes(live: Live) -> None:
    await keep(live.parts.store, LOST, "block")
    await publish(live.parts.store, THIEF)
    await live.look()
    report = live.last
    await live.look()
    assert live.last is report


async def test_rolling_back_ends_the_refusal(live: Live) -> None:
    await keep(live.parts.store, LOST, "block")
    await publish(live.parts.store, THIEF)
    await live.look()
    await publish(live.parts.store, THIEF, 2, retires=True)
    await publish(live.parts.store, DEARER)
    await live.look()
    assert live.parts.refused == ""
    assert served(live) == {"block", "branch", "locker"}
    assert live.last is not None and live.last.passed
    assert await answer(live, "what does a locker cost") == DEARER.answer


async def test_changing_the_entry_ends_the_refusal(live: Live) -> None:
    await keep(live.parts.store, LOST, "block")
    await publish(live.parts.store, THIEF)
    await live.look()
    await publish(live.parts.store, replace(THIEF, question="Whom do I call when my phone was stolen?"), 2)
    await live.look()
    assert (live.parts.refused, served(live)) == ("", {"block", "branch", "locker", "thief"})


async def test_removing_the_golden_question_ends_the_refusal_on_every_host(hosts: Open) -> None:
    one, other = await hosts(), await hosts()
    golden = await keep(one.parts.store, LOST, "block")
    await publish(one.parts.store, THIEF)
    for host in (one, other):
        await host.look()
        assert host.parts.refused
    await one.parts.store.remove(GoldenQuestion, golden.id)
    for host in (one, other):
        await host.look()
        assert host.parts.refused == ""
        assert await answer(host, LOST) == THIEF.answer


async def test_the_gate_holds_for_changed_files_too(live: Live, chosen: Settings) -> None:
    await keep(live.parts.store, LOST, "block")
    write(chosen.kb_path / "more.jsonl", THIEF)
    for _ in range(2):
        await live.look()
    assert "golden question" in live.parts.refused
    (chosen.kb_path / "more.jsonl").unlink()
    for _ in range(2):
        await live.look()
    assert live.parts.refused == ""


async def test_golden_questions_come_from_a_file_too(hosts: Open, tmp_path: Path) -> None:
    path = a_golden_file(tmp_path, how_do_I_block_my_lost_card="block", what_is_a_nominee="nominee")
    live: Live = await hosts(golden_questions=path)
    await publish(live.parts.store, THIEF)
    await live.look()
    assert live.last is not None
    assert (live.last.questions, live.last.left_out, live.last.passed) == (1, 1, False)
    path.write_text(json.dumps({"query": "where is the branch", "relevant": ["branch"]}) + "\n", encoding="utf-8")
    for _ in range(2):
        await live.look()
    assert live.parts.refused == ""


async def test_at_the_start_there_is_nothing_to_compare_with(live: Live, hosts: Open) -> None:
    await keep(live.parts.store, LOST, "block")
    await publish(live.parts.store, THIEF)
    late: Live = await hosts()
    assert (late.parts.refused, late.last) == ("", None)
    assert await answer(late, LOST) == THIEF.answer


async def test_an_unreadable_revision_is_refused_by_name(live: Live, hosts: Open) -> None:
    revision = await publish(live.parts.store, DEARER)
    await live.parts.store.exchange(revision, replace(revision, line="{"))
    await live.look()
    assert "revision 1 of entry 'locker' cannot be read" in live.parts.refused
    assert await answer(live, "what does a locker cost") == LOCKER.answer
    with pytest.raises(ArtifactError, match="revision 1 of entry 'locker'"):
        await hosts()


async def test_a_revision_with_an_unknown_placeholder_is_refused_by_name(live: Live, chosen: Settings) -> None:
    (chosen.kb_path / "profile.json").write_text('{"phone": "1800 000 0000"}', encoding="utf-8")
    await publish(live.parts.store, saying(LOCKER, "Call {{phnoe}}."))
    for _ in range(2):
        await live.look()
    assert "revision 1 of entry 'locker': answer: {{phnoe}} is not in the bank profile" in live.parts.refused


async def test_a_file_of_golden_questions_that_cannot_be_read_lets_nothing_pass(hosts: Open, tmp_path: Path) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text("{", encoding="utf-8")
    live: Live = await hosts(golden_questions=path)
    await publish(live.parts.store, DEARER)
    await live.look()
    assert "golden.jsonl:1" in live.parts.refused
    assert await answer(live, "what does a locker cost") == LOCKER.answer


async def test_a_damaged_index_is_mended_when_somebody_asks_for_it(live: Live, chosen: Settings) -> None:
    await publish(live.parts.store, DEARER)
    await live.look()
    for path in chosen.index_dir.glob("*/keys.faiss"):
        path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    write(chosen.kb_path / "touched.jsonl", THIEF)
    (chosen.kb_path / "touched.jsonl").unlink()
    assert await live.look(again=True)
    assert live.parts.refused == ""
    assert await answer(live, "what does a locker cost") == DEARER.answer


async def test_a_database_that_is_away_is_no_refusal_and_is_asked_again(live: Live, chosen: Settings) -> None:
    store = Unplugged(live.parts.store, down=True)
    unplugged = Live(chosen, replace(live.parts, store=cast(Store, store)), now=Clock())
    await publish(live.parts.store, DEARER)
    with pytest.raises(Unavailable):
        await unplugged.look()
    async with unplugged.looking(0.02):
        await asyncio.sleep(0.1)
        assert unplugged.parts.refused == ""
        store.down = False
        await becomes(lambda: bool(unplugged.parts.revisions))
    assert await answer(unplugged, "what does a locker cost") == DEARER.answer


async def test_the_database_is_closed_where_the_parts_cannot_be_assembled(chosen: Settings, tmp_path: Path) -> None:
    write(chosen.kb_path / "cards.jsonl", BLOCK, BLOCK)
    with pytest.raises(ArtifactError, match="already used"):
        await assemble(chosen)
    store = await SqliteStore.open(chosen.data_dir / "questrag.db")
    await store.close()


# Drafts --------------------------------------------------------------------------------------


async def test_a_draft_is_tried_as_if_it_were_published_and_nothing_is_kept(live: Live, chosen: Settings) -> None:
    indexes = sorted(chosen.index_dir.iterdir())
    with_thief = await live.with_draft(THIEF)
    assert (await collect(with_thief.answer(LOST))).text == THIEF.answer
    assert await answer(live, LOST) == BLOCK.answer
    assert sorted(chosen.index_dir.iterdir()) == indexes


async def test_a_draft_takes_the_place_of_the_entry_that_it_changes(live: Live) -> None:
    with_dearer = await live.with_draft(DEARER)
    assert (await collect(with_dearer.answer("what does a locker cost"))).text == DEARER.answer
    assert len(with_dearer.knowledge) == len(live.parts.knowledge)


async def test_the_last_few_drafts_are_kept_until_something_else_serves(live: Live) -> None:
    first = await live.with_draft(THIEF)
    assert await live.with_draft(THIEF) is first
    await live.with_draft(DEARER)
    assert await live.with_draft(THIEF) is first
    await live.with_draft(saying(LOCKER, "Nothing."))
    assert await live.with_draft(THIEF) is not first

    again = await live.with_draft(THIEF)
    await publish(live.parts.store, DEARER)
    await live.look()
    assert await live.with_draft(THIEF) is not again
