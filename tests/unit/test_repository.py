"""Rules about the repository itself, held by a machine."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from questrag.settings import PROJECT

MODULES = sorted((PROJECT / "src").rglob("*.py"))
TRAINING_LIBRARIES = ("torch", "transformers", "sentence_transformers", "datasets", "onnx")


def _name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_modules_and_functions_stay_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400, "split the module"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
            first = body[1] if documented and len(body) > 1 else body[0]
            length = (node.end_lineno or 0) - first.lineno + 1
            assert length <= 40, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree)


def test_broad_excepts_are_rare() -> None:
    count = sum(len(re.findall(r"except (?:Base)?Exception\b", path.read_text(encoding="utf-8"))) for path in MODULES)
    lines = sum(path.read_text(encoding="utf-8").count("\n") for path in MODULES)
    assert count * 1000 < 4 * lines


def test_serving_imports_no_training_library() -> None:
    program = (
        "import sys, questrag.web.app, questrag.web.serving, questrag.wiring, questrag.cli\n"
        "from questrag.generation import openai_compatible\n"
        "from questrag.storage import sqlite, mongo\n"
        f"print([name for name in {TRAINING_LIBRARIES!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"


def test_every_package_of_the_tree_is_in_the_table_of_where_things_go() -> None:
    table = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    packages = sorted(path.parent.name for path in (PROJECT / "src" / "questrag").glob("*/__init__.py"))
    assert [name for name in packages if f"{name}/" not in table] == []


def test_every_command_is_documented() -> None:
    from questrag.cli import app

    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for command in group.typer_instance.registered_commands:
            commands.add(f"{group.name} {command.name}")
    page = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert sorted(name for name in commands if f"questrag {name}" not in page) == []


def test_the_readme_names_the_two_commands_that_do_everything() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme


def test_no_link_between_documents_is_dead() -> None:
    pages = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    dead = [
        f"{_name(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []
