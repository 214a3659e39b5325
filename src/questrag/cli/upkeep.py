"""`questrag backup` and `questrag restore`."""

from pathlib import Path
from typing import Annotated

import typer

from questrag.chat.errors import Invalid
from questrag.settings import Settings, load_settings


def backup(
    file: Annotated[Path, typer.Argument(help="To write; it must not exist.", show_default=False)],
) -> None:
    """Copy the SQLite database as of this moment; a server may go on running."""
    from questrag.storage.backup import copy_database

    n_turns = copy_database(_database(load_settings()), file)
    typer.echo(f"{file} holds {n_turns} turns and passed its check")


def restore(
    file: Annotated[Path, typer.Argument(help="Written by `questrag backup`.", show_default=False)],
) -> None:
    """Put a copy of the database where the server looks for it; there must be none as yet."""
    from questrag.storage.backup import copy_database

    database = _database(load_settings())
    beside = [path for path in (Path(f"{database}-wal"), Path(f"{database}-shm")) if path.exists()]
    if beside:
        raise Invalid(f"{beside[0]} belongs to a database that is or was in use: stop the server and move it away.")
    database.parent.mkdir(parents=True, exist_ok=True)
    n_turns = copy_database(file, database)
    typer.echo(f"{database} holds {n_turns} turns again")


def _database(settings: Settings) -> Path:
    if settings.mongodb_uri is not None:
        raise Invalid("MONGODB_URI is set: use mongodump and mongorestore, see docs/operations.md.")
    return settings.data_dir / "questrag.db"
