"""`questrag users` and `questrag audit-log`: who may sign in, what is stored of them, and what was done."""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from questrag.chat.errors import Invalid, NotFound
from questrag.settings import load_settings

if TYPE_CHECKING:
    from questrag.chat.ports import Store
    from questrag.chat.types import User

users = typer.Typer(help="Who may sign in, and what is stored of them.", no_args_is_help=True)
audit_log = typer.Typer(help="Who did what, in a chain that shows changes.", no_args_is_help=True)

BROKEN = 1

NameArgument = Annotated[str, typer.Argument(help="User name.", show_default=False)]

T = TypeVar("T")


@users.command("create")
def users_create(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="customer, curator or admin.")] = "customer",
    email: Annotated[str, typer.Option(help="E-mail address; NAME@example.com when left out.")] = "",
) -> None:
    """Add an account; asks for the password, or reads it from standard input."""
    from questrag.custody.audit_log import OPERATOR, AuditLog
    from questrag.web.accounts import account_from_terminal, open_account
    from questrag.web.credentials import Passwords

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    account, checked_role = account_from_terminal(name, email or f"{name}@example.com", password, role)

    async def create(store: "Store") -> str:
        user = await open_account(store, Passwords(), account, checked_role)
        await AuditLog(store).note("account.opened", actor=OPERATOR, subject=user.id, detail=user.role)
        return user.id

    typer.echo(f"{name} ({role}) has id {_with_store(create)}")


@users.command("export")
def users_export(
    name: NameArgument,
    out: Annotated[Path, typer.Option(help="JSON file to write; it must not exist.", show_default=False)],
) -> None:
    """Write what is stored of a user, as they could take it along themselves."""
    from questrag.custody.audit_log import OPERATOR, AuditLog
    from questrag.web.own_data import data_of

    async def export(store: "Store") -> str:
        user = await _named(store, name)
        data = await data_of(store, user)
        await AuditLog(store).note("data.exported", actor=OPERATOR, subject=user.id)
        return data.model_dump_json(indent=2)

    if out.exists():
        raise Invalid(f"{out} exists already: name another file")
    text = _with_store(export)
    out.touch(mode=0o600, exist_ok=False)
    out.write_text(text + "\n", encoding="utf-8")
    typer.echo(f"{out} holds what is stored of {name}")


@users.command("sign-out")
def users_sign_out(name: NameArgument) -> None:
    """End all sessions of an account on all workers and hosts; its API keys stay."""
    from questrag.custody.audit_log import OPERATOR, AuditLog

    async def end(store: "Store") -> None:
        user = await _named(store, name)
        await store.change_user(user.id, signed_out_at=datetime.now(UTC))
        await AuditLog(store).note("sessions.ended", actor=OPERATOR, subject=user.id)

    _with_store(end)
    typer.echo(f"{name} is signed out everywhere")


@users.command("erase")
def users_erase(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an account and everything that is stored of it; nothing of it can be brought back."""
    from questrag.custody.audit_log import OPERATOR, AuditLog
    from questrag.custody.personal import erase

    async def take_leave(store: "Store") -> None:
        user = await _named(store, name)
        if not yes:
            typer.confirm(f"Delete {user.username} ({user.role}) with all conversations?", abort=True)
        await erase(store, user.id)
        await AuditLog(store).note("account.erased", actor=OPERATOR, subject=user.id)

    _with_store(take_leave)
    typer.echo(f"{name} is deleted")


@audit_log.command("list")
def audit_log_list(
    limit: Annotated[int, typer.Option(min=1, help="So many of the newest.")] = 50,
) -> None:
    """Print the newest records, one line of JSON each, the oldest of them first."""
    from questrag.chat.desk import AuditRecord

    async def read(store: "Store") -> list[AuditRecord]:
        found: list[AuditRecord] = []
        before: tuple[datetime, str] | None = None
        while page := await store.newest(AuditRecord, before=before, limit=min(limit - len(found), 500)):
            found += page
            before = (page[-1].created_at, page[-1].id)
            if len(found) == limit:
                break
        return found[::-1]

    for each in _with_store(read):
        told = {
            "number": each.id,
            "at": each.created_at.isoformat(timespec="milliseconds"),
            "actor": each.actor,
            "act": each.act,
            "subject": each.subject,
            "detail": each.detail,
            "digest": each.digest,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))


@audit_log.command("verify")
def audit_log_verify(
    since: Annotated[
        str, typer.Option(help="NUMBER:DIGEST as it was told once: that record has to be there unchanged.")
    ] = "",
) -> None:
    """Check that nothing in the chain was changed or taken out. Ends with 1 where something was."""
    from questrag.custody.audit_log import AuditLog, Verdict

    number, _, digest = since.partition(":")
    if since and not (number.isdecimal() and digest):
        raise Invalid(f"--since {since}: give NUMBER:DIGEST as `questrag audit-log verify` has told them")

    async def verify(store: "Store") -> Verdict:
        return await AuditLog(store).verify(number=number, digest=digest)

    verdict = _with_store(verify)
    for misfit in verdict.broken:
        typer.echo(misfit)
    if verdict.broken:
        raise typer.Exit(BROKEN)
    newest = f"; the newest is {verdict.number}:{verdict.digest}" if verdict.n_records else ""
    typer.echo(f"{verdict.n_records} records, none of them changed or taken out{newest}")


def _with_store(work: Callable[["Store"], Awaitable[T]]) -> T:
    from questrag.wiring import open_store

    async def run() -> T:
        store = await open_store(load_settings())
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


async def _named(store: "Store", name: str) -> "User":
    user = await store.user_named(name)
    if user is None:
        raise NotFound(f"There is no user {name}.")
    return user
