"""What a deletion says that cannot clear the file, because another connection reads an older state of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from questrag.storage.sqlite_file import SqliteFile


async def test_a_reader_that_keeps_deleted_texts_in_the_file_is_said_and_the_next_rewrite_clears_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "chat.db"
    file = SqliteFile(path, 0.05)
    await file.write(lambda db: db.execute("CREATE TABLE said (text TEXT)") and None)
    await file.write(lambda db: db.execute("INSERT INTO said VALUES ('a secret word')") and None)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM said").fetchall()
        await file.write(lambda db: db.execute("DELETE FROM said") and None)
        await file.rewrite()
    assert "stay in the file and in the -wal file" in caplog.text
    assert b"a secret word" in _bytes_of(path)

    caplog.clear()
    await file.rewrite()
    assert not caplog.text
    assert b"a secret word" not in _bytes_of(path)
    await file.close()


def _bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name))
