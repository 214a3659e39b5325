import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from questrag.chat.desk import AuditRecord
from questrag.custody.audit_log import AuditLog
from questrag.storage.memory import MemoryStore
from questrag.web.logs import AsText

NOON = datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC)


async def a_chain(n: int) -> tuple[MemoryStore, AuditLog]:
    store = MemoryStore()
    log = AuditLog(store, now=lambda: NOON)
    for _ in range(n):
        await log.note("session.opened", actor="priya")
    return store, log


async def test_records_are_numbered_and_hold_the_digest_of_the_one_before() -> None:
    store, _ = await a_chain(3)

    first, second, third = await store.every(AuditRecord)

    assert [first.id, second.id, third.id] == ["000000000001", "000000000002", "000000000003"]
    assert (first.previous, second.previous, third.previous) == ("", first.digest, second.digest)


async def test_a_chain_that_nobody_changed_is_whole() -> None:
    store, log = await a_chain(1200)
    newest = (await store.newest(AuditRecord, limit=1))[0]

    verdict = await log.verify()

    assert (verdict.n_records, verdict.number, verdict.digest, verdict.broken) == (
        1200,
        newest.id,
        newest.digest,
        (),
    )


async def test_an_empty_chain_is_whole() -> None:
    verdict = await (await a_chain(0))[1].verify()

    assert (verdict.n_records, verdict.number, verdict.broken) == (0, "", ())


@pytest.mark.parametrize(
    "change", [{"actor": "arun"}, {"act": "session.closed"}, {"subject": "x"}, {"detail": "x"}, {"previous": "0" * 64}]
)
async def test_a_changed_record_shows(change: dict[str, str]) -> None:
    store, log = await a_chain(5)
    third = (await store.every(AuditRecord))[2]

    await store.exchange(third, replace(third, **change))  # type: ignore[arg-type]

    assert third.id in " ".join((await log.verify()).broken)


async def test_a_record_that_was_taken_out_shows() -> None:
    store, log = await a_chain(5)

    await store.remove(AuditRecord, "000000000003")

    assert (await log.verify()).broken == ("between 000000000002 and 000000000004 something is missing",)


async def test_a_beginning_that_was_taken_out_shows() -> None:
    store, log = await a_chain(3)

    await store.remove(AuditRecord, "000000000001")

    assert (await log.verify()).broken == ("what was before 000000000002 is missing",)


async def test_an_end_that_was_taken_out_shows_to_whoever_was_told_of_it() -> None:
    store, log = await a_chain(3)
    last = (await store.newest(AuditRecord, limit=1))[0]

    await store.remove(AuditRecord, last.id)

    assert (await log.verify()).broken == ()
    assert (await log.verify(number=last.id, digest=last.digest)).broken == (f"{last.id} is missing",)


async def test_a_chain_made_anew_shows_to_whoever_was_told_of_the_old_one() -> None:
    told = (await (await a_chain(3))[0].newest(AuditRecord, limit=1))[0]
    forged = AuditLog(MemoryStore(), now=lambda: NOON)
    for _ in range(4):
        await forged.note("session.opened", actor="arun")

    assert (await forged.verify()).broken == ()
    assert (await forged.verify(number=told.id, digest=told.digest)).broken == (
        f"{told.id} is not the record that was told",
    )


async def test_several_servers_add_to_one_chain_at_once() -> None:
    store = MemoryStore()
    servers = [AuditLog(store) for _ in range(4)]

    await asyncio.gather(*(server.note("session.opened", actor=str(n)) for n in range(10) for server in servers))

    verdict = await servers[0].verify()
    assert (verdict.n_records, verdict.broken) == (40, ())


async def test_the_order_of_the_chain_does_not_depend_on_the_clocks_of_hosts() -> None:
    store, ahead = await a_chain(2)
    behind = AuditLog(store, now=lambda: NOON - timedelta(hours=1))

    await behind.note("session.closed", actor="priya")
    await ahead.note("session.opened", actor="priya")

    assert (await ahead.verify()).broken == ()


async def test_the_application_log_names_number_and_digest_and_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(AsText())
    with caplog.at_level("INFO", logger="questrag.custody.audit_log"):
        store, _ = await a_chain(20)

    for record in await store.every(AuditRecord):
        assert f"number={record.id} act=session.opened digest={record.digest}\n" in caplog.text
