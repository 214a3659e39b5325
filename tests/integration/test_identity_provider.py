"""What an identity provider may do wrong, and how it is asked: over real HTTP."""

import asyncio
import gzip
import json
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from questrag.chat.errors import Misconfigured, QuestragError, Unauthorized, Unavailable
from questrag.web.identity_provider import IdentityProvider, Person, Registration, challenge
from tests.oidc_peer import (
    CLIENT_ID,
    CLIENT_SECRET,
    PAGE,
    Claims,
    Handler,
    OidcPeer,
    an_ec_key,
    an_rsa_key,
    jwk,
    oidc_peer,
    signed,
)

DESCRIPTION = "/.well-known/openid-configuration"
VERIFIER, NONCE = "v" * 64, "n" * 64


@pytest.fixture(scope="module")
def server() -> Iterator[OidcPeer]:
    with oidc_peer() as peer:
        yield peer


@pytest.fixture
def peer(server: OidcPeer) -> OidcPeer:
    server.reset()
    return server


@dataclass
class Clock:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def asked(peer: OidcPeer, clock: Callable[[], float] = time.monotonic, **changes: Any) -> IdentityProvider:
    known = Registration(
        issuer=peer.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_url=f"{PAGE}/sign-in/return"
    )
    return IdentityProvider(replace(known, **changes), timeout_s=0.5, now=clock)


async def a_person(provider: IdentityProvider, peer: OidcPeer) -> Person:
    """Return who comes back, as if a browser had been there."""
    peer.codes["code"] = {
        "redirect_uri": provider.registration.redirect_url,
        "code_challenge": challenge(VERIFIER),
        "nonce": NONCE,
    }
    return await provider.person("code", verifier=VERIFIER, nonce=NONCE)


def hang(handler: Handler) -> None:
    time.sleep(0.8)


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(20):
        handler.wfile.write(b" ")
        time.sleep(0.08)


def hang_up(handler: Handler) -> None:
    handler.close_connection = True


def compressed(handler: Handler) -> None:
    handler.say(200, gzip.compress(b" " * 10_000_000), Content_Encoding="gzip")


def elsewhere(handler: Handler) -> None:
    handler.say(302, {}, Location="http://127.0.0.1:9/keys")


FAULTS: dict[str, Callable[[Handler], None]] = {
    "no answer": hang,
    "a drip": drip,
    "no status": hang_up,
    "compressed": compressed,
    "a redirect": elsewhere,
    "an error": lambda handler: handler.say(500, b"<html>"),
    "no JSON": lambda handler: handler.say(200, b"<html>"),
    "a list": lambda handler: handler.say(200, []),
    "no UTF-8": lambda handler: handler.say(200, b'{"a": "\xff"}'),
    "nested too deep": lambda handler: handler.say(200, b"[" * 200_000),
    "too long": lambda handler: handler.say(200, b" " * 300_000),
    "nothing": lambda handler: handler.say(200, b""),
}
LITTLE: dict[str, Callable[[Handler], None]] = {
    "an empty object": lambda handler: handler.say(200, {}),
    "numbers": lambda handler: handler.say(200, {"issuer": 1, "keys": 2}),
    "not found": lambda handler: handler.say(404, {}),
}


@pytest.mark.parametrize("path", [DESCRIPTION, "/keys", "/token"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_provider_that_does_not_answer_as_it_should_is_unavailable_in_time(
    peer: OidcPeer, path: str, fault: Callable[[Handler], None]
) -> None:
    peer.faults[path] = fault
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="does not answer as it should"):
        await a_person(asked(peer), peer)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("path", [DESCRIPTION, "/keys"])
@pytest.mark.parametrize("fault", LITTLE.values(), ids=LITTLE)
async def test_a_provider_that_says_too_little_of_itself_is_unavailable(
    peer: OidcPeer, path: str, fault: Callable[[Handler], None]
) -> None:
    peer.faults[path] = fault
    with pytest.raises(Unavailable):
        await a_person(asked(peer), peer)


def good_but_dripped(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for letter in json.dumps(handler.describe())[:40]:
        handler.wfile.write(letter.encode())
        time.sleep(0.03)
    handler.wfile.write(json.dumps(handler.describe())[40:].encode())


def good_but_long(handler: Handler) -> None:
    handler.say(200, handler.describe() | {"more": "x" * 300_000})


def good_but_elsewhere(handler: Handler) -> None:
    handler.say(302, {}, Location="/elsewhere")


@pytest.mark.parametrize("fault", [good_but_dripped, good_but_long, good_but_elsewhere])
async def test_a_good_answer_that_is_too_slow_too_long_or_elsewhere_is_not_taken(
    peer: OidcPeer, fault: Callable[[Handler], None]
) -> None:
    peer.faults = {DESCRIPTION: fault, "/elsewhere": lambda handler: handler.say(200, handler.describe())}
    with pytest.raises(Unavailable):
        await asked(peer).sign_in_address("state", NONCE, VERIFIER)
    peer.faults = {DESCRIPTION: peer.faults["/elsewhere"]}
    assert await asked(peer).sign_in_address("state", NONCE, VERIFIER)


async def test_nobody_listens_there(peer: OidcPeer) -> None:
    provider = asked(peer, issuer="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        await provider.sign_in_address("state", NONCE, VERIFIER)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"issuer": "https://evil.example"}, "names itself 'https://evil.example'"),
        ({"issuer": ""}, "names itself"),
        ({"authorization_endpoint": "http://evil.example/authorize"}, "no https address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no https address"),
        ({"token_endpoint": "http://evil.example/token"}, "no https address"),
        ({"token_endpoint": "https://a:b@evil.example/token"}, "no https address"),
        ({"jwks_uri": "http://localhost.evil.example/keys"}, "no https address"),
        ({"jwks_uri": "file:///etc/passwd"}, "no https address"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
    ],
)
async def test_a_provider_that_is_another_one_or_not_safe_is_not_used(peer: OidcPeer, said: Claims, why: str) -> None:
    peer.description = said
    with pytest.raises(Misconfigured, match=why):
        await asked(peer).sign_in_address("state", NONCE, VERIFIER)


async def test_the_issuer_counts_to_the_last_character(peer: OidcPeer) -> None:
    with pytest.raises(Misconfigured, match="names itself"):
        await asked(peer, issuer=f"{peer.url}/").sign_in_address("state", NONCE, VERIFIER)
    peer.description = {"issuer": f"{peer.url}/"}
    await asked(peer, issuer=f"{peer.url}/").sign_in_address("state", NONCE, VERIFIER)


async def test_credentials_that_the_provider_refuses_are_the_operator_s_to_change(peer: OidcPeer) -> None:
    with pytest.raises(Misconfigured, match="OIDC_CLIENT_SECRET"):
        await a_person(asked(peer, client_secret="another"), peer)


async def test_a_provider_without_an_id_token_is_not_believed(peer: OidcPeer) -> None:
    peer.faults["/token"] = lambda handler: handler.say(200, {"access_token": "x", "token_type": "Bearer"})
    with pytest.raises(Unauthorized):
        await a_person(asked(peer), peer)


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256", "ES256"])
async def test_keys_of_several_kinds_are_good(peer: OidcPeer, algorithm: str) -> None:
    key = an_ec_key("first") if algorithm == "ES256" else an_rsa_key("first")
    peer.keys = [jwk(key, "first"), jwk(an_rsa_key("another"), "another"), {"kty": "unknown"}]
    peer.sign = lambda claims: signed(claims, "first", algorithm)
    assert (await a_person(asked(peer), peer)).identity.subject == "emp-17"


GOOD, SHORT = an_rsa_key("first"), an_rsa_key("short", 1024)


@pytest.mark.parametrize(
    ("private", "published"),
    [
        (SHORT, jwk(SHORT, "it")),
        (GOOD, jwk(GOOD, "it", use="enc")),
        (GOOD, jwk(GOOD, "it", alg="RS512")),
        (GOOD, jwk(GOOD, "it") | {"n": "not a number"}),
        (GOOD, {"kty": "RSA", "kid": "it"}),
        (GOOD, {"kty": "oct", "kid": "it", "k": "c2VjcmV0"}),
    ],
    ids=["too short", "for encryption", "for another algorithm", "damaged", "empty", "a secret"],
)
async def test_a_key_that_is_not_fit_for_signatures_is_not_used(
    peer: OidcPeer, private: RSAPrivateKey, published: dict[str, Any]
) -> None:
    def sign(claims: Claims) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library warns of the short one
            return jwt.encode(claims, private, "RS256", headers={"kid": "it"})

    peer.sign = sign
    peer.keys = [published]
    with pytest.raises(Unauthorized):
        await a_person(asked(peer), peer)
    peer.keys = [jwk(GOOD, "it")]
    if private is GOOD:
        await a_person(asked(peer), peer)


async def test_a_token_without_the_name_of_its_key_is_good_where_there_is_one_key_only(peer: OidcPeer) -> None:
    peer.sign = lambda claims: signed(claims, None)
    assert await a_person(asked(peer), peer)
    peer.keys.append(jwk(an_rsa_key("another"), "another"))
    with pytest.raises(Unauthorized):
        await a_person(asked(peer), peer)


async def test_a_new_key_is_found_and_an_unknown_one_asks_once_a_minute_at_most(peer: OidcPeer) -> None:
    clock = Clock()
    provider = asked(peer, clock)
    await a_person(provider, peer)
    peer.keys = [jwk(an_rsa_key("another"), "another")]
    peer.sign = lambda claims: signed(claims, "another")
    for _ in range(3):
        with pytest.raises(Unauthorized):
            await a_person(provider, peer)
    assert peer.requests.count("/keys") == 1

    clock.seconds += 61
    await a_person(provider, peer)
    assert peer.requests.count("/keys") == 2
    assert peer.requests.count(DESCRIPTION) == 1


async def test_a_key_that_was_taken_back_is_forgotten_within_the_hour(peer: OidcPeer) -> None:
    clock = Clock()
    provider = asked(peer, clock)
    await a_person(provider, peer)
    peer.keys = []

    clock.seconds += 3601
    with pytest.raises(Unauthorized):
        await a_person(provider, peer)


async def test_whoever_waits_for_a_provider_that_does_not_answer_waits_once(peer: OidcPeer) -> None:
    peer.faults[DESCRIPTION] = hang
    clock = Clock()
    provider = asked(peer, clock)
    begun = time.monotonic()

    outcomes = await asyncio.gather(
        *(provider.sign_in_address("state", NONCE, VERIFIER) for _ in range(20)), return_exceptions=True
    )

    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert time.monotonic() - begun < 4  # 20 times half a second would be 10
    peer.faults.clear()
    clock.seconds += 6
    assert await provider.sign_in_address("state", NONCE, VERIFIER)


async def test_a_query_in_the_address_of_the_provider_is_kept(peer: OidcPeer) -> None:
    peer.description = {"authorization_endpoint": f"{peer.url}/authorize?policy=bank"}
    where = await asked(peer).sign_in_address("s", NONCE, VERIFIER)
    assert where.startswith(f"{peer.url}/authorize?policy=bank&response_type=code&")
    assert VERIFIER not in where


async def test_nothing_of_a_person_or_a_sign_in_is_logged(peer: OidcPeer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "questrag")
    peer.who |= {"aud": "another client"}
    tried: list[QuestragError] = []
    for _ in range(2):
        try:
            await a_person(asked(peer), peer)
        except QuestragError as error:
            tried.append(error)
        peer.faults["/token"] = hang_up
    said = caplog.text + " ".join(map(str, tried))
    assert "InvalidAudienceError" in said
    for secret in ("priya", "emp-17", CLIENT_SECRET, VERIFIER, NONCE, "eyJ"):
        assert secret not in said
