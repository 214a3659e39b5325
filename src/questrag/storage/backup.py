"""Copies of the SQLite file, to be kept and to be put back."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from questrag.chat.errors import Invalid, Misconfigured


def copy_database(source: Path, target: Path) -> int:
    """Write a copy as of one moment, checked, that its owner alone may read; a server may go on writing meanwhile.

    Nothing stands at the target before all is written.

    Returns:
        The number of turns in it.

    Raises:
        Invalid: there is no source, or the target exists.
        Misconfigured: the source is no database of ours, or is damaged; or the target cannot be written.
    """
    if not source.is_file():
        raise Invalid(f"There is no database {source}.")
    if target.exists():
        raise Invalid(f"{target} exists already: it is not written over. Move it away, or name another file.")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise Misconfigured(f"{target.parent} cannot be written: {error.strerror}.") from error
    os.close(handle)
    partial = Path(name)
    try:
        n_turns = _copied(source, partial)
        os.link(partial, target)  # and not a rename, which would write over what came to be there meanwhile
    except sqlite3.Error as error:
        raise Misconfigured(f"{source} was not copied: {error}.") from error
    except FileExistsError:
        raise Invalid(f"{target} exists already: it is not written over.") from None
    except OSError as error:
        raise Misconfigured(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return n_turns


def _copied(source: Path, partial: Path) -> int:
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, timeout=30)) as db,
        closing(sqlite3.connect(partial)) as copy,
    ):
        db.backup(copy, pages=1000)
        copy.execute("PRAGMA journal_mode = DELETE")  # or the copy would be three files
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"it is damaged: {found}")
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"users", "conversations", "turns"} <= tables:
            raise sqlite3.DatabaseError("it is no database of QUESTRAG")
        (n_turns,) = copy.execute("SELECT count(*) FROM turns").fetchone()
    return int(n_turns)
