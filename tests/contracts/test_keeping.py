"""What every `Store` promises about what ends and what was spent. The database may hold what other tests left there."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from questrag.chat.errors import NotFound
from questrag.chat.ports import NO_PASSWORD, PASSWORD_ELSEWHERE, Charges, Store
from questrag.chat.types import Conversation, User
from questrag.storage.sqlite import SqliteStore
from tests.contracts.test_store import LONG_AGO, NOON, a_conversation, a_turn, a_user, answered, started

TODAY = date(2026, 11, 2)
NOTHING = Charges(0, 0)


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def with_a_talk(store: Store, user: User) -> Conversation:
    await store.add_user(user)
    conversation = await started(store, a_conversation(user.id))
    turn, _ = await store.begin(a_turn(conversation), append=True)
    await store.finish(answered(turn))
    return conversation


async def test_a_deleted_user_leaves_nothing_behind(store: Store) -> None:
    user = a_user()
    conversation = await with_a_talk(store, user)
    (turn,) = await store.turns(user.id, conversation.id)
    await store.charge(TODAY, [user.id], Charges(10, 20))

    assert await store.delete_user(user.id)

    assert await store.user(user.id) is None
    assert await store.user_named(user.username) is None
    assert await store.conversations(user.id) == []
    assert await store.charged(TODAY, user.id) == NOTHING
    assert turn.id not in {each.id for each in await store.ended((NOON - timedelta(hours=1), ""), 1000)}
    with pytest.raises(NotFound):
        await store.turn(user.id, turn.id)


async def test_nobody_else_loses_anything_by_it(store: Store) -> None:
    user, other = a_user(), a_user()
    await with_a_talk(store, user)
    kept = await with_a_talk(store, other)
    await store.charge(TODAY, [user.id, other.id], Charges(10, 20))

    await store.delete_user(user.id)

    assert await store.user(other.id) == other
    assert [each.id for each in await store.conversations(other.id)] == [kept.id]
    assert len(await store.turns(other.id, kept.id)) == 1
    assert await store.charged(TODAY, other.id) == Charges(10, 20)


async def test_deleting_nobody_does_nothing(store: Store) -> None:
    assert not await store.delete_user(uuid4().hex)


async def test_a_name_can_be_taken_again_once_its_user_is_deleted(store: Store) -> None:
    user = a_user()
    await store.add_user(user)
    await store.delete_user(user.id)

    await store.add_user(replace(user, id=uuid4().hex))


async def test_an_answer_that_comes_after_its_user_was_deleted_is_dropped(store: Store) -> None:
    user = a_user()
    await store.add_user(user)
    turn, _ = await store.begin(a_turn(await started(store, a_conversation(user.id))), append=True)

    await store.delete_user(user.id)
    await store.finish(answered(turn))

    with pytest.raises(NotFound):
        await store.turn(user.id, turn.id)


async def test_conversations_end_that_were_last_used_before_then(store: Store) -> None:
    owner = uuid4().hex
    talks = [a_conversation(owner, at=LONG_AGO + timedelta(minutes=n)) for n in (-1, 0, 1)]
    old, at_that_moment, new = [await started(store, talk) for talk in talks]
    turn, _ = await store.begin(a_turn(new, at=LONG_AGO + timedelta(minutes=1)), append=True)

    assert await store.delete_unused(LONG_AGO) >= 1

    left = {each.id for each in await store.conversations(owner)}
    assert left == {at_that_moment.id, new.id}
    assert old.id not in left
    assert await store.turn(owner, turn.id)


async def test_a_conversation_that_ends_takes_its_turns_along(store: Store) -> None:
    conversation = await started(store, a_conversation(at=LONG_AGO))
    turn, _ = await store.begin(a_turn(conversation, at=LONG_AGO), append=True)

    await store.delete_unused(LONG_AGO + timedelta(seconds=1))

    with pytest.raises(NotFound):
        await store.turn(turn.user_id, turn.id)


async def test_guests_end_that_are_old_and_have_no_conversation(store: Store) -> None:
    def a_guest(minute: int, password_hash: str = NO_PASSWORD) -> User:
        return replace(a_user(), created_at=LONG_AGO + timedelta(minutes=minute), password_hash=password_hash)

    idle, busy, fresh, customer = a_guest(-1), a_guest(-1), a_guest(1), a_guest(-1, "argon2")
    for user in (idle, fresh, customer):
        await store.add_user(user)
    await with_a_talk(store, busy)

    assert await store.delete_idle_guests(LONG_AGO) == 1

    assert await store.user(idle.id) is None
    assert [await store.user(each.id) for each in (busy, fresh, customer)] == [busy, fresh, customer]


async def test_people_of_an_identity_provider_are_no_guests(store: Store) -> None:
    person = replace(a_user(), created_at=LONG_AGO - timedelta(minutes=1), password_hash=PASSWORD_ELSEWHERE)
    await store.add_user(person)

    assert await store.delete_idle_guests(LONG_AGO) == 0

    assert await store.user(person.id) == person


async def test_charges_of_the_same_moment_are_all_counted(store: Store) -> None:
    payer, everybody = uuid4().hex, uuid4().hex

    await asyncio.gather(*(store.charge(TODAY, [payer, everybody], Charges(3, 5)) for _ in range(20)))

    assert await store.charged(TODAY, payer) == await store.charged(TODAY, everybody) == Charges(60, 100)
    assert await store.charged(TODAY + timedelta(days=1), payer) == NOTHING


async def test_charges_of_days_that_are_over_are_forgotten(store: Store) -> None:
    payer = uuid4().hex
    long_ago = date(1969, 7, 20)
    for n in range(3):
        await store.charge(long_ago + timedelta(days=n), [payer], Charges(1, 1))

    await store.forget_charges(long_ago + timedelta(days=2))

    left = [(await store.charged(long_ago + timedelta(days=n), payer)).tokens for n in range(3)]
    assert left == [0, 0, 1]


async def test_sqlite_keeps_no_byte_of_a_deleted_user(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "questrag.db")
    user, other = a_user("Priya Unmistakable"), a_user("Somebody Else")
    for each in (user, other):
        await store.add_user(each)
        for n in range(30):  # several pages of each
            conversation = await started(store, a_conversation(each.id, f"{each.username} {n}"))
            turn, _ = await store.begin(a_turn(conversation, f"{each.username} asks {n} " * 20), append=True)
            await store.finish(answered(turn, f"For {each.username}. " * 40))

    await store.delete_user(user.id)

    on_disk = bytes_in(tmp_path)
    assert b"Somebody Else" in on_disk
    assert b"Unmistakable" not in on_disk
    assert user.id.encode() not in on_disk
    await store.close()
