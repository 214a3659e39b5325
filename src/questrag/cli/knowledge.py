"""`questrag knowledge`: is it fit to be published, and what is in it."""

from pathlib import Path
from typing import Annotated

import typer

from questrag.cli.options import LINES_LEFT_OUT, KbOption, settings_with
from questrag.cli.progress import progress_bar

knowledge = typer.Typer(help="Check and describe a knowledge base.", no_args_is_help=True)

_DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder with queries/ and conversations/ to check against the entries."),
]


@knowledge.command("check")
def knowledge_check(
    kb: KbOption = None,
    data: _DataOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 on remarks too, not only on errors.")] = False,
) -> None:
    """Say what is wrong with the entries, file and line first, and what could be better."""
    from questrag.evaluation.data_check import LabelledData, check_data, read_labelled
    from questrag.knowledge.base import places
    from questrag.retrieval.encoder import OnnxEncoder
    from questrag.wiring import open_knowledge

    settings = settings_with(kb)
    base, problems = open_knowledge(settings)
    where = places(settings.kb_path) if settings.kb_path.suffix in ("", ".jsonl") else {}
    encoder = OnnxEncoder.open(settings.retriever_model_path)
    with progress_bar("Comparing entries") as progress:
        report = check_data(
            base.entries,
            read_labelled(data) if data else LabelledData(),
            lambda texts: encoder.encode_many(texts, progress=progress),
        )
    for problem in problems:
        typer.echo(f"error: {problem} [schema]")
    for finding in report.findings:
        file, line = where.get(finding.entry_id, ("", 0))
        place = ": ".join(part for part in (f"{file}:{line}" if file else finding.entry_id, finding.field) if part)
        typer.echo(f"{finding.severity}: {place + ': ' if place else ''}{finding.message} [{finding.rule}]")
    n_errors = len(problems) + report.errors
    n_remarks = len(report.findings) - report.errors
    typer.echo(f"{len(base)} entries: {n_errors} errors, {n_remarks} remarks", err=True)
    if n_errors or (strict and n_remarks):
        raise typer.Exit(LINES_LEFT_OUT)
