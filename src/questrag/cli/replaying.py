"""`questrag replay`: a stored turn once more."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from questrag.cli.progress import indexing
from questrag.settings import load_settings

if TYPE_CHECKING:
    from questrag.evaluation.replaying import Replayed

DIFFERS = 1


def replay(
    message_id: Annotated[str, typer.Argument(help="Of a stored turn, as in receipts, exports and the log.")],
    model: Annotated[bool, typer.Option("--model", help="Ask the language model too; else approved texts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Answer a stored turn once more with what serves today, and say what differs. Ends with 1 where something does."""
    replayed = asyncio.run(_replayed(message_id, model=model))
    found = [{"what": each.what, "then": each.then, "now": each.now} for each in replayed.differences]
    if as_json:
        told = {
            "message_id": replayed.turn.id,
            "asked_at": replayed.turn.asked_at.isoformat(),
            "question": replayed.turn.question,
            "differences": found,
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{replayed.turn.asked_at:%Y-%m-%d %H:%M} {replayed.turn.question}")
        for each in found:
            typer.echo(f"- {each['what']}: {each['then']!r} -> {each['now']!r}")
        if not found:
            typer.echo("Nothing differs.")
    if found:
        raise typer.Exit(DIFFERS)


async def _replayed(message_id: str, *, model: bool) -> "Replayed":
    from questrag.evaluation.replaying import replay as answer_again
    from questrag.wiring import approved_only, assemble

    with indexing() as progress:
        parts = await assemble(load_settings(policy_exploration=0.0), progress=progress)
    try:
        assistant = parts.assistant if model else approved_only(parts.assistant)
        return await answer_again(parts.store, assistant, message_id)
    finally:
        await parts.close()
