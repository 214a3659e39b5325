"""A knowledge base that changes while it is served."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from starlette.testclient import TestClient

from questrag.chat.errors import ArtifactError
from questrag.knowledge.base import EntryBase
from questrag.web.app import create_app
from questrag.web.reload import Live
from questrag.wiring import assemble
from tests.integration.api import CHEAP_KIB, ask, settings, sign_up

ENTRY = {"id": "block", "question": "How do I block my card?", "answer": "Open the app and tap Block."}


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    path = tmp_path / "kb"
    path.mkdir()
    write(path / "cards.jsonl", ENTRY)
    return path


@pytest.fixture
def client(kb: Path, tmp_path: Path) -> Iterator[TestClient]:
    chosen = settings(kb_path=kb, data_dir=tmp_path / "var", kb_reload_s=0.05)
    with TestClient(create_app(chosen, password_memory_kib=CHEAP_KIB)) as client:
        yield client


def write(path: Path, *entries: object) -> None:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")


def knowledge(client: TestClient) -> dict[str, object]:
    found: dict[str, object] = client.get("/health").json()["knowledge"]
    return found


def wait_for(client: TestClient, wanted: Callable[[dict[str, object]], object]) -> dict[str, object]:
    until = monotonic() + 20
    while monotonic() < until:
        found = knowledge(client)
        if wanted(found):
            return found
        sleep(0.05)
    raise AssertionError(f"{found} is not what was waited for")


def test_new_entries_are_answered_from_without_a_restart(client: TestClient, kb: Path) -> None:
    before = knowledge(client)
    write(kb / "branch.jsonl", {"id": "branch", "question": "Where is the branch?", "answer": "At the market."})
    after = wait_for(client, lambda found: found["entries"] == 2)

    assert after["version"] != before["version"]
    answer = ask(client, sign_up(client), "where is the branch")
    assert answer["response"] == "At the market."


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "b", "question": "Where is the branch?", "answer": ""},
        {"id": "block", "question": "Another one with this id?", "answer": "No."},
        {"id": "b", "question": "Whom do I call?", "answer": "Call {{phnoe}}."},
    ],
    ids=["no answer", "an id twice", "an unknown placeholder"],
)
def test_a_broken_knowledge_base_is_refused_and_the_last_good_one_goes_on(
    client: TestClient, kb: Path, broken: object, caplog: pytest.LogCaptureFixture
) -> None:
    before = knowledge(client)["version"]
    (kb / "profile.json").write_text('{"phone": "1800 000 0000"}', encoding="utf-8")
    good = wait_for(client, lambda found: found["version"] != before)
    write(kb / "further.jsonl", broken)
    refused = wait_for(client, lambda found: found["refused"])

    assert refused == {**good, "refused": True}
    assert "further.jsonl:1" in caplog.text
    answer = ask(client, sign_up(client), "block my card")
    assert answer["response"] == "Open the app and tap Block."
    assert client.get("/health/ready").status_code == 200

    (kb / "further.jsonl").unlink()
    assert wait_for(client, lambda found: not found["refused"]) == good


def test_a_bank_profile_of_a_wrong_type_is_refused_by_name(
    client: TestClient, kb: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (kb / "profile.json").write_text('{"rates_percent": {"fd_interest_rate": "seven"}}', encoding="utf-8")
    wait_for(client, lambda found: found["refused"])
    assert "profile.json: rates_percent.fd_interest_rate: is not a number" in caplog.text


def test_the_server_does_not_start_on_a_broken_knowledge_base(kb: Path, tmp_path: Path) -> None:
    write(kb / "cards.jsonl", ENTRY, {**ENTRY, "question": "Again?"})
    app = create_app(settings(kb_path=kb, data_dir=tmp_path / "var"), password_memory_kib=CHEAP_KIB)
    refused = pytest.raises(ArtifactError, match=r"cards\.jsonl:2: id: 'block' is already used at cards\.jsonl:1")
    with refused, TestClient(app):
        pass


@pytest.fixture
async def live(kb: Path, tmp_path: Path) -> AsyncIterator[Live]:
    (kb / "profile.json").write_text('{"phone": "1800 000 0000"}', encoding="utf-8")
    chosen = settings(kb_path=kb, data_dir=tmp_path / "var")
    parts = await assemble(chosen)
    yield Live(chosen, parts)
    await parts.close()


async def becomes(wanted: Callable[[], bool]) -> None:
    for _ in range(1000):
        if wanted():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to that")


def answers(live: Live) -> set[str]:
    assert isinstance(live.parts.knowledge, EntryBase)
    return {entry.id for entry in live.parts.knowledge.entries}


async def test_a_file_that_is_still_being_written_is_left_alone(live: Live, kb: Path) -> None:
    write(kb / "more.jsonl", {**ENTRY, "id": "one"})
    await live.look()
    write(kb / "more.jsonl", {**ENTRY, "id": "one"}, {**ENTRY, "id": "two"})
    await live.look()
    assert answers(live) == {"block"}
    await live.look()
    assert answers(live) == {"block", "one", "two"}


async def test_a_change_made_while_the_server_was_starting_is_not_missed(live: Live, kb: Path, tmp_path: Path) -> None:
    chosen = settings(kb_path=kb, data_dir=tmp_path / "var")
    write(kb / "more.jsonl", {**ENTRY, "id": "one"})  # after `live` was assembled
    late = Live(chosen, live.parts)
    for _ in range(2):
        await late.look()
    assert answers(late) == {"block", "one"}


async def test_a_profile_that_vanishes_is_no_new_state_of_affairs(live: Live, kb: Path) -> None:
    (kb / "profile.json").unlink()
    for _ in range(3):
        await live.look()
    assert "profile is gone" in live.parts.refused


async def test_a_fault_outside_the_files_is_tried_again(live: Live, kb: Path, tmp_path: Path) -> None:
    (tmp_path / "var" / "indexes").rename(tmp_path / "kept")
    (tmp_path / "var" / "indexes").write_text("in the way")
    write(kb / "more.jsonl", {**ENTRY, "id": "one"})
    await live.look()
    with pytest.raises(OSError, match="indexes"):
        await live.look()
    (tmp_path / "var" / "indexes").unlink()
    await live.look()
    assert answers(live) == {"block", "one"}


async def test_one_bad_look_is_not_the_last(
    live: Live, kb: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "var" / "indexes").rename(tmp_path / "kept")
    (tmp_path / "var" / "indexes").write_text("in the way")
    async with live.looking(0.02):
        write(kb / "more.jsonl", {**ENTRY, "id": "one"})
        await becomes(lambda: bool(live.parts.refused))
        (tmp_path / "var" / "indexes").unlink()
        await becomes(lambda: not live.parts.refused)
    assert answers(live) == {"block", "one"}
    assert "could not be looked at" in caplog.text
