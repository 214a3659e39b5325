"""Made-up calls of every route, and three people who use the API in any order: `python -m benchmarks.fuzz`."""

import logging
from collections import Counter

from tests.fuzzing import LONGEST_S, Fuzzed, fuzz
from tests.people_machine import play

from benchmarks.results import save

SEEDS = (1, 2, 3)
N_EACH = 20
N_RUNS, N_STEPS = 150, 50


def made_up_calls() -> None:
    all_of_them = Fuzzed()
    for seed in SEEDS:
        found = fuzz(seed, N_EACH)
        all_of_them.n_calls += found.n_calls
        all_of_them.statuses += Counter(found.statuses)
        all_of_them.failures += found.failures
        all_of_them.slow += found.slow
        print(f"seed {seed}: {found.n_calls} calls, {len(found.failures)} failures, {len(found.slow)} slow", flush=True)
    n = all_of_them.n_calls
    save(
        "fuzz",
        {
            "calls": n,
            "seeds": list(SEEDS),
            "statuses": {str(status): count for status, count in sorted(all_of_them.statuses.items())},
            "failures": all_of_them.failures[:50],
            "slower_than_s": LONGEST_S,
            "slow": all_of_them.slow[:50],
            "below_per_call": 3 / n,
        },
        {
            "20,000 made-up calls, no server error and no breach of the description": n >= 20_000
            and not all_of_them.failures,
            "none took longer than two seconds": not all_of_them.slow,
        },
    )


def three_people() -> None:
    n_steps = sum(play(seed, n_runs=N_RUNS, n_steps=N_STEPS) for seed in SEEDS)
    save(
        "people",
        {"steps": n_steps, "seeds": list(SEEDS), "below_per_step": 3 / n_steps},
        {"20,000 steps of three people, and nobody saw what belongs to another": n_steps >= 20_000},
    )


def main() -> None:
    logging.disable(logging.CRITICAL)
    made_up_calls()
    three_people()


if __name__ == "__main__":
    main()
