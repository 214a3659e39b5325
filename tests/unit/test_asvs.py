"""The table of OWASP ASVS is whole, and what it points to is there."""

import ast
import re
from collections import Counter
from functools import cache

from questrag.settings import PROJECT
from tests.asvs_table import STATES, asvs

N_OF_LEVEL = {1: 70, 2: 183}
"""Of version 5.0.0."""
REQUIREMENTS = asvs()["requirement"]


@cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


@cache
def _headings(path: str) -> frozenset[str]:
    titles = re.findall(r"^#+ (.+)$", (PROJECT / path).read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles)


def test_every_requirement_of_both_levels_is_there_once() -> None:
    numbers = [each["number"] for each in REQUIREMENTS]
    assert Counter(each["level"] for each in REQUIREMENTS) == N_OF_LEVEL
    assert len(set(numbers)) == len(numbers)
    keys = [tuple(map(int, number.split("."))) for number in numbers]
    assert keys == sorted(keys) and {len(key) for key in keys} == {3} and {key[0] for key in keys} == set(range(1, 18))


def test_every_requirement_is_shown_by_a_test_or_has_a_reason() -> None:
    for each in REQUIREMENTS:
        assert each["state"] in STATES, each["number"]
        assert each.get("tests") or each.get("why"), each["number"]
        assert each["state"] != "shown" or each.get("tests"), each["number"]


def test_every_test_that_is_named_exists() -> None:
    for each in REQUIREMENTS:
        for path, _, name in (test.partition("::") for test in each.get("tests", ())):
            if path.endswith(".py"):
                assert name in _functions(path), f"{each['number']}: {path}::{name}"
            else:
                title = f'"{name}"'
                assert title in (PROJECT / path).read_text(encoding="utf-8"), f"{each['number']}: {path}::{name}"


def test_every_section_that_is_named_exists() -> None:
    for path, _, section in (each["read"].partition("#") for each in REQUIREMENTS if "read" in each):
        assert not section or section in _headings(path), f"{path}#{section}"
