"""The identity provider of a bank: what it says of itself, and for whom it vouches (OpenID Connect Core 1.0)."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import jwt
from pydantic import BaseModel, Field, ValidationError

from questrag.chat.addresses import is_safe
from questrag.chat.errors import Misconfigured, QuestragError, Unauthorized, Unavailable
from questrag.chat.types import Identity, Role

logger = logging.getLogger(__name__)

T = TypeVar("T")
_Claims = dict[str, Any]

_SIGNATURES: Mapping[str, tuple[str, str | None]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""Kind and curve of the key that each takes. None that a public key could be taken for the secret of."""
_LEAST_RSA_BITS = 2048
_LEEWAY_S = 60
_KEPT_S = 3600
_KEYS_KEPT_S = 60
"""A key that is not among those kept may be new, and is looked for this often."""
_REST_S = 5
_MOST_BYTES = 256 * 1024
_MOST_PLAIN = 255
"""Characters of a subject, by the standard."""
_NOT_BELIEVED = "What the identity provider says cannot be believed. Begin the sign-in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """How this service and the provider know each other."""

    issuer: str
    client_id: str
    client_secret: str = ""
    """Empty: a public client."""
    redirect_url: str
    label: str = ""
    scopes: str = "openid profile email"
    role_claim: str = ""
    """Empty: the provider does not say who has which role."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """By value of that claim, the highest first."""
    session: timedelta = timedelta(hours=12)
    """So long after a sign-in, the provider is asked again."""


@dataclass(frozen=True, slots=True)
class Person:
    """For whom the provider vouches."""

    identity: Identity
    username: str
    """As they are called there; anything, and perhaps nothing."""
    email: str
    """Perhaps nothing. It says how to reach them, never who they are."""
    role: Role | None
    """None: the provider does not say."""


class _Description(BaseModel):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    code_challenge_methods_supported: list[str] = ["S256"]
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class _Keys(BaseModel):
    keys: list[dict[str, Any]] = Field(max_length=100)


class _Kept(Generic[T]):
    """Read when it is needed, and kept. So is a failure, for a moment: whoever waited meanwhile does not wait again."""

    def __init__(self, read: Callable[[], Awaitable[T]], now: Callable[[], float]) -> None:
        self._read, self._now = read, now
        self._reading = asyncio.Lock()
        self._value: tuple[T, float] | None = None
        self._failure: tuple[QuestragError, float] | None = None

    async def no_older_than(self, age_s: float) -> T:
        """Raises: Unavailable, Misconfigured: it cannot be read."""
        async with self._reading:
            if self._value and self._now() - self._value[1] < age_s:
                return self._value[0]
            if self._failure and self._now() - self._failure[1] < _REST_S:
                raise type(self._failure[0])(str(self._failure[0]))
            try:
                value = await self._read()
            except (Unavailable, Misconfigured) as error:
                self._failure = error, self._now()
                raise
            self._value, self._failure = (value, self._now()), None
            return value


class IdentityProvider:
    """Is asked over HTTP, within limits of time and size. For whom it vouches is believed with its signature only."""

    def __init__(
        self, registration: Registration, *, timeout_s: float = 5.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Args:
            timeout_s: for one answer, from the connection to its last byte.
        """
        self.registration = registration
        self._timeout_s = timeout_s
        self._description = _Kept(self._describe, now)
        self._keys = _Kept(self._read_keys, now)

    async def sign_in_address(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser has to go.

        Args:
            verifier: of PKCE; only its digest is in the address.

        Raises:
            Unavailable: the provider does not answer.
            Misconfigured: it is not the one that the settings name, or not fit for this.
        """
        known = self.registration
        where = (await self._description.no_older_than(_KEPT_S)).authorization_endpoint
        asked = {
            "response_type": "code",
            "client_id": known.client_id,
            "redirect_uri": known.redirect_url,
            "scope": known.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}"

    async def person(self, code: str, *, verifier: str, nonce: str) -> Person:
        """Exchange the code that a browser has brought back.

        Raises:
            Unauthorized: the provider does not take the code, or what it says is not for us, or not for this sign-in.
            Unavailable: the provider does not answer.
            Misconfigured: the provider does not take our credentials.
        """
        id_token, access_token = await self._tokens(code, verifier)
        claims = await self._claims(id_token, nonce)
        claims = await self._more_of(claims, access_token)
        username, email = (claims.get(name) for name in ("preferred_username", "email"))
        return Person(
            identity=Identity(self.registration.issuer, claims["sub"]),
            username=username if isinstance(username, str) else "",
            email=email if isinstance(email, str) and claims.get("email_verified") not in (False, "false") else "",
            role=self._role(claims),
        )

    def _role(self, claims: _Claims) -> Role | None:
        if not self.registration.role_claim:
            return None
        found = claims.get(self.registration.role_claim, [])
        values = found if isinstance(found, list) else [found]
        return next((role for value, role in self.registration.roles.items() if value in values), "customer")

    async def _more_of(self, claims: _Claims, access_token: object) -> _Claims:
        """Return the claims with what the provider keeps out of the ID token, as some do (OpenID Connect Core, 5.4)."""
        where = (await self._description.no_older_than(_KEPT_S)).userinfo_endpoint
        wanted = {"preferred_username", "email", self.registration.role_claim} - {""}
        if not where or wanted <= claims.keys():
            return claims
        if not (isinstance(access_token, str) and access_token.isascii() and access_token.isprintable()):
            raise _not_believed("there is no access token")
        status, said = await self._asked("GET", where, headers={"Authorization": f"Bearer {access_token}"})
        if status != 200:
            raise _unavailable(f"it answers with status {status} when asked about a person")
        if said.get("sub") != claims["sub"]:  # tokens can be swapped, 5.3.2
            raise _not_believed("it tells of somebody else")
        return said | claims

    async def _describe(self) -> _Description:
        issuer = self.registration.issuer
        found = await self._read(f"{issuer.rstrip('/')}/.well-known/openid-configuration", _Description)
        if found.issuer != issuer:
            raise Misconfigured(f"OIDC_ISSUER is {issuer}, and the provider there names itself {found.issuer!r:.200}")
        named = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint]
        for url in filter(None, named):
            if not is_safe(url) or "#" in url:
                raise Misconfigured(f"OIDC_ISSUER: the provider names {url!r:.200}, which is no https address")
        if "S256" not in found.code_challenge_methods_supported:
            raise Misconfigured("OIDC_ISSUER: the provider does not support PKCE with S256")
        return found

    async def _read_keys(self) -> list[dict[str, Any]]:
        return (await self._read((await self._description.no_older_than(_KEPT_S)).jwks_uri, _Keys)).keys

    async def _tokens(self, code: str, verifier: str) -> tuple[str, object]:
        """Return the ID token, and the access token, if any."""
        known, described = self.registration, await self._description.no_older_than(_KEPT_S)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": known.redirect_url,
            "code_verifier": verifier,
        }
        headers = {}
        if not known.client_secret:
            form["client_id"] = known.client_id
        elif "client_secret_basic" in described.token_endpoint_auth_methods_supported:
            pair = f"{quote(known.client_id, safe='')}:{quote(known.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": known.client_id, "client_secret": known.client_secret}
        status, said = await self._asked("POST", described.token_endpoint, data=form, headers=headers)
        if said.get("error") in ("invalid_client", "unauthorized_client"):
            raise Misconfigured("OIDC_CLIENT_ID or OIDC_CLIENT_SECRET: the identity provider refuses them")
        if 400 <= status < 500:
            raise _not_believed("the code is refused")
        if status != 200:
            raise _unavailable(f"it answers with status {status}")
        token = said.get("id_token")
        if not isinstance(token, str):
            raise _not_believed("there is no ID token")
        return token, said.get("access_token")

    async def _claims(self, token: str, nonce: str) -> _Claims:
        known = self.registration
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header["alg"]
            key = await self._key(algorithm, header.get("kid"))
            claims: _Claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=known.client_id,
                issuer=known.issuer,
                leeway=_LEEWAY_S,
                options={"require": ["iss", "aud", "sub", "exp", "iat", "nonce"]},
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, RecursionError) as error:
            raise _not_believed(type(error).__name__) from None
        audience, party = claims["aud"], claims.get("azp")
        if party != known.client_id and (party is not None or (isinstance(audience, list) and len(audience) > 1)):
            raise _not_believed("it was issued to somebody else")
        if not (_is_plain(claims["nonce"]) and hmac.compare_digest(claims["nonce"], nonce)):
            raise _not_believed("it is of another sign-in")
        if not _is_plain(claims["sub"]):
            raise _not_believed("the subject is none")
        return claims

    async def _key(self, algorithm: object, kid: object) -> jwt.PyJWK:
        if algorithm not in _SIGNATURES or not isinstance(algorithm, str):
            raise _not_believed("the signature is of a kind that is not accepted")
        for age_s in (_KEPT_S, _KEYS_KEPT_S):
            fitting = [key for key in await self._keys.no_older_than(age_s) if _fits(key, algorithm, kid)]
            if len(fitting) == 1:
                key = jwt.PyJWK(fitting[0], algorithm)
                if fitting[0]["kty"] == "RSA" and key.key.key_size < _LEAST_RSA_BITS:
                    raise _not_believed("the key is too short")
                return key
        raise _not_believed("the key is unknown")

    async def _read(self, url: str, kind: type["_Read"]) -> "_Read":
        status, said = await self._asked("GET", url)
        if status != 200:
            raise _unavailable(f"it answers with status {status}")
        try:
            return kind.model_validate(said)
        except ValidationError:
            raise _unavailable("its answer lacks what it should say") from None

    async def _asked(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON object of an answer; an empty one where an error comes without."""
        # Not compressed: a short answer could become a long one.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", **more.pop("headers", {})}
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                httpx2.AsyncClient(timeout=self._timeout_s, follow_redirects=False) as client,
                client.stream(method, url, headers=headers, **more) as response,
            ):
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise _unavailable("its answer is too long")
        except TimeoutError:
            raise _unavailable(f"no answer within {self._timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _unavailable(f"the connection failed ({type(error).__name__})") from None
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            if response.status_code == 200:
                raise _unavailable("its answer is no JSON object")
            said = {}
        return response.status_code, said


_Read = TypeVar("_Read", _Description, _Keys)


def challenge(verifier: str) -> str:
    """Return what PKCE shows of the verifier (RFC 7636, S256).

    >>> challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _fits(key: Mapping[str, Any], algorithm: str, kid: object) -> bool:
    kind, curve = _SIGNATURES[algorithm]
    return (
        key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    )


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MOST_PLAIN and value.isascii() and value.isprintable()


def _not_believed(why: str) -> Unauthorized:
    logger.warning("what the identity provider says is refused: %s", why)
    return Unauthorized(_NOT_BELIEVED)


def _unavailable(why: str) -> Unavailable:
    logger.warning("the identity provider: %s", why)
    return Unavailable("The identity provider does not answer as it should at the moment.")
