"""What every way of telling the bank's staff promises."""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from questrag.chat.desk import HandOff
from questrag.chat.errors import Unavailable
from questrag.delivery import email
from questrag.delivery.desk import Channel
from questrag.delivery.email import Email
from questrag.delivery.webhook import Webhook
from tests.desks import MailServer, Program

TIMEOUT_S = 0.3


def a_handoff(**changes: object) -> HandOff:
    handoff = HandOff(
        id=uuid4().hex,
        created_at=datetime(2026, 11, 2, 12, 0, tzinfo=UTC),
        user_id="u1",
        name="Priya शर्मा",
        contact="priya@bank.example",
        note="My card was charged twice 😀",
        lang="hinglish",
        conversation_id="c1",
        transcript=(("user", "card band karo"), ("assistant", "Call the number on it.")),
    )
    return replace(handoff, **changes)  # type: ignore[arg-type]


def webhook(url: str) -> Webhook:
    return Webhook(url, "a secret", timeout_s=TIMEOUT_S)


def mail(port: int) -> Email:
    server = email.MailServer("127.0.0.1", port, encrypted=False)
    return Email(server, sender="bot@bank.example", recipient="desk@bank.example", timeout_s=TIMEOUT_S)


@dataclass
class Desk:
    """A channel and the one at its other end."""

    channel: Channel
    taken: Callable[[], int]


async def a_desk(kind: str, stack: AsyncExitStack, fault: str = "") -> Desk:
    if kind == "webhook":
        faults: dict[str, int | bytes | None] = {"refuses": 500, "hangs": None, "breaks off": b"HTTP/1.1 2", "": 200}
        program = await stack.enter_async_context(Program(faults[fault]))
        return Desk(webhook(program.url), lambda: len(program.posts))
    refuses = {"refuses": {"RCPT": "550 desk@bank.example is unknown"}, "breaks off": {"DATA": "421 closing"}}
    server = await stack.enter_async_context(
        MailServer(refuses=refuses.get(fault), hangs_at="MAIL" if fault == "hangs" else "")
    )
    return Desk(mail(server.port), lambda: len(server.mails))


KINDS = ["webhook", "email"]


@pytest.mark.parametrize("kind", KINDS)
async def test_the_other_side_has_it_when_telling_returns(kind: str) -> None:
    async with AsyncExitStack() as stack:
        desk = await a_desk(kind, stack)
        for _ in range(2):
            await desk.channel.tell(a_handoff())

        assert desk.channel.name == kind
        assert desk.taken() == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["refuses", "hangs", "breaks off"])
async def test_what_was_not_taken_is_unavailable_soon_and_says_nothing_of_the_customer(kind: str, fault: str) -> None:
    handoff = a_handoff()
    async with AsyncExitStack() as stack:
        desk = await a_desk(kind, stack, fault)
        began = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            await desk.channel.tell(handoff)

    assert time.monotonic() - began < 5 * TIMEOUT_S
    problem = str(caught.value)
    assert problem
    for secret in (handoff.name, handoff.contact, handoff.note, "s3cret", "a secret", "127.0.0.1", "desk@bank.example"):
        assert secret not in problem


@pytest.mark.parametrize("kind", KINDS)
async def test_where_nobody_listens_it_is_unavailable(kind: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        channel = webhook(f"http://127.0.0.1:{port}/") if kind == "webhook" else mail(port)
        with pytest.raises(Unavailable):
            await channel.tell(a_handoff())


@pytest.mark.parametrize("kind", KINDS)
async def test_the_event_loop_goes_on_while_the_other_side_hangs(kind: str) -> None:
    async with AsyncExitStack() as stack:
        desk = await a_desk(kind, stack, "hangs")
        telling = asyncio.create_task(desk.channel.tell(a_handoff()))
        ticks = 0
        while not telling.done():
            await asyncio.sleep(0.01)
            ticks += 1
        with pytest.raises(Unavailable):
            await telling

    assert ticks >= 10


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "odd",
    [
        {"name": "Priya\r\nBcc: eve@evil.example", "contact": "priya@bank.example\r\nBcc: eve@evil.example"},
        {"name": "\r\n.\r\nQUIT\r\n", "note": "\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n"},
        {"transcript": (("user", "x" * 5000 + "\r\n.\r\n" + "ü" * 3000),)},
        {"contact": '"a b"@bank.example', "note": "\u2028\u2029\x85\x0b"},
        {"contact": "+91 98765 43210", "note": "", "transcript": (), "conversation_id": None},
    ],
)
async def test_nothing_that_a_customer_types_breaks_the_telling(kind: str, odd: dict[str, object]) -> None:
    async with AsyncExitStack() as stack:
        desk = await a_desk(kind, stack)
        await desk.channel.tell(a_handoff(**odd))

        assert desk.taken() == 1
