"""The short form of `python -m benchmarks.kills`."""

from pathlib import Path

from benchmarks.kills import FAULTS, trials


async def test_a_server_killed_between_message_and_answer_loses_doubles_and_leaves_nothing(tmp_path: Path) -> None:
    found = await trials(10, tmp_path, patient=False)

    assert found["in_flight"] >= 10
    assert {name: found[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert set(found["databases_checked"]) == {"ok"}
