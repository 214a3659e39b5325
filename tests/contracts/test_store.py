"""What every `Store` promises about accounts, conversations and turns."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from pymongo import MongoClient

from questrag.chat.desk import HandOff
from questrag.chat.errors import Conflict, NotFound
from questrag.chat.ports import Store
from questrag.chat.types import (
    Action,
    Conversation,
    Feedback,
    Identity,
    OpeningKind,
    Reason,
    Receipt,
    Source,
    Status,
    TokenBill,
    Turn,
    User,
    Versions,
)
from questrag.storage.records import TURN
from questrag.storage.sqlite import SqliteStore

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(1969, 7, 20, tzinfo=UTC)
FAR_AHEAD = datetime(2400, 2, 29, tzinfo=UTC)

RECEIPT = Receipt(
    policy_action=Action.FETCH,
    reason=Reason.THRESHOLD,
    p_fetch=0.25,
    retrieval_score=None,
    fetched=("block-card", "lost-card"),
    live=(),
    cited=("block-card",),
    sources=(Source("block-card", "How do I block my card?", "Card rules", "2026-04-01", 0.875, True),),
    tokens=TokenBill(prompt=210, completion=40, always_fetch_prompt=640, counted_by="provider", paid=True, cached=128),
    timings_ms={"search": 1.5, "total": 12.0},
    versions=Versions("threshold@0.55", "minilm@1", "flat@1", "kb@1", "1", "extractive/extractive"),
    lang="hi",
    llm_provider="extractive",
    degraded=("groq did not answer",),
    why="The best of them is probably the answer.",
)


# The database may hold what other tests left there, so everybody in a test is new.


def a_user(name: str = "") -> User:
    name = name or f"Priya {uuid4().hex}"
    return User(
        id=uuid4().hex,
        username=name,
        email=f"{name}@Bank.example",
        password_hash="argon2",
        role="customer",
        created_at=NOON,
    )


def a_conversation(user_id: str = "", title: str = "Cards", at: datetime = NOON) -> Conversation:
    return Conversation(id=uuid4().hex, user_id=user_id or uuid4().hex, title=title, created_at=NOON, updated_at=at)


def a_turn(conversation: Conversation, question: str = "How do I block my card?", at: datetime = NOON) -> Turn:
    return Turn(
        id=uuid4().hex,
        conversation_id=conversation.id,
        user_id=conversation.user_id,
        question=question,
        asked_at=at,
    )


def answered(turn: Turn, answer: str = "Call the number on it.") -> Turn:
    return replace(
        turn,
        status=Status.ANSWERED,
        answer=answer,
        answered_at=NOON + timedelta(seconds=2),
        complete=True,
        receipt=RECEIPT,
    )


async def started(store: Store, conversation: Conversation | None = None) -> Conversation:
    conversation = conversation or a_conversation()
    await store.add_conversation(conversation)
    return conversation


async def an_ended_turn(store: Store, at: datetime = NOON) -> Turn:
    """Of a user of its own."""
    turn, _ = await store.begin(a_turn(await started(store), at=at), append=True)
    await store.finish(answered(turn))
    return answered(turn)


async def ended_among(turns: list[Turn], store: Store, limit: int = 20) -> list[Turn]:
    """Return those of the turns that have ended, as they come when all pages are read."""
    seen: list[Turn] = []
    while page := await store.ended((seen[-1].asked_at, seen[-1].id) if seen else None, limit):
        assert len(page) <= limit
        seen += page
    wanted = {turn.id for turn in turns}
    return [turn for turn in seen if turn.id in wanted]


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


# Accounts --------------------------------------------------------------------------------------


async def test_a_user_is_found_by_id_and_by_name_in_any_letter_case(store: Store) -> None:
    user = a_user()
    await store.add_user(user)

    assert await store.user(user.id) == user
    assert await store.user_named(user.username.upper()) == user
    assert await store.user("nobody") is None
    assert await store.user_named("nobody") is None


async def test_a_user_name_is_taken_in_any_letter_case(store: Store) -> None:
    user = a_user()
    await store.add_user(user)

    with pytest.raises(Conflict):
        await store.add_user(replace(a_user(), username=user.username.upper()))


async def test_an_email_address_is_taken_in_any_letter_case(store: Store) -> None:
    user = a_user()
    await store.add_user(user)

    with pytest.raises(Conflict):
        await store.add_user(replace(a_user(), email=user.email.lower()))


async def test_of_two_who_want_a_name_at_the_same_moment_one_gets_it(store: Store) -> None:
    name = uuid4().hex
    outcomes = await asyncio.gather(*(store.add_user(a_user(name)) for _ in range(5)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict] * 4
    assert await store.user_named(name) is not None


async def test_a_new_password_hash_changes_nothing_else(store: Store) -> None:
    user = a_user()
    await store.add_user(user)

    await store.change_user(user.id, password_hash="better")

    assert await store.user(user.id) == replace(user, password_hash="better")


async def test_a_new_role_changes_nothing_else(store: Store) -> None:
    user = replace(a_user(), identity=Identity("https://login.bank.example", uuid4().hex))
    await store.add_user(user)

    await store.change_user(user.id, role="curator")
    await store.change_user("nobody", role="admin")

    assert await store.user(user.id) == replace(user, role="curator")


async def test_that_somebody_was_signed_out_is_kept_to_the_millisecond(store: Store) -> None:
    user = a_user()
    await store.add_user(user)

    await store.change_user(user.id, signed_out_at=datetime(2026, 11, 24, 9, 30, 15, 123456, tzinfo=UTC))

    moment = datetime(2026, 11, 24, 9, 30, 15, 123000, tzinfo=UTC)
    assert await store.user(user.id) == replace(user, signed_out_at=moment)


async def test_whoever_has_an_identity_is_found_by_both_halves_of_it(store: Store) -> None:
    subject = uuid4().hex + "a"
    here = replace(a_user(), identity=Identity("https://login.bank.example", subject))
    there = replace(a_user(), identity=Identity("https://login.other.example", subject))
    for user in (here, there, a_user(), a_user()):
        await store.add_user(user)

    assert await store.user_identified(Identity("https://login.bank.example", subject)) == here
    assert await store.user_identified(Identity("https://login.other.example", subject)) == there
    assert await store.user_identified(Identity("https://login.bank.example", subject.upper())) is None
    assert await store.user_identified(Identity(subject, "https://login.bank.example")) is None


async def test_of_two_who_have_an_identity_at_the_same_moment_one_is_stored(store: Store) -> None:
    identity = Identity("https://login.bank.example", uuid4().hex)
    users = [replace(a_user(), identity=identity) for _ in range(5)]

    outcomes = await asyncio.gather(*map(store.add_user, users), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict] * 4
    assert await store.user_identified(identity) == users[outcomes.index(None)]


async def test_a_deleted_user_leaves_the_identity_free(store: Store) -> None:
    identity = Identity("https://login.bank.example", uuid4().hex)
    first, second = (replace(a_user(), identity=identity) for _ in range(2))
    await store.add_user(first)

    assert await store.delete_user(first.id)

    assert await store.user_identified(identity) is None
    await store.add_user(second)
    assert await store.user_identified(identity) == second


async def test_a_file_made_before_there_were_identities_keeps_working(tmp_path: Path) -> None:
    path = tmp_path / "questrag.db"
    store, user = await SqliteStore.open(path), a_user()
    await store.add_user(user)
    await store.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP INDEX users_identity")
        db.execute("UPDATE users SET record = json_remove(record, '$.identity')")

    store = await SqliteStore.open(path)

    assert await store.user(user.id) == user
    await store.add_user(replace(a_user(), identity=Identity("https://login.bank.example", "7")))
    with pytest.raises(Conflict):
        await store.add_user(replace(a_user(), identity=Identity("https://login.bank.example", "7")))
    await store.close()


async def test_a_token_is_revoked_by_whoever_comes_first(store: Store) -> None:
    token, other = uuid4().hex, uuid4().hex
    until = datetime.now(UTC) + timedelta(hours=1)
    assert not await store.is_revoked(token)

    outcomes = await asyncio.gather(*(store.revoke(token, until) for _ in range(5)))

    assert sorted(outcomes) == [False] * 4 + [True]
    assert await store.is_revoked(token)
    assert not await store.is_revoked(other)


# Conversations ---------------------------------------------------------------------------------


async def test_times_come_out_in_utc_cut_to_the_millisecond(store: Store) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    asked = datetime(2026, 11, 2, 17, 30, 0, 123_987, tzinfo=india)
    conversation = await started(store, replace(a_conversation(), created_at=asked))

    stored, _ = await store.begin(a_turn(conversation, at=asked), append=True)

    expected = datetime(2026, 11, 2, 12, 0, 0, 123_000, tzinfo=UTC)
    found = await store.conversation(conversation.user_id, conversation.id)
    assert stored.asked_at == found.created_at == found.updated_at == expected
    assert found.updated_at.utcoffset() == timedelta(0)
    assert await store.turn(stored.user_id, stored.id) == stored


async def test_a_time_without_an_offset_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="no offset"):
        await store.add_conversation(a_conversation(at=NOON.replace(tzinfo=None)))


async def test_conversations_are_listed_newest_first_and_equal_ones_by_id(store: Store) -> None:
    user = uuid4().hex
    ages = [3, 1, 1, 2, 1]
    made = [await started(store, a_conversation(user, at=NOON - minutes(age))) for age in ages]
    await started(store)

    listed = await store.conversations(user)

    assert listed == sorted(made, key=lambda c: (c.updated_at, c.id), reverse=True)


async def test_pages_show_each_conversation_once(store: Store) -> None:
    user = uuid4().hex
    made = [await started(store, a_conversation(user, at=NOON - minutes(n // 3))) for n in range(8)]

    seen: list[Conversation] = []
    while page := await store.conversations(user, limit=3, before=(seen[-1].updated_at, seen[-1].id) if seen else None):
        assert len(page) <= 3
        seen += page

    assert seen == sorted(made, key=lambda c: (c.updated_at, c.id), reverse=True)


async def test_archived_conversations_are_listed_apart(store: Store) -> None:
    user = uuid4().hex
    kept, put_away = await started(store, a_conversation(user)), await started(store, a_conversation(user))

    archived = await store.update_conversation(user, put_away.id, archived=True)

    assert archived == replace(put_away, archived=True)
    assert await store.conversations(user) == [kept]
    assert await store.conversations(user, archived=True) == [archived]
    await store.update_conversation(user, put_away.id, archived=False)
    assert await store.conversations(user, archived=True) == []


async def test_renaming_keeps_the_place_in_the_list(store: Store) -> None:
    conversation = await started(store)
    await store.begin(a_turn(conversation), append=True)
    before = await store.conversation(conversation.user_id, conversation.id)

    renamed = await store.update_conversation(conversation.user_id, conversation.id, title="Lost card")

    assert renamed == replace(before, title="Lost card")
    assert await store.conversation(conversation.user_id, conversation.id) == renamed
    assert await store.update_conversation(conversation.user_id, conversation.id) == renamed


async def test_pinned_conversations_are_listed_apart_or_with_the_others(store: Store) -> None:
    user = uuid4().hex
    plain, kept = await started(store, a_conversation(user)), await started(store, a_conversation(user))
    await store.begin(a_turn(kept, at=NOON + minutes(1)), append=True)
    before = await store.conversation(user, kept.id)

    pinned = await store.update_conversation(user, kept.id, pinned=True)

    assert pinned == replace(before, pinned=True)
    assert await store.conversation(user, kept.id) == pinned
    assert await store.conversations(user, pinned=True) == [pinned]
    assert await store.conversations(user, pinned=False) == [plain]
    assert await store.conversations(user) == [pinned, plain]
    await store.update_conversation(user, kept.id, pinned=False)
    assert await store.conversations(user, pinned=True) == []
    assert await store.conversations(user, pinned=False) == [before, plain]


async def test_pinning_and_putting_away_do_not_touch_each_other(store: Store) -> None:
    user = uuid4().hex
    conversation = await started(store, a_conversation(user))

    await store.update_conversation(user, conversation.id, pinned=True)
    both = await store.update_conversation(user, conversation.id, archived=True)

    assert both == replace(conversation, pinned=True, archived=True)
    assert await store.conversations(user, pinned=True) == []
    assert await store.conversations(user, pinned=True, archived=True) == [both]


async def test_a_search_and_its_pages_stay_among_the_pinned(store: Store) -> None:
    user = uuid4().hex
    made = [await started(store, a_conversation(user, title="Lost card", at=NOON - minutes(n))) for n in range(4)]
    await started(store, a_conversation(user, title="Lost card"))
    pinned = [await store.update_conversation(user, each.id, pinned=True) for each in made]

    first = await store.conversations(user, pinned=True, matching="lost", limit=3)
    rest = await store.conversations(
        user, pinned=True, matching="lost", limit=3, before=(first[-1].updated_at, first[-1].id)
    )

    assert [*first, *rest] == pinned


@pytest.mark.parametrize("store", ["sqlite", "mongodb"], indirect=True)
async def test_a_conversation_stored_before_there_was_pinning_is_not_pinned(
    store: Store, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    conversation = await started(store)
    if isinstance(store, SqliteStore):
        with closing(sqlite3.connect(tmp_path / "new folder" / "questrag.db")) as db, db:
            changed = db.execute("UPDATE conversations SET record = json_remove(record, '$.pinned')")
            assert changed.rowcount == 1
    else:
        with MongoClient[dict[str, object]](request.getfixturevalue("mongodb_uri")) as client:
            stored = client.get_default_database("questrag")["conversations"]
            assert stored.update_one({"_id": conversation.id}, {"$unset": {"pinned": ""}}).modified_count == 1

    assert await store.conversations(conversation.user_id, pinned=False) == [conversation]
    assert await store.conversations(conversation.user_id, pinned=True) == []
    pinned = await store.update_conversation(conversation.user_id, conversation.id, pinned=True)
    assert await store.conversations(conversation.user_id, pinned=True) == [pinned]


@pytest.mark.parametrize(
    ("text", "matching"),
    [
        ("Block my card", "MY CARD"),
        ("100% of it", "0% o"),
        ("a_b", "A_B"),
        (r"C:\new", r"\N"),
        ("what (if) [this].* + that?", "(IF) [THIS].* + THAT?"),
        ('it\'s "quoted"', "'S \"Q"),
        ("two\nlines", "O\nL"),
        ("कार्ड कैसे बंद करें", "कैसे बंद"),
        ("😀 हिंदी mixed", "हिंदी MIX"),
        ("$where {}", "$WHERE {"),
    ],
)
async def test_a_search_takes_every_character_literally(store: Store, text: str, matching: str) -> None:
    user = uuid4().hex
    in_title = await started(store, a_conversation(user, title=text, at=NOON))
    in_question = await started(store, a_conversation(user, at=NOON - minutes(1)))
    in_answer = await started(store, a_conversation(user, at=NOON - minutes(2)))
    nowhere = await started(store, a_conversation(user, title="ab 1000 of C:new what if this that", at=NOON))
    await store.begin(a_turn(in_question, text), append=True)
    turn, _ = await store.begin(a_turn(in_answer, "Hello?", at=NOON - minutes(2)), append=True)
    await store.finish(answered(turn, text))
    await store.begin(a_turn(nowhere, "axb and 1000", at=NOON), append=True)

    found = await store.conversations(user, matching=matching)

    assert {c.id for c in found} == {in_title.id, in_question.id, in_answer.id}
    assert [c.id for c in await store.conversations(user, matching=matching, limit=1)] == [found[0].id]


async def test_only_ascii_letters_match_in_the_other_case(store: Store) -> None:
    user = uuid4().hex
    await started(store, a_conversation(user, title="café Karte"))

    assert len(await store.conversations(user, matching="CAFé kARTE")) == 1
    assert await store.conversations(user, matching="CAFÉ") == []


async def test_a_search_stays_among_the_user_s_own(store: Store) -> None:
    word = uuid4().hex
    other = await started(store, a_conversation(title=word))
    await store.begin(a_turn(other, word), append=True)

    assert await store.conversations(uuid4().hex, matching=word) == []


async def test_a_deleted_conversation_takes_its_turns_along(store: Store) -> None:
    user = uuid4().hex
    deleted, kept = await started(store, a_conversation(user)), await started(store, a_conversation(user))
    gone, _ = await store.begin(a_turn(deleted), append=True)
    stays, _ = await store.begin(a_turn(kept), append=True)

    await store.delete_conversation(user, deleted.id)

    with pytest.raises(NotFound):
        await store.conversation(user, deleted.id)
    with pytest.raises(NotFound):
        await store.turn(user, gone.id)
    assert await store.turns(user, kept.id) == [stays]


STRANGERS: list[Callable[[Store, str, Turn], Awaitable[object]]] = [
    lambda store, me, theirs: store.conversation(me, theirs.conversation_id),
    lambda store, me, theirs: store.update_conversation(me, theirs.conversation_id, title="Mine"),
    lambda store, me, theirs: store.update_conversation(me, theirs.conversation_id),
    lambda store, me, theirs: store.delete_conversation(me, theirs.conversation_id),
    lambda store, me, theirs: store.turns(me, theirs.conversation_id),
    lambda store, me, theirs: store.turn(me, theirs.id),
    lambda store, me, theirs: store.set_feedback(me, theirs.id, Feedback("down", "", NOON)),
    lambda store, me, theirs: store.begin(replace(theirs, id=uuid4().hex, user_id=me), append=True),
]


@pytest.mark.parametrize("call", STRANGERS)
async def test_what_belongs_to_somebody_else_is_not_found_and_stays_as_it_is(
    store: Store, call: Callable[[Store, str, Turn], Awaitable[object]]
) -> None:
    theirs, _ = await store.begin(a_turn(await started(store)), append=True)
    conversation = await store.conversation(theirs.user_id, theirs.conversation_id)

    with pytest.raises(NotFound):
        await call(store, uuid4().hex, theirs)

    assert await store.turns(theirs.user_id, theirs.conversation_id) == [theirs]
    assert await store.conversation(theirs.user_id, theirs.conversation_id) == conversation


# Turns -----------------------------------------------------------------------------------------


async def test_a_begun_turn_is_pending_and_the_head_of_its_conversation(store: Store) -> None:
    conversation = await started(store)
    turn = a_turn(conversation, at=NOON + minutes(5))

    assert await store.begin(turn, append=True) == (turn, True)

    assert await store.turn(turn.user_id, turn.id) == turn
    found = await store.conversation(turn.user_id, conversation.id)
    assert found == replace(conversation, head=turn.id, updated_at=NOON + minutes(5))


async def test_appended_turns_continue_from_the_head_whatever_they_say(store: Store) -> None:
    conversation = await started(store)
    first, _ = await store.begin(a_turn(conversation), append=True)
    second, _ = await store.begin(replace(a_turn(conversation), parent_id="elsewhere"), append=True)

    assert (first.parent_id, second.parent_id) == (None, first.id)
    assert await store.turn(second.user_id, second.id) == second


async def test_asking_again_adds_a_sibling_that_becomes_the_head(store: Store) -> None:
    conversation = await started(store)
    first, _ = await store.begin(a_turn(conversation), append=True)
    second, _ = await store.begin(a_turn(conversation, at=NOON + minutes(1)), append=True)
    again = replace(a_turn(conversation, at=NOON + minutes(2)), parent_id=first.id)

    assert await store.begin(again, append=False) == (again, True)

    assert await store.turns(conversation.user_id, conversation.id) == [first, second, again]
    assert (await store.conversation(conversation.user_id, conversation.id)).head == again.id


async def test_turns_appended_at_the_same_moment_form_a_chain(store: Store) -> None:
    conversation = await started(store)

    begun = await asyncio.gather(*(store.begin(a_turn(conversation), append=True) for _ in range(20)))

    parents = {turn.id: turn.parent_id for turn, _ in begun}
    stored = await store.turns(conversation.user_id, conversation.id)
    assert {turn.id: turn.parent_id for turn in stored} == parents
    leaf = (await store.conversation(conversation.user_id, conversation.id)).head
    path: list[str] = []
    while leaf is not None:
        path.append(leaf)
        leaf = parents[leaf]
    assert sorted(path) == sorted(parents)


async def test_a_conversation_is_opened_with_its_first_turn(store: Store) -> None:
    opening = a_conversation(at=NOON - minutes(1))

    turn, new = await store.begin(a_turn(opening), append=True, opening=opening)

    opened = replace(opening, head=turn.id, updated_at=NOON)
    assert new
    assert turn.parent_id is None
    assert await store.conversation(opening.user_id, opening.id) == opened
    assert await store.conversations(opening.user_id) == [opened]
    assert await store.turns(opening.user_id, opening.id) == [turn]
    following, _ = await store.begin(a_turn(opened), append=True)
    assert following.parent_id == turn.id


async def test_a_first_turn_that_is_refused_opens_no_conversation(store: Store) -> None:
    there = await started(store)
    taken, _ = await store.begin(a_turn(there), append=True)
    opening = a_conversation(there.user_id)

    with pytest.raises(Conflict):
        await store.begin(replace(a_turn(opening), id=taken.id), append=True, opening=opening)

    assert [each.id for each in await store.conversations(there.user_id)] == [there.id]
    with pytest.raises(NotFound):
        await store.conversation(opening.user_id, opening.id)


async def test_a_conversation_that_is_there_is_not_opened_again(store: Store) -> None:
    there = await started(store)

    with pytest.raises(Conflict):
        await store.begin(a_turn(there), append=True, opening=there)

    assert await store.conversations(there.user_id) == [there]
    assert await store.turns(there.user_id, there.id) == []


async def test_of_first_turns_with_the_same_key_one_opens_its_conversation(store: Store) -> None:
    user = uuid4().hex
    openings = [a_conversation(user) for _ in range(5)]

    outcomes = await asyncio.gather(
        *(store.begin(replace(a_turn(each), idempotency_key="k"), append=True, opening=each) for each in openings)
    )

    assert sorted(new for _, new in outcomes) == [False] * 4 + [True]
    assert len({turn.id for turn, _ in outcomes}) == 1
    assert [each.id for each in await store.conversations(user)] == [outcomes[0][0].conversation_id]


async def test_an_idempotency_key_stores_one_turn(store: Store) -> None:
    conversation = await started(store)
    turn = replace(a_turn(conversation), idempotency_key="key")
    await store.begin(turn, append=True)
    ended = answered(turn)
    await store.finish(ended)

    again = replace(a_turn(conversation, at=NOON + minutes(1)), idempotency_key="key")
    assert await store.begin(again, append=True) == (ended, False)

    assert await store.turns(turn.user_id, conversation.id) == [ended]
    assert (await store.conversation(turn.user_id, conversation.id)).updated_at == NOON


async def test_an_idempotency_key_is_known_before_its_conversation_is_looked_for(store: Store) -> None:
    turn, _ = await store.begin(replace(a_turn(await started(store)), idempotency_key="key"), append=True)

    elsewhere = replace(turn, id=uuid4().hex, conversation_id="nowhere")
    assert await store.begin(elsewhere, append=True) == (turn, False)


async def test_the_end_of_a_turn_can_be_taken_back(store: Store) -> None:
    turn, _ = await store.begin(a_turn(await started(store)), append=True)
    await store.finish(replace(answered(turn), status=Status.FAILED, problem="Nobody answered."))

    await store.finish(turn)

    assert await store.turn(turn.user_id, turn.id) == turn
    assert await store.fail_pending(turn.asked_at + minutes(1), "Again.") >= 1


async def test_an_idempotency_key_used_twice_at_the_same_moment_stores_one_turn(store: Store) -> None:
    conversation = await started(store)
    turns = [replace(a_turn(conversation), idempotency_key="key") for _ in range(5)]

    begun = await asyncio.gather(*(store.begin(turn, append=True) for turn in turns))

    assert sorted(new for _, new in begun) == [False] * 4 + [True]
    (stored,) = await store.turns(conversation.user_id, conversation.id)
    assert {turn.id for turn, _ in begun} == {stored.id}


async def test_an_idempotency_key_belongs_to_its_user(store: Store) -> None:
    mine, yours = await started(store), await started(store)

    for conversation in (mine, yours):
        _, new = await store.begin(replace(a_turn(conversation), idempotency_key="key"), append=True)
        assert new


async def test_a_refused_turn_leaves_its_idempotency_key_free(store: Store) -> None:
    conversation = await started(store)
    turn = replace(a_turn(conversation), idempotency_key="key")
    with pytest.raises(NotFound):
        await store.begin(replace(turn, conversation_id="nowhere"), append=True)

    assert await store.begin(turn, append=True) == (turn, True)


async def test_an_ended_turn_comes_back_with_its_receipt(store: Store) -> None:
    turn, _ = await store.begin(a_turn(await started(store)), append=True)

    await store.finish(answered(turn))

    assert await store.turn(turn.user_id, turn.id) == answered(turn)


def test_a_receipt_stored_before_there_were_cached_tokens_says_that_nothing_was_cached() -> None:
    turn = answered(a_turn(a_conversation()))
    old = json.loads(TURN.dump_json(turn))
    assert old["receipt"]["tokens"].pop("cached") == 128

    for read in (TURN.validate_python(old), TURN.validate_json(json.dumps(old))):
        assert read.receipt
        assert read.receipt.tokens == replace(RECEIPT.tokens, cached=0)
        assert read.receipt.tokens.billed == read.receipt.tokens.prompt


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("someone took money from my account", "fraud"),
        ("I want to end my life", "crisis"),
        ("what a rule no longer takes for an emergency", "fraud"),
        (None, None),
    ],
)
def test_a_receipt_stored_before_it_said_which_emergency_says_so_now(
    question: str | None, kind: OpeningKind | None
) -> None:
    turn = answered(a_turn(a_conversation(), question or "How do I block my card?"))
    old = json.loads(TURN.dump_json(turn))
    del old["receipt"]["opening"]
    old["receipt"]["emergency"] = question is not None

    for read in (TURN.validate_python(old), TURN.validate_json(json.dumps(old))):
        assert read.receipt == replace(RECEIPT, emergency=question is not None, opening=kind)


async def test_text_comes_back_as_it_went_in(store: Store) -> None:
    odd = "कार्ड\u200d \u0000 'x' \"y\" \\ \r\n\t {$a: 1} 😀 e\u0301 "
    turn, _ = await store.begin(a_turn(await started(store), odd), append=True)

    await store.finish(answered(turn, odd))

    found = await store.turn(turn.user_id, turn.id)
    assert (found.question, found.answer) == (odd, odd)


async def test_the_end_of_a_turn_leaves_feedback_and_place_alone(store: Store) -> None:
    conversation = await started(store)
    first, _ = await store.begin(a_turn(conversation), append=True)
    second, _ = await store.begin(a_turn(conversation), append=True)
    feedback = Feedback("up", "clear", NOON)
    await store.set_feedback(second.user_id, second.id, feedback)

    await store.finish(replace(answered(second), parent_id="elsewhere", question="Changed?", feedback=None))

    expected = replace(answered(second), parent_id=first.id, feedback=feedback)
    assert await store.turn(second.user_id, second.id) == expected


async def test_the_end_of_a_deleted_turn_is_dropped(store: Store) -> None:
    turn, _ = await store.begin(a_turn(await started(store)), append=True)
    await store.delete_conversation(turn.user_id, turn.conversation_id)

    await store.finish(answered(turn))

    with pytest.raises(NotFound):
        await store.turn(turn.user_id, turn.id)


async def test_feedback_replaces_earlier_feedback(store: Store) -> None:
    turn, _ = await store.begin(a_turn(await started(store)), append=True)

    for feedback in (Feedback("up", "", NOON), Feedback("down", "wrong fee", NOON + minutes(1))):
        await store.set_feedback(turn.user_id, turn.id, feedback)

    assert (await store.turn(turn.user_id, turn.id)).feedback == Feedback("down", "wrong fee", NOON + minutes(1))


async def test_feedback_on_a_turn_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.set_feedback(uuid4().hex, uuid4().hex, Feedback("up", "", NOON))


async def test_only_turns_pending_since_before_then_are_failed(store: Store) -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    conversation = await started(store)
    stale, _ = await store.begin(a_turn(conversation, at=long_ago), append=True)
    ended, _ = await store.begin(a_turn(conversation, at=long_ago), append=True)
    await store.finish(answered(ended))
    recent, _ = await store.begin(a_turn(conversation, at=long_ago + minutes(1)), append=True)

    assert await store.fail_pending(long_ago + minutes(1), "The server was restarted.") == 1

    assert await store.turn(stale.user_id, stale.id) == replace(
        stale, status=Status.FAILED, problem="The server was restarted."
    )
    assert (await store.turn(ended.user_id, ended.id)).status is Status.ANSWERED
    assert (await store.turn(recent.user_id, recent.id)).status is Status.PENDING
    assert await store.fail_pending(long_ago + minutes(1), "Again.") == 0


async def test_turns_are_returned_oldest_first(store: Store) -> None:
    conversation = await started(store)
    for age in (2, 3, 1):
        await store.begin(a_turn(conversation, at=NOON - minutes(age)), append=True)

    asked = [turn.asked_at for turn in await store.turns(conversation.user_id, conversation.id)]

    assert asked == [NOON - minutes(3), NOON - minutes(2), NOON - minutes(1)]


async def test_ended_turns_of_all_users_come_in_the_order_in_which_they_were_asked(store: Store) -> None:
    made = [await an_ended_turn(store, at) for at in (NOON, LONG_AGO, NOON - minutes(1), NOON, NOON)]

    assert await ended_among(made, store) == sorted(made, key=lambda turn: (turn.asked_at, turn.id))


async def test_pages_show_each_ended_turn_once_also_when_times_are_equal(store: Store) -> None:
    made = [await an_ended_turn(store, NOON + minutes(n // 4)) for n in range(9)]

    for limit in (1, 3, 4, 100):
        assert await ended_among(made, store, limit) == sorted(made, key=lambda turn: (turn.asked_at, turn.id))


async def test_a_page_of_ended_turns_starts_after_the_given_place_and_is_as_long_as_the_limit(store: Store) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    made = [await an_ended_turn(store, FAR_AHEAD + minutes(n)) for n in range(3)]

    assert await store.ended((FAR_AHEAD, made[0].id), 1) == [made[1]]
    assert await store.ended((FAR_AHEAD.astimezone(india), made[0].id), 2) == made[1:]
    assert await store.ended((FAR_AHEAD + minutes(1), ""), 5) == made[1:]
    assert await store.ended((made[2].asked_at, made[2].id), 5) == []


async def test_the_newest_ended_turns_begin_after_those_that_are_left_out(store: Store) -> None:
    made = [await an_ended_turn(store, FAR_AHEAD + minutes(60 + n // 2)) for n in range(5)]
    made.sort(key=lambda turn: (turn.asked_at, turn.id))
    since = FAR_AHEAD + minutes(60)
    for limit in (1, 2, 4):
        after, left_out = await store.newest_ended(since, limit)
        assert (await store.ended(after, 9), left_out) == (made[-limit:], 5 - limit)
    for limit in (5, 6):
        after, left_out = await store.newest_ended(since, limit)
        assert (await store.ended(after, 9), left_out) == (made, 0)
    for turn in made:  # nothing is to lie after what other tests make
        await store.delete_conversation(turn.user_id, turn.conversation_id)
    assert (await store.newest_ended(since, 5))[1] == 0


async def test_only_turns_that_ended_with_an_answer_and_a_receipt_are_for_learning(store: Store) -> None:
    conversation = await started(store)
    begun = [(await store.begin(a_turn(conversation, at=NOON + minutes(n)), append=True))[0] for n in range(6)]
    ends = [answered(turn) for turn in begun[1:]]
    ends[1] = replace(ends[1], status=Status.HANDED_OFF)
    ends[2] = replace(ends[2], status=Status.FAILED)
    ends[3] = replace(ends[3], receipt=None)
    ends[4] = replace(ends[4], complete=False)
    for end in ends:
        await store.finish(end)

    assert await ended_among(begun, store) == [ends[0], ends[1], ends[4]]


async def test_a_turn_is_for_learning_as_long_as_its_end_stands(store: Store) -> None:
    turn = await an_ended_turn(store)
    feedback = Feedback("down", "wrong fee", NOON)
    await store.set_feedback(turn.user_id, turn.id, feedback)
    assert await ended_among([turn], store) == [replace(turn, feedback=feedback)]

    await store.finish(replace(turn, status=Status.PENDING, receipt=None))

    assert await ended_among([turn], store) == []


async def test_nothing_is_learned_from_a_deleted_conversation(store: Store) -> None:
    deleted, kept = await an_ended_turn(store), await an_ended_turn(store)

    await store.delete_conversation(deleted.user_id, deleted.conversation_id)

    assert await ended_among([deleted, kept], store) == [kept]


async def test_a_file_made_before_there_was_learning_from_use_or_a_desk_keeps_working(tmp_path: Path) -> None:
    path = tmp_path / "questrag.db"
    store = await SqliteStore.open(path)
    turn = await an_ended_turn(store)
    await store.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP INDEX turns_ended")
        db.execute("DROP TABLE desk")

    store = await SqliteStore.open(path)

    assert await store.ended(None, 2) == [turn]
    assert await store.every(HandOff) == []
    await store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT 1 FROM sqlite_master WHERE name = 'turns_ended'").fetchone()


async def test_a_store_that_is_there_answers_a_ping(store: Store) -> None:
    await store.ping()


async def test_an_operator_finds_a_turn_by_its_id_alone(store: Store) -> None:
    turn = await an_ended_turn(store)

    assert await store.turn_of_anybody(turn.id) == turn
    with pytest.raises(NotFound):
        await store.turn_of_anybody(uuid4().hex)
