"""`questrag train`: makes models; the only commands that need the train extra."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from questrag.chat.errors import Invalid, QuestragError
from questrag.cli.options import KbOption, OutOption, output_file, settings_with, write_result
from questrag.cli.progress import indexing, progress_bar
from questrag.training.args import PACKAGED, Args, Objective

if TYPE_CHECKING:
    from questrag.training.development import Development
    from questrag.training.material import Material

_TRAIN_EXTRA = "pip install 'questrag[train]'"
_ESCAPED = _TRAIN_EXTRA.replace("[", r"\[")  # help texts are markup
_DEFAULT = Args()
_HELD_OUT = tuple(
    Path("data") / folder / f"{part}.jsonl" for folder in ("queries", "conversations") for part in ("dev", "test")
)
_FITTED_ON = tuple(Path("data/queries") / f"{name}.jsonl" for name in ("dev", "dev_pairs", "dev_outside", "dev_vague"))
_TALKS = tuple(Path("data/conversations") / f"{part}.jsonl" for part in ("train", "dev"))
_LEARNED_FROM = tuple(
    Path("data") / name for name in ("training/twins.jsonl", "training/faq.jsonl", "conversations/train.jsonl")
)
_T = TypeVar("_T")

train = typer.Typer(help=f"Make models; needs the train extra: {_ESCAPED}.", no_args_is_help=True)

DevOption = Annotated[Path, typer.Option(help="Questions that stop the training; their entries are not learned from.")]
HeldOutOption = Annotated[
    list[Path], typer.Option(help="Labelled questions or conversations whose entries are not learned from.")
]
MoreOption = Annotated[
    list[Path], typer.Option(help="Labelled questions, conversations or entries to learn from as well.")
]
BackboneOption = Annotated[str, typer.Option(help="Packaged name, local folder, or Hub repository.")]


@contextmanager
def train_extra() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise QuestragError(f"{error.name} is not installed: {_TRAIN_EXTRA}") from None


@train.command("export")
def train_export(
    backbone: BackboneOption = PACKAGED,
    out: Annotated[Path, typer.Option(help="Folder of the encoder.")] = Path("models/retriever"),
) -> None:
    """Export an encoder as it is, as int8 ONNX, checked against the original."""
    with train_extra():
        from questrag.training.export import export_backbone
    artifact = export_backbone(backbone, out)
    typer.echo(f"{out}: {artifact.info['name']}@{artifact.fingerprint}, parity {artifact.info['parity_cosine_min']}")


@train.command("retriever")
def train_retriever(
    kb: KbOption = None,
    dev: DevOption = Path("data/queries/dev.jsonl"),
    held_out: HeldOutOption = list(_HELD_OUT),  # noqa: B006 # typer copies it
    more: MoreOption = list(_LEARNED_FROM),  # noqa: B006
    out: Annotated[Path, typer.Option(help="Folder of the encoder.")] = Path("models/retriever"),
    work: Annotated[Path, typer.Option(help="Folder of checkpoints.")] = Path("runs/retriever"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --work.")] = False,
    name: Annotated[
        str, typer.Option(help="What the encoder is called in receipts and results.")
    ] = "questrag-retriever",
    backbone: BackboneOption = _DEFAULT.backbone,
    objective: Annotated[str, typer.Option(help="infonce, triplet or both.")] = _DEFAULT.objective,
    steps: Annotated[int, typer.Option(min=1)] = _DEFAULT.steps,
    batch: Annotated[int, typer.Option(min=2, help="Pairs, all of different entries.")] = _DEFAULT.batch,
    lr: Annotated[float, typer.Option(help="Learning rate.")] = _DEFAULT.lr,
    temperature: Annotated[float, typer.Option(min=0.001, help="Of InfoNCE.")] = _DEFAULT.temperature,
    margin: Annotated[float, typer.Option(help="Of the triplet loss, in cosine.")] = _DEFAULT.margin,
    ceiling: Annotated[
        float, typer.Option(help="Share of the positive's cosine a negative may have.")
    ] = _DEFAULT.ceiling,
    triplet_weight: Annotated[
        float, typer.Option(help="Of the triplet loss beside InfoNCE.")
    ] = _DEFAULT.triplet_weight,
    noise: Annotated[float, typer.Option(min=0, max=1, help="Share of misspelt questions.")] = _DEFAULT.noise,
    answers: Annotated[float, typer.Option(min=0, max=1, help="Share of question-answer pairs.")] = _DEFAULT.answers,
    followups: Annotated[
        float, typer.Option(min=0, max=1, help="Share of questions with those before them.")
    ] = _DEFAULT.followups,
    look_alikes: Annotated[int, typer.Option(min=1, help="Look-alikes that share a batch.")] = _DEFAULT.look_alikes,
    mine_every: Annotated[int, typer.Option(min=1, help="Steps between minings.")] = _DEFAULT.mine_every,
    cache_chunk: Annotated[int, typer.Option(min=0, help="Texts at a time under gradient caching; 0: off.")] = 0,
    max_tokens: Annotated[int, typer.Option(min=8, max=512)] = _DEFAULT.max_tokens,
    eval_every: Annotated[int, typer.Option(min=1, help="Steps between looks at --dev.")] = _DEFAULT.eval_every,
    patience: Annotated[int, typer.Option(min=1, help="Looks without a better one.")] = _DEFAULT.patience,
    seed: Annotated[int, typer.Option()] = _DEFAULT.seed,
    device: Annotated[str | None, typer.Option(help="cpu or cuda, instead of DEVICE.")] = None,
) -> None:
    """Fine-tune an encoder on a knowledge base, and export the best one."""
    chosen = {name: value for name, value in locals().items() if name in _FIELDS}
    settings = settings_with(kb)
    args = Args(**{**chosen, "objective": _objective(objective), "device": device or settings.device})
    with train_extra():
        from questrag.training.shipping import ship
    material, development = _read(settings.kb_path, dev, held_out, more, others=300)
    with progress_bar("Training") as progress:
        artifact = ship(
            args, material, development, work=work, out=out, name=name, resume=resume, progress=progress, say=_say
        )
    if artifact:
        told = artifact.info
        typer.echo(f"{out}: {told['name']}@{artifact.fingerprint}, right first on dev {told['dev_int8']}")


@train.command("ablation")
def train_ablation(
    kb: KbOption = None,
    dev: DevOption = Path("data/queries/dev.jsonl"),
    held_out: HeldOutOption = list(_HELD_OUT),  # noqa: B006 # typer copies it
    more: MoreOption = list(_LEARNED_FROM),  # noqa: B006
    out: OutOption = None,
    work: Annotated[Path, typer.Option(help="Folder of checkpoints.")] = Path("runs/ablation"),
    backbone: BackboneOption = _DEFAULT.backbone,
    steps: Annotated[int, typer.Option(min=1)] = _DEFAULT.steps,
    batch: Annotated[int, typer.Option(min=2)] = _DEFAULT.batch,
    seeds: Annotated[str, typer.Option(help="Numbers with commas between them.")] = "0,1",
) -> None:
    """Measure what each part of the training adds: base, InfoNCE, with triplets, with misspelt questions."""
    with train_extra():
        from questrag.training.ablation import ablation
    try:
        numbers = [int(seed) for seed in seeds.split(",")]
    except ValueError:
        raise Invalid(f"--seeds {seeds}: give whole numbers with commas between them") from None
    settings = settings_with(kb)
    target = output_file(out, read=[dev, *held_out, *more])
    material, development = _read(settings.kb_path, dev, held_out, more, others=0)
    args = Args(backbone=backbone, steps=steps, batch=batch, device=settings.device)
    with progress_bar("Training") as progress:
        result = ablation(args, numbers, material, development, work=work, progress=progress, say=_say)
    write_result(result, target)


@train.command("ranking")
def train_ranking(
    kb: KbOption = None,
    queries: Annotated[
        list[Path], typer.Option(help="Development questions, with an answer and without; never those reported on.")
    ] = list(_FITTED_ON),  # noqa: B006 # typer copies it
    conversations: Annotated[list[Path], typer.Option(help="Labelled conversations, for follow-ups.")] = list(_TALKS),  # noqa: B006
    out: Annotated[Path | None, typer.Option(help="Folder instead of RANKING_MODEL_PATH.")] = None,
) -> None:
    """Fit the weights of the hybrid search, and the probability that an entry answers, to an encoder."""
    from questrag.evaluation.labelled import read_conversations, read_queries
    from questrag.library import documents_of, open_library

    settings = settings_with(kb)
    if out is None and settings.hub_home is not None:
        raise Invalid("--out is missing: HF_MODEL_REPO is set, and what was pulled from there stays as it is")
    with train_extra():
        from questrag.training.ranking import fit_ranking
    asked = [query for path in queries for query in all_of(read_queries(path))]
    talks = [each for path in conversations for each in all_of(read_conversations(path))]
    with indexing() as progress:
        library = open_library(settings, progress=progress)
    target = out or settings.ranking_model_path
    with progress_bar("Searching") as progress:
        measured = fit_ranking(
            documents_of(library.knowledge), library.index, library.encoder, asked, talks, target, progress=progress
        )
    typer.echo(f"{target}: right first {measured['right_first_cv']:.1%} of {measured['n']:.0f}, cross-validated")


_FIELDS = frozenset(Args.__dataclass_fields__)


def _read(
    kb: Path, dev: Path, held_out: list[Path], more: list[Path], *, others: int | None
) -> "tuple[Material, Development]":
    from questrag.training.development import read_development
    from questrag.training.material import held_out as entries_of
    from questrag.training.material import read_material

    measured = entries_of([dev, *there(held_out, _HELD_OUT)])
    material = read_material(kb, measured, there(more, _LEARNED_FROM))
    return material, read_development(kb, dev, others=others)


def there(paths: Sequence[Path], shipped: Sequence[Path]) -> list[Path]:
    """Leave out what comes with the project and is missing where only the package is installed, but nothing named."""
    return [path for path in paths if path.exists() or path not in shipped]


def all_of(read: tuple[list[_T], list[str]]) -> list[_T]:
    lines, bad = read
    if bad:
        raise Invalid(bad[0])
    return lines


def _objective(name: str) -> Objective:
    for known in ("infonce", "triplet", "both"):
        if name == known:
            return known
    raise Invalid(f"--objective {name}: choose infonce, triplet or both")


def _say(line: str) -> None:
    typer.echo(line, err=True)
