"""What every `Desk` promises. The database may hold what other tests left there."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest

from questrag.chat.desk import (
    DeskRecord,
    DismissedGap,
    GoldenQuestion,
    HandOff,
    HandOffState,
    Revision,
    Stage,
    revision_id,
)
from questrag.chat.errors import Conflict, NotFound
from questrag.chat.ports import D, Desk, Store
from questrag.storage.records import desk_record, desk_text
from questrag.storage.sqlite import SqliteStore

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def a_revision(at: datetime = NOON) -> Revision:
    entry_id = f"cards/{uuid4().hex}"
    return Revision(
        id=revision_id(entry_id, 2),
        entry_id=entry_id,
        number=2,
        line='{"id": "block", "question": "कार्ड \\u0000?"}',
        created_at=at,
        changed_at=at + timedelta(minutes=1),
        author="priya",
        stage=Stage.PUBLISHED,
        approved_by="arun",
        approved_at=at + timedelta(hours=1),
        effective_from=at + timedelta(days=1),
        restores=1,
        golden=("How do I block my card?", "card band karo"),
    )


def a_golden_question(at: datetime = NOON) -> GoldenQuestion:
    return GoldenQuestion(
        id=uuid4().hex, created_at=at, question="Card?", lang="hi", relevant=("a", "b"), author="priya"
    )


def a_dismissed_gap(at: datetime = NOON) -> DismissedGap:
    return DismissedGap(id=uuid4().hex, created_at=at, by="priya")


def a_handoff(at: datetime = NOON) -> HandOff:
    return HandOff(
        id=uuid4().hex,
        created_at=at,
        user_id=uuid4().hex,
        name="Priya",
        contact="priya@bank.example",
        note="x\u0000y \U0001f600",
        lang="hinglish",
        conversation_id=uuid4().hex,
        transcript=(("user", "Card?"), ("assistant", "Call the number on it.")),
        delivered=("webhook",),
        problem="The mail server did not answer.",
    )


MAKERS: list[Callable[[datetime], DeskRecord]] = [a_revision, a_golden_question, a_dismissed_gap, a_handoff]


async def pages_of(desk: Desk, kind: type[D], limit: int, among: Sequence[D]) -> list[D]:
    """Return those that are asked about, as they come when all pages are read."""
    seen: list[D] = []
    while page := await desk.newest(kind, before=(seen[-1].created_at, seen[-1].id) if seen else None, limit=limit):
        assert len(page) <= limit
        seen += page
    wanted = {record.id for record in among}
    return [record for record in seen if record.id in wanted]


@pytest.mark.parametrize("make", MAKERS)
async def test_a_record_comes_back_as_it_went_in(store: Store, make: Callable[[datetime], DeskRecord]) -> None:
    record = make(NOON)
    await store.add(record)

    assert await store.one(type(record), record.id) == record  # type: ignore[type-var]


async def test_times_come_out_in_utc_cut_to_the_millisecond(store: Store) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    revision = a_revision(datetime(2026, 11, 2, 17, 30, 0, 123_987, tzinfo=india))
    await store.add(revision)

    found = await store.one(Revision, revision.id)

    noon = datetime(2026, 11, 2, 12, 0, 0, 123_000, tzinfo=UTC)
    assert (found.created_at, found.changed_at) == (noon, noon + timedelta(minutes=1))
    assert (found.approved_at, found.effective_from) == (noon + timedelta(hours=1), noon + timedelta(days=1))
    assert found.created_at.utcoffset() == timedelta(0)
    await store.exchange(revision, replace(revision, note="As it was given, not as it was stored, will do."))


async def test_a_time_without_an_offset_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="no offset"):
        await store.add(a_handoff(NOON.replace(tzinfo=None)))


async def test_an_id_is_given_once_and_the_first_record_stays(store: Store) -> None:
    first = a_handoff()
    await store.add(first)

    with pytest.raises(Conflict):
        await store.add(replace(a_handoff(), id=first.id))

    assert await store.one(HandOff, first.id) == first


async def test_of_several_that_want_an_id_at_the_same_moment_one_gets_it(store: Store) -> None:
    number = uuid4().hex
    outcomes = await asyncio.gather(
        *(store.add(replace(a_handoff(), id=number)) for _ in range(5)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict] * 4


async def test_kinds_do_not_mix(store: Store) -> None:
    handoff, gap = a_handoff(), a_dismissed_gap()
    gap = replace(gap, id=handoff.id)
    await store.add(handoff)
    await store.add(gap)

    assert await store.one(HandOff, handoff.id) == handoff
    assert await store.one(DismissedGap, gap.id) == gap
    assert gap in await store.every(DismissedGap)
    with pytest.raises(NotFound):
        await store.one(Revision, handoff.id)
    await store.remove(DismissedGap, gap.id)
    assert await store.one(HandOff, handoff.id) == handoff


async def test_an_unknown_id_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.one(HandOff, uuid4().hex)
    nobody = a_handoff()
    with pytest.raises(NotFound):
        await store.exchange(nobody, replace(nobody, note="changed"))


async def test_a_record_takes_the_place_of_the_one_that_was_read(store: Store) -> None:
    old = a_handoff()
    await store.add(old)
    new = replace(old, state=HandOffState.CLOSED, delivered=("webhook", "email"), problem="")

    await store.exchange(await store.one(HandOff, old.id), new)

    assert await store.one(HandOff, old.id) == new
    assert [record for record in await store.every(HandOff) if record.id == old.id] == [new]


async def test_what_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    old = a_handoff()
    await store.add(old)
    new = replace(old, note="first")
    await store.exchange(old, new)

    with pytest.raises(Conflict):
        await store.exchange(old, replace(old, note="second"))

    assert await store.one(HandOff, old.id) == new


async def test_of_several_changes_to_what_was_read_at_the_same_moment_one_wins(store: Store) -> None:
    old = a_handoff()
    await store.add(old)
    wanted = [replace(old, note=str(n)) for n in range(8)]

    outcomes = await asyncio.gather(*(store.exchange(old, new) for new in wanted), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict] * 7
    assert await store.one(HandOff, old.id) == wanted[outcomes.index(None)]


async def test_one_record_does_not_take_the_place_of_another(store: Store) -> None:
    one, other = a_handoff(), a_handoff()
    await store.add(one)
    await store.add(other)

    with pytest.raises(ValueError, match="place"):
        await store.exchange(one, other)

    assert await store.one(HandOff, one.id) == one


async def test_of_two_processes_that_change_a_record_one_wins(tmp_path: Path) -> None:
    stores = [await SqliteStore.open(tmp_path / "questrag.db") for _ in range(2)]
    records = [a_handoff() for _ in range(20)]
    for record in records:
        await stores[0].add(record)

    outcomes = await asyncio.gather(
        *(store.exchange(old, replace(old, note=str(n))) for old in records for n, store in enumerate(stores)),
        return_exceptions=True,
    )

    for old, first, second in zip(records, outcomes[::2], outcomes[1::2], strict=True):
        assert {type(first), type(second)} == {type(None), Conflict}
        assert (await stores[1].one(HandOff, old.id)).note == ("0" if first is None else "1")
    for store in stores:
        await store.close()


@pytest.mark.parametrize("limit", [1, 3, 4, 100])
async def test_pages_show_each_record_once_newest_first_also_when_times_are_equal(store: Store, limit: int) -> None:
    made = [a_handoff(NOON - timedelta(milliseconds=n // 4)) for n in range(9)]
    for record in made:
        await store.add(record)
        await store.add(replace(a_dismissed_gap(record.created_at), id=record.id))

    found = await pages_of(store, HandOff, limit, made)

    assert found == sorted(made, key=lambda record: (record.created_at, record.id), reverse=True)


async def test_a_record_keeps_its_place_when_it_is_changed(store: Store) -> None:
    old, newer = a_handoff(NOON - timedelta(days=1)), a_handoff()
    for record in (old, newer):
        await store.add(record)
    changed = replace(old, state=HandOffState.CLOSED)

    await store.exchange(old, changed)

    assert await pages_of(store, HandOff, 50, [old, newer]) == [newer, changed]


async def test_all_of_a_kind_come_oldest_first_and_equal_ones_by_id(store: Store) -> None:
    made = [a_golden_question(NOON - timedelta(minutes=age)) for age in (3, 1, 1, 2, 1)]
    for record in made:
        await store.add(record)

    ids = {record.id for record in made}
    found = [record for record in await store.every(GoldenQuestion) if record.id in ids]
    assert found == sorted(made, key=lambda record: (record.created_at, record.id))


async def test_a_removed_record_is_gone_and_removing_it_again_does_nothing(store: Store) -> None:
    gone, kept = a_golden_question(), a_golden_question()
    await store.add(gone)
    await store.add(kept)

    for _ in range(2):
        await store.remove(GoldenQuestion, gone.id)

    with pytest.raises(NotFound):
        await store.one(GoldenQuestion, gone.id)
    assert await store.one(GoldenQuestion, kept.id) == kept
    await store.add(gone)


def test_a_record_written_before_its_kind_had_all_its_fields_is_read_with_their_defaults() -> None:
    handoff = replace(a_handoff(), problem="")
    text = desk_text(handoff)
    older = text.replace(',"problem":""', "")
    assert older != text

    assert desk_record(HandOff, older) == handoff
