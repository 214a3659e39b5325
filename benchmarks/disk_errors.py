"""Writes while the disk itself answers with errors, now and then: `python -m benchmarks.disk_errors`.

libfiu (in Debian: `apt-get install fiu-utils`) stands between the database and the system, and lets single calls fail.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from uuid import uuid4

from benchmarks.disk import NOON, add_conversation, integrity
from benchmarks.results import save
from questrag.chat.errors import QuestragError
from questrag.chat.types import Turn
from questrag.storage.sqlite import SqliteStore

ROUNDS, WRITES = 20, 250
EIO, ENOSPC = 5, 28
CALLS = {
    "posix/io/rw/pwrite": (EIO, ENOSPC),
    "posix/io/rw/pread": (EIO,),
    "posix/io/sync/fsync": (EIO,),
    "posix/io/sync/fdatasync": (EIO,),
    "posix/io/dir/rename": (EIO,),
}
PROBABILITY = 0.02


async def write(path: Path) -> None:
    """Write turns one by one; print the conversation, then what came of each: its id and "stored" or what failed."""
    store = None
    while store is None:
        try:
            store = await SqliteStore.open(path, patience_s=0.1)
            conversation = await add_conversation(store)
        except QuestragError:
            store = None
    print("conversation", conversation.user_id, conversation.id, flush=True)
    for n in range(WRITES):
        turn = Turn(
            id=uuid4().hex,
            conversation_id=conversation.id,
            user_id=conversation.user_id,
            question=f"{n}: How do I block my card? " * 40,
            asked_at=NOON,
        )
        try:
            await store.begin(turn, append=True)
        except QuestragError:
            print("turn", turn.id, "refused", flush=True)
        except Exception as error:  # noqa: BLE001 - what is no error of ours is counted
            print("turn", turn.id, type(error).__name__, flush=True)
        else:
            print("turn", turn.id, "stored", flush=True)


def _under_errors(path: Path) -> list[list[str]]:
    """Run `write` in a process whose calls fail at random; return its lines."""
    faults = [
        part
        for call, numbers in CALLS.items()
        for number in numbers
        for part in ("-c", f"enable_random name={call},probability={PROBABILITY},failinfo={number}")
    ]
    command = ["fiu-run", "-x", *faults, sys.executable, "-m", "benchmarks.disk_errors", "--write", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env={**os.environ})
    lines = [line.split() for line in run.stdout.splitlines()]
    if run.returncode or not lines:
        lines.append(["turn", "-", f"ended with {run.returncode}: {run.stderr.strip()[-200:]}"])
    return lines


async def _judge(path: Path, lines: list[list[str]], count: Counter[str], other: list[str]) -> None:
    count["damaged"] += integrity(path) != "ok"
    _, user, conversation = next(line for line in lines if line[0] == "conversation")
    store = await SqliteStore.open(path)
    there = {turn.id for turn in await store.turns(user, conversation)}
    await store.close()
    for _, turn, told in (line for line in lines if line[0] == "turn"):
        count["written"] += 1
        if told == "stored":
            count["acknowledged"] += 1
            count["acknowledged_and_lost"] += turn not in there
        elif told == "refused":
            count["refused"] += 1
            count["refused_and_stored"] += turn in there
        else:
            other.append(told)


def measured(rounds: int) -> tuple[Counter[str], list[str]]:
    """Return what came of the writes, and errors that are not QUESTRAG's."""
    count, other = Counter[str](), list[str]()
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "errors.db"
            asyncio.run(_judge(path, _under_errors(path), count, other))
    return count, other


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    if path := given.parse_args().write:
        asyncio.run(write(path))
        return
    if not shutil.which("fiu-run"):
        raise SystemExit("fiu-run is missing; in Debian: apt-get install fiu-utils")
    count, other = measured(ROUNDS)
    kept = ("written", "acknowledged", "refused", "refused_and_stored", "acknowledged_and_lost", "damaged")
    save(
        "disk_errors",
        {
            "calls": {call: list(numbers) for call, numbers in CALLS.items()},
            "probability_of_each": PROBABILITY,
            **{name: count[name] for name in kept},
            "other_errors": other,
        },
        {
            "no write acknowledged and lost": not count["acknowledged_and_lost"],
            "no damage": not count["damaged"],
            "no error but those that QUESTRAG names": not other,
            "errors did happen": count["refused"] > 0,
        },
    )


if __name__ == "__main__":
    main()
