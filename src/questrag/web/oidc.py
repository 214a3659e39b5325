"""Signing in with an account at the bank's identity provider: the browser goes there, and comes back with a code.

The page is where it comes back to. It hands the code on, and gets an access token as after any other sign-in.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

import jwt
from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, EmailStr, StringConstraints, TypeAdapter, ValidationError

from questrag.chat.errors import Conflict, NotFound, QuestragError, Unauthorized
from questrag.chat.ports import PASSWORD_ELSEWHERE, Store
from questrag.chat.types import User
from questrag.custody.audit_log import AuditLog
from questrag.web.accounts import AccessToken, access_for
from questrag.web.dependencies import (
    CurrentAddress,
    CurrentAudit,
    CurrentIdentityProvider,
    CurrentLimits,
    CurrentParts,
    CurrentTokens,
    limited,
)
from questrag.web.errors import problem_of, refuses
from questrag.web.identity_provider import IdentityProvider, Person

PREFIX = "/api/v1/auth/oidc"
RETURN = "/sign-in/return"
"""The page to which the provider sends people back."""
COOKIE = "questrag_sign_in"
METHOD = "oidc"
"""In the audit log."""

router = APIRouter(prefix=PREFIX, tags=["accounts"])

_TIME = timedelta(minutes=10)
"""From the click on the button to the return."""


class Return(BaseModel):
    """What the provider has put into the address of the page."""

    code: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,4096}$")]
    state: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    iss: Annotated[str, StringConstraints(pattern=r"^[!-~]{0,500}$")] = ""
    """Some providers say who they are (RFC 9207)."""


class SignedIn(AccessToken):
    next: str
    """Path of the page on which the sign-in was begun."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """One way to the provider and back. What it sends along follows from its number, which only one browser has."""

    number: str
    next: str
    expires_at: datetime
    secret: str
    """Of this service."""

    @property
    def state(self) -> str:
        return self._derived("state")

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        return self._derived("verifier")

    def _derived(self, what: str) -> str:
        return hmac.digest(self.secret.encode(), f"{_AUDIENCE}/{what}/{self.number}".encode(), "sha256").hex()

    def cookie(self) -> str:
        claims = {"aud": _AUDIENCE, "jti": self.number, "next": self.next, "exp": self.expires_at}
        return jwt.encode(claims, self.secret, algorithm="HS256")


def round_trip(secret: str, next_page: str) -> RoundTrip:
    """Return a new one."""
    return RoundTrip(secrets.token_hex(32), local_path(next_page), datetime.now(UTC) + _TIME, secret)


def round_trip_of(cookie: str, secret: str) -> RoundTrip:
    """Return what `RoundTrip.cookie` wrote down. Raises: Unauthorized: it is none of ours, or of long ago."""
    try:
        claims = jwt.decode(
            cookie[:_MOST_CHARACTERS],
            secret,
            ["HS256"],
            audience=_AUDIENCE,
            options={"require": ["jti", "next", "exp"]},
        )
    except jwt.PyJWTError:
        raise Unauthorized(_LOST) from None
    return RoundTrip(claims["jti"], claims["next"], datetime.fromtimestamp(claims["exp"], UTC), secret)


_AUDIENCE = "questrag-sign-in"
"""Another one than that of access tokens, so that neither can be taken for the other."""
_MOST_CHARACTERS = 2000
_MOST_PATH = 500
_LOST = "This sign-in was begun in another browser or window, too long ago, or is over. Begin it again."
_TAKEN = (
    "Another account here has your e-mail address, and nobody takes over an account by its address. Sign in to that "
    "one as before; to use this one, delete that one first, or ask the bank to do so."
)


def local_path(path: str) -> str:
    r"""Return a path of this site; ``/`` for anything that a browser could take for an address elsewhere.

    >>> local_path("/chat/7?a=b"), local_path("//evil.example"), local_path("/\\evil.example"), local_path("chat")
    ('/chat/7?a=b', '/', '/', '/')
    """
    is_local = len(path) <= _MOST_PATH and re.fullmatch(r"/(?!/)[!-\[\]-~]*", path)
    return path if is_local else "/"


@router.get(
    "/start",
    summary="Go to the identity provider to sign in",
    status_code=303,
    response_class=RedirectResponse,
    responses=refuses(404, 422, 503),
)
async def start_sign_in(
    provider: CurrentIdentityProvider,
    limits: CurrentLimits,
    address: CurrentAddress,
    tokens: CurrentTokens,
    request: Request,
    next_page: Annotated[str, Query(alias="next", description="Path of the page to come back to.")] = "/",
) -> RedirectResponse:
    """A browser goes here by itself, so whatever is wrong ends on the page, which says so in its language."""
    known = _existing(provider)
    trip = round_trip(tokens.secret, next_page)
    try:
        await limits.spend("sign_ins", address)
        where = await known.sign_in_address(trip.state, trip.nonce, trip.verifier)
    except QuestragError as error:
        problem_of(error, request)  # for the log
        return RedirectResponse("/sign-in?why=unavailable", 303)
    response = RedirectResponse(where, 303)
    response.set_cookie(
        _cookie_of(known),
        trip.cookie(),
        max_age=int(_TIME.total_seconds()),
        path=PREFIX,
        secure=_is_https(known),
        httponly=True,
        samesite="lax",
    )
    return response


def _is_https(provider: IdentityProvider) -> bool:
    return provider.registration.redirect_url.startswith("https:")


def _cookie_of(provider: IdentityProvider) -> str:
    """Return the name of the cookie: over TLS one that no page without TLS can set."""
    return f"__Secure-{COOKIE}" if _is_https(provider) else COOKIE


_RETURN = {"back": {"value": {"code": "SplxlOBeZQQYbYS6WxSbIA", "state": "0" * 64}}}


@router.post(
    "/callback",
    summary="Sign in with what the identity provider sent back",
    responses=refuses(401, 404, 409, 413, 422, 429, 503),
    dependencies=[limited("sign_ins")],
)
async def finish_sign_in(
    given: Annotated[Return, Body(openapi_examples=_RETURN)],
    provider: CurrentIdentityProvider,
    parts: CurrentParts,
    tokens: CurrentTokens,
    audit: CurrentAudit,
    request: Request,
    response: Response,
) -> SignedIn:
    """Works once, in the browser that began it. 409: somebody with a password has the same e-mail address."""
    known = _existing(provider)
    try:
        cookie = request.cookies.get(_cookie_of(known), "")
        trip = await _ended(given, known, round_trip_of(cookie, tokens.secret), parts.store)
        person = await known.person(given.code, verifier=trip.verifier, nonce=trip.nonce)
        user = await _user_of(person, parts.store, audit)
    except (Unauthorized, Conflict):
        await audit.note("session.refused", actor="", detail=METHOD)
        raise
    secure = _is_https(known)
    response.delete_cookie(_cookie_of(known), path=PREFIX, secure=secure, httponly=True, samesite="lax")
    await audit.note("session.opened", actor=user.id, detail=METHOD)
    access = access_for(tokens, user, datetime.now(UTC) + known.registration.session)
    return SignedIn(**access.model_dump(), next=trip.next)


async def _ended(given: Return, provider: IdentityProvider, trip: RoundTrip, store: Store) -> RoundTrip:
    """Return the trip, which nobody can end once more. Raises: Unauthorized."""
    if not hmac.compare_digest(given.state, trip.state) or given.iss not in ("", provider.registration.issuer):
        raise Unauthorized(_LOST)
    if not await store.revoke(trip.number, trip.expires_at):
        raise Unauthorized(_LOST)
    return trip


async def _user_of(person: Person, store: Store, audit: AuditLog) -> User:
    """Return the account of a person, opened where there is none, with the role that the provider gives them.

    Raises:
        Conflict: another account has the e-mail address.
    """
    user = await store.user_identified(person.identity) or await _opened(person, store, audit)
    if person.role and person.role != user.role:
        await store.change_user(user.id, role=person.role)
        await audit.note("role.changed", actor=user.id, subject=user.id, detail=person.role)
    return user


async def _opened(person: Person, store: Store, audit: AuditLog) -> User:
    number = uuid4().hex
    user = User(
        id=number,
        username=await _free_name(person.username, store),
        email=_email(person.email) or f"{number}@elsewhere.invalid",
        password_hash=PASSWORD_ELSEWHERE,
        role=person.role or "customer",
        created_at=datetime.now(UTC),
        identity=person.identity,
    )
    try:
        await store.add_user(user)
    except Conflict:
        if there := await store.user_identified(person.identity):  # another window was quicker
            return there
        raise Conflict(_TAKEN) from None
    await audit.note("account.opened", actor=user.id, detail=user.role)
    return user


async def _free_name(called: str, store: Store) -> str:
    """Return a user name like the one given, and nobody's yet."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", called.partition("@")[0])[:40].strip("-.") or "person"
    taken = len(name) < 3 or await store.user_named(name) is not None
    return f"{name}-{secrets.token_hex(3)}" if taken else name


def _email(given: str) -> str:
    try:
        return _EMAIL.validate_python(given) if len(given) <= 254 else ""
    except (ValidationError, UnicodeError):
        return ""


_EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)


def _existing(provider: IdentityProvider | None) -> IdentityProvider:
    if provider is None:
        raise NotFound("There is no identity provider: people sign in with a password.")
    return provider
