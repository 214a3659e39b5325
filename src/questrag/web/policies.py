"""Which policy serves, what its gate and its audit say, and how to change it."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, StringConstraints

from questrag.chat.errors import Unavailable
from questrag.policy.choosing import PolicyChoice
from questrag.web.dependencies import CurrentAdmin, CurrentAudit, CurrentLive, CurrentPolicyChoice, CurrentWatch
from questrag.web.errors import refuses
from questrag.web.health import PolicyHealth, policy_health
from questrag.web.inputs import Remark
from questrag.web.reload import Live
from questrag.web.views import View
from questrag.web.watching import Watch

router = APIRouter(prefix="/api/v1/insights/policies", tags=["insights"])


class PolicyVersion(View):
    version: str
    """`shipped` for the one that comes with the program."""
    serves: bool
    """By the log of what was promoted and rolled back; `audit.version` is what answers at this moment."""
    passed: bool | None
    """What its gate said; null for the shipped one."""
    compared_with: str
    may_promote: bool
    why_not: str
    report: dict[str, Any] | None


class PolicyChange(View):
    at: datetime
    version: str
    by: str
    """promoted or rolled back"""
    why: str
    """Who did it by hand, and for what reason."""


class PolicyList(BaseModel):
    in_use: str
    """Setting POLICY; versions are of the kind `default` only."""
    versions: list[PolicyVersion]
    history: list[PolicyChange]
    """Oldest first."""
    may_roll_back: bool
    audit: PolicyHealth


class Promotion(BaseModel):
    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{4,64}$")]
    why: Remark = ""


class Rollback(BaseModel):
    why: Remark


_PROMOTION = {"a version": {"value": {"version": "1ce2cc421467", "why": "Saves more at the same accuracy"}}}
_ROLLBACK = {"back": {"value": {"why": "Customers complain about short answers"}}}


@router.get("", summary="Policy versions, their gate reports and the shadow audit", responses=refuses(401, 403, 503))
async def list_policies(
    admin: CurrentAdmin, choice: CurrentPolicyChoice, live: CurrentLive, watch: CurrentWatch
) -> PolicyList:
    return await asyncio.to_thread(_listed, choice, live, watch)


@router.post("/promote", summary="Let a version serve", responses=refuses(401, 403, 404, 409, 413, 422, 503))
async def promote_policy(
    promotion: Annotated[Promotion, Body(openapi_examples=_PROMOTION)],
    admin: CurrentAdmin,
    choice: CurrentPolicyChoice,
    live: CurrentLive,
    watch: CurrentWatch,
    audit: CurrentAudit,
) -> PolicyList:
    """Its gate must have passed, against what serves now. Taken up at once."""
    await asyncio.to_thread(choice.promote, promotion.version, by=admin.username, why=promotion.why)
    await audit.note("policy.promoted", actor=admin.id, subject=promotion.version)
    await _take_up(live)
    return await asyncio.to_thread(_listed, choice, live, watch)


@router.post(
    "/roll-back", summary="Let the version before serve again", responses=refuses(401, 403, 409, 413, 422, 503)
)
async def roll_back_policy(
    rollback: Annotated[Rollback, Body(openapi_examples=_ROLLBACK)],
    admin: CurrentAdmin,
    choice: CurrentPolicyChoice,
    live: CurrentLive,
    watch: CurrentWatch,
    audit: CurrentAudit,
) -> PolicyList:
    await asyncio.to_thread(choice.roll_back, by=admin.username, why=rollback.why)
    await audit.note("policy.rolled_back", actor=admin.id)
    await _take_up(live)
    return await asyncio.to_thread(_listed, choice, live, watch)


async def _take_up(live: Live) -> None:
    """Have the change taken up without waiting for it: one look to see it, one to see that it has settled."""
    if not live.working:
        with suppress(Unavailable):  # the change is made; whoever looks next takes it up
            await live.look()
    live.look_soon()


def _listed(choice: PolicyChoice, live: Live, watch: Watch) -> PolicyList:
    return PolicyList(
        in_use=choice.in_use,
        versions=[PolicyVersion.model_validate(version) for version in choice.versions()],
        history=[PolicyChange.model_validate(change) for change in choice.history()],
        may_roll_back=choice.may_roll_back(),
        audit=policy_health(live.parts.assistant.policy.version, watch),
    )
