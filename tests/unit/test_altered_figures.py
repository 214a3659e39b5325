"""The short form of `python -m benchmarks.altered`."""

from benchmarks.altered import withdrawn

from tests.altered_figures import KINDS, made


async def test_hardly_an_altered_figure_reaches_a_customer() -> None:
    cases = list(made(200, 2, altered=True))
    missed = [case for case in cases if not await withdrawn(case)]

    assert {case.kind for case in cases} == set(KINDS)
    assert len(missed) <= 4, [(case.kind, case.said) for case in missed]


async def test_hardly_a_faithful_answer_is_withdrawn() -> None:
    withheld = [case.said for case in made(200, 2, altered=False) if await withdrawn(case)]

    assert len(withheld) <= 6, withheld
