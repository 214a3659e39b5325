"""The short form of `python -m benchmarks.providers`."""

from benchmarks.providers import CALLS, MODES, every_trial, matrix, right


async def test_every_fault_at_every_step_of_the_fallback_ends_in_an_answer_or_an_error() -> None:
    some = list(MODES)[::4]
    trials = [each for n, each in enumerate(every_trial()) if each.mode in some and n % 2 == n // 2 % 2]
    ended = await matrix(trials, first_token_s=2.0, deadline_s=3.0)

    assert {each.trial.stream for each in ended} == {False, True}
    assert [each for each in ended if not right(each)] == []
    assert [each for each in ended if each.calls > CALLS] == []
    assert max(each.seconds for each in ended) < 15
