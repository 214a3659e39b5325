import asyncio
import base64
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import bcrypt
import jwt
import pytest

from questrag.chat.types import User
from questrag.storage.memory import MemoryStore
from questrag.web.credentials import Passwords
from tests.integration.api import PASSWORD, SECRET, api, sign_up

LOGIN, REGISTER, ME, CHANGE = (f"/api/v1/auth/{name}" for name in ("login", "register", "me", "password"))
PRIYA = {"username": "priya", "email": "priya@example.com", "password": PASSWORD}


def a_user(password_hash: str) -> User:
    now = datetime.now(UTC)
    return User(
        id="u1", username="old", email="old@example.com", password_hash=password_hash, role="admin", created_at=now
    )


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    valid = {
        "iss": "questrag",
        "aud": "questrag-api",
        "sub": "u1",
        "jti": uuid4().hex,
        "typ": "access",
        "pwd": hmac.digest(SECRET.encode(), b"!", "sha256").hex()[:32],
        "iat": now,
        "nbf": now,
        "exp": now + timedelta(minutes=5),
        "end": int(now.timestamp()) + 300,
    }
    return {name: value for name, value in {**valid, **changes}.items() if value is not None}


def test_who_registers_can_sign_in_and_is_known_afterwards() -> None:
    with api() as client:
        registered = client.post(REGISTER, json=PRIYA)
        login = client.post(LOGIN, json={"username": "Priya", "password": PASSWORD})
        me = client.get(ME, headers={"Authorization": f"Bearer {login.json()['access_token']}"})

    assert registered.status_code == 201
    assert set(registered.json()) == {"message", "user_id"}
    assert login.json()["token_type"] == "bearer"
    assert me.json()["user_id"] == registered.json()["user_id"]
    assert (me.json()["username"], me.json()["email"], me.json()["role"]) == ("priya", PRIYA["email"], "customer")
    assert datetime.fromisoformat(me.json()["created_at"]).utcoffset() is not None


def test_a_taken_name_and_a_taken_address_are_refused_in_the_same_words() -> None:
    with api() as client:
        client.post(REGISTER, json=PRIYA)
        name = client.post(REGISTER, json={**PRIYA, "username": "PRIYA", "email": "other@example.com"})
        address = client.post(REGISTER, json={**PRIYA, "username": "other", "email": "Priya@Example.com"})

    assert name.status_code == address.status_code == 409
    assert name.json()["detail"] == address.json()["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "q!"),
        ("username", "a" * 65),
        ("username", "with space"),
        ("username", "प्रिया"),
        ("email", "priya"),
        ("email", "a" * 250 + "@example.com"),
        ("password", "seven77"),
        ("password", "x" * 129),
        ("password", "with a \x00 in it"),
    ],
)
def test_an_account_that_cannot_be_opened_names_the_field_and_not_its_value(field: str, value: str) -> None:
    with api() as client:
        response = client.post(REGISTER, json={**PRIYA, field: value})

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert value not in response.text


async def test_a_password_is_kept_as_an_argon2_hash() -> None:
    store = MemoryStore()
    with api(store) as client:
        sign_up(client)

    user = await store.user_named("priya")
    assert user is not None
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize("password", [PASSWORD, "long enough for bcrypt to stop reading " * 3])
async def test_a_bcrypt_hash_is_accepted_and_replaced_at_the_first_login(password: str) -> None:
    store = MemoryStore()
    await store.add_user(a_user(bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()))

    with api(store) as client:
        wrong = client.post(LOGIN, json={"username": "old", "password": "not the pass phrase"})
        first = client.post(LOGIN, json={"username": "old", "password": password})
        second = client.post(LOGIN, json={"username": "old", "password": password})

    assert (wrong.status_code, first.status_code, second.status_code) == (401, 200, 200)
    user = await store.user("u1")
    assert user is not None
    assert user.password_hash.startswith("$argon2id$")


async def test_a_hash_that_nobody_can_read_lets_nobody_in() -> None:
    store = MemoryStore()
    await store.add_user(a_user("!"))
    with api(store) as client:
        assert client.post(LOGIN, json={"username": "old", "password": PASSWORD}).status_code == 401


def test_an_unknown_user_and_a_wrong_password_are_refused_in_the_same_words() -> None:
    with api() as client:
        sign_up(client)
        unknown = client.post(LOGIN, json={"username": "nobody", "password": PASSWORD})
        wrong = client.post(LOGIN, json={"username": "priya", "password": "not the pass phrase"})

    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json()["detail"] == wrong.json()["detail"]
    assert unknown.headers["www-authenticate"] == "Bearer"


async def test_an_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords(memory_kib=4096)
    known = await passwords.hashed(PASSWORD)

    async def seconds(kept: str | None) -> float:
        start = time.perf_counter()
        assert await passwords.check("not the pass phrase", kept) == (False, None)
        return time.perf_counter() - start

    await seconds(None)
    unknown = min([await seconds(None) for _ in range(5)])
    wrong = min([await seconds(known) for _ in range(5)])
    assert 0.4 < unknown / wrong < 2.5


async def test_a_crowd_at_the_door_is_let_in_one_after_another() -> None:
    passwords = Passwords(memory_kib=64)
    known = await passwords.hashed(PASSWORD)
    found = await asyncio.gather(*(passwords.check(PASSWORD, known) for _ in range(20)))
    assert all(right for right, _ in found)


def test_a_token_is_dead_after_logout() -> None:
    with api() as client:
        headers = sign_up(client)
        logout = client.post("/api/v1/auth/logout", headers=headers)
        after = client.get(ME, headers=headers)

    assert (logout.status_code, logout.content) == (204, b"")
    assert after.status_code == 401


def test_refreshing_gives_a_new_token_once_and_kills_the_old_one() -> None:
    with api() as client:
        old = sign_up(client)
        refreshed = client.post("/api/v1/auth/refresh", headers=old)
        again = client.post("/api/v1/auth/refresh", headers=old)
        new = {"Authorization": f"Bearer {refreshed.json()['access_token']}"}
        with_old, with_new = client.get(ME, headers=old), client.get(ME, headers=new)

    assert refreshed.status_code == 200
    assert (again.status_code, with_old.status_code, with_new.status_code) == (401, 401, 200)


def test_a_session_ends_after_its_days_however_often_it_is_renewed() -> None:
    with api(session_days=2.5 / 86400) as client:
        headers = sign_up(client)
        renewed = client.post("/api/v1/auth/refresh", headers=headers).json()
        claims = jwt.decode(renewed["access_token"], options={"verify_signature": False})
        later = client.post("/api/v1/auth/refresh", headers={"Authorization": f"Bearer {renewed['access_token']}"})

    assert renewed["expires_in"] <= 2
    assert claims["exp"] <= time.time() + 2.5
    assert later.json()["expires_in"] <= 2


async def test_whoever_an_operator_signs_out_is_signed_out_everywhere_and_may_sign_in_again() -> None:
    store = MemoryStore()
    with api(store) as client:
        headers = [sign_up(client), sign_up(client, "asha")]
        user = await store.user_named("priya")
        assert user
        await store.change_user(user.id, signed_out_at=datetime.now(UTC))
        ended = [client.get(ME, headers=each).status_code for each in headers]
        exchanged = client.post("/api/v1/auth/refresh", headers=headers[0])
        again = client.post(LOGIN, json={"username": "priya", "password": PASSWORD}).json()
        with_new = client.get(ME, headers={"Authorization": f"Bearer {again['access_token']}"})

    assert (ended, exchanged.status_code, with_new.status_code) == ([401, 200], 401, 200)


def forged(**changes: Any) -> str:
    return jwt.encode(claims(**changes), SECRET, algorithm="HS256")


def part(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def raw(header: dict[str, Any], key: str = "", hashed_by: str = "sha256", **changes: Any) -> str:
    """Return a token with any header at all, signed with this key; unsigned without one."""
    told = {name: int(v.timestamp()) if isinstance(v, datetime) else v for name, v in claims(**changes).items()}
    text = f"{part(header)}.{part(told)}"
    signature = hmac.digest(key.encode(), text.encode(), hashed_by) if key else b""
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def crafted() -> dict[str, str]:
    """Return tokens as attackers write them; whoever signs one does not know our key."""
    good, theirs = forged(), "their key " * 5
    head, body, signature = good.split(".")
    tokens: dict[str, str] = {}
    for alg in (
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        None,
        0,
        "HS256 ",
        "hs256",
        "HS999",
        "dir",
        "RS256",
        "ES256",
        "PS256",
    ):
        tokens[f"unsigned {alg!r}"] = raw({"alg": alg, "typ": "JWT"})
        tokens[f"our signature under {alg!r}"] = f"{part({'alg': alg, 'typ': 'JWT'})}.{body}.{signature}"
        tokens[f"our key under {alg!r}"] = raw({"alg": alg, "typ": "JWT"}, SECRET)
    for alg, hashed_by in (("HS384", "sha384"), ("HS512", "sha512")):
        tokens[f"our key with {alg}"] = raw({"alg": alg, "typ": "JWT"}, SECRET, hashed_by)
    keys = {"kty": "oct", "k": base64.urlsafe_b64encode(theirs.encode()).decode()}
    for name, value in (
        ("kid", "../../dev/null"), ("kid", "' OR 1=1"), ("kid", 7), ("jku", "https://evil.example/keys"), ("jwk", keys),
        ("x5u", "https://evil.example/cert"), ("x5c", ["MIIB"]), ("crit", ["exp"]), ("b64", False), ("zip", "DEF"),
    ):  # fmt: skip
        for key in (theirs, "", "secret", "\0"):
            tokens[f"{name} {value} with {key[:6]!r}"] = raw({"alg": "HS256", "typ": "JWT", name: value}, key)
    tokens["our key and an unknown extension"] = raw({"alg": "HS256", "crit": ["evil"], "evil": 1}, SECRET)
    for name in ("iss", "aud", "typ", "pwd", "exp", "nbf", "iat", "end"):
        odd: list[Any] = ["", "x", [], {}, ["questrag", "x"]]
        for wrong in odd:
            tokens[f"{name} is {wrong!r}"] = raw({"alg": "HS256"}, SECRET, **{name: wrong})
    for name in ("sub", "jti"):
        odd = [7, [], {}, True, ["u1"]]
        for wrong in odd:
            tokens[f"{name} is {wrong!r}"] = raw({"alg": "HS256"}, SECRET, **{name: wrong})
    tokens |= {
        "cut": good[:-1],
        "longer": good + "A",
        "signature of another": f"{head}.{part(claims(sub='u2', iat=0, nbf=0, exp=4e9))}.{signature}",
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{signature}",
        "no header": f".{body}.{signature}",
        "a list for a header": f"{part([])}.{body}.{signature}",
        "a text for claims": f"{head}.{part('x')}.{signature}",
        "another password": forged(pwd="0" * 32),
        "a device mark": jwt.encode({"aud": "questrag-device", "sub": "u1", "jti": "1", "exp": 4e9}, SECRET, "HS256"),
    }
    return tokens


HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)
BAD_TOKENS = {
    "nothing": "",
    "no token": "a.b.c",
    "not ASCII": "é.é.é",
    "another secret": jwt.encode(claims(), "x" * 40, algorithm="HS256"),
    "no signature": jwt.encode(claims(), "", algorithm="none"),
    "another algorithm": jwt.encode(claims(), SECRET * 2, algorithm="HS512"),
    "other audience": forged(aud="somebody-else"),
    "other issuer": forged(iss="somebody-else"),
    "expired": forged(exp=NOW - timedelta(seconds=6)),
    "not yet valid": forged(nbf=NOW + HOUR),
    "issued in the future": forged(iat=NOW + HOUR),
    "another kind": forged(typ="refresh"),
    "a user that is gone": forged(sub="nobody"),
    "a subject that is no text": forged(sub=None) + "x",
    "deeply nested": "W1tb" * 5000,
    **{f"without {name}": forged(**{name: None}) for name in claims()},
}


async def test_no_crafted_token_is_accepted() -> None:
    store = MemoryStore()
    await store.add_user(a_user("!"))
    tokens = crafted()
    with api(store) as client:
        good = client.get(ME, headers={"Authorization": f"Bearer {raw({'alg': 'HS256'}, SECRET)}"})
        statuses = {
            name: client.get(ME, headers=[(b"authorization", f"Bearer {token}".encode())]).status_code
            for name, token in tokens.items()
        }

    assert good.status_code == 200
    assert len(tokens) >= 100
    assert {name: status for name, status in statuses.items() if status != 401} == {}


def test_a_new_password_ends_every_session_but_the_one_that_gets_its_token() -> None:
    new = "another long pass phrase"
    with api() as client:
        here = sign_up(client)
        login = client.post(LOGIN, json={"username": "priya", "password": PASSWORD})
        there = {"Authorization": f"Bearer {login.json()['access_token']}"}
        changed = client.post(CHANGE, json={"password": PASSWORD, "new_password": new}, headers=here)
        with_old = [client.get(ME, headers=headers).status_code for headers in (here, there)]
        with_new = client.get(ME, headers={"Authorization": f"Bearer {changed.json()['access_token']}"})
        logins = [client.post(LOGIN, json={"username": "priya", "password": each}) for each in (PASSWORD, new)]

    assert changed.status_code == 200
    assert (with_old, with_new.status_code) == ([401, 401], 200)
    assert [login.status_code for login in logins] == [401, 200]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"password": "wrong", "new_password": "another long pass phrase"}, "password"),
        ({"password": PASSWORD, "new_password": "priya and more"}, "new_password"),
        ({"password": PASSWORD, "new_password": "password"}, "new_password"),
        ({"password": PASSWORD, "new_password": "short"}, "new_password"),
    ],
)
def test_a_password_that_is_wrong_or_easily_guessed_changes_nothing(given: dict[str, str], field: str) -> None:
    with api() as client:
        here = sign_up(client)
        refused = client.post(CHANGE, json=given, headers=here)
        after = client.get(ME, headers=here)

    assert (refused.status_code, after.status_code) == (422, 200)
    assert [each["field"] for each in refused.json()["errors"]] == [field]


def test_whoever_guesses_the_present_password_has_to_wait() -> None:
    with api(lock_out_after=3) as client:
        here = sign_up(client)
        wrong = {"password": "wrong", "new_password": "another long pass phrase"}
        statuses = [client.post(CHANGE, json=wrong, headers=here).status_code for _ in range(5)]

    assert statuses[:3] == [422, 422, 422] and 429 in statuses


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_a_token_is_refused_that_was(token: str) -> None:
    store = MemoryStore()
    await store.add_user(a_user("!"))
    with api(store) as client:
        good = client.get(ME, headers={"Authorization": f"Bearer {forged()}"})
        response = client.get(ME, headers=[(b"authorization", f"Bearer {token}".encode())])

    assert good.status_code == 200
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"] == "application/problem+json"


def test_another_scheme_than_bearer_is_refused() -> None:
    with api() as client:
        assert client.get(ME, headers={"Authorization": "Basic cHJpeWE6cGFzcw=="}).status_code == 401
        assert client.get(ME).status_code == 401
