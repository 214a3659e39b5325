"""Files that are generated from the code: `python -m tests.documents` writes them, a test keeps them equal."""

from collections.abc import Callable
from pathlib import Path

from pydantic.fields import FieldInfo

from questrag.settings import PROJECT, Settings


def env_example() -> str:
    """Every setting with its meaning and its default, ready to be copied to `.env`."""
    lines = ["# Copy to .env and change what you need. Every line shows the default.", ""]
    for name, field in Settings.model_fields.items():
        lines += [f"# {line}" for line in (field.description or "").splitlines()]
        lines += [f"# {name.upper()}={_default(field)}", ""]
    return "\n".join(lines)


def settings_page() -> str:
    """The same as a table."""
    rows = [
        f"| `{name.upper()}` | {f'`{_default(field)}`' if _default(field) else ''} | {_one_line(field)} |"
        for name, field in Settings.model_fields.items()
    ]
    head = [
        "# Settings",
        "",
        "Environment variables, or lines of a file `.env` in the working directory. Paths start at the checkout.",
        "",
        "| name | default | meaning |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, Path):
        return value.relative_to(PROJECT).as_posix()
    return "" if value is None else str(value)


def _one_line(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


GENERATED: dict[Path, Callable[[], str]] = {
    PROJECT / ".env.example": env_example,
    PROJECT / "docs" / "settings.md": settings_page,
}


def main() -> None:
    for path, render in GENERATED.items():
        path.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
