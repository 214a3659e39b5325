"""How long the keys of a provider rest: known in this process, or also to others that use the same keys."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rest:
    left_s: float
    status: int
    """What the provider answered for the key to rest."""


class Rests(Protocol):
    """The rests of one provider's keys, which are named by their place in the list of them."""

    async def look(self) -> None:
        """Learn what others know by now. Takes a millisecond or little more, and never fails."""
        ...

    def of(self, place: int) -> Rest | None:
        """Return the rest of a key as it is known; None where it may be asked."""
        ...

    async def begin(self, place: int, rest: Rest) -> None:
        """Let a key rest, and tell the others. Takes a millisecond or little more, and never fails."""
        ...


RestsOf = Callable[[str, str, Sequence[str]], Rests]
"""Makes the rests for an address, a model and its keys: what one model refuses another may answer."""


class OwnRests:
    """Rests that nobody else knows of."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[int, tuple[float, int]] = {}

    async def look(self) -> None:
        """There are no others."""

    def of(self, place: int) -> Rest | None:
        until, status = self._until.get(place, (0.0, 0))
        left_s = until - self._clock()
        return Rest(left_s, status) if status and left_s > 0 else None

    async def begin(self, place: int, rest: Rest) -> None:
        self.note(place, rest)

    def note(self, place: int, rest: Rest) -> None:
        self._until[place] = self._clock() + rest.left_s, rest.status
