"""The command line. Exit codes: 0 done; 1 done, but bad lines were left out; 2 wrong usage; 3 not possible."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from uuid import uuid4

import typer
from pydantic import TypeAdapter, ValidationError

from questrag import __version__
from questrag.chat.errors import Invalid, QuestragError
from questrag.cli import policy as _policy  # noqa: F401 # adds its commands to train and evaluate
from questrag.cli.evaluation import evaluate
from questrag.cli.hub import pull, push
from questrag.cli.knowledge import knowledge
from questrag.cli.options import (
    LINES_LEFT_OUT,
    JsonOption,
    KbOption,
    OutOption,
    SkipBadOption,
    exit_for,
    output_file,
    settings_with,
)
from questrag.cli.people import audit_log, users
from questrag.cli.progress import indexing, progress_bar
from questrag.cli.replaying import replay
from questrag.cli.training import train
from questrag.cli.upkeep import backup, restore
from questrag.cli.use import policy
from questrag.settings import Settings, load_settings

if TYPE_CHECKING:
    from questrag.chat.desk import Revision

NOT_POSSIBLE = 3

app = typer.Typer(
    help="Answers retail-banking questions from approved entries.", no_args_is_help=True, add_completion=False
)
app.add_typer(evaluate, name="evaluate")
app.add_typer(train, name="train")
app.add_typer(users, name="users")
app.add_typer(knowledge, name="knowledge")
app.add_typer(policy, name="policy")
app.add_typer(audit_log, name="audit-log")
app.command("backup")(backup)
app.command("restore")(restore)
app.command("replay")(replay)
app.command("push")(push)
app.command("pull")(pull)


def main() -> None:
    """Run the command line; an error that has a name ends it with one readable sentence."""
    try:
        app()
    except QuestragError as error:
        _give_up(str(error))
    except OSError as error:
        _give_up(": ".join(str(part) for part in (error.filename, error.strerror or error) if part is not None))


def _give_up(why: str) -> NoReturn:
    print(f"questrag: {why}", file=sys.stderr)  # noqa: T201
    sys.exit(NOT_POSSIBLE)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every one.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; one for each core is the better server.")] = 1,
) -> None:
    """Serve the API."""
    # Requests already fill the cores. The libraries of numbers read it as they are loaded, here and in each worker;
    # with threads of their own for every product they took twice the time.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from questrag.web.serving import serve as run_server

    with indexing() as progress:
        run_server(load_settings(), host=host, port=port, workers=workers, progress=progress)


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="The question.", show_default=False)],
    as_json: JsonOption = False,
    kb: KbOption = None,
    skip_bad: SkipBadOption = False,
) -> None:
    """Answer one question, with its sources and its receipt."""
    from questrag.chat.turn import collect
    from questrag.chat.types import Turn
    from questrag.library import open_library
    from questrag.wiring import open_assistant

    question = _question(text)
    settings = settings_with(kb)
    with indexing() as progress:
        library = open_library(settings, progress=progress)
    answer = asyncio.run(collect(open_assistant(settings, library).answer(question)))
    if as_json:
        from questrag.web.views import chat_response

        now = datetime.now(UTC)
        turn = Turn(
            id=uuid4().hex,
            conversation_id=uuid4().hex,
            user_id="",
            question=question,
            asked_at=now,
            status=answer.status,
            answer=answer.text,
            answered_at=now,
            complete=True,
            receipt=answer.receipt,
        )
        typer.echo(chat_response(turn).model_dump_json(indent=2))
    else:
        typer.echo(_readable(answer))
    exit_for(library.problems, skip_bad=skip_bad)


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="Files to read.", show_default=False)],
    format_: Annotated[str, typer.Option("--format", help="auto, or one of the formats in docs/formats.md.")] = "auto",
    out: OutOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; write nothing.")] = False,
    skip_bad: SkipBadOption = False,
) -> None:
    """Turn files into knowledge-base entries; reports duplicates, conflicts and bad lines."""
    from questrag.knowledge.ingest import ingest_files

    target = output_file(out, read=files)
    with progress_bar("Reading") as progress:
        report = ingest_files(files, format_, progress=progress)
    for line in (*report.lines(), *report.problems):
        typer.echo(str(line), err=True)
    report.require_entries()
    if dry_run:
        typer.echo(f"{len(report.entries)} entries would be written", err=True)
    elif target is None:
        for entry in report.entries:
            typer.echo(entry.to_json())
    else:
        report.write(target)
        typer.echo(f"{len(report.entries)} entries written to {target}", err=True)
    if report.problems and not skip_bad:
        raise typer.Exit(LINES_LEFT_OUT)


@app.command()
def index(
    kb: KbOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for indexes instead of FAISS_INDEX_PATH.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Also when there is one for these entries.")] = False,
    skip_bad: SkipBadOption = False,
) -> None:
    """Make the search index of a knowledge base; others then start at once."""
    from questrag.library import NOTHING_PUBLISHED, open_library
    from questrag.retrieval.index import UnusableIndex

    settings = settings_with(kb, **({"faiss_index_path": out} if out else {}))
    # What serves is what was published over the files: its collection has to be there before a server starts.
    published = asyncio.run(_published(settings)) if settings.vector_index_uri else NOTHING_PUBLISHED
    with indexing() as progress:
        try:
            library = open_library(settings, progress=progress, rebuild=rebuild, upload=True, published=published)
        except UnusableIndex:
            typer.echo("The index that was there cannot be used; it is made again.", err=True)
            library = open_library(settings, progress=progress, rebuild=True, upload=True, published=published)
    typer.echo(
        f"{len(library.knowledge)} entries of knowledge base {library.knowledge.version}: index {library.index.version}"
    )
    exit_for(library.problems, skip_bad=skip_bad)


async def _published(settings: Settings) -> "dict[str, Revision]":
    from questrag.knowledge.revising import present
    from questrag.wiring import open_store, published_in

    store = await open_store(settings)
    try:
        return await published_in(store, present())
    finally:
        await store.close()


def _question(text: str) -> str:
    """Raises: Invalid: the API would refuse it too."""
    from questrag.web.inputs import Question

    try:
        return TypeAdapter[str](Question).validate_python(text)
    except ValidationError as error:
        first = error.errors()[0]
        length = f"this one has {len(text.strip())}"
        why = {
            "string_too_short": length,
            "string_too_long": length,
            "string_unicode": "this one holds bytes that are not UTF-8",
        }.get(first["type"], f"it {first['msg'].removeprefix('Value error, ')}")
        raise Invalid(f"a question has 1 to 2000 characters: {why}") from None


def _readable(answer: Any) -> str:
    receipt = answer.receipt
    lines = [answer.text, ""]
    for number, source in enumerate(receipt.sources, start=1):
        as_of = f", as of {source.as_of}" if source.as_of else ""
        lines.append(f"[{number}] {source.question} ({source.id}; {source.source or 'no source given'}{as_of})")
    score = "none" if receipt.retrieval_score is None else f"{receipt.retrieval_score:.2f}"
    lines.append(
        f"{receipt.policy_action} ({receipt.reason}, score {score}), {receipt.llm_provider}, "
        f"{receipt.tokens.prompt}+{receipt.tokens.completion} tokens, always-fetch "
        f"{receipt.tokens.always_fetch_prompt}, {receipt.timings_ms['total']:.0f} ms"
    )
    lines += [receipt.why] if receipt.why else []
    lines += [f"degraded: {sentence}" for sentence in receipt.degraded]
    return "\n".join(lines)
