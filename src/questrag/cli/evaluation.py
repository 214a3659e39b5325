"""`questrag evaluate`: measures what is shipped."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questrag.chat.errors import QuestragError
from questrag.cli.options import KbOption, OutOption, SkipBadOption, exit_for, output_file, settings_with, write_result
from questrag.cli.progress import indexing, progress_bar
from questrag.settings import PROJECT

if TYPE_CHECKING:
    from questrag.chat.ports import Retriever
    from questrag.library import Library

evaluate = typer.Typer(help="Measure what is shipped.", no_args_is_help=True)

BaseOption = Annotated[Path, typer.Option(help="Folder of the untrained encoder, to compare with.")]
QueriesOption = Annotated[Path, typer.Option(help="Labelled questions, see docs/formats.md.", show_default=False)]


@evaluate.command("retrieval")
def evaluate_retrieval(
    queries: QueriesOption,
    kb: KbOption = None,
    out: OutOption = None,
    base: BaseOption = PROJECT / "models" / "base",
    stress: Annotated[bool, typer.Option("--stress", help="Also with more and more words misspelt.")] = False,
    skip_bad: SkipBadOption = False,
) -> None:
    """Measure how often the right entry comes first, with intervals and baselines."""
    from questrag.evaluation import labelled, retrieval

    settings = settings_with(kb)
    target = output_file(out, read=[queries])
    asked, bad = labelled.read_queries(queries)
    library, baselines = _opened(kb, base)
    with progress_bar("Searching") as progress:
        result = retrieval.evaluate_retrieval(
            library.retriever(settings.retriever),
            asked,
            baselines=baselines,
            knowledge=library.knowledge,
            progress=progress,
        )
    if stress:
        with progress_bar("Misspelling") as progress:
            compared = {"default": library.retriever(settings.retriever), **baselines}
            result["spelling_stress"] = retrieval.spelling_stress(compared, asked, progress)
    write_result(result, target)
    exit_for([*library.problems, *bad], skip_bad=skip_bad)


@evaluate.command("scope")
def evaluate_scope(
    queries: QueriesOption,
    kb: KbOption = None,
    out: OutOption = None,
    base: BaseOption = PROJECT / "models" / "base",
    skip_bad: SkipBadOption = False,
) -> None:
    """Measure whether the search knows what it cannot answer, and whether its probabilities mean what they say."""
    from questrag.evaluation import labelled, scope

    settings = settings_with(kb)
    target = output_file(out, read=[queries])
    asked, bad = labelled.read_queries(queries)
    library, baselines = _opened(kb, base)
    with progress_bar("Searching") as progress:
        result = scope.evaluate_scope(
            library.retriever("hybrid"),
            asked,
            baselines=baselines,
            knowledge=library.knowledge,
            answer_from=settings.similarity_threshold,
            progress=progress,
        )
    write_result(result, target)
    exit_for([*library.problems, *bad], skip_bad=skip_bad)


@evaluate.command("followups")
def evaluate_followups(
    conversations: Annotated[
        Path, typer.Option(help="Labelled conversations, see docs/formats.md.", show_default=False)
    ],
    kb: KbOption = None,
    out: OutOption = None,
    skip_bad: SkipBadOption = False,
) -> None:
    """Measure whether questions that lean on the ones before find their entry, beside the same without them."""
    from questrag.evaluation import followups, labelled
    from questrag.library import open_library

    settings = settings_with(kb)
    target = output_file(out, read=[conversations])
    talks, bad = labelled.read_conversations(conversations)
    with indexing() as progress:
        library = open_library(settings, progress=progress)
    with progress_bar("Searching") as progress:
        result = followups.evaluate_followups(
            library.retriever(settings.retriever), talks, knowledge=library.knowledge, progress=progress
        )
    write_result(result, target)
    exit_for([*library.problems, *bad], skip_bad=skip_bad)


@evaluate.command("intents")
def evaluate_intents(
    train: Annotated[Path, typer.Option(help="CSV with text and category, or CLINC150 JSON.", show_default=False)],
    test: Annotated[Path | None, typer.Option(help="The same; cross-validation on --train when left out.")] = None,
    part: Annotated[str, typer.Option(help="Part of a JSON --test file: val or test.")] = "val",
    folds: Annotated[int, typer.Option(min=2, max=20, help="Of the cross-validation.")] = 5,
    encoder: Annotated[Path | None, typer.Option(help="Folder instead of RETRIEVER_MODEL_PATH.")] = None,
    out: OutOption = None,
) -> None:
    """Measure how well the encoder's vectors tell intents apart, on public sets such as BANKING77 and CLINC150."""
    from questrag.evaluation import intents
    from questrag.retrieval.encoder import OnnxEncoder

    target = output_file(out, read=[train, *([test] if test else [])])
    learned = intents.read_labelled(train, "train")
    asked = intents.read_labelled(test, part) if test else None
    opened = OnnxEncoder.open(encoder or settings_with(None).retriever_model_path)
    with progress_bar("Encoding") as progress:
        try:
            result = intents.evaluate_intents(opened, learned, asked, folds=folds, progress=progress)
        except ModuleNotFoundError as error:
            raise QuestragError(f"{error.name} is not installed: pip install 'questrag[train]'") from None
    write_result(result, target)


@evaluate.command("off-policy")
def evaluate_off_policy(
    logs: Annotated[int, typer.Option(min=1, help="Simulated logs.")] = 500,
    conversations: Annotated[int, typer.Option(min=10, help="Of each log; about six turns each.")] = 300,
    exploration: Annotated[float, typer.Option(min=0.01, max=0.5, help="As POLICY_EXPLORATION.")] = 0.1,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    out: OutOption = None,
) -> None:
    """Measure how often the intervals of the off-policy estimates hold a value that is known, on simulated logs."""
    from questrag.evaluation.off_policy import simulated_coverage
    from questrag.evaluation.runs import provenance

    target = output_file(out, read=[])
    found = simulated_coverage(logs, conversations=conversations, exploration=exploration, seed=seed)
    body = {
        "n_logs": logs,
        "conversations": conversations,
        "exploration": exploration,
        "seed": seed,
        "methods": {method: asdict(coverage) for method, coverage in found.items()},
        "provenance": provenance(),
    }
    write_result(body, target)


@evaluate.command("plots")
def evaluate_plots(
    results: Annotated[Path, typer.Option(help="Folder with result files; pictures are written there too.")] = Path(
        "docs/results"
    ),
) -> None:
    """Draw the pictures of result files: retrieval.json and scope.json."""
    from questrag.evaluation.plots import draw_results

    for path in draw_results(results):
        typer.echo(path)


@evaluate.command("golden")
def evaluate_golden(
    queries: Annotated[list[Path], typer.Option(help="Labelled questions to choose from.", show_default=False)],
    kb: KbOption = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many at most.")] = 200,
    out: OutOption = None,
) -> None:
    """Choose golden questions of labelled ones: those that are answered right and for sure, evenly over categories and
    languages."""
    from questrag.cli.training import all_of
    from questrag.evaluation import golden, labelled
    from questrag.library import open_library

    settings = settings_with(kb)
    target = output_file(out, read=queries)
    asked = [query for path in queries for query in all_of(labelled.read_queries(path))]
    with indexing() as progress:
        library = open_library(settings, progress=progress)
    library.require_sound()
    sure = settings.similarity_threshold
    found = golden.chosen(asked, library.retriever(settings.retriever), n, sure=sure)
    lines = [{"query": q.query, "relevant": sorted(q.relevant), "lang": q.lang} for q in found]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if target:
        target.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)


def _opened(kb: Path | None, base: Path) -> "tuple[Library, dict[str, Retriever]]":
    """Return the library, and what to compare with: words alone, the untrained encoder alone, the shipped one alone."""
    from questrag.library import open_library

    with indexing() as progress:
        library = open_library(settings_with(kb), progress=progress)
    with indexing() as progress:
        untrained = open_library(settings_with(kb, retriever_model_path=base), progress=progress)
    return library, {
        "bm25": library.retriever("lexical"),
        "base_encoder": untrained.retriever("dense"),
        "encoder_alone": library.retriever("dense"),
    }
