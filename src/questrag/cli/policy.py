"""`questrag train policy` and its relatives, and `questrag evaluate policy`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from questrag.chat.errors import Invalid
from questrag.cli.evaluation import evaluate
from questrag.cli.opening import assistant_of, talks_in
from questrag.cli.options import KbOption, OutOption, SkipBadOption, exit_for, output_file, settings_with, write_result
from questrag.cli.progress import progress_bar
from questrag.cli.training import there, train, train_extra
from questrag.settings import PROJECT, Settings
from questrag.training.args import PACKAGED

if TYPE_CHECKING:
    from questrag.chat.ports import Policy
    from questrag.policy.learned import Choice
    from questrag.training.policy import Floats, Lessons
    from questrag.training.table import Table
    from questrag.training.two_way import Reward

_DATA = Path("data")
_HELD_OUT = (
    *(_DATA / "queries" / f"{name}.jsonl" for name in ("test", "minimal_pairs")),
    *(_DATA / "conversations" / f"{name}.jsonl" for name in ("dev", "test")),
)


TalksOption = Annotated[Path, typer.Option("--conversations", help="Labelled conversations to learn from.")]
DevOption = Annotated[Path, typer.Option(help="Labelled conversations that the price is fitted to.")]
HeldOutOption = Annotated[
    list[Path], typer.Option(help="Labelled questions or conversations whose entries no session is made of.")
]
TurnsOption = Annotated[int, typer.Option(min=0, help="Turns of sessions made of the knowledge base.")]
WorkOption = Annotated[Path, typer.Option(help="Folder of reward tables; an interrupted run goes on there.")]
RewardOption = Annotated[str, typer.Option(help="paper: +2, +0.5, -0.5; tokens: rightness first, then tokens.")]

_TALKS, _DEV, _WORK = _DATA / "conversations/train.jsonl", _DATA / "conversations/dev.jsonl", Path("runs/policy")
_TURNS, _TURN_WEIGHT = 20_000, 0.03
_MARGIN = 0.0075
"""On development turns; one point is promised."""


@train.command("policy")
def train_policy(
    kb: KbOption = None,
    conversations: TalksOption = _TALKS,
    dev: DevOption = _DEV,
    held_out: HeldOutOption = list(_HELD_OUT),  # noqa: B006 # typer copies it
    turns: TurnsOption = _TURNS,
    turn_weight: Annotated[
        float, typer.Option(min=0, help="What such a turn counts beside a real one.")
    ] = _TURN_WEIGHT,
    margin: Annotated[float, typer.Option(min=0, max=1, help="Share of turns that may be less right.")] = _MARGIN,
    work: WorkOption = _WORK,
    out: Annotated[Path, typer.Option(help="Folder of the policy.")] = PROJECT / "models" / "policy",
    name: Annotated[str, typer.Option(help="What it is called in receipts and results.")] = "questrag-policy",
    seed: Annotated[int, typer.Option()] = 0,
) -> None:
    """Learn which passages of a turn are worth their tokens, from conversations and from made sessions."""
    with train_extra():
        from questrag.training.policy import Lessons, teach
    settings = settings_with(kb, policy="always")
    lessons = _lessons(settings, conversations, held_out, turns, turn_weight, work, seed)
    look = Lessons("dev", lessons[0].assistant, talks_in(dev), 1.0)
    with progress_bar("Playing") as progress:
        artifact = teach(
            lessons, look, work, out, serving=_serving(settings), margin=margin, name=name, seed=seed, progress=progress
        )
    told = artifact.info
    typer.echo(
        f"{out}: {told['name']}@{artifact.fingerprint}, dev: right {float(told['dev_right']):.1%}, usual design "
        f"{float(told['dev_right_always']):.1%}, {float(told['dev_saving']):.1%} of its prompt tokens saved"
    )


@train.command("two-way")
def train_two_way(
    kb: KbOption = None,
    conversations: TalksOption = _TALKS,
    held_out: HeldOutOption = list(_HELD_OUT),  # noqa: B006 # typer copies it
    turns: TurnsOption = _TURNS,
    work: WorkOption = _WORK,
    backbone: Annotated[str, typer.Option(help="Packaged name, local folder, or Hub repository.")] = PACKAGED,
    reward: RewardOption = "tokens",
    out_bert: Annotated[Path, typer.Option(help="Folder of the BERT.")] = PROJECT / "models" / "policy-bert",
    out_logistic: Annotated[Path, typer.Option(help="Folder of the regression.")] = PROJECT
    / "models"
    / "policy-logistic",
    steps: Annotated[int, typer.Option(min=2, help="Of pre-training, and half as many of policy gradient.")] = 200,
    seed: Annotated[int, typer.Option()] = 0,
) -> None:
    """Train the policies that fetch or do not: a BERT by policy gradient, and a logistic regression."""
    with train_extra():
        from questrag.training.two_way import BertArgs, fit_logistic, train_bert, write_bert, write_logistic
    settings = settings_with(kb, policy="always")
    lessons = _lessons(settings, conversations, held_out, turns, _TURN_WEIGHT, work, seed)
    encoder = lessons[0].assistant.retriever.encoder_version
    table, weight = _played(lessons, work)
    args = BertArgs(
        backbone=backbone, reward=_reward(reward), supervised_steps=steps, gradient_steps=steps // 2, seed=seed
    )
    logistic = write_logistic(fit_logistic(table, weight), out_logistic, encoder=encoder)
    with progress_bar("Training") as progress:
        model = train_bert(args, table, weight, progress=progress)
    about = {"name": "questrag-bert-policy", **{f"training_{key}": str(value) for key, value in asdict(args).items()}}
    bert = write_bert(model, args, out_bert, about, encoder=encoder, texts=table.text)
    typer.echo(f"{out_bert}: {bert.fingerprint}; {out_logistic}: {logistic.fingerprint}")


@train.command("learners")
def train_learners(
    test: Annotated[Path, typer.Option(help="Labelled conversations to measure on.")] = _DATA
    / "conversations/test.jsonl",
    kb: KbOption = None,
    conversations: TalksOption = _TALKS,
    dev: DevOption = _DEV,
    held_out: HeldOutOption = list(_HELD_OUT),  # noqa: B006 # typer copies it
    turns: TurnsOption = _TURNS,
    work: WorkOption = _WORK,
    seeds: Annotated[int, typer.Option(min=1)] = 3,
    out: OutOption = None,
) -> None:
    """Compare ways to learn how many passages to show, on identical turns."""
    from questrag.evaluation.runs import provenance

    with train_extra():
        from questrag.training.learners import compare, problem
        from questrag.training.policy import Lessons, fit_choice
    target = output_file(out, read=[test, conversations, dev])
    lessons = _lessons(settings_with(kb, policy="always"), conversations, held_out, turns, _TURN_WEIGHT, work, 0)
    table, weight = _played(lessons, work)
    assistant = lessons[0].assistant
    looked, measured = (_played([Lessons(path.stem, assistant, talks_in(path), 1.0)], work)[0] for path in (dev, test))
    weights = fit_choice(table, weight)
    result = compare(
        problem(table, weights), problem(looked, weights), problem(measured, weights), weights,
        turn_weight=weight, margin=_MARGIN, seeds=seeds,
    )  # fmt: skip
    body = {
        "n": len(measured),
        "seeds": seeds,
        "always_right": float(measured.always_right.mean()),
        "learners": result,
        "provenance": provenance(knowledge=assistant.knowledge.version, encoder=assistant.retriever.encoder_version),
    }
    write_result(body, target)


@train.command("reproduce")
def train_reproduce(
    test: Annotated[Path, typer.Option(help="Labelled conversations to measure on.")] = _DATA
    / "conversations/test.jsonl",
    kb: KbOption = None,
    conversations: TalksOption = _TALKS,
    work: WorkOption = _WORK,
    backbone: Annotated[str, typer.Option(help="Packaged name, local folder, or Hub repository.")] = PACKAGED,
    reward: RewardOption = "paper",
    steps: Annotated[int, typer.Option(min=1, help="Of pre-training, and as many of policy gradient.")] = 100,
    seeds: Annotated[str, typer.Option(help="Numbers with commas between them.")] = "0,1",
    out: OutOption = None,
) -> None:
    """The four-way table of arXiv 2401.06800: always, threshold, policy, both; before and after the policy gradient."""
    from questrag.evaluation.runs import provenance

    numbers = _seeds(seeds)
    with train_extra():
        from questrag.training.four_way import four_way
        from questrag.training.policy import Lessons
        from questrag.training.two_way import BertArgs
    target = output_file(out, read=[test, conversations])
    settings = settings_with(kb, policy="always")
    lessons = _lessons(settings, conversations, [], 0, _TURN_WEIGHT, work, 0)
    table, weight = _played(lessons, work)
    assistant = lessons[0].assistant
    measured, _ = _played([Lessons(test.stem, assistant, talks_in(test), 1.0)], work)
    args = BertArgs(
        backbone=backbone,
        reward=_reward(reward),
        supervised_steps=steps,
        gradient_steps=steps,
        gradient_lr=5e-5,
        sampled=True,
    )
    with progress_bar("Training") as progress:
        result = four_way(
            args, table, weight, measured, threshold=settings.similarity_threshold, seeds=numbers, progress=progress
        )
    versions = provenance(knowledge=assistant.knowledge.version, encoder=assistant.retriever.encoder_version)
    write_result({**result, "provenance": versions}, target)


def _serving(settings: Settings) -> "Callable[[Choice, float], Policy]":
    """Return what makes the policy as it will be served, with the thresholds of the settings."""
    from questrag.policy.learned import Fused
    from questrag.policy.rules import SmallTalkFirst

    thresholds = settings.confidence_threshold, settings.similarity_threshold, settings.ask_back_threshold
    return lambda choice, price: SmallTalkFirst(Fused(choice, "being fitted", price, *thresholds))


def _lessons(
    settings: Settings, conversations: Path, held_out: list[Path], turns: int, turn_weight: float, work: Path, seed: int
) -> "list[Lessons]":
    from questrag.library import open_knowledge
    from questrag.training.material import held_out as entries_of
    from questrag.training.policy import Lessons
    from questrag.training.sessions import simulate, withhold

    real = talks_in(conversations)
    lessons = [Lessons("conversations", assistant_of(settings), real, 1.0)]
    if turns:
        kept_out = entries_of(there(held_out, _HELD_OUT))
        entries = open_knowledge(settings)[0].entries
        practice = withhold(entries, Random(seed), leave_out=kept_out)  # noqa: S311 # nothing secret
        folder = work / "practice"
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(entry.to_json() + "\n" for entry in practice.entries)
        (folder / "entries.jsonl").write_text(lines, encoding="utf-8")
        beside = settings.kb_path / "profile.json"
        profile = settings.bank_profile or (beside if beside.exists() else None)
        made = simulate(practice, real, turns=turns, seed=seed)
        practising = assistant_of(settings_with(folder, policy="always", bank_profile=profile))
        lessons.append(Lessons("sessions", practising, made, turn_weight))
    return lessons


def _played(lessons: "Sequence[Lessons]", work: Path) -> "tuple[Table, Floats]":
    from questrag.training.policy import played

    with progress_bar("Playing") as progress:
        return played(lessons, work, progress=progress)


def _reward(name: str) -> "Reward":
    for known in ("paper", "tokens"):
        if name == known:
            return known
    raise Invalid(f"--reward {name}: choose paper or tokens")


@evaluate.command("policy")
def evaluate_policy(
    conversations: Annotated[Path, typer.Option(help="Labelled conversations, see docs/formats.md.")],
    kb: KbOption = None,
    out: OutOption = None,
    only: Annotated[str, typer.Option(help="Names with commas between them; empty: all that are there.")] = "",
    dials: Annotated[str, typer.Option(help="More settings of POLICY_DIAL, for the curve.")] = "0.25,0.5,2,4",
    thresholds: Annotated[str, typer.Option(help="More settings of SIMILARITY_THRESHOLD, for the curve.")] = "0.2,0.7",
    skip_bad: SkipBadOption = False,
) -> None:
    """Play conversations with every policy: right answers, prompt tokens saved, unsafe skips, with intervals."""
    from questrag.evaluation.labelled import read_conversations
    from questrag.evaluation.policy import evaluate_policies
    from questrag.wiring import open_policy

    target = output_file(out, read=[conversations, *([kb] if kb else [])])
    talks, bad = read_conversations(conversations)
    settings = settings_with(kb)
    assistant = assistant_of(settings.model_copy(update={"policy": "always"}))
    encoder = assistant.retriever.encoder_version

    def policy_named(name: str, **changes: object) -> "Policy":
        return open_policy(settings.model_copy(update={"policy": name, **changes}), encoder)

    names = [each for each in only.split(",") if each] or [each for each in _COMPARED if _is_there(each, settings)]
    unknown = [each for each in names if each not in _COMPARED]
    if unknown:
        raise Invalid(f"--only {','.join(unknown)}: choose from {', '.join(_COMPARED)}")
    policies = {name: policy_named(_COMPARED[name]) for name in names}
    policies |= {f"default*{dial}": policy_named("default", policy_dial=dial) for dial in _numbers("--dials", dials)}
    policies |= {
        f"threshold@{each}": policy_named("threshold", similarity_threshold=each)
        for each in _numbers("--thresholds", thresholds)
    }
    with progress_bar("Playing") as progress:
        result = evaluate_policies(assistant, talks, policies, progress=progress)
    write_result(result, target)
    exit_for(bad, skip_bad=skip_bad)


_COMPARED = {
    "never": "never", "threshold": "threshold", "smalltalk_rule": "smalltalk", "rules": "rules",
    "logistic": "logistic", "bert": "bert", "default": "default",
}  # fmt: skip
"""What the result file calls each value of POLICY."""


def _is_there(name: str, settings: Settings) -> bool:
    folders = {"logistic": settings.policy_logistic_path, "bert": settings.policy_bert_path}
    return name not in folders or folders[name].exists()


def _seeds(text: str) -> list[int]:
    numbers = [each.strip() for each in text.split(",")]
    if not all(each.isdecimal() for each in numbers):
        raise Invalid(f"--seeds {text}: give whole numbers with commas between them")
    return [int(each) for each in numbers]


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(each) for each in text.split(",") if each]
    except ValueError:
        raise Invalid(f"{option} {text}: give numbers with commas between them") from None
