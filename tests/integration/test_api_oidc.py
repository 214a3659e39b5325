"""Signing in with an identity provider: the whole way over HTTP, and whatever somebody could try on it."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr
from starlette.testclient import TestClient

from questrag.chat.desk import AuditRecord
from questrag.chat.ports import Store
from questrag.chat.types import Identity
from questrag.storage.memory import MemoryStore
from questrag.web.oidc import COOKIE, PREFIX
from tests.contracts.test_keeping import bytes_in
from tests.integration.api import PASSWORD, SECRET, Headers, a_sqlite_store, api, ask, conversations, sign_up
from tests.oidc_peer import CLIENT_ID, CLIENT_SECRET, PAGE, Claims, OidcPeer, an_rsa_key, jwk, oidc_peer, signed

LOST = "another browser or window"
NOT_BELIEVED = "cannot be believed"


class Back(NamedTuple):
    """With what a browser comes back from the provider."""

    code: str
    state: str
    iss: str


class Room(NamedTuple):
    client: TestClient
    peer: OidcPeer
    store: Store

    def go(self, next_page: str = "/") -> Back:
        """Click on the button, sign in over there, and come back."""
        begun = self.client.get(f"{PREFIX}/start", params={"next": next_page})
        assert begun.status_code == 303, begun.text
        back = httpx2.get(begun.headers["location"]).headers["location"]
        assert back.startswith(f"{PAGE}/sign-in/return?")
        return Back(*(parse_qs(urlsplit(back).query)[name][0] for name in Back._fields))

    def finish(self, back: Back) -> httpx2.Response:
        return self.client.post(f"{PREFIX}/callback", json=back._asdict())

    def sign_in(self) -> Headers:
        response = self.finish(self.go())
        assert response.status_code == 200, response.text
        return {"Authorization": f"Bearer {response.json()['access_token']}"}

    def me(self, headers: Headers) -> dict[str, Any]:
        said: dict[str, Any] = self.client.get("/api/v1/auth/me", headers=headers).json()
        return said

    def audit(self) -> list[AuditRecord]:
        assert self.client.portal
        return self.client.portal.call(self.store.every, AuditRecord)

    @property
    def n_people(self) -> int:
        return [record.act for record in self.audit()].count("account.opened")


@contextmanager
def a_room(peer: OidcPeer, store: Store | None = None, **changes: Any) -> Iterator[Room]:
    store = store or MemoryStore()
    known: dict[str, Any] = {
        "public_url": PAGE,
        "oidc_issuer": peer.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": SecretStr(CLIENT_SECRET),
    }
    with api(store, **(known | changes)) as client:
        yield Room(client, peer, store)


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcPeer]:
    with oidc_peer() as peer:
        yield peer


@pytest.fixture
def peer(provider: OidcPeer) -> OidcPeer:
    provider.reset()
    return provider


@pytest.fixture(scope="module")
def shared(provider: OidcPeer) -> Iterator[Room]:
    with a_room(provider) as room:
        yield room


@pytest.fixture
def room(shared: Room, peer: OidcPeer) -> Room:
    """One for all tests that leave nobody there."""
    shared.client.cookies.clear()
    return shared


def refused(response: httpx2.Response, status: int, words: str) -> None:
    assert response.status_code == status, response.text
    assert words in response.json()["detail"]
    assert "access_token" not in response.text


# What is meant to work --------------------------------------------------------------------------


def test_whoever_has_an_account_at_the_provider_signs_in_and_may_ask(peer: OidcPeer) -> None:
    with a_room(peer) as room:
        response = room.finish(room.go("/chat/7?from=a"))
        assert response.json() | {"access_token": ""} == {
            "access_token": "",
            "token_type": "bearer",
            "expires_in": 12 * 3600 - 1,
            "next": "/chat/7?from=a",
        }
        headers = {"Authorization": f"Bearer {response.json()['access_token']}"}
        ask(room.client, headers)

        assert len(conversations(room.client, headers)) == 1
        me = room.me(headers)
    assert (me["username"], me["email"], me["role"]) == ("priya", "priya@bank.example", "customer")
    assert me["identity"] == {"issuer": peer.url, "subject": "emp-17"}


def test_the_next_sign_in_leads_to_the_same_account_whatever_else_has_changed(peer: OidcPeer) -> None:
    with a_room(peer) as room:
        first = room.me(room.sign_in())
        peer.who |= {"email": "other@bank.example", "preferred_username": "somebody"}
        assert room.me(room.sign_in()) == first
        assert room.n_people == 1


def test_the_audit_log_says_how_somebody_signed_in(peer: OidcPeer) -> None:
    with a_room(peer) as room:
        headers = room.sign_in()
        sign_up(room.client, "arun")
        room.finish(Back("x", "0" * 64, ""))
        records = [(record.act, record.detail) for record in room.audit()]
        everything = json.dumps([[r.actor, r.act, r.subject, r.detail] for r in room.audit()])
        assert room.audit()[1].actor == room.me(headers)["user_id"]
    assert records == [
        ("account.opened", "customer"),
        ("session.opened", "oidc"),
        ("account.opened", "customer"),
        ("session.opened", "password"),
        ("session.refused", "oidc"),
    ]
    for said in ("priya", "emp-17", "bank.example"):
        assert said not in everything


@pytest.mark.parametrize(
    ("secret", "methods"),
    [("", None), (CLIENT_SECRET, ["client_secret_basic"]), (CLIENT_SECRET, ["client_secret_post"])],
)
def test_the_client_shows_who_it_is_as_the_provider_wants_it(
    peer: OidcPeer, secret: str, methods: list[str] | None
) -> None:
    peer.secret = secret
    peer.description = {"token_endpoint_auth_methods_supported": methods} if methods else {}
    with a_room(peer, oidc_client_secret=SecretStr(secret) if secret else None) as room:
        room.sign_in()


def test_roles_follow_the_claim_at_each_sign_in(peer: OidcPeer) -> None:
    values: dict[str, Any] = {"oidc_role_claim": "groups", "oidc_curator_value": "editors", "oidc_admin_value": "it"}
    with a_room(peer, **values) as room:
        given: list[tuple[Any, str]] = [
            (["staff", "editors"], "curator"),
            (["it", "editors"], "admin"),
            ("editors", "curator"),
            ([], "customer"),
            ({"it": 1}, "customer"),
            (["IT", 7, None, ["it"]], "customer"),
            ("it", "admin"),
            (None, "customer"),
        ]
        for groups, role in given:
            peer.who["groups"] = groups
            headers = room.sign_in()
            assert room.me(headers)["role"] == role
        changes = [record.detail for record in room.audit() if record.act == "role.changed"]
    assert changes == ["admin", "curator", "customer", "admin", "customer"]


def test_what_the_provider_keeps_out_of_the_id_token_is_asked_for(peer: OidcPeer) -> None:
    peer.apart, peer.who = peer.who | {"groups": ["editors"]}, {"sub": "emp-17"}
    with a_room(peer, oidc_role_claim="groups", oidc_curator_value="editors") as room:
        me = room.me(room.sign_in())
        assert (me["username"], me["email"], me["role"]) == ("priya", "priya@bank.example", "curator")

        # What is signed counts more, and where all of it is signed nothing is asked.
        peer.who = peer.apart | {"groups": []}
        peer.requests.clear()
        assert room.me(room.sign_in())["role"] == "customer"
        assert "/me" not in peer.requests


def test_nobody_gets_what_the_provider_tells_of_somebody_else(peer: OidcPeer) -> None:
    peer.apart, peer.who = {"sub": "emp-1", "groups": ["editors"]}, {"sub": "emp-17"}
    with a_room(peer, oidc_role_claim="groups", oidc_curator_value="editors") as room:
        refused(room.finish(room.go()), 401, NOT_BELIEVED)
        peer.apart = {"groups": ["editors"]}
        refused(room.finish(room.go()), 401, NOT_BELIEVED)
        assert room.n_people == 0


@pytest.mark.parametrize("fault", [(500, {}), (403, {}), (200, b"no JSON"), (302, {})])
def test_without_what_it_keeps_apart_nobody_is_signed_in(peer: OidcPeer, fault: tuple[int, Any]) -> None:
    peer.apart, peer.who = peer.who, {"sub": "emp-17"}
    peer.faults["/me"] = lambda handler: handler.say(*fault)
    with a_room(peer) as room:
        refused(room.finish(room.go()), 503, "identity provider")
        assert room.n_people == 0


def test_without_a_role_claim_nobody_becomes_more_than_a_customer(peer: OidcPeer) -> None:
    peer.who |= {"role": "admin", "roles": ["admin"], "groups": ["admin", ""]}
    with a_room(peer) as room:
        assert room.me(room.sign_in())["role"] == "customer"


def test_a_session_ends_after_its_hours_however_often_it_is_renewed(peer: OidcPeer) -> None:
    with a_room(peer, oidc_session_hours=2.5 / 3600) as room:
        headers = room.sign_in()
        renewed = room.client.post("/api/v1/auth/refresh", headers=headers).json()
        assert renewed["expires_in"] <= 2
        claims = jwt.decode(renewed["access_token"], options={"verify_signature": False})
        assert claims["exp"] <= time.time() + 2.5


def test_people_of_the_provider_have_no_password_here(peer: OidcPeer) -> None:
    with a_room(peer) as room:
        headers = room.sign_in()
        for password in ("!elsewhere", "!", "x"):
            given = {"username": "priya", "password": password}
            assert room.client.post("/api/v1/auth/login", json=given).status_code == 401
        new = {"password": "!elsewhere", "new_password": PASSWORD}
        refused(room.client.post("/api/v1/auth/password", json=new, headers=headers), 403, "elsewhere")
        key = {"name": "Our site", "scopes": ["chat"], "days": 30, "password": "!elsewhere"}
        refused(room.client.post("/api/v1/auth/keys", json=key, headers=headers), 403, "elsewhere")


def test_the_link_is_in_the_export_and_goes_with_the_erasure(peer: OidcPeer, tmp_path: Path) -> None:
    peer.who["sub"] = "emp-Unmistakable"
    with a_room(peer, a_sqlite_store(tmp_path)) as room:
        headers = room.sign_in()
        first = room.me(headers)
        data = room.client.get("/api/v1/auth/me/data", headers=headers).json()
        assert data["account"]["identity"] == {"issuer": peer.url, "subject": "emp-Unmistakable"}
        assert b"Unmistakable" in bytes_in(tmp_path)

        assert room.client.post("/api/v1/auth/me/erase", json={}, headers=headers).status_code == 204

        assert room.client.portal
        assert room.client.portal.call(room.store.user_identified, Identity(peer.url, "emp-Unmistakable")) is None
        assert b"Unmistakable" not in bytes_in(tmp_path)
        assert room.client.get("/api/v1/auth/me", headers=headers).status_code == 401
        assert room.me(room.sign_in())["user_id"] != first["user_id"]


@pytest.mark.parametrize(
    ("who", "username"),
    [
        ({"preferred_username": "asha"}, "asha-"),
        ({"preferred_username": "ASHA@bank.example"}, "ASHA-"),
        ({"preferred_username": "प्रिया"}, "person"),
        ({"preferred_username": "p"}, "p-"),
        ({"preferred_username": "Asha Rao (Cards)"}, "Asha-Rao-Cards"),
        ({"preferred_username": ["asha"]}, "person"),
        ({"preferred_username": "\ud800"}, "person"),
        ({"preferred_username": "x" * 10_000}, "x" * 40),
    ],
)
def test_everybody_gets_a_user_name_that_was_free(peer: OidcPeer, who: Claims, username: str) -> None:
    peer.who = {"sub": "emp-17"} | who
    with a_room(peer) as room:
        sign_up(room.client, "asha")
        assert room.me(room.sign_in())["username"].startswith(username)


@pytest.mark.parametrize(
    "said",
    [{}, {"email": "not one"}, {"email": 7}, {"email": "\ud800@bank.example"}, {"email": "a" * 300 + "@bank.example"}]
    + [{"email": "priya@bank.example", "email_verified": no} for no in (False, "false")],
)
def test_an_address_that_is_none_or_not_verified_is_not_kept(peer: OidcPeer, said: Claims) -> None:
    peer.who = {"sub": "emp-17"} | said
    with a_room(peer) as room:
        assert room.me(room.sign_in())["email"].endswith("@elsewhere.invalid")


def test_the_page_is_told_the_name_of_the_provider(peer: OidcPeer) -> None:
    with a_room(peer, oidc_label="Example Bank") as room:
        assert room.client.get("/api/v1/about").json()["identity_provider"] == "Example Bank"


def test_without_a_provider_there_is_nothing_to_sign_in_with() -> None:
    with api() as client:
        assert client.get("/api/v1/about").json()["identity_provider"] is None
        assert client.get(f"{PREFIX}/start").status_code == 404
        given = Back("x", "0" * 64, "")._asdict()
        assert client.post(f"{PREFIX}/callback", json=given).status_code == 404


def test_the_cookie_is_for_this_alone_and_goes_afterwards(room: Room, peer: OidcPeer) -> None:
    begun = room.client.get(f"{PREFIX}/start")
    kept = begun.headers["set-cookie"].lower()
    for word in ("httponly", "samesite=lax", f"path={PREFIX}", "max-age=600"):
        assert word in kept
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert not any(asked[name][0] in kept for name in ("state", "nonce", "code_challenge"))
    with a_room(peer, public_url="https://help.bank.example") as behind_tls:
        begun = behind_tls.client.get(f"{PREFIX}/start")
        name, _, kept = begun.headers["set-cookie"].partition("=")
        assert name == f"__Secure-{COOKIE}" and "; secure" in kept.lower()
        given = {"code": "unknown", "state": parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]}
        for cookie, said in ((COOKIE, LOST), (name, NOT_BELIEVED)):
            headers = {"Cookie": f"{cookie}={kept.partition(';')[0]}"}
            behind_tls.client.cookies.clear()
            refused(behind_tls.client.post(f"{PREFIX}/callback", json=given, headers=headers), 401, said)


def test_sign_ins_are_limited_by_address(peer: OidcPeer) -> None:
    with a_room(peer, rate_limit_sign_ins_per_minute=2) as room:
        back = room.go()
        assert room.finish(back).status_code == 200
        assert room.finish(back).status_code == 429
        assert room.client.get(f"{PREFIX}/start").headers["location"] == "/sign-in?why=unavailable"


# Whatever somebody could try: the way ------------------------------------------------------------


def test_a_wrong_state_is_refused_and_the_right_one_still_works(room: Room) -> None:
    back = room.go()
    refused(room.finish(back._replace(state="0" * 64)), 401, LOST)
    assert "/token" not in room.peer.requests
    assert room.finish(back).status_code == 200


def test_a_sign_in_works_once(room: Room) -> None:
    back = room.go()
    kept = {"Cookie": f"{COOKIE}={room.client.cookies[COOKIE]}"}
    assert room.finish(back).status_code == 200
    assert COOKIE not in room.client.cookies
    n_asked = len(room.peer.requests)

    refused(room.client.post(f"{PREFIX}/callback", json=back._asdict(), headers=kept), 401, LOST)
    assert len(room.peer.requests) == n_asked  # the provider is not even asked


def test_another_worker_ends_what_one_has_begun_and_none_of_them_twice(peer: OidcPeer) -> None:
    store = MemoryStore()
    with a_room(peer, store) as first, a_room(peer, store) as second:
        back = first.go("/chat/7")
        headers = {"Cookie": f"{COOKIE}={first.client.cookies[COOKIE]}"}
        done = second.client.post(f"{PREFIX}/callback", json=back._asdict(), headers=headers)
        assert (done.status_code, done.json()["next"]) == (200, "/chat/7")
        refused(first.finish(back), 401, LOST)


def test_a_refused_sign_in_cannot_be_tried_with_another_code(room: Room) -> None:
    first, second = room.go(), room.go()
    refused(room.finish(second._replace(code=first.code)), 401, NOT_BELIEVED)
    refused(room.finish(second), 401, LOST)


def test_without_the_cookie_nobody_is_signed_in(room: Room) -> None:
    back = room.go()
    room.client.cookies.clear()
    refused(room.finish(back), 401, LOST)


def test_nobody_is_signed_in_to_the_account_of_whoever_sent_them_a_link(room: Room) -> None:
    attackers = room.go()
    room.client.cookies.clear()
    room.go()  # the victim has begun a sign-in too
    refused(room.finish(attackers), 401, LOST)


def test_a_code_that_was_read_on_the_way_is_of_no_use_in_another_browser(room: Room) -> None:
    victims = room.go()
    room.client.cookies.clear()
    attackers = room.go()
    refused(room.finish(attackers._replace(code=victims.code)), 401, NOT_BELIEVED)  # PKCE: another verifier


def test_a_code_without_a_verifier_is_of_no_use(room: Room, peer: OidcPeer) -> None:
    code = room.go().code
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{PAGE}/sign-in/return"}
    auth = httpx2.BasicAuth("questrag%20of%20the%20bank", "a%20secret%3A%20with%20signs%2Fof%20every%2Bkind%25")
    stolen = httpx2.post(f"{peer.url}/token", data=form, auth=auth)
    assert (stolen.status_code, stolen.json()) == (400, {"error": "invalid_grant"})


def test_a_code_that_the_provider_never_gave_is_refused(room: Room) -> None:
    refused(room.finish(room.go()._replace(code="made-up")), 401, NOT_BELIEVED)


def test_an_answer_of_another_provider_is_refused(room: Room) -> None:
    refused(room.finish(room.go()._replace(iss="https://evil.example")), 401, LOST)
    assert "/token" not in room.peer.requests


def a_cookie(room: Room, secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    """Return the cookie of the room as somebody else would like it to be."""
    claims = jwt.decode(room.client.cookies[COOKIE], SECRET, ["HS256"], audience="questrag-sign-in")
    return jwt.encode(claims | changes, "" if algorithm == "none" else secret, algorithm)


FORGED: dict[str, Callable[[Room], str]] = {
    "signed by somebody else": lambda room: a_cookie(room, "another secret of thirty-two bytes and more"),
    "not signed": lambda room: a_cookie(room, algorithm="none"),
    "of long ago": lambda room: a_cookie(room, exp=int(time.time()) - 1),
    "for something else": lambda room: a_cookie(room, aud="questrag-device"),
    "an access token": lambda room: room.sign_in()["Authorization"].removeprefix("Bearer "),
    "too long": lambda room: a_cookie(room, next="/" + "a" * 3000),
    "no token": lambda room: "x",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_cookie_is_refused(room: Room, forge: Callable[[Room], str]) -> None:
    back = room.go()
    forged = forge(room)
    room.client.cookies.clear()
    headers = {"Cookie": f"{COOKIE}={forged}"}
    refused(room.client.post(f"{PREFIX}/callback", json=back._asdict(), headers=headers), 401, LOST)


def test_the_cookie_opens_nothing_by_itself(room: Room) -> None:
    room.go()
    headers = {"Authorization": f"Bearer {room.client.cookies[COOKIE]}"}
    assert room.client.get("/api/v1/auth/me", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/chat\\..\\evil",
        "\\/evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "evil.example",
        "",
        "/" + "a" * 501,
    ],
)
def test_nobody_is_led_elsewhere_afterwards(room: Room, elsewhere: str) -> None:
    assert room.finish(room.go(elsewhere)).json()["next"] == "/"


# Whatever somebody could try: the ID token -------------------------------------------------------


def pem(name: str = "first") -> bytes:
    return an_rsa_key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_hand(claims: Claims, header: Claims, secret: bytes) -> str:
    """Sign with HMAC what the library refuses to sign: a public key is no secret."""
    algorithm = jwt.get_algorithm_by_name("HS256")
    parts = [jwt.utils.base64url_encode(json.dumps(each).encode()) for each in (header, claims)]
    signature = algorithm.sign(b".".join(parts), secret)
    return b".".join([*parts, jwt.utils.base64url_encode(signature)]).decode()


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def saying(**changes: Any) -> Callable[[Claims], Claims]:
    return lambda claims: claims | changes


NOW = int(time.time())
CLAIMS: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": saying(nonce="0" * 64),
    "no nonce": without("nonce"),
    "a nonce that is no text": saying(nonce=["0" * 64]),
    "a nonce with half a character": saying(nonce="\ud800"),
    "another audience": saying(aud="another client"),
    "no audience": without("aud"),
    "us among others, and nobody in particular": saying(aud=[CLIENT_ID, "another client"]),
    "us among others, for one of them": saying(aud=[CLIENT_ID, "another client"], azp="another client"),
    "for somebody else": saying(azp="another client"),
    "another issuer": saying(iss="https://evil.example"),
    "almost the issuer": lambda claims: claims | {"iss": claims["iss"] + "/"},
    "no issuer": without("iss"),
    "over": saying(exp=NOW - 3600, iat=NOW - 7200),
    "no end": without("exp"),
    "an end that is no time": saying(exp="tomorrow"),
    "issued tomorrow": saying(iat=NOW + 86_400, exp=NOW + 90_000),
    "no time of issue": without("iat"),
    "not good yet": saying(nbf=NOW + 86_400),
    "nobody": without("sub"),
    "somebody without a name": saying(sub=""),
    "somebody with a number for a name": saying(sub=17),
    "somebody with too long a name": saying(sub="x" * 256),
    "somebody with a NUL in the name": saying(sub="emp\0-17"),
    "somebody with half a character": saying(sub="\ud800"),
}


@pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(room: Room, change: Callable[[Claims], Claims]) -> None:
    n_before = room.n_people
    room.peer.change = change
    refused(room.finish(room.go()), 401, NOT_BELIEVED)
    assert room.n_people == n_before


SIGNATURES: dict[str, Callable[[Claims], str]] = {
    "none": lambda claims: jwt.encode(claims, "", "none", headers={"kid": "first"}),
    "None": lambda claims: by_hand(claims, {"alg": "None", "kid": "first"}, b""),
    "our public key as a secret": lambda claims: by_hand(claims, {"alg": "HS256", "kid": "first"}, pem()),
    "our own secret": lambda claims: by_hand(claims, {"alg": "HS256", "kid": "first"}, CLIENT_SECRET.encode()),
    "an empty secret": lambda claims: by_hand(claims, {"alg": "HS256"}, b""),
    "a key of somebody else": lambda claims: jwt.encode(
        claims, an_rsa_key("another"), "RS256", headers={"kid": "first"}
    ),
    "a key that nobody knows": lambda claims: signed(claims, "another"),
    "a key that it brings along": lambda claims: signed(claims, "another", jwk=jwk(an_rsa_key("another"), "another")),
    "a key that it names an address of": lambda claims: signed(claims, "another", jku="https://evil.example/keys"),
    "another kind of key": lambda claims: signed(claims, "first", "ES256"),
    "another algorithm than the key is for": lambda claims: signed(claims, "first", "PS256"),
    "a cut signature": lambda claims: signed(claims)[:-20],
    "no signature": lambda claims: signed(claims).rpartition(".")[0] + ".",
    "an extension that nobody knows": lambda claims: signed(claims, crit=["new"], new=True),
    "an algorithm that is no text": lambda claims: by_hand(claims, {"alg": ["RS256"], "kid": "first"}, b"x"),
    "a number as key": lambda claims: by_hand(claims, {"alg": "RS256", "kid": 7}, b"x"),
    "nothing": lambda claims: "",
    "no token": lambda claims: "a.b.c",
    "a nested one": lambda claims: "[" * 60_000,
}


@pytest.mark.parametrize("sign", SIGNATURES.values(), ids=SIGNATURES)
def test_an_id_token_that_the_provider_did_not_sign_is_refused(room: Room, sign: Callable[[Claims], str]) -> None:
    n_before = room.n_people
    room.peer.sign = sign
    refused(room.finish(room.go()), 401, NOT_BELIEVED)
    assert room.n_people == n_before


# Whatever somebody could try: accounts -----------------------------------------------------------


def test_an_account_with_a_password_is_not_taken_over_by_its_address(peer: OidcPeer) -> None:
    peer.who["email"] = "PRIYA@example.com"
    with a_room(peer) as room:
        headers = sign_up(room.client)
        before = room.me(headers)

        refused(room.finish(room.go()), 409, "Another account here has your e-mail address")

        assert (room.me(headers), room.n_people) == (before, 1)
        assert room.audit()[-1].act == "session.refused"
        assert room.client.post("/api/v1/auth/me/erase", json={"password": PASSWORD}, headers=headers).is_success
        room.sign_in()  # the way that the message names


def test_the_same_number_at_another_provider_is_somebody_else(peer: OidcPeer) -> None:
    with oidc_peer() as other, a_room(peer) as room:
        first = room.me(room.sign_in())
        other.who = {"sub": "emp-17", "preferred_username": "priya"}
        with api(
            room.store, public_url=PAGE, oidc_issuer=other.url, oidc_client_id=CLIENT_ID,
            oidc_client_secret=SecretStr(CLIENT_SECRET),
        ) as client:  # fmt: skip
            second_room = Room(client, other, room.store)
            second = second_room.me(second_room.sign_in())
    assert first["user_id"] != second["user_id"]
    assert second["identity"] == {"issuer": other.url, "subject": "emp-17"}


def test_windows_that_sign_in_for_the_first_time_at_once_open_one_account(peer: OidcPeer, tmp_path: Path) -> None:
    with a_room(peer, a_sqlite_store(tmp_path)) as room:
        trips = []
        for _ in range(6):
            back = room.go()
            trips.append((back, {"Cookie": f"{COOKIE}={room.client.cookies[COOKIE]}"}))
            room.client.cookies.clear()

        def finish(trip: tuple[Back, dict[str, str]]) -> str:
            response = room.client.post(f"{PREFIX}/callback", json=trip[0]._asdict(), headers=trip[1])
            return str(room.me({"Authorization": f"Bearer {response.json()['access_token']}"})["user_id"])

        with ThreadPoolExecutor(6) as windows:
            assert len(set(windows.map(finish, trips))) == 1
        assert [record.act for record in room.audit()].count("account.opened") == 1
