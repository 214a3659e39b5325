"""The short form of `python -m benchmarks.fuzz`."""

from tests.fuzzing import fuzz
from tests.people_machine import play


def test_no_made_up_call_breaks_the_server_or_its_description() -> None:
    found = fuzz(1, 1)

    assert found.failures == []
    assert found.slow == []
    assert found.n_calls > 300
    assert len(found.statuses) >= 6


def test_three_people_never_see_what_belongs_to_another() -> None:
    assert play(1, n_runs=10, n_steps=30) >= 200
