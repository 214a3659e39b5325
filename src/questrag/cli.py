"""The command line. Exit codes: 0 done; 1 done, but bad lines were left out; 2 wrong usage; 3 not possible."""

import asyncio
import getpass
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from questrag import __version__
from questrag.chat.errors import Invalid, QuestragError
from questrag.settings import Settings, load_settings

DONE, LINES_LEFT_OUT, NOT_POSSIBLE = 0, 1, 3

app = typer.Typer(
    help="Answers retail-banking questions from approved entries.", no_args_is_help=True, add_completion=False
)
evaluate = typer.Typer(help="Measure what is shipped.", no_args_is_help=True)
train = typer.Typer(help="Make models; needs the train extra: pip install 'questrag[train]'.", no_args_is_help=True)
users = typer.Typer(help="Who may sign in.", no_args_is_help=True)
app.add_typer(evaluate, name="evaluate")
app.add_typer(train, name="train")
app.add_typer(users, name="users")

KbOption = Annotated[Path | None, typer.Option("--kb", help="Knowledge base to use instead of KB_PATH.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the object that the API returns.")]
SkipBadOption = Annotated[bool, typer.Option("--skip-bad", help="End with 0 even if bad lines were left out.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write here instead of standard output.")]


def main() -> None:
    """Run the command line; an error that has a name ends it with one readable sentence."""
    try:
        app()
    except QuestragError as error:
        print(f"questrag: {error}", file=sys.stderr)  # noqa: T201
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
    """Serve the API and the web page."""
    from questrag.web.serving import serve as run_server

    with _progress("Indexing the knowledge base") as progress:
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
    from questrag.wiring import open_assistant, open_library

    question = text.strip()
    if not 1 <= len(question) <= 2000:
        raise Invalid(f"a question has 1 to 2000 characters, this one has {len(question)}")
    settings = _settings(kb)
    with _progress("Indexing the knowledge base") as progress:
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
    _exit_for(library.problems, skip_bad=skip_bad)


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

    with _progress("Reading") as progress:
        report = ingest_files(files, format_, progress=progress)
    for line in report.lines():
        typer.echo(line, err=True)
    if dry_run:
        typer.echo(f"{len(report.entries)} entries would be written", err=True)
    elif out is None:
        for entry in report.entries:
            typer.echo(entry.to_json())
    else:
        report.write(out)
        typer.echo(f"{len(report.entries)} entries written to {out}", err=True)
    _exit_for(report.problems, skip_bad=skip_bad)


@app.command()
def index(
    kb: KbOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for indexes instead of FAISS_INDEX_PATH.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Also when there is one for these entries.")] = False,
    skip_bad: SkipBadOption = False,
) -> None:
    """Make the search index of a knowledge base; others then start at once."""
    from questrag.wiring import open_library

    settings = _settings(kb, **({"faiss_index_path": out} if out else {}))
    with _progress("Indexing the knowledge base") as progress:
        library = open_library(settings, progress=progress, rebuild=rebuild)
    typer.echo(
        f"{len(library.knowledge)} entries of knowledge base {library.knowledge.version}: index {library.index.version}"
    )
    _exit_for(library.problems, skip_bad=skip_bad)


@evaluate.command("retrieval")
def evaluate_retrieval(
    queries: Annotated[Path, typer.Option(help="Retrieval test set, see docs/formats.md.", show_default=False)],
    kb: KbOption = None,
    out: OutOption = None,
    skip_bad: SkipBadOption = False,
) -> None:
    """Measure how often the right entry comes first, with intervals and baselines."""
    from questrag.evaluation import retrieval
    from questrag.wiring import open_library

    settings = _settings(kb)
    asked, bad = retrieval.read_queries(queries)
    with _progress("Indexing the knowledge base") as progress:
        library = open_library(settings, progress=progress)
    with _progress("Searching") as progress:
        result = retrieval.evaluate_retrieval(
            library.retriever(settings.retriever),
            asked,
            baselines={"bm25": library.retriever("lexical"), "base_encoder": library.retriever("dense")},
            knowledge=library.knowledge,
            progress=progress,
        )
    if out:
        retrieval.write_result(result, out)
    else:
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
    _exit_for([*library.problems, *bad], skip_bad=skip_bad)


@train.command("export")
def train_export(
    backbone: Annotated[str, typer.Option(help="Packaged name, local folder, or Hub repository.")] = "all-MiniLM-L6-v2",
    out: Annotated[Path, typer.Option(help="Folder of the encoder.")] = Path("models/retriever"),
) -> None:
    """Export an encoder as int8 ONNX, checked against the original."""
    try:
        from questrag.training.export import Args, export_encoder
    except ModuleNotFoundError as error:
        raise QuestragError(f"{error.name} is not installed: pip install 'questrag[train]'") from None
    artifact = export_encoder(Args(backbone=backbone, out=out))
    typer.echo(f"{out}: {artifact.info['name']}@{artifact.fingerprint}, parity {artifact.info['parity_cosine_min']}")


@users.command("create")
def users_create(
    name: Annotated[str, typer.Argument(help="User name.", show_default=False)],
    role: Annotated[str, typer.Option(help="customer, curator or admin.")] = "customer",
    email: Annotated[str, typer.Option(help="E-mail address; NAME@example.com when left out.")] = "",
) -> None:
    """Add an account; asks for the password, or reads it from standard input."""
    from questrag.web.accounts import account_from_terminal, open_account
    from questrag.web.credentials import Passwords
    from questrag.wiring import open_store

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    account, checked_role = account_from_terminal(name, email or f"{name}@example.com", password, role)

    async def create() -> str:
        store = await open_store(load_settings())
        try:
            return (await open_account(store, Passwords(), account, checked_role)).id
        finally:
            await store.close()

    typer.echo(f"{name} ({role}) has id {asyncio.run(create())}")


def _settings(kb: Path | None, **overrides: Any) -> Settings:
    return load_settings(**({"kb_path": kb} if kb else {}), **overrides)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error once there is something to wait for."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)

    def report(done: int, total: int) -> None:
        if not bar.tasks:
            bar.start()
            bar.add_task(what, total=total)
        bar.update(bar.tasks[0].id, completed=done, total=total)

    try:
        yield report
    finally:
        if bar.tasks:
            bar.stop()


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
    lines += [f"degraded: {sentence}" for sentence in receipt.degraded]
    return "\n".join(lines)


def _exit_for(problems: Sequence[object], *, skip_bad: bool) -> None:
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems and not skip_bad:
        raise typer.Exit(LINES_LEFT_OUT)
