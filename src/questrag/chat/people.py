"""Who may sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

Role = Literal["customer", "curator", "admin"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at an identity provider: neither half says it alone."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: str
    username: str
    email: str
    password_hash: str
    role: Role
    created_at: datetime
    identity: Identity | None = None
    """Of whoever signs in at an identity provider, and therefore has no password here."""
    signed_out_at: datetime | None = None
    """When an operator last ended all sessions."""


class UserChanges(TypedDict, total=False):
    """What may change in an account once it is open."""

    password_hash: str
    role: Role
    signed_out_at: datetime
