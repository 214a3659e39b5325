"""The page docs/asvs.md, from docs/asvs.toml alone."""

import tomllib
from collections import Counter
from typing import Any

from questrag.settings import PROJECT

Requirement = dict[str, Any]

SOURCE = PROJECT / "docs" / "asvs.toml"
STATES = {
    "shown": "shown by tests",
    "reason": "met, for a reason",
    "bank": "for whoever runs the service",
    "not met": "not met",
    "absent": "not there",
}
_CHAPTERS = (
    *("Encoding", "Input and business logic", "The page", "API", "Files", "Signing in", "Sessions", "Roles", "Tokens"),
    *("OAuth and OpenID Connect", "Cryptography", "Transport", "Configuration", "Data", "Code", "Logs and errors"),
    "WebRTC",
)


def asvs() -> dict[str, Any]:
    """Return what the file says, its requirements as a list."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def asvs_page() -> str:
    """Every requirement of both levels with its state and what shows it."""
    read = asvs()
    requirements: list[Requirement] = read["requirement"]
    counts = Counter((each["state"], each["level"]) for each in requirements)
    lines = [
        "# OWASP ASVS 5.0.0, levels 1 and 2",
        "",
        "What each requirement of the [standard](https://owasp.org/www-project-application-security-verification-standard/)",
        f"is shown by, or why not. Reviewed by {read['by']} on {read['reviewed']}; nobody else has looked.",
        "`tests/unit/test_asvs.py` looks whether every requirement is here and every test exists. What each is about",
        "is said in our own words.",
        "",
        "| state | level 1 | level 2 |",
        "|---|---|---|",
        *(f"| {said} | {counts[state, 1]} | {counts[state, 2]} |" for state, said in STATES.items()),
    ]
    for number, name in enumerate(_CHAPTERS, start=1):
        rows = [_row(each) for each in requirements if each["number"].startswith(f"{number}.")]
        lines += ["", f"## {number}. {name}", "", "| | level | what | state | by |", "|---|---|---|---|---|", *rows]
    return "\n".join([*lines, ""])


def _row(each: Requirement) -> str:
    by = [each["why"]] if "why" in each else []
    by += [f"[{each['read']}]({_from_docs(each['read'])})"] if "read" in each else []
    by += [f"`{name}` in [{_short(path)}](../{path})" for path, _, name in map(_parted, each.get("tests", ()))]
    return f"| {each['number']} | {each['level']} | {each['about']} | {STATES[each['state']]} | {'; '.join(by)} |"


def _parted(test: str) -> tuple[str, str, str]:
    return test.partition("::")


def _short(path: str) -> str:
    return path.rpartition("/")[2]


def _from_docs(path: str) -> str:
    return path.removeprefix("docs/") if path.startswith("docs/") else f"../{path}"
