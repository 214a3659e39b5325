"""`questrag knowledge`: is it fit to be published, and what is in it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from questrag.cli.options import LINES_LEFT_OUT, KbOption, exit_for, settings_with
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
    from questrag.library import open_knowledge
    from questrag.retrieval.encoder import OnnxEncoder

    settings = settings_with(kb)
    base, problems = open_knowledge(settings)
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
        at = base.places.get(finding.entry_id, finding.entry_id)
        place = ": ".join(part for part in (at, finding.field) if part)
        typer.echo(f"{finding.severity}: {place + ': ' if place else ''}{finding.message} [{finding.rule}]")
    n_errors = len(problems) + report.errors
    n_remarks = len(report.findings) - report.errors
    typer.echo(f"{len(base)} entries: {n_errors} errors, {n_remarks} remarks", err=True)
    if n_errors or (strict and n_remarks):
        raise typer.Exit(LINES_LEFT_OUT)


@knowledge.command("stats")
def knowledge_stats(
    kb: KbOption = None,
    data: _DataOption = None,
    also: Annotated[
        list[Path] | None, typer.Option("--also", help="Any file that ingest reads; its pairs are counted too.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for stats.json, tables.md and plots; else tables are printed.")
    ] = None,
) -> None:
    """Count what there is: entries, phrasings, questions, conversations, and how varied they are."""
    from questrag.evaluation import data_card
    from questrag.evaluation.data_check import LabelledData, read_labelled
    from questrag.evaluation.plots import draw
    from questrag.hinglish.lexicon import lexicon
    from questrag.knowledge.ingest import ingest_files
    from questrag.library import open_knowledge

    base, problems = open_knowledge(settings_with(kb))
    further = {}
    for path in also or []:
        with progress_bar(f"Reading {path.name}") as progress:
            read = ingest_files([path], progress=progress)
        further[path.name] = read.entries
        problems = [*problems, *read.problems]
    labelled = read_labelled(data) if data else LabelledData()
    stats = data_card.describe(base.entries, labelled, lexicon(), further)
    if out is None:
        typer.echo(data_card.tables(stats))
    else:
        out.mkdir(parents=True, exist_ok=True)
        (out / "stats.json").write_text(json.dumps(stats, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (out / "tables.md").write_text(data_card.tables(stats) + "\n", encoding="utf-8")
        draw(stats, out)
    exit_for([*problems, *labelled.problems], skip_bad=False)
