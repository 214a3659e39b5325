"""A copy of the database is whole, whatever goes on meanwhile, and is put back as it was."""

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from questrag.chat.errors import Invalid, Misconfigured
from questrag.cli import app
from questrag.storage.backup import copy_database
from questrag.storage.sqlite import SqliteStore
from tests.contracts.test_store import a_conversation, a_turn, a_user, answered, started


async def _asked(store: SqliteStore, user_id: str) -> str:
    turn, _ = await store.begin(a_turn(await started(store, a_conversation(user_id))), append=True)
    await store.finish(answered(turn))
    return turn.id


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_copy_made_while_questions_come_in_holds_all_that_were_answered_before(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "questrag.db")
    user = a_user()
    await store.add_user(user)
    before = [await _asked(store, user.id) for _ in range(50)]
    stop = asyncio.Event()

    async def go_on() -> None:
        while not stop.is_set():
            await _asked(store, user.id)

    going_on = asyncio.create_task(go_on())
    n_turns = await asyncio.to_thread(copy_database, tmp_path / "questrag.db", tmp_path / "copy.db")
    stop.set()
    await going_on
    await store.close()

    copy = await SqliteStore.open(tmp_path / "copy.db")
    assert n_turns >= 50
    assert await copy.user(user.id) == user
    assert all([(await copy.turn(user.id, turn_id)).complete for turn_id in before])
    await copy.close()


async def test_only_its_owner_may_read_a_copy_and_it_is_one_file(tmp_path: Path) -> None:
    await (await SqliteStore.open(tmp_path / "questrag.db")).close()
    folder = tmp_path / "kept"
    folder.mkdir()
    copy_database(tmp_path / "questrag.db", folder / "copy.db")

    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    assert names_in(folder) == ["copy.db"]


async def test_nothing_is_written_over(tmp_path: Path) -> None:
    await (await SqliteStore.open(tmp_path / "questrag.db")).close()
    (tmp_path / "copy.db").write_text("something else")

    with pytest.raises(Invalid, match="exists already"):
        copy_database(tmp_path / "questrag.db", tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text() == "something else"


@pytest.mark.parametrize("what", ["missing", "empty", "foreign", "text", "damaged"])
async def test_what_is_no_whole_database_of_ours_is_not_copied(tmp_path: Path, what: str) -> None:
    source = tmp_path / "source.db"
    match what:
        case "empty":
            source.touch()
        case "foreign":
            with closing(sqlite3.connect(source)) as db:
                db.execute("CREATE TABLE users (name)")
        case "text":
            source.write_text("no database " * 1000)
        case "damaged":
            store = await SqliteStore.open(source)
            user = a_user()
            await store.add_user(user)
            for _ in range(40):
                await _asked(store, user.id)
            await store.close()
            content = bytearray(source.read_bytes())
            for place in range(8192, len(content), 4096):  # the beginning of every page but the first two
                content[place : place + 64] = os.urandom(64)
            source.write_bytes(content)

    with pytest.raises((Invalid, Misconfigured), match=r"source\.db"):
        copy_database(source, tmp_path / "copy.db")

    assert [name for name in names_in(tmp_path) if "copy" in name] == []


def test_a_backup_is_restored_by_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    user = a_user()

    async def lived() -> str:
        store = await SqliteStore.open(tmp_path / "var" / "questrag.db")
        await store.add_user(user)
        turn_id = await _asked(store, user.id)
        await store.close()
        return turn_id

    turn_id = asyncio.run(lived())
    command = CliRunner()
    done = command.invoke(app, ["backup", "copy.db"])
    assert (done.exit_code, done.output) == (0, "copy.db holds 1 turns and passed its check\n")

    assert isinstance(command.invoke(app, ["restore", "copy.db"]).exception, Invalid)  # there is one already
    (tmp_path / "var").rename(tmp_path / "lost")
    assert command.invoke(app, ["restore", "copy.db"]).exit_code == 0

    async def again() -> bool:
        store = await SqliteStore.open(tmp_path / "var" / "questrag.db")
        found = (await store.turn(user.id, turn_id)).complete and await store.user(user.id) == user
        await store.close()
        return found

    assert asyncio.run(again())


def test_with_mongodb_its_own_tools_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONGODB_URI", "mongodb://nowhere.invalid/questrag")

    refused = CliRunner().invoke(app, ["backup", "copy.db"]).exception

    assert isinstance(refused, Invalid)
    assert "mongodump" in str(refused)
