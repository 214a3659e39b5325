"""Which policy serves, what its gate and its audit say, and how to change it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from questrag.web.dependencies import CurrentAdmin, CurrentParts
from questrag.web.errors import refuses
from questrag.web.health import PolicyHealth
from questrag.web.inputs import Remark

router = APIRouter(prefix="/api/v1/insights/policies", tags=["insights"])


class PolicyVersion(BaseModel):
    version: str
    """`shipped` for the one that comes with the program."""
    serves: bool
    passed: bool | None
    """What its gate said; null for the shipped one."""
    compared_with: str
    may_promote: bool
    why_not: str
    report: dict[str, Any] | None


class PolicyChange(BaseModel):
    at: datetime
    version: str
    by: str
    """promoted or rolled back"""
    why: str


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


@router.get("", summary="Policy versions, their gate reports and the shadow audit", responses=refuses(401, 403, 503))
async def list_policies(admin: CurrentAdmin, parts: CurrentParts) -> PolicyList:
    raise NotImplementedError


@router.post("/promote", summary="Let a version serve", responses=refuses(401, 403, 404, 409, 413, 422, 503))
async def promote_policy(promotion: Promotion, admin: CurrentAdmin, parts: CurrentParts) -> PolicyList:
    """Its gate must have passed, against what serves now. Taken up at once."""
    raise NotImplementedError


@router.post(
    "/roll-back", summary="Let the version before serve again", responses=refuses(401, 403, 409, 413, 422, 503)
)
async def roll_back_policy(rollback: Rollback, admin: CurrentAdmin, parts: CurrentParts) -> PolicyList:
    raise NotImplementedError
