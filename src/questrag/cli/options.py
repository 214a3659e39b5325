"""What several commands share: options, output files, how they end."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from questrag.chat.errors import Invalid
from questrag.settings import Settings, load_settings

LINES_LEFT_OUT = 1

KbOption = Annotated[Path | None, typer.Option("--kb", help="Knowledge base to use instead of KB_PATH.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the object that the API returns.")]
SkipBadOption = Annotated[bool, typer.Option("--skip-bad", help="End with 0 even if bad lines were left out.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write here; - is standard output.")]


def settings_with(kb: Path | None, **overrides: Any) -> Settings:
    return load_settings(**({"kb_path": kb} if kb else {}), **overrides)


def output_file(out: Path | None, *, read: Sequence[Path]) -> Path | None:
    """Return the file to write, None for standard output.

    Raises:
        Invalid: it is one of those to read, or cannot be written there.
    """
    if out is None or out == Path("-"):
        return None
    if not out.parent.is_dir():
        raise Invalid(f"--out {out}: there is no folder {out.parent}, make it first")
    if out.exists():
        if not out.is_file():
            raise Invalid(f"--out {out} is not a file: choose another name")
        if any(path.exists() and out.samefile(path) for path in read):
            raise Invalid(f"--out {out} is one of the files to read: choose another name")
    return out


def write_result(result: Mapping[str, object], target: Path | None) -> None:
    """Write a result file, or print it where ``target`` is None."""
    text = json.dumps(result, indent=2, ensure_ascii=False)
    if target:
        target.write_text(text + "\n", encoding="utf-8")
    else:
        typer.echo(text)


def exit_for(problems: Sequence[object], *, skip_bad: bool) -> None:
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems and not skip_bad:
        raise typer.Exit(LINES_LEFT_OUT)
