"""Requests for a person: stored first, then told until that has worked."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from questrag.chat.desk import HandOff, HandOffState
from questrag.chat.errors import NotFound, Unavailable
from questrag.chat.ports import D, Store
from questrag.chat.types import Conversation, Status, Turn
from questrag.delivery.desk import MOST_TURNS, HandOffs
from questrag.storage.memory import MemoryStore
from questrag.storage.sqlite import SqliteStore

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Teller:
    """A channel that fails while it is told to, and remembers what it was told."""

    name: str = "webhook"
    problem: str = ""
    takes_s: float = 0.0
    told: list[str] = field(default_factory=list)
    tried: int = 0

    async def tell(self, handoff: HandOff) -> None:
        self.tried += 1
        await asyncio.sleep(self.takes_s)
        if self.problem:
            raise Unavailable(self.problem)
        self.told.append(handoff.id)


def a_desk(store: Store, *tellers: Teller, clock: Clock | None = None, patience_s: float = 3.0) -> HandOffs:
    return HandOffs(store, tellers, clock=clock or Clock(), patience_s=patience_s)


async def asked(desk: HandOffs, note: str = "", conversation_id: str | None = None, user_id: str = "u") -> HandOff:
    return await desk.request(
        user_id, name="Priya", contact="98765 43210", note=note, lang="en", conversation_id=conversation_id
    )


@asynccontextmanager
async def telling(desk: HandOffs, every_s: float = 0.01) -> AsyncIterator[None]:
    task = asyncio.create_task(desk.keep_telling(every_s))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_a_request_is_stored_before_anybody_is_told() -> None:
    store = MemoryStore()
    stored: list[HandOff] = []

    class Looking(Teller):
        async def tell(self, handoff: HandOff) -> None:
            stored.append(await store.one(HandOff, handoff.id))

    made = await asked(a_desk(store, Looking()))

    assert stored[0].id == made.id
    assert stored[0].delivered == ()


async def test_whoever_is_told_at_once_is_named_in_what_the_customer_gets() -> None:
    hook, mail = Teller("webhook"), Teller("email")
    made = await asked(a_desk(MemoryStore(), hook, mail))

    assert hook.told == mail.told == [made.id]
    assert sorted(made.delivered) == ["email", "webhook"]
    assert (made.problem, made.not_before) == ("", None)


async def test_a_customer_does_not_wait_for_a_slow_channel_and_it_is_told_all_the_same() -> None:
    store = MemoryStore()
    hook, mail = Teller("webhook"), Teller("email", takes_s=0.3)
    made = await asked(a_desk(store, hook, mail, patience_s=0.05))

    assert (made.delivered, mail.told) == (("webhook",), [])
    await until(lambda: mail.told)
    await asyncio.sleep(0.01)
    assert (await store.one(HandOff, made.id)).delivered == ("webhook", "email")


async def test_with_nobody_to_tell_a_request_waits_in_the_list() -> None:
    desk = a_desk(MemoryStore())
    made = await asked(desk)

    assert not desk.tells_at_once
    assert (made.tell, made.delivered, made.attempts) == ((), (), 0)
    assert await desk.page(None, None, 10) == [made]


async def test_a_request_that_is_stored_is_not_refused_when_the_database_goes_away_then() -> None:
    class Leaving(MemoryStore):
        async def one(self, kind: type[D], record_id: str) -> D:
            raise Unavailable("The database does not answer at the moment.")

    store, hook = Leaving(), Teller()
    made = await asked(a_desk(store, hook))

    assert (made.delivered, hook.told) == ((), [made.id])


async def test_the_note_and_the_transcript_are_masked_and_the_contact_is_not() -> None:
    store = MemoryStore()
    conversation = await a_conversation(store, ["card 4111 1111 1111 1111"], answer="Block 4111 1111 1111 1111.")
    made = await asked(a_desk(store), "my card is 4111 1111 1111 1111", conversation.id, conversation.user_id)

    assert made.note == "my card is [CARD]"
    assert made.transcript == (("user", "card [CARD]"), ("assistant", "Block [CARD]."))
    assert made.contact == "98765 43210"


async def a_conversation(store: Store, questions: list[str], answer: str = "Yes.") -> Conversation:
    conversation = Conversation(id=uuid4().hex, user_id=uuid4().hex, title="t", created_at=NOON, updated_at=NOON)
    await store.add_conversation(conversation)
    for question in questions:
        await a_turn(store, conversation, question, answer)
    return conversation


async def a_turn(store: Store, conversation: Conversation, question: str, answer: str = "Yes.") -> Turn:
    turn = Turn(
        id=uuid4().hex,
        conversation_id=conversation.id,
        user_id=conversation.user_id,
        question=question,
        asked_at=NOON,
    )
    turn, _ = await store.begin(turn, append=True)
    if answer:
        await store.finish(replace(turn, status=Status.ANSWERED, answer=answer, complete=True))
    return turn


async def test_the_transcript_is_the_conversation_that_is_on_show() -> None:
    store = MemoryStore()
    conversation = await a_conversation(store, ["first"])
    asked_before = await a_turn(store, conversation, "second")
    again = replace(asked_before, id=uuid4().hex, question="second, edited", status=Status.PENDING)
    await store.begin(again, append=False)
    await a_turn(store, conversation, "third", answer="")

    made = await asked(a_desk(store), "", conversation.id, conversation.user_id)

    assert made.transcript == (
        ("user", "first"),
        ("assistant", "Yes."),
        ("user", "second, edited"),
        ("user", "third"),
    )


async def test_a_transcript_has_the_last_turns_and_no_more() -> None:
    store = MemoryStore()
    conversation = await a_conversation(store, [str(n) for n in range(MOST_TURNS + 3)])

    made = await asked(a_desk(store), "", conversation.id, conversation.user_id)

    questions = [text for role, text in made.transcript if role == "user"]
    assert questions == [str(n) for n in range(3, MOST_TURNS + 3)]


async def test_somebody_else_s_conversation_is_not_found_and_nothing_is_stored() -> None:
    store, hook = MemoryStore(), Teller()
    conversation = await a_conversation(store, ["private"])
    desk = a_desk(store, hook)

    with pytest.raises(NotFound):
        await asked(desk, "", conversation.id, "somebody else")

    assert (await desk.page(None, None, 10), hook.tried) == ([], 0)


async def test_what_failed_is_tried_again_after_pauses_that_double_up_to_an_hour() -> None:
    store, clock, hook = MemoryStore(), Clock(), Teller(problem="refused (500)")
    desk = a_desk(store, hook, clock=clock)
    made = await asked(desk)
    assert (made.problem, made.not_before) == ("webhook: refused (500)", NOON + timedelta(seconds=10))

    pauses = []
    for attempt in range(2, 13):
        before = clock.now
        made = await store.one(HandOff, made.id)
        assert made.not_before
        clock.now = made.not_before - timedelta(milliseconds=1)
        await desk.tell_due()
        assert hook.tried == attempt - 1, "it was too early"
        clock.now = made.not_before
        await desk.tell_due()
        assert hook.tried == attempt
        pauses.append((clock.now - before).total_seconds())

    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]


async def test_only_the_channel_that_failed_is_tried_again() -> None:
    store, clock = MemoryStore(), Clock()
    hook, mail = Teller("webhook"), Teller("email", problem="the mail server refuses the recipient")
    desk = a_desk(store, hook, mail, clock=clock)
    made = await asked(desk)
    assert (made.delivered, made.problem) == (("webhook",), "email: the mail server refuses the recipient")

    mail.problem = ""
    clock.on(minutes=1)
    await desk.tell_due()

    assert (hook.tried, mail.told) == (1, [made.id])
    now = await store.one(HandOff, made.id)
    assert (now.delivered, now.problem, now.not_before) == (("webhook", "email"), "", None)
    clock.on(hours=5)
    await desk.tell_due()
    assert (hook.tried, mail.tried) == (1, 2)


async def test_a_request_closed_meanwhile_is_told_no_more_until_it_is_open_again() -> None:
    clock, hook = Clock(), Teller(problem="refused (500)")
    desk = a_desk(MemoryStore(), hook, clock=clock)
    made = await asked(desk)
    await desk.change(made.id, HandOffState.CLOSED)
    hook.problem = ""
    clock.on(minutes=1)
    await desk.tell_due()
    assert hook.told == []

    await desk.change(made.id, HandOffState.OPEN)
    await desk.tell_due()

    assert hook.told == [made.id]


async def test_closing_a_request_while_somebody_is_told_loses_neither() -> None:
    store, hook = MemoryStore(), Teller(takes_s=0.1)
    desk = a_desk(store, hook, patience_s=0.01)
    made = await asked(desk)

    await desk.change(made.id, HandOffState.CLOSED)
    await until(lambda: hook.told)
    await asyncio.sleep(0.01)

    now = await store.one(HandOff, made.id)
    assert (now.state, now.delivered) == (HandOffState.CLOSED, ("webhook",))


async def test_after_a_restart_what_was_not_told_is_told() -> None:
    store, clock = MemoryStore(), Clock()
    made = await asked(a_desk(store, Teller(problem="refused (500)"), clock=clock))
    clock.on(hours=1)
    hook = Teller()

    async with telling(a_desk(store, hook, clock=clock)):
        await until(lambda: hook.told)

    assert hook.told == [made.id]


async def test_an_attempt_that_a_dead_process_left_is_made_by_another_one_after_a_minute() -> None:
    store, clock = MemoryStore(), Clock()
    died = a_desk(store, Teller(takes_s=60), clock=clock, patience_s=0.01)
    async with telling(died):
        made = await asked(died)
    hook = Teller()
    other = a_desk(store, hook, clock=clock)

    clock.on(seconds=59)
    await other.tell_due()
    assert hook.tried == 0
    clock.on(seconds=1)
    await other.tell_due()

    assert hook.told == [made.id]


async def test_after_a_week_nobody_tries_any_more_and_the_request_is_still_in_the_list() -> None:
    store, clock = MemoryStore(), Clock()
    made = await asked(a_desk(store, Teller(problem="refused (500)"), clock=clock))
    clock.on(days=7, seconds=1)
    hook = Teller()
    desk = a_desk(store, hook, clock=clock)

    await desk.tell_due()

    assert hook.tried == 0
    assert [handoff.id for handoff in await desk.page(HandOffState.OPEN, None, 10)] == [made.id]


async def test_a_channel_that_is_set_up_later_is_not_told_of_what_came_before() -> None:
    store, clock, mail = MemoryStore(), Clock(), Teller("email")
    await asked(a_desk(store, clock=clock))
    later = a_desk(store, mail, clock=clock)

    await later.tell_due()
    made = await asked(later)

    assert mail.told == [made.id]


async def test_a_channel_that_is_set_up_no_more_is_left_out() -> None:
    store, clock = MemoryStore(), Clock()
    await asked(a_desk(store, Teller("email", problem="x"), clock=clock))
    clock.on(hours=1)
    hook = Teller("webhook")

    await a_desk(store, hook, clock=clock).tell_due()

    assert hook.tried == 0


async def test_of_several_processes_one_makes_each_attempt(tmp_path: Path) -> None:
    clock = Clock()
    stores = [await SqliteStore.open(tmp_path / "questrag.db") for _ in range(3)]
    failing = a_desk(stores[0], Teller(problem="refused (500)"), clock=clock)
    made = [await asked(failing) for _ in range(30)]
    clock.on(minutes=1)
    tellers = [Teller(takes_s=0.01) for _ in stores]

    await asyncio.gather(
        *(a_desk(store, teller, clock=clock).tell_due() for store, teller in zip(stores, tellers, strict=True))
    )

    told = [handoff_id for teller in tellers for handoff_id in teller.told]
    assert sorted(told) == sorted(handoff.id for handoff in made)
    assert {handoff.delivered for handoff in await stores[0].every(HandOff)} == {("webhook",)}
    for store in stores:
        await store.close()


async def test_once_everybody_is_told_a_look_reads_no_further_back_than_a_little_while() -> None:
    @dataclass
    class Counting(MemoryStore):
        pages: int = 0

        def __post_init__(self) -> None:
            super().__init__()

        async def newest(
            self, kind: type[D], *, before: tuple[datetime, str] | None = None, limit: int = 100
        ) -> list[D]:
            self.pages += 1
            return await super().newest(kind, before=before, limit=limit)

    store, clock, hook = Counting(), Clock(), Teller()
    desk = a_desk(store, hook, clock=clock)
    for _ in range(200):
        await asked(desk)
        clock.on(minutes=1)
    await desk.tell_due()
    at_first, store.pages = store.pages, 0

    await desk.tell_due()

    assert at_first > 10
    assert store.pages == 1


async def test_one_fault_does_not_keep_the_others_from_being_told(caplog: pytest.LogCaptureFixture) -> None:
    @dataclass
    class Faulty(Teller):
        bad: str = ""

        async def tell(self, handoff: HandOff) -> None:
            if handoff.id == self.bad:
                raise RuntimeError(f"not foreseen: {handoff.contact}")
            await super().tell(handoff)

    store, clock = MemoryStore(), Clock()
    failing = a_desk(store, Teller(problem="refused (500)"), clock=clock)
    made = [await asked(failing) for _ in range(3)]
    clock.on(minutes=1)
    hook = Faulty(bad=made[1].id)

    async with telling(a_desk(store, hook, clock=clock)):
        await until(lambda: len(hook.told) == 2)

    assert sorted(hook.told) == sorted([made[0].id, made[2].id])
    assert "RuntimeError" in caplog.text
    assert "98765" not in caplog.text


async def test_telling_goes_on_after_the_database_was_away() -> None:
    @dataclass
    class Flaky(MemoryStore):
        down: bool = False
        refused: int = 0

        def __post_init__(self) -> None:
            super().__init__()

        async def newest(
            self, kind: type[D], *, before: tuple[datetime, str] | None = None, limit: int = 100
        ) -> list[D]:
            if self.down:
                self.refused += 1
                raise Unavailable("The database does not answer at the moment.")
            return await super().newest(kind, before=before, limit=limit)

    store, clock, hook = Flaky(), Clock(), Teller(problem="refused (500)")
    desk = a_desk(store, hook, clock=clock)
    made = await asked(desk)
    clock.on(minutes=1)
    hook.problem, store.down = "", True

    async with telling(desk):
        await until(lambda: store.refused > 1)
        store.down = False
        await until(lambda: hook.told)

    assert hook.told == [made.id]


async def test_nothing_that_a_customer_gave_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk = a_desk(MemoryStore(), Teller(problem="refused (500)"))
    made = await asked(desk, "please hurry")

    assert f"hand-off {made.id}: webhook: refused (500)" in caplog.text
    for secret in ("Priya", "98765 43210", "9876543210", "hurry"):
        assert secret not in caplog.text
        assert secret not in repr(made)


async def test_a_page_holds_requests_in_one_state_newest_first() -> None:
    clock = Clock()
    desk = a_desk(MemoryStore(), clock=clock)
    made = []
    for n in range(50):
        made.append(await asked(desk))
        clock.on(minutes=1)
        if n % 10:
            made[-1] = await desk.change(made[-1].id, HandOffState.CLOSED)
    opened = [handoff for handoff in made[::-1] if handoff.state is HandOffState.OPEN]

    first = await desk.page(HandOffState.OPEN, None, 3)
    rest = await desk.page(HandOffState.OPEN, (first[-1].created_at, first[-1].id), 3)

    assert first + rest == opened
    assert await desk.page(None, None, 100) == made[::-1]
    assert len(await desk.page(HandOffState.CLOSED, None, 100)) == 45


async def test_a_request_that_is_not_there_cannot_be_closed() -> None:
    with pytest.raises(NotFound):
        await a_desk(MemoryStore()).change("nothing", HandOffState.CLOSED)
