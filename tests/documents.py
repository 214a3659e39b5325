"""Files that are generated from the code: `python -m tests.documents` writes them, a test keeps them equal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from questrag.settings import PROJECT, Settings
from questrag.web.app import create_app
from questrag.web.roles import accesses
from tests.asvs_table import asvs_page
from tests.capacity_tables import capacity_page
from tests.fault_tables import faults_page
from tests.guard_tables import guard_page
from tests.policy_tables import policy_page, readme_policy
from tests.result_tables import percent, result, retrieval_page, retrieval_table


def env_example() -> str:
    """Every setting with its meaning and its default, ready to be copied to `.env`."""
    lines = [
        "# Copy to .env and change what you need. Every line shows the default. A relative path that you give",
        "# starts at the working directory; the paths shown start at the checkout.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        lines += [f"# {line}" for line in (field.description or "").splitlines()]
        lines += [f"# Allowed: {_allowed(field)}."] if _allowed(field) else []
        lines += [f"# {name.upper()}={_default(field)}", ""]
    return "\n".join(lines)


def settings_page() -> str:
    """The same as a table."""
    rows = [
        f"| `{name.upper()}` | {f'`{_default(field)}`' if _default(field) else ''} | {_allowed(field)} "
        f"| {_one_line(field)} |"
        for name, field in Settings.model_fields.items()
    ]
    head = [
        "# Settings",
        "",
        "Environment variables, or lines of a file `.env` in the working directory. A relative path that you give",
        "starts at the working directory; the paths shown as defaults start at the checkout.",
        "",
        "| name | default | allowed | meaning |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, Path):
        return value.relative_to(PROJECT).as_posix()
    return "" if value is None else str(value)


def _allowed(field: FieldInfo) -> str:
    """Return the values or the range of a setting; empty where any value of its kind will do."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(map(str, get_args(field.annotation)))
    lowest = next(
        (f"{m.ge:,g}" if isinstance(m, Ge) else f"above {m.gt:,g}" for m in field.metadata if isinstance(m, Ge | Gt)),
        "",
    )
    highest = next((f"{m.le:,g}" for m in field.metadata if isinstance(m, Le)), "")
    return f"{lowest} to {highest}" if lowest and highest else ""


def _one_line(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def readme() -> str:
    """The README with its figures as they stand in the result files."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    return _between(text, "figures", figures())


def data_card() -> str:
    """The data card with the tables that `questrag knowledge stats` wrote."""
    text = (PROJECT / "data" / "README.md").read_text(encoding="utf-8")
    return _between(text, "tables", (PROJECT / "data" / "card" / "tables.md").read_text(encoding="utf-8").strip())


def search_page() -> str:
    """The page about the search with what was measured."""
    text = (PROJECT / "docs" / "retrieval.md").read_text(encoding="utf-8")
    return _between(text, "results", retrieval_page())


def policy_text() -> str:
    """The page about the policy with what was measured."""
    text = (PROJECT / "docs" / "policy.md").read_text(encoding="utf-8")
    return _between(text, "results", policy_page())


def guard_text() -> str:
    """The page about the guard with what was measured."""
    text = (PROJECT / "docs" / "guard.md").read_text(encoding="utf-8")
    return _between(text, "results", guard_page())


def faults_text() -> str:
    """The page about faults with what came of them."""
    text = (PROJECT / "docs" / "faults.md").read_text(encoding="utf-8")
    return _between(text, "results", faults_page())


def capacity_text() -> str:
    """The page about capacity with what was measured."""
    text = (PROJECT / "docs" / "capacity.md").read_text(encoding="utf-8")
    return _between(text, "results", capacity_page())


def _between(text: str, name: str, new: str) -> str:
    """Replace what stands between the two marks of a generated block."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = text.partition(opening)
    _, _, after = rest.partition(closing)
    return f"{before}{opening}\n{new}\n{closing}{after}"


def figures() -> str:
    """Every figure of the README, from result files alone."""
    reference, start, throughput = (
        result(f"benchmarks/results/{n}.json") for n in ("reference", "start", "throughput")
    )
    own = result("benchmarks/results/own_questions.json")
    ours, usual = reference["questrag"], reference["reference"]
    rows = [
        (
            f"decision + retrieval over {reference['passages']:,} passages, in process, n = {reference['n']}",
            f"p50 {ours['p50_ms']:.1f} ms, p99 {ours['p99_ms']:.1f} ms",
            f"p50 {usual['p50_ms']:.0f} ms, p99 {usual['p99_ms']:.0f} ms: "
            f"{reference['times_faster_p50']:.0f} times slower",
        ),
        (
            "memory of that process, at its peak",
            f"{ours['peak_memory_mb']} MB",
            f"{usual['peak_memory_mb']:,} MB",
        ),
        (
            f"`questrag ask` from a cold process, {start['passages']:,} passages, {start['runs']} runs",
            f"median {start['ask_s']['median']:.1f} s",
            "",
        ),
        (
            f"server ready, {start['passages']:,} passages, {start['runs']} runs",
            f"median {start['ready_s']['median']:.1f} s, {start['server_memory_mb']} MB",
            "",
        ),
        (
            f"index of {start['passages']:,} passages, made once",
            f"{start['index_made_once_s']:.0f} s",
            "",
        ),
        *(
            (
                f"`POST /api/v1/chat/`, stored, {throughput['clients']} clients, {workers} worker(s), n = {run['n']:,}",
                f"{run['requests_per_s']:.0f} requests/s, p99 {run['p99_ms']:.0f} ms",
                "",
            )
            for workers, run in throughput["by_workers"].items()
        ),
        (
            f"a real FAQ file asked its own questions, n = {own['n']:,}",
            f"same question first {percent(own['same_question_first'], own['ci95'])}",
            "",
        ),
    ]
    speed = ["| what | QUESTRAG | usual design |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)]
    machine = f"{reference['processor']}, {reference['provenance']['machine']}"
    return "\n".join(
        [
            *speed,
            "",
            f"On {machine}. Usual design: a BERT-base policy and an e5-base retriever in torch (random",
            "weights of those shapes, for timing), flat search. `make bench` repeats all but the FAQ file, which is",
            "`.venv/bin/python -m benchmarks.own_questions FILE`.",
            "",
            *retrieval_table("docs/results/retrieval.json"),
            "",
            "95 % intervals, drawn by entry; more, and how to repeat it, in [the search](docs/retrieval.md).",
            "",
            *readme_policy(),
            "",
            "95 % intervals, drawn by conversation; more, and how to repeat it, in [the policy](docs/policy.md).",
        ]
    )


def api_description() -> str:
    """What the typed client of the web page is made from."""
    return json.dumps(create_app(Settings()).openapi(), indent=1, ensure_ascii=False) + "\n"


def routes_page() -> str:
    """Who may call what."""
    people = {None: "everybody", "customer": "who is signed in", "curator": "curators", "admin": "administrators"}
    rows = []
    for each in accesses():
        scope = f"`{each.scope}`" if each.scope else ""
        rows.append(f"| `{each.method} {each.path}` | {people[each.least]} | {scope} | {each.summary} |")
    return "\n".join(
        [
            "# Who may call what",
            "",
            "Written from what the routes ask for. Administrators may do what curators may, and both what customers",
            "may; an [API key](accounts.md#api-keys) needs the scope besides. What belongs to somebody else is not",
            "found, as if it did not exist. `GET /metrics` answers this machine, or whoever has `METRICS_TOKEN`",
            "([observability](observability.md)).",
            "",
            "| route | for | scope of a key | what it does |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


GENERATED: dict[Path, Callable[[], str]] = {
    PROJECT / ".env.example": env_example,
    PROJECT / "docs" / "settings.md": settings_page,
    PROJECT / "README.md": readme,
    PROJECT / "data" / "README.md": data_card,
    PROJECT / "docs" / "retrieval.md": search_page,
    PROJECT / "docs" / "policy.md": policy_text,
    PROJECT / "docs" / "guard.md": guard_text,
    PROJECT / "docs" / "routes.md": routes_page,
    PROJECT / "docs" / "faults.md": faults_text,
    PROJECT / "docs" / "capacity.md": capacity_text,
    PROJECT / "docs" / "asvs.md": asvs_page,
    PROJECT / "frontend" / "openapi.json": api_description,
}


def main() -> None:
    for path, render in GENERATED.items():
        path.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
