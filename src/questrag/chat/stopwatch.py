"""How long each stage of a turn takes."""

from dataclasses import dataclass, field
from time import perf_counter


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds between laps."""

    _start: float = field(default_factory=perf_counter)
    _last: float = field(default_factory=perf_counter)
    _laps: dict[str, float] = field(default_factory=dict)

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self._laps[stage] = round((now - self._last) * 1000, 3)
        self._last = now

    def laps(self) -> dict[str, float]:
        return {**self._laps, "total": round((perf_counter() - self._start) * 1000, 3)}
