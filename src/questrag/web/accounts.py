"""Signing up, in and out."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, EmailStr, Field, TypeAdapter, ValidationError, ValidationInfo, field_validator

from questrag.chat.errors import Forbidden, Invalid, Unauthorized
from questrag.chat.ports import Accounts
from questrag.chat.types import Role, User
from questrag.web.attempts import DEVICE_LIFETIME, device_cookie
from questrag.web.credentials import Passwords, Tokens
from questrag.web.dependencies import (
    CurrentAddress,
    CurrentAttempts,
    CurrentAudit,
    CurrentParts,
    CurrentPasswords,
    CurrentSession,
    CurrentTokens,
    CurrentUser,
    limited,
)
from questrag.web.errors import readable, refuses
from questrag.web.inputs import Password, PasswordAttempt, Username, UsernameAttempt
from questrag.web.passwords import password_fault
from questrag.web.views import View

router = APIRouter(prefix="/api/v1/auth", tags=["accounts"])


class NewAccount(BaseModel):
    username: Username
    email: Annotated[EmailStr, Field(max_length=254)]
    password: Password

    @field_validator("password")
    @classmethod
    def _is_hard_to_guess(cls, password: str, info: ValidationInfo) -> str:
        if fault := password_fault(password, info.data.get("username", "")):
            raise ValueError(fault)
        return password


class Login(BaseModel):
    username: UsernameAttempt
    password: PasswordAttempt


class Registered(BaseModel):
    message: str
    user_id: str


class NewPassword(BaseModel):
    password: PasswordAttempt
    """The one of today."""
    new_password: Password


class AccessToken(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a word of the protocol
    expires_in: int
    """Seconds."""


class IdentityView(View):
    """Who somebody is at the identity provider."""

    issuer: str
    subject: str


class Account(BaseModel):
    user_id: str
    username: str
    email: str
    role: Role
    created_at: datetime
    identity: IdentityView | None
    """With which they sign in; null: with a password."""


_NEW_ACCOUNT = {
    "priya": {"value": {"username": "priya", "email": "priya@example.com", "password": "a long pass phrase"}}
}
_NEW_PASSWORD = {"another": {"value": {"password": "a long pass phrase", "new_password": "another long pass phrase"}}}
_LOGIN = {"priya": {"value": {"username": "priya", "password": "a long pass phrase"}}}


@router.post(
    "/register",
    summary="Open an account",
    status_code=201,
    responses=refuses(409, 413, 422, 429, 503),
    dependencies=[limited("new_accounts")],
)
async def register(
    account: Annotated[NewAccount, Body(openapi_examples=_NEW_ACCOUNT)],
    parts: CurrentParts,
    passwords: CurrentPasswords,
    audit: CurrentAudit,
) -> Registered:
    user = await open_account(parts.store, passwords, account)
    await audit.note("account.opened", actor=user.id, detail=user.role)
    return Registered(message="The account was opened.", user_id=user.id)


async def open_account(store: Accounts, passwords: Passwords, account: NewAccount, role: Role = "customer") -> User:
    """Store a new user. Raises: Conflict: the name or the address is taken."""
    user = User(
        id=uuid4().hex,
        username=account.username,
        email=account.email,
        password_hash=await passwords.hashed(account.password),
        role=role,
        created_at=datetime.now(UTC),
    )
    await store.add_user(user)
    return user


def account_from_terminal(username: str, email: str, password: str, role: str) -> tuple[NewAccount, Role]:
    """Check what an operator typed by the rules for everybody. Raises: Invalid."""
    try:
        account = NewAccount(username=username, email=email, password=password)
        return account, TypeAdapter[Role](Role).validate_python(role)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "role"
        raise Invalid(f"{field}: {readable(first)}") from None


@router.post(
    "/login",
    summary="Sign in",
    responses=refuses(401, 413, 422, 429, 503),
    dependencies=[limited("sign_ins")],
)
async def login(
    given: Annotated[Login, Body(openapi_examples=_LOGIN)],
    parts: CurrentParts,
    passwords: CurrentPasswords,
    tokens: CurrentTokens,
    attempts: CurrentAttempts,
    address: CurrentAddress,
    audit: CurrentAudit,
    request: Request,
    response: Response,
) -> AccessToken:
    """After some wrong passwords the next attempt has to wait, each time twice as long."""
    user: User | None = None

    async def is_right() -> bool:
        nonlocal user
        user = await _who_knows(given, parts.store, passwords)
        return user is not None

    cookie = device_cookie(request.url.scheme)
    if not await attempts.made(given.username, address, request.cookies.get(cookie, ""), is_right) or user is None:
        aimed_at = await parts.store.user_named(given.username)
        await audit.note("session.refused", actor="", subject=aimed_at.id if aimed_at else "", detail="password")
        raise Unauthorized("The user name or the password is wrong.")
    response.set_cookie(
        cookie,
        attempts.devices.mark(given.username),
        max_age=int(DEVICE_LIFETIME.total_seconds()),
        path=request.url.path,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    await audit.note("session.opened", actor=user.id, detail="password")
    return access_for(tokens, user)


async def _who_knows(given: Login, store: Accounts, passwords: Passwords) -> User | None:
    """Return the user, where the password is right; an unknown name takes as long as a wrong password."""
    user = await store.user_named(given.username)
    right, better_hash = await passwords.check(given.password, user.password_hash if user else None)
    if user is None or not right:
        return None
    if better_hash is not None:
        await store.change_user(user.id, password_hash=better_hash)
        user = replace(user, password_hash=better_hash)
    return user


@router.get("/me", summary="Who is signed in", responses=refuses(401, 503))
async def me(user: CurrentUser) -> Account:
    return account_of(user)


def account_of(user: User) -> Account:
    """Return what a user is told of their account."""
    return Account(
        user_id=user.id,
        username=user.username,
        email=user.email,
        role=user.role,
        created_at=user.created_at,
        identity=IdentityView.model_validate(user.identity) if user.identity else None,
    )


@router.post(
    "/refresh",
    summary="Exchange the access token for a new one",
    responses=refuses(401, 429, 503),
    dependencies=[limited("refreshes")],
)
async def refresh(session: CurrentSession, parts: CurrentParts, tokens: CurrentTokens) -> AccessToken:
    """The old token is dead afterwards; of several requests with the same one, the first gets the new one."""
    if not await parts.store.revoke(session.token.id, session.token.expires_at):
        raise Unauthorized("The access token was exchanged already. Sign in again.")
    return access_for(tokens, session.user, session.token.session_ends_at)


@router.post(
    "/password",
    summary="Change the password",
    responses=refuses(401, 403, 413, 422, 429, 503),
    dependencies=[limited("sign_ins")],
)
async def change_password(
    given: Annotated[NewPassword, Body(openapi_examples=_NEW_PASSWORD)],
    session: CurrentSession,
    parts: CurrentParts,
    passwords: CurrentPasswords,
    tokens: CurrentTokens,
    attempts: CurrentAttempts,
    address: CurrentAddress,
    audit: CurrentAudit,
) -> AccessToken:
    """Every session of the account ends, this one goes on with the token that comes back.

    403: whoever signs in at the identity provider has a password there, and none here.
    """
    user = session.user
    if user.identity:
        raise Forbidden("You sign in with an account elsewhere: its password is changed there.")
    if fault := password_fault(given.new_password, user.username):
        raise Invalid(f"The new password {fault}.", fields=[("new_password", fault)])

    async def is_right() -> bool:
        return (await passwords.check(given.password, user.password_hash))[0]

    if not await attempts.made(user.username, address, "", is_right):
        raise Invalid("The password is wrong.", fields=[("password", "is wrong")])
    changed = replace(user, password_hash=await passwords.hashed(given.new_password))
    await parts.store.change_user(user.id, password_hash=changed.password_hash)
    await audit.note("password.changed", actor=user.id)
    return access_for(tokens, changed)


@router.post("/logout", summary="Sign out", status_code=204, responses=refuses(401, 503))
async def logout(session: CurrentSession, parts: CurrentParts, audit: CurrentAudit) -> None:
    """The token is dead afterwards."""
    await parts.store.revoke(session.token.id, session.token.expires_at)
    await audit.note("session.closed", actor=session.user.id)


def access_for(tokens: Tokens, user: User, session_ends_at: datetime | None = None) -> AccessToken:
    """Sign a token for this user, of a session that ends then; None: as long from now as sessions last."""
    now = datetime.now(UTC)
    ends_at = session_ends_at or now + tokens.session
    lifetime = min(tokens.lifetime, ends_at - now)
    return AccessToken(access_token=tokens.issue(user, ends_at), expires_in=int(lifetime.total_seconds()))
