"""Progress on standard error, for a person and for a log."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


@contextmanager
def progress_bar(what: str, *, plainly: bool = False) -> Iterator["Bar"]:
    from rich.console import Console

    bar = Bar(what, Console(stderr=True), plainly=plainly)
    try:
        yield bar
    finally:
        bar.stop()


def indexing() -> AbstractContextManager["Bar"]:
    return progress_bar("Indexing the knowledge base", plainly=True)


class Bar:
    """Shows progress, only while there is something to wait for.

    Args:
        plainly: where there is no terminal to draw on, say in a line that it starts, and in one that it is done.
    """

    def __init__(self, what: str, console: "Console", *, plainly: bool = False) -> None:
        self._what = what
        self._console = console
        self._plainly = plainly
        self._drawn: Progress | None = None
        self._going_on = self._done = False

    def __call__(self, done: int, total: int) -> None:
        if self._done and done >= total:
            return  # the last report may come twice
        if not self._going_on:
            self._start(total)
        self._going_on, self._done = done < total, done >= total
        if self._drawn is not None:
            self._drawn.update(self._drawn.task_ids[0], completed=done)
        if self._done:
            self._end()

    def stop(self) -> None:
        """Leave nothing on the terminal, wherever the work got to."""
        if self._drawn is not None:
            self._drawn.stop()
            self._drawn = None

    def _start(self, total: int) -> None:
        if self._console.is_terminal:
            from rich.progress import Progress

            self._drawn = Progress(console=self._console, transient=True)
            self._drawn.add_task(self._what, total=total)
            self._drawn.start()
        elif self._plainly:
            typer.echo(f"{self._what} ({total:,} texts)", file=self._console.file)

    def _end(self) -> None:
        if self._plainly and self._drawn is None:
            typer.echo(f"{self._what}: done", file=self._console.file)
        self.stop()
