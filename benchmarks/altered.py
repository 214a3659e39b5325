"""Which altered figures of a model's answer are withdrawn, and which faithful answers: `python -m benchmarks.altered`.

Whoever is asked about an entry, regulated or not, is a model here: more figures to alter than it would ever see.
"""

import asyncio

from tests.altered_figures import Case, made
from tests.fakes import WordCounter
from tests.peers import hear

from benchmarks.masking import HALVES, tally
from benchmarks.results import save
from questrag.generation.extractive import Extractive
from questrag.generation.grounded import Grounded
from questrag.generation.scripted import Scripted

SEED = 1


async def withdrawn(case: Case) -> str:
    """Return why the answer was not let through; empty when it was."""
    generator = Grounded(Scripted([case.said]), Extractive(WordCounter()))
    return (await hear(generator.stream(case.prompt))).completion.replaced


async def _read(n: int, *, altered: bool) -> dict[str, dict[str, dict[str, object]]]:
    found = [(case, bool(await withdrawn(case))) for case in made(n, SEED, altered=altered)]
    return {
        "by_half": tally((HALVES[case.half], hit) for case, hit in found),
        "by_lang": tally((case.lang, hit) for case, hit in found),
        "by_kind": tally((case.kind, hit) for case, hit in found),
        "by_kind, not in view": tally((case.kind, hit) for case, hit in found if case.half),
    }


def main() -> None:
    altered, faithful = asyncio.run(_read(2_000, altered=True)), asyncio.run(_read(2_000, altered=False))
    targets = {
        "altered figures caught >= 99 %, entries not in view": _share(altered) >= 0.99,
        "faithful answers withdrawn <= 2 %, entries not in view": _share(faithful) <= 0.02,
    }
    save("altered", {"withdrawn, altered": altered, "withdrawn, faithful": faithful, "seed": SEED}, targets)


def _share(read: dict[str, dict[str, dict[str, object]]]) -> float:
    return float(str(read["by_half"][HALVES[1]]["share"]))


if __name__ == "__main__":
    main()
