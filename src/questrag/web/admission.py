"""How many answers are written at once: what a worker cannot do in time, it refuses at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from questrag.web.errors import Busy, TooMany

Full = Literal["worker", "account"]

_RETRY_AFTER_S = 2.0
"""About as long as one answer takes."""


class Admission:
    """Counts the answers of one worker. Nobody waits in a queue: who is refused can be told at once, and try again."""

    def __init__(self, *, most: int, most_of_an_account: int, refused: Callable[[Full], None]) -> None:
        """
        Args:
            most: answers at once; 0, here and in the next one: any number.
            most_of_an_account: answers at once of one account.
            refused: called for each question that is refused.
        """
        self._most = most
        self._most_of_an_account = most_of_an_account
        self._refused = refused
        self._open = Counter[str]()

    @property
    def n_open(self) -> int:
        return self._open.total()

    @contextmanager
    def place(self, user_id: str) -> Iterator[None]:
        """Hold a place for one answer.

        Raises:
            TooMany: this account has as many answers open as it may.
            Busy: the worker has.
        """
        if 0 < self._most_of_an_account <= self._open[user_id]:
            self._refused("account")
            raise TooMany("Your other questions are still being answered.", retry_after_s=_RETRY_AFTER_S)
        if 0 < self._most <= self.n_open:
            self._refused("worker")
            raise Busy
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]
