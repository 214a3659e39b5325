"""The tables of docs/faults.md, from result files alone."""

from typing import Any

from tests.result_tables import percent, result

Row = tuple[str, str, str, str]


def _read(name: str) -> dict[str, Any]:
    return result(f"benchmarks/results/{name}.json")


def _below(n: int) -> str:
    """Return what no failure in so many trials leaves possible (rule of three)."""
    return f"below {300 / n:.2g} %"


def faults_page() -> str:
    """Everything that was done to a server, and what came of it."""
    rows = [*_kills(), *_disk(), *_providers(), *_artefacts(), *_fuzz()]
    return "\n".join(
        [
            "| what was done | n | what came of it | command |",
            "|---|---|---|---|",
            *(f"| {what} | {n} | {came} | `python -m benchmarks.{name}` |" for what, n, came, name in rows),
        ]
    )


def _kills() -> list[Row]:
    read = _read("kills")
    n, known = read["in_flight"], read["acknowledged_and_in_flight"]
    whole = f"{read['databases_checked']['ok']} of {sum(read['databases_checked'].values())} databases whole"
    return [
        (
            f"the server is killed (`kill -9`) {read['kills']} times while questions are answered",
            f"{n:,} questions",
            f"{read['duplicated']} doubled, {read['left_pending']} left pending ({_below(n)}); {whole}",
            "kills",
        ),
        (
            "the same: questions that were acknowledged before",
            f"{known:,}",
            f"{read['lost']} lost ({_below(known)})",
            "kills",
        ),
    ]


def _disk() -> list[Row]:
    errors = _read("disk_errors")
    return [
        (
            f"reading, writing and syncing fail at random, {errors['probability_of_each']:.0%} of the calls each",
            f"{errors['written']:,} writes",
            f"{errors['refused']:,} refused; of {errors['acknowledged']:,} acknowledged "
            f"{errors['acknowledged_and_lost']} lost; {errors['damaged']} databases damaged",
            "disk_errors",
        ),
        *(
            (
                f"{name} while questions are stored",
                f"{read['written']:,} writes",
                f"{read['refused']:,} refused; of {read['acknowledged']:,} acknowledged "
                f"{read['acknowledged_and_lost']} lost; {len(read['damaged'])} databases damaged",
                "disk",
            )
            for name, read in _read("disk").items()
            if isinstance(read, dict) and "written" in read
        ),
    ]


def _providers() -> list[Row]:
    read, down = _read("providers"), _read("no_providers")
    right, verbatim = read["right"], down["verbatim"]
    return [
        (
            f"{read['modes']} faults of a provider, streamed or not, at {len(read['edges'])} steps of the fallback",
            f"{right['n']}",
            f"{percent(right['hits'] / right['n'], right['ci95'])} end in an answer or an honest error; "
            f"at most {max(map(int, read['calls']))} calls, {read['seconds']['max']:.1f} s",
            "providers",
        ),
        (
            "no provider answers, and every entry is asked its own question",
            f"{verbatim['n']:,}",
            f"{percent(verbatim['share'], verbatim['ci95'])} word for word",
            "no_providers",
        ),
    ]


def _artefacts() -> list[Row]:
    read = _read("corruption")
    share = read["refused"] / read["n"]
    poison = _read("gate")["poison"]
    return [
        (
            "models and indexes are damaged, cut, exchanged",
            f"{read['n']}",
            f"{percent(share, read['ci95'])} refused by name",
            "corruption",
        ),
        (
            "one in a hundred votes is poisoned, and a policy learns from them",
            f"{poison['protected_decisions']} protected decisions",
            f"{percent(poison['skipped'] / poison['protected_decisions'], poison['ci95'])} changed",
            "gate",
        ),
    ]


def _fuzz() -> list[Row]:
    read, people = _read("fuzz"), _read("people")
    n = read["calls"]
    return [
        (
            f"made-up calls of every route, right and wrong, by three kinds of callers ({len(read['seeds'])} seeds)",
            f"{n:,}",
            f"{len(read['failures'])} errors of the server or breaches of its description ({_below(n)}); "
            f"{len(read['slow'])} slower than {read['slower_than_s']:.0f} s",
            "fuzz",
        ),
        (
            "three people use the API in any order, and each tries what belongs to the others",
            f"{people['steps']:,} steps",
            f"nobody saw or changed anything of another ({_below(people['steps'])} of steps)",
            "fuzz",
        ),
    ]
