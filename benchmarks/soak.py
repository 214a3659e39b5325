"""An hour of questions, and the memory that the server's processes have meanwhile: `python -m benchmarks.soak`.

Growth is told from when every entry has been asked for more than once, so that what is remembered on purpose, and
bounded, does not count.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Iterator
from multiprocessing import Array
from pathlib import Path
from statistics import median

from benchmarks.load import MODEL_MS, Crowd, Phase, Seen, crowd, served
from benchmarks.results import percentile, save

RATE = 10
"""Questions a second; every tenth answer is streamed."""
GROWTH = 0.05
_EVERY_S = 5.0
_ALL_OF_THEM = {"MAX_LATENESS_MS": "0"}
"""No question is refused because something else on the machine takes the time."""


def _processes(pid: int) -> Iterator[int]:
    """Yield a process and those that it started."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        yield from _processes(int(child))


def _server() -> int:
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split():
        if b"\0serve\0" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise RuntimeError("there is no server")


def _memory_mb(pid: int) -> float:
    """Return the memory of a process and those that it started; what they share is counted once."""
    kib = 0
    for each in _processes(pid):
        rows = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
        kib += next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
    return kib / 1024


async def _streams(people: Crowd, seconds: float) -> list[bool]:
    ended = []
    for _ in range(int(seconds * RATE / 10)):
        began = asyncio.get_running_loop().time()
        ended.append(await people.stream())
        await asyncio.sleep(max(began + 10 / RATE - asyncio.get_running_loop().time(), 0))
    return ended


async def _watched(seconds: float) -> list[float]:
    server, found = _server(), []
    for _ in range(int(seconds / _EVERY_S)):
        found.append(_memory_mb(server))
        if len(found) % 60 == 0:
            print(f"{len(found) * _EVERY_S / 60:.0f} min: {found[-1]:.1f} MB", flush=True)
        await asyncio.sleep(_EVERY_S)
    return found


async def _soaked(url: str, seconds: float) -> tuple[Phase, list[bool], list[float]]:
    async with crowd(url) as people:
        return await asyncio.gather(people.ask(RATE * 0.9, seconds), _streams(people, seconds), _watched(seconds))


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--minutes", type=float, default=60.0)
    given.add_argument("--name", default="soak", help="of the result file")
    asked = given.parse_args()
    seen: Seen = Array("i", [0, 0])
    with tempfile.TemporaryDirectory() as scratch, served(scratch, MODEL_MS / 1000, seen, **_ALL_OF_THEM) as url:
        phase, streams, memory = asyncio.run(_soaked(url, 60 * asked.minutes))
    part = len(memory) // 6
    before, after = median(memory[part : 2 * part]), median(memory[-part:])
    growth = after / before - 1
    save(
        asked.name,
        {
            "workers": os.cpu_count(),
            "model_ms": MODEL_MS,
            "questions_per_s": RATE,
            "minutes": asked.minutes,
            "statuses": dict(sorted(phase.statuses.items())),
            "streams": {"n": len(streams), "ended_well": sum(streams)},
            "overhead_p50_ms": round(percentile(phase.latencies_ms, 0.5) - MODEL_MS, 1),
            "overhead_p99_ms": round(percentile(phase.latencies_ms, 0.99) - MODEL_MS, 1),
            "memory_mb": {
                "second_sixth": round(before, 1),
                "last_sixth": round(after, 1),
                "of_each_minute": [round(mb, 1) for mb in memory[:: int(60 / _EVERY_S)]],
            },
            "growth": round(growth, 4),
        },
        {
            "no error": set(phase.statuses) == {"200"} and all(streams),
            f"memory grows by at most {GROWTH:.0%} from the second sixth of the time to the last": growth <= GROWTH,
        },
    )


if __name__ == "__main__":
    main()
