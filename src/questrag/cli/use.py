"""`questrag policy`: what the policy does in use, and what it learns from that."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from questrag.chat.errors import Invalid
from questrag.cli.opening import assistant_of, talks_in
from questrag.cli.options import KbOption, OutOption, output_file, settings_with, write_result
from questrag.cli.progress import progress_bar
from questrag.cli.training import train_extra
from questrag.settings import PROJECT, Settings, load_settings

if TYPE_CHECKING:
    from questrag.chat.turn import Assistant
    from questrag.chat.types import Turn
    from questrag.evaluation.labelled import LabelledConversation
    from questrag.evaluation.logs import Judge, Log

policy = typer.Typer(help="What the policy does in use, and what it learns from that.", no_args_is_help=True)

REFUSED = 1

DaysOption = Annotated[int, typer.Option(min=1, help="Look back so far.")]


@policy.command("audit")
def policy_audit(
    share: Annotated[float, typer.Option(min=0, max=1, help="Share of the conversations to look at.")] = 1.0,
    days: DaysOption = 7,
    kb: KbOption = None,
    seed: Annotated[int, typer.Option()] = 0,
    out: OutOption = None,
) -> None:
    """Fetch for stored skips after all, and say how often the answer would have been another one."""
    from questrag.evaluation.audit import audit_skips
    from questrag.evaluation.runs import provenance
    from questrag.wiring import approved_only

    target = output_file(out, read=[])
    settings = settings_with(kb)
    assistant = approved_only(assistant_of(settings))
    turns = _turns(settings, days, share=share, seed=seed)
    with progress_bar("Looking again") as progress:
        audit = asyncio.run(audit_skips(assistant, turns, progress=progress))
    body = {
        "n_turns": len(turns),
        "n_checked": audit.n_checked,
        "would_have_changed": len(audit.harms),
        "rate": audit.rate,
        "ci95": audit.ci95,
        "turns": [{"id": harm.turn_id, "shown": harm.shown, "would_cite": harm.would_cite} for harm in audit.harms],
        "provenance": provenance(knowledge=assistant.knowledge.version, policy=assistant.policy.version),
    }
    write_result(body, target)


@policy.command("update")
def policy_update(
    days: DaysOption = 90,
    judge: Annotated[str, typer.Option(help="feedback: thumbs alone; model: GROQ_EVAL_MODEL where there is none.")] = (
        "feedback"
    ),
    conversations: Annotated[
        list[Path] | None, typer.Option(help="Labelled conversations that the candidate has to pass.")
    ] = None,
    promote: Annotated[bool, typer.Option(help="Let a candidate that passes serve at once.")] = True,
    kb: KbOption = None,
    out: OutOption = None,
) -> None:
    """Train a candidate from the log and the feedback, and let it serve where the gate finds it better. Ends with 1
    where the candidate is refused."""
    from questrag.evaluation.logs import ThumbOrModel, read_log
    from questrag.wiring import policy_versions

    with train_extra():
        import torch  # noqa: F401 # said before the log is read, not after
    fixed = conversations or [_GATE]
    target = output_file(out, read=fixed)
    settings = settings_with(kb, policy_exploration=0.0)
    if settings.policy != "default":
        raise Invalid(f"POLICY={settings.policy} does not learn from use: set POLICY=default")
    judged_by = _judge(settings, judge)
    talks = [talk for path in fixed for talk in talks_in(path)]
    assistant = assistant_of(settings)
    with progress_bar("Reading the log") as progress:
        log = asyncio.run(read_log(assistant, _turns(settings, days), judge=judged_by, progress=progress))
    if isinstance(judged_by, ThumbOrModel) and judged_by.unanswered:
        typer.echo(f"no reply from the model on {judged_by.unanswered} turns: they have no verdict", err=True)
    with tempfile.TemporaryDirectory() as scratch:
        candidate = Path(scratch)
        versions = policy_versions(settings)
        base = versions.served()
        report = {"base": base, **_gated(settings, assistant, log, talks, candidate)}
        version = versions.add(candidate, report)
    if target:
        write_result({"version": version, **report}, target)
    _tell(version, report)
    if not report["passed"]:
        raise typer.Exit(REFUSED)
    if promote:
        versions.promote(version, "; ".join(report["gains"]))
        typer.echo(f"{version} serves now.")


_GATE = PROJECT / "data" / "conversations" / "test.jsonl"


def _gated(
    settings: Settings, assistant: "Assistant", log: "Log", talks: "list[LabelledConversation]", folder: Path
) -> dict[str, Any]:
    """Train a candidate into the folder; return what the gate says of it."""
    from questrag.evaluation.gate import gate
    from questrag.training.update import write_candidate
    from questrag.wiring import open_fused, open_policy

    encoder = assistant.retriever.encoder_version
    served = open_fused(settings.model_copy(update={"policy_dial": 1.0}), encoder)
    learned_from, judged_on = log.halves()
    write_candidate(served, learned_from, folder, encoder=encoder)
    with progress_bar("Comparing") as progress:
        return gate(
            assistant, talks, judged_on,
            candidates={"candidate": open_policy(settings, encoder, folder)}, served=assistant.policy,
            belief=served.choice, price=served.price * settings.policy_dial, progress=progress,
        )["candidate"]  # fmt: skip


def _tell(version: str, report: dict[str, Any]) -> None:
    verdict = "passed" if report["passed"] else "refused"
    typer.echo(f"candidate {version}, beside {report['served']}: {verdict}")
    for line in (*report["gains"], *report["reasons"]):
        typer.echo(f"- {line}")


@policy.command("promote")
def policy_promote(version: Annotated[str, typer.Argument(help="A candidate that its gate let pass.")]) -> None:
    """Let a candidate serve that passed its gate."""
    from questrag.wiring import policy_versions

    policy_versions(load_settings()).promote(version, "promoted by hand")
    typer.echo(f"{version} serves now.")


@policy.command("rollback")
def policy_rollback(
    why: Annotated[str, typer.Option(help="For the log.")] = "rolled back by hand",
) -> None:
    """Let the policy serve that served before; a running server takes it up by itself."""
    from questrag.wiring import policy_versions

    typer.echo(f"{policy_versions(load_settings()).roll_back(why)} serves now.")


@policy.command("versions")
def policy_versions_() -> None:
    """List the candidates with what their gates said, and what served when."""
    from questrag.wiring import policy_versions

    versions = policy_versions(load_settings())
    served = versions.served()
    for each in versions.candidates():
        report = versions.report(each)
        said = "; ".join(report["gains"] if report["passed"] else report["reasons"])
        typer.echo(f"{each} {'passed' if report['passed'] else 'refused'}: {said}")
    for line in versions.history():
        typer.echo(f"{line.at} {line.by}: {line.version} ({line.why})")
    typer.echo(f"{served} serves.")


def _judge(settings: Settings, name: str) -> "Judge":
    from questrag.evaluation.judge import ModelJudge
    from questrag.evaluation.logs import ThumbOrModel, thumb
    from questrag.wiring import open_eval_model

    if name not in ("feedback", "model"):
        raise Invalid(f"--judge {name}: choose feedback or model")
    return ThumbOrModel(ModelJudge(open_eval_model(settings))) if name == "model" else thumb


def _turns(settings: Settings, days: int, *, share: float = 1.0, seed: int = 0) -> "list[Turn]":
    return asyncio.run(_ended(settings, datetime.now(UTC) - timedelta(days=days), share, seed))


async def _ended(settings: Settings, since: datetime, share: float, seed: int) -> "list[Turn]":
    from questrag.evaluation.logs import ended_since
    from questrag.wiring import open_store

    store = await open_store(settings)
    try:
        return await ended_since(store, since, share=share, seed=seed)
    finally:
        await store.close()
