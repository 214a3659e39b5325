"""The short forms of `python -m benchmarks.disk` and `disk_errors`."""

import shutil
from pathlib import Path

import pytest
from benchmarks.disk import FAULTS, Count, mongo_lost, sqlite_faults
from benchmarks.disk_errors import measured


def require_sound(count: Count) -> None:
    assert (count.lost, count.damaged, count.other_errors) == (0, [], [])
    assert count.acknowledged and count.refused


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_sqlite_acknowledged_is_there_after_the_fault_and_what_it_refused_was_told(
    fault: str, tmp_path: Path
) -> None:
    require_sound(await sqlite_faults(fault, 6, tmp_path))


async def test_what_mongodb_acknowledged_is_there_once_it_is_back(tmp_path: Path) -> None:
    require_sound(await mongo_lost(1, tmp_path))


@pytest.mark.skipif(not shutil.which("fiu-run"), reason="fiu-run is missing (apt-get install fiu-utils)")
def test_what_sqlite_acknowledged_is_there_although_calls_to_the_disk_failed() -> None:
    count, other = measured(1)

    assert (count["acknowledged_and_lost"], count["damaged"], other) == (0, 0, [])
    assert count["acknowledged"] and count["refused"]
