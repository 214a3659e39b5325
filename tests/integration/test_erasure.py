"""A hundred customers are erased, and a hundred stay."""

from pathlib import Path

from questrag.chat.desk import DismissedGap, HandOff
from questrag.custody.personal import conversations_of, erase
from questrag.storage.sqlite import SqliteStore
from tests.contracts.test_keeping import bytes_in
from tests.contracts.test_store import NOON, a_conversation, a_turn, a_user, answered, started

N_USERS = 100
N_CONVERSATIONS = 10


async def _lived(store: SqliteStore, name: str) -> str:
    """Store what a customer of this name leaves in the course of time; every text says the name."""
    user = a_user(name)
    await store.add_user(user)
    for n in range(N_CONVERSATIONS):
        talk = await started(store, a_conversation(user.id, f"{name} {n}"))
        turn, _ = await store.begin(a_turn(talk, f"{name} asks {n}"), append=True)
        await store.finish(answered(turn, f"An answer for {name}"))
        await store.add(DismissedGap(id=turn.id, created_at=NOON, by="asha"))
    await store.add(
        HandOff(
            id=f"handoff-of-{user.id}",
            created_at=NOON,
            user_id=user.id,
            name=name,
            contact=f"{name}@home.example",
            note=f"{name} wants a person",
            lang="en",
            transcript=(("user", f"{name} said"),),
        )
    )
    return user.id


async def test_of_a_hundred_erased_customers_no_byte_is_left(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "questrag.db")
    leaving = {f"Leaving-{n:03}-": await _lived(store, f"Leaving-{n:03}-") for n in range(N_USERS)}
    staying = {f"Staying-{n:03}-": await _lived(store, f"Staying-{n:03}-") for n in range(N_USERS)}

    for user_id in leaving.values():
        assert await erase(store, user_id)

    left = bytes_in(tmp_path)
    assert [name for name in leaving if name.encode() in left] == []
    assert [user_id for user_id in leaving.values() if user_id.encode() in left] == []
    assert [name for name in staying if name.encode() not in left] == []
    for user_id in list(staying.values())[:3]:
        assert len(await conversations_of(store, user_id)) == N_CONVERSATIONS
    assert len(await store.every(HandOff)) == N_USERS
    assert len(await store.every(DismissedGap)) == N_USERS * N_CONVERSATIONS
    await store.close()
