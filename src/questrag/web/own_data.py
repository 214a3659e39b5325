"""What is stored of whoever is signed in: to be taken along, and to be deleted."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel

from questrag.chat.errors import Forbidden, Invalid
from questrag.chat.ports import NO_PASSWORD, PASSWORD_ELSEWHERE, Store
from questrag.chat.types import User
from questrag.custody.personal import conversations_of, erase, handoffs_of
from questrag.web.accounts import Account, account_of
from questrag.web.dependencies import (
    CurrentAddress,
    CurrentAsker,
    CurrentAttempts,
    CurrentAudit,
    CurrentParts,
    CurrentPasswords,
    CurrentReports,
    CurrentUser,
    limited,
)
from questrag.web.errors import refuses
from questrag.web.handoffs import OwnHandOff, own_handoff
from questrag.web.inputs import PasswordAttempt
from questrag.web.views import ConversationExport, conversation_export

router = APIRouter(prefix="/api/v1/auth/me", tags=["accounts"])


class OwnData(BaseModel):
    """Everything that is stored of one person. Personal numbers in it were masked before they were stored."""

    exported_at: datetime
    account: Account
    conversations: list[ConversationExport]
    """Archived ones too, with every version of every question, and feedback."""
    handoffs: list[OwnHandOff]
    """Requests for a person, oldest first."""


class Erasure(BaseModel):
    password: PasswordAttempt = ""
    """The one of today; left out by whoever has none here: visitors without an account, and who signs in elsewhere."""


_ERASURE = {"priya": {"value": {"password": "a long pass phrase"}}}


@router.get(
    "/data",
    summary="Take along what is stored of you, as a file",
    response_model=OwnData,
    responses=refuses(401, 429, 503),
)
async def export_own_data(user: CurrentAsker, parts: CurrentParts, audit: CurrentAudit) -> Response:
    data = await data_of(parts.store, user)
    await audit.note("data.exported", actor=user.id)
    headers = {"Content-Disposition": 'attachment; filename="questrag-my-data.json"'}
    return Response(data.model_dump_json(indent=2), media_type="application/json", headers=headers)


async def data_of(store: Store, user: User) -> OwnData:
    """Read everything that is stored of a user. Raises: Unavailable."""
    found = await conversations_of(store, user.id)
    return OwnData(
        exported_at=datetime.now(UTC),
        account=account_of(user),
        conversations=[conversation_export(each, await store.turns(user.id, each.id)) for each in found],
        handoffs=[own_handoff(each) for each in await handoffs_of(store, user.id)],
    )


@router.post(
    "/erase",
    summary="Delete the account and everything that is stored of you",
    status_code=204,
    responses=refuses(401, 403, 413, 422, 429, 503),
    dependencies=[limited("sign_ins")],
)
async def erase_own_data(
    given: Annotated[Erasure, Body(openapi_examples=_ERASURE)],
    user: CurrentUser,
    parts: CurrentParts,
    passwords: CurrentPasswords,
    attempts: CurrentAttempts,
    address: CurrentAddress,
    reports: CurrentReports,
    audit: CurrentAudit,
) -> None:
    """Nothing of it can be brought back. 403: accounts of staff are deleted by an administrator of the machine."""
    if user.role != "customer":
        raise Forbidden("Accounts of staff are deleted with `questrag users erase`.")

    async def is_right() -> bool:
        return (await passwords.check(given.password, user.password_hash))[0]

    if _has_password(user) and not await attempts.made(user.username, address, "", is_right):
        raise Invalid("The password is wrong.", fields=[("password", "is wrong")])
    await erase(parts.store, user.id)
    reports.forget()
    await audit.note("account.erased", actor=user.id, subject=user.id)


def _has_password(user: User) -> bool:
    return user.password_hash not in (NO_PASSWORD, PASSWORD_ELSEWHERE)
