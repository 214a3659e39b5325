"""What a route is given. This is the last place that can refuse with a status once an answer is streamed."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from questrag.chat.desk import Scope
from questrag.chat.errors import Forbidden, Unauthorized
from questrag.chat.ports import Store
from questrag.chat.suggest import FirstQuestions
from questrag.chat.types import Conversation, Role, Turn, User
from questrag.custody.api_keys import PREFIX, key_of, used
from questrag.custody.audit_log import AuditLog
from questrag.delivery.desk import HandOffs
from questrag.evaluation.gaps import Gaps
from questrag.evaluation.reports import Reports
from questrag.policy.choosing import PolicyChoice
from questrag.web.admission import Admission
from questrag.web.attempts import Attempts
from questrag.web.budgets import Budgets, Payer
from questrag.web.credentials import Passwords, Token, Tokens
from questrag.web.identity_provider import IdentityProvider
from questrag.web.limits import Kind, Limits, address_of
from questrag.web.metrics import Metrics
from questrag.web.reload import Live
from questrag.web.watching import Watch
from questrag.wiring import Parts


async def _live(request: Request) -> Live:
    return cast(Live, request.state.live)


async def _parts(request: Request) -> Parts:
    return cast(Live, request.state.live).parts


async def _watch(request: Request) -> Watch:
    return cast(Watch, request.state.watch)


async def _passwords(request: Request) -> Passwords:
    return cast(Passwords, request.state.passwords)


async def _limits(request: Request) -> Limits:
    return cast(Limits, request.state.limits)


async def _attempts(request: Request) -> Attempts:
    return cast(Attempts, request.state.attempts)


async def _tokens(request: Request) -> Tokens:
    return cast(Tokens, request.state.tokens)


async def _first_questions(request: Request) -> FirstQuestions:
    return cast(FirstQuestions, request.state.first_questions)


async def _handoffs(request: Request) -> HandOffs:
    return cast(HandOffs, request.state.handoffs)


async def _reports(request: Request) -> Reports:
    return cast(Reports, request.state.reports)


async def _gaps(request: Request) -> Gaps:
    return cast(Gaps, request.state.gaps)


async def _policy_choice(request: Request) -> PolicyChoice:
    return cast(PolicyChoice, request.state.policy_choice)


async def _project(request: Request) -> Path:
    return cast(Path, request.state.project)


async def _guest_origins(request: Request) -> frozenset[str]:
    return cast(frozenset[str], request.state.guest_origins)


async def _identity_provider(request: Request) -> IdentityProvider | None:
    return cast(IdentityProvider | None, request.state.identity_provider)


async def _audit(request: Request) -> AuditLog:
    return cast(AuditLog, request.state.audit)


async def _budgets(request: Request) -> Budgets:
    return cast(Budgets, request.state.budgets)


CurrentBudgets = Annotated[Budgets, Depends(_budgets)]
CurrentAudit = Annotated[AuditLog, Depends(_audit)]
CurrentLive = Annotated[Live, Depends(_live)]
CurrentParts = Annotated[Parts, Depends(_parts)]
CurrentWatch = Annotated[Watch, Depends(_watch)]
CurrentPasswords = Annotated[Passwords, Depends(_passwords)]
CurrentTokens = Annotated[Tokens, Depends(_tokens)]
CurrentLimits = Annotated[Limits, Depends(_limits)]
CurrentAttempts = Annotated[Attempts, Depends(_attempts)]
CurrentAddress = Annotated[str, Depends(address_of)]
"""From which the request comes, as limits are counted."""
CurrentFirstQuestions = Annotated[FirstQuestions, Depends(_first_questions)]
CurrentHandOffs = Annotated[HandOffs, Depends(_handoffs)]
CurrentReports = Annotated[Reports, Depends(_reports)]
CurrentGaps = Annotated[Gaps, Depends(_gaps)]
CurrentPolicyChoice = Annotated[PolicyChoice, Depends(_policy_choice)]
CurrentProject = Annotated[Path, Depends(_project)]
"""The checkout, where there is one."""
CurrentGuestOrigins = Annotated[frozenset[str], Depends(_guest_origins)]
"""Of the pages whose visitors may chat without an account."""

CurrentIdentityProvider = Annotated[IdentityProvider | None, Depends(_identity_provider)]
"""The bank's, where the settings name one."""

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The access token of a login, or an API key.")


@dataclass(frozen=True, slots=True)
class Session:
    user: User
    token: Token


async def _session(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    tokens: CurrentTokens,
    parts: CurrentParts,
    request: Request,
) -> Session:
    if given is None:
        raise Unauthorized("This needs an access token. Sign in first.")
    if given.credentials.startswith(PREFIX):
        return await _session_of_key(given.credentials, request, parts.store)
    token = tokens.read(given.credentials)
    user = None if await parts.store.is_revoked(token.id) else await parts.store.user(token.user_id)
    if user is None or not tokens.is_current(token, user):
        raise Unauthorized("The access token is no longer valid. Sign in again.")
    request.state.account = user.id
    return Session(user, token)


async def _session_of_key(text: str, request: Request, store: Store) -> Session:
    now = datetime.now(UTC)
    key = await key_of(store, text, now)
    user = await store.user(key.user_id) if key else None
    if key is None or user is None:
        raise Unauthorized("The API key is not valid: it was revoked, has expired, or never was one.")
    request.state.account = user.id
    scope = scope_of(request.method, request.scope["route"].path)
    if scope not in key.scopes:
        raise Forbidden(f"This API key lacks the scope {scope}." if scope else "API keys may not do this: sign in.")
    await used(store, key, now)
    return Session(user, Token(key.id, user.id, key.expires_at, "", key.expires_at))


def scope_of(method: str, path: str) -> Scope | None:
    """Return what a key needs for a route; None: no key may use it, as everything of accounts.

    >>> scope_of("POST", "/v1/chat/completions"), scope_of("POST", "/api/v1/auth/keys")
    ('chat', None)
    >>> scope_of("GET", "/api/v1/knowledge/entries"), scope_of("PATCH", "/api/v1/handoffs/{handoff_id}")
    ('knowledge:read', 'insights:write')
    """
    if path.startswith(("/v1/", "/api/v1/chat")) or (method, path) == ("POST", "/api/v1/handoffs"):
        return "chat"
    reads = method in ("GET", "HEAD")
    if path.startswith("/api/v1/knowledge"):
        return "knowledge:read" if reads else "knowledge:write"
    if path.startswith(("/api/v1/insights", "/api/v1/handoffs")):
        return "insights:read" if reads else "insights:write"
    return None


CurrentSession = Annotated[Session, Depends(_session)]


async def _user(session: CurrentSession) -> User:
    return session.user


CurrentUser = Annotated[User, Depends(_user)]


async def _asker(user: CurrentUser, limits: CurrentLimits, request: Request) -> AsyncGenerator[User]:
    # Held until the last byte of the answer is sent: FastAPI ends a dependency after the response.
    with cast(Admission, request.state.admission).place(user.id):
        await limits.spend("questions", user.id)  # a question that found no place is not counted
        yield user


CurrentAsker = Annotated[User, Depends(_asker)]
"""Who is signed in, does not ask too often, and not too much at once."""


async def _seeker(user: CurrentUser, limits: CurrentLimits) -> User:
    await limits.spend("handoffs", user.id)
    return user


CurrentSeeker = Annotated[User, Depends(_seeker)]
"""Who is signed in, and does not ask for a person too often."""


async def _spent_by(user: CurrentUser, budgets: CurrentBudgets, request: Request) -> Payer | None:
    payer = await budgets.spent_by(user.id)
    if payer:
        cast(Metrics, request.state.metrics).over_budget(payer)
    return payer


SpentBy = Annotated[Payer | None, Depends(_spent_by)]
"""Whose budget has nothing left for an answer by a language model."""


def limited(kind: Kind) -> Any:
    """Return the dependency of a route that one address may not call too often."""

    async def spend(limits: CurrentLimits, address: CurrentAddress) -> None:
        await limits.spend(kind, address)

    return Depends(spend)


async def _curator(user: CurrentUser) -> User:
    if user.role not in ("curator", "admin"):
        raise Forbidden("This is for curators of the knowledge base.")
    return user


async def _admin(user: CurrentUser) -> User:
    if user.role != "admin":
        raise Forbidden("This is for administrators.")
    return user


CurrentCurator = Annotated[User, Depends(_curator)]
"""Administrators may do what curators may."""
CurrentAdmin = Annotated[User, Depends(_admin)]

LEAST_ROLE: dict[object, Role] = {_session: "customer", _curator: "curator", _admin: "admin"}
"""What a route asks for that depends on one of these."""


async def _own_conversation(conversation_id: str, user: CurrentUser, parts: CurrentParts) -> Conversation:
    return await parts.store.conversation(user.id, conversation_id)


async def _own_turn(message_id: str, user: CurrentUser, parts: CurrentParts) -> Turn:
    return await parts.store.turn(user.id, message_id)


OwnConversation = Annotated[Conversation, Depends(_own_conversation)]
OwnTurn = Annotated[Turn, Depends(_own_turn)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[ -~]+$",
        description="Sent again with the same question, it gets the same answer and asks nothing twice. "
        "A question that had no complete answer is answered then.",
    ),
]


async def _wants_stream(
    stream: Annotated[bool, Query(description="Stream the answer as server-sent events.")] = False,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> bool:
    return stream or "text/event-stream" in accept


WantsStream = Annotated[bool, Depends(_wants_stream)]
