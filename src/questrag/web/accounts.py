"""Signing up, in and out."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Body
from pydantic import BaseModel, EmailStr, Field, TypeAdapter, ValidationError

from questrag.chat.errors import Invalid, Unauthorized
from questrag.chat.ports import Accounts
from questrag.chat.types import Role, User
from questrag.web.credentials import Passwords, Tokens
from questrag.web.dependencies import (
    CurrentParts,
    CurrentPasswords,
    CurrentSession,
    CurrentTokens,
    CurrentUser,
)
from questrag.web.errors import readable, refuses
from questrag.web.inputs import Password, PasswordAttempt, Username, UsernameAttempt

router = APIRouter(prefix="/api/v1/auth", tags=["accounts"])


class NewAccount(BaseModel):
    username: Username
    email: Annotated[EmailStr, Field(max_length=254)]
    password: Password


class Login(BaseModel):
    username: UsernameAttempt
    password: PasswordAttempt


class Registered(BaseModel):
    message: str
    user_id: str


class AccessToken(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a word of the protocol
    expires_in: int
    """Seconds."""


class Account(BaseModel):
    user_id: str
    username: str
    email: str
    role: Role
    created_at: datetime


_NEW_ACCOUNT = {
    "priya": {"value": {"username": "priya", "email": "priya@example.com", "password": "a long pass phrase"}}
}
_LOGIN = {"priya": {"value": {"username": "priya", "password": "a long pass phrase"}}}


@router.post("/register", summary="Open an account", status_code=201, responses=refuses(409, 413, 422, 503))
async def register(
    account: Annotated[NewAccount, Body(openapi_examples=_NEW_ACCOUNT)],
    parts: CurrentParts,
    passwords: CurrentPasswords,
) -> Registered:
    user = await open_account(parts.store, passwords, account)
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


@router.post("/login", summary="Sign in", responses=refuses(401, 413, 422, 503))
async def login(
    given: Annotated[Login, Body(openapi_examples=_LOGIN)],
    parts: CurrentParts,
    passwords: CurrentPasswords,
    tokens: CurrentTokens,
) -> AccessToken:
    user = await parts.store.user_named(given.username)
    right, better_hash = await passwords.check(given.password, user.password_hash if user else None)
    if user is None or not right:
        raise Unauthorized("The user name or the password is wrong.")
    if better_hash is not None:
        await parts.store.set_password_hash(user.id, better_hash)
    return access_for(tokens, user)


@router.get("/me", summary="Who is signed in", responses=refuses(401, 503))
async def me(user: CurrentUser) -> Account:
    return Account(
        user_id=user.id, username=user.username, email=user.email, role=user.role, created_at=user.created_at
    )


@router.post("/refresh", summary="Exchange the access token for a new one", responses=refuses(401, 503))
async def refresh(session: CurrentSession, parts: CurrentParts, tokens: CurrentTokens) -> AccessToken:
    """The old token is dead afterwards; of several requests with the same one, the first gets the new one."""
    if not await parts.store.revoke(session.token.id, session.token.expires_at):
        raise Unauthorized("The access token was exchanged already. Sign in again.")
    return access_for(tokens, session.user)


@router.post("/logout", summary="Sign out", status_code=204, responses=refuses(401, 503))
async def logout(session: CurrentSession, parts: CurrentParts) -> None:
    """The token is dead afterwards."""
    await parts.store.revoke(session.token.id, session.token.expires_at)


def access_for(tokens: Tokens, user: User) -> AccessToken:
    """Sign a token for this user."""
    return AccessToken(access_token=tokens.issue(user.id), expires_in=int(tokens.lifetime.total_seconds()))
