"""`questrag policy`: what the policy does in use."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from questrag.cli.options import KbOption, OutOption, output_file, settings_with, write_result
from questrag.cli.progress import indexing, progress_bar
from questrag.settings import Settings

if TYPE_CHECKING:
    from questrag.chat.types import Turn

policy = typer.Typer(help="What the policy does in use.", no_args_is_help=True)

_PAGE = 500


@policy.command("audit")
def policy_audit(
    share: Annotated[float, typer.Option(min=0, max=1, help="Share of the skips to look at again.")] = 1.0,
    days: Annotated[int, typer.Option(min=1, help="Look back so far.")] = 7,
    kb: KbOption = None,
    seed: Annotated[int, typer.Option()] = 0,
    out: OutOption = None,
) -> None:
    """Fetch for stored skips after all, and say how often the answer would have been another one."""
    from questrag.evaluation.audit import audit_skips
    from questrag.evaluation.runs import provenance
    from questrag.wiring import approved_only, open_assistant, open_library

    target = output_file(out, read=[])
    settings = settings_with(kb)
    with indexing() as progress:
        library = open_library(settings, progress=progress)
    library.require_sound()
    assistant = approved_only(open_assistant(settings, library))
    turns = asyncio.run(_ended(settings, datetime.now(UTC) - timedelta(days=days)))
    with progress_bar("Looking again") as progress:
        audit = asyncio.run(audit_skips(assistant, turns, share=share, seed=seed, progress=progress))
    body = {
        "n_turns": len(turns),
        "n_skips": audit.n_skips,
        "n_checked": audit.n_checked,
        "would_have_changed": len(audit.harms),
        "rate": audit.rate,
        "ci95": audit.ci95,
        "turns": [{"id": harm.turn_id, "shown": harm.shown, "would_cite": harm.would_cite} for harm in audit.harms],
        "provenance": provenance(knowledge=library.knowledge.version, policy=assistant.policy.version),
    }
    write_result(body, target)


async def _ended(settings: Settings, since: datetime) -> "list[Turn]":
    from questrag.wiring import open_store

    store = await open_store(settings)
    try:
        turns: list[Turn] = []
        after: tuple[datetime, str] | None = (since, "")
        while page := await store.ended(after, _PAGE):
            turns += page
            after = (page[-1].asked_at, page[-1].id)
        return turns
    finally:
        await store.close()
