"""Whatever is sent, the answer is a readable problem, and nothing is kept."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from questrag.storage.memory import MemoryStore
from tests.integration.api import PASSWORD, Headers, an_app, api, ask, conversations, messages, served, sign_up, staff

TEXTS = {
    "empty": '""',
    "blank": '" \\t\\n"',
    "invisible": '"\\u200b\\u200d"',
    "too long": json.dumps("x" * 2001),
    "NUL": '"a\\u0000b"',
    "lone surrogate": '"a\\ud800b"',
    "reversed surrogates": '"\\udc00\\ud800"',
    "NaN": "NaN",
    "infinity": "-Infinity",
    "beyond double": "1e999",
    "huge integer": "9" * 400,
    "integer beyond the parser": "9" * 5000,
    "number": "7",
    "true": "true",
    "null": "null",
    "list": '["a"]',
    "object": '{"a": 1}',
}
REPEATED = "the same field twice, last one bad"
BODIES = {
    "nothing": b"",
    "no JSON": b"{query: 1}",
    "cut off": b'{"query": "a',
    "no object": b'["query"]',
    "a string": b'"query"',
    "null": b"null",
    "nested too deep": b"[" * 60_000,
    "objects nested too deep": b'{"query":' * 6000,
    "not UTF-8": b'{"query": "\xff\xfe\xfa"}',
    "UTF-16": '{"query": 7}'.encode("utf-16"),
    REPEATED: b'{"query": "a", "query": 7}',
    "65 KiB": b'{"query": "' + b"x" * 65 * 1024 + b'"}',
}
FIELDS = {
    "/api/v1/auth/register": ("post", "username"),
    "/api/v1/auth/login": ("post", "username"),
    "/api/v1/auth/guest": ("post", "origin"),
    "/api/v1/auth/oidc/callback": ("post", "state"),
    "/api/v1/auth/password": ("post", "new_password"),
    "/api/v1/handoffs": ("post", "contact"),
    "/api/v1/handoffs/{handoff_id}": ("patch", "state"),
    "/api/v1/knowledge/try": ("post", "question"),
    "/api/v1/knowledge/golden": ("post", "question"),
    "/api/v1/chat/": ("post", "query"),
    "/api/v1/chat/stream": ("post", "query"),
    "/api/v1/chat/messages/{message_id}/edit": ("post", "query"),
    "/api/v1/chat/messages/{message_id}/feedback": ("put", "rating"),
    "/api/v1/chat/conversations/{conversation_id}": ("patch", "title"),
}
MAY_BE_LEFT_OUT = {"/api/v1/chat/messages/{message_id}/regenerate": ("post", "model")}
"""Routes that need no body, and in it not that field."""
GOOD_THERE = {"null", "nothing", "UTF-16", REPEATED}
REST = {"email": "ravi@example.com", "password": PASSWORD, "name": "Ravi", "code": "x"}
"""What the routes need beside that field; the others do not mind."""


@pytest.fixture(scope="module")
def room() -> Iterator[tuple[TestClient, Headers, dict[str, str]]]:
    store = MemoryStore()
    with api(store) as client:
        headers = staff(client, store)
        asked = ask(client, headers)
        yield client, headers, {"handoff_id": "h1", **{key: asked[key] for key in ("message_id", "conversation_id")}}


def kept(client: TestClient, headers: Headers) -> Any:
    """Everything of this user that a request could have changed."""
    listed = conversations(client, headers)
    return listed, [messages(client, headers, conversation["conversation_id"]) for conversation in listed]


def refuse(room: tuple[TestClient, Headers, dict[str, str]], path: str, body: bytes, content_type: str) -> Any:
    client, headers, ids = room
    before = kept(client, headers)
    verb, _ = (FIELDS | MAY_BE_LEFT_OUT)[path]
    response = client.request(verb, path.format(**ids), content=body, headers={**headers, "Content-Type": content_type})
    assert response.status_code in (413, 422), (path, body[:60], response.text)
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert {"type", "title", "detail", "instance"} <= set(problem)
    assert kept(client, headers) == before
    return response


def test_every_route_with_a_body_is_in_this_test() -> None:
    paths = an_app().openapi()["paths"]
    with_body = {path for path, verbs in paths.items() for verb in verbs.values() if "requestBody" in verb}
    # Those for staff need staff, and entries: see test_api_curators_bad_input.py and the tests of insights.
    # What answers in the shape of the OpenAI API has odd bodies of its own in test_api_openai.py.
    # Any text may be a wrong password: test_api_own_data.py, test_api_keys.py.
    passwords = ("/api/v1/auth/me/erase", "/api/v1/auth/keys")
    elsewhere = ("/api/v1/knowledge/", "/api/v1/insights/", "/v1/", *passwords)
    assert {path for path in with_body if not path.startswith(elsewhere)} <= set(FIELDS | MAY_BE_LEFT_OUT) <= with_body


@pytest.mark.parametrize("value", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("path", FIELDS)
def test_an_odd_value_is_refused_and_nothing_is_kept(
    room: tuple[TestClient, Headers, dict[str, str]], path: str, value: str
) -> None:
    body = f'{json.dumps(REST)[:-1]}, "{FIELDS[path][1]}": {value}}}'
    response = refuse(room, path, body.encode(), "application/json")
    assert "x" * 20 not in response.text
    assert "9" * 20 not in response.text


@pytest.mark.parametrize("name", sorted((TEXTS.keys() | BODIES.keys()) - GOOD_THERE))
@pytest.mark.parametrize("path", MAY_BE_LEFT_OUT)
def test_a_body_that_may_be_left_out_is_refused_where_it_is_odd(
    room: tuple[TestClient, Headers, dict[str, str]], path: str, name: str
) -> None:
    field = MAY_BE_LEFT_OUT[path][1]
    body = f'{{"{field}": {TEXTS[name]}}}'.encode() if name in TEXTS else BODIES[name]
    refuse(room, path, body, "application/json")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", FIELDS)
def test_an_odd_body_is_refused_and_nothing_is_kept(
    room: tuple[TestClient, Headers, dict[str, str]], path: str, body: bytes
) -> None:
    refuse(room, path, body, "application/json")


NO_JSON = ("no JSON", "cut off", "nested too deep", "objects nested too deep", "not UTF-8")


@pytest.mark.parametrize("body", [BODIES[name] for name in NO_JSON], ids=NO_JSON)
def test_a_body_that_cannot_be_read_is_said_to_be_no_json(
    room: tuple[TestClient, Headers, dict[str, str]], body: bytes
) -> None:
    problem = refuse(room, "/api/v1/chat/", body, "application/json").json()

    assert (problem["status"], problem["detail"]) == (422, "The body is not valid JSON.")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/api/v1/chat/", b"[]", ("body", "must be a JSON object")),
        ("/api/v1/chat/", b'"a"', ("body", "must be a JSON object")),
        ("/api/v1/chat/", b"{}", ("query", "is missing")),
        ("/api/v1/chat/", b'{"query": NaN}', ("query", "must be text")),
        ("/api/v1/chat/", b'{"query": ""}', ("query", "must be 1 or more characters long")),
        ("/api/v1/chat/", b'{"query": "a\\ud800"}', ("query", "must be valid Unicode")),
        (
            "/api/v1/chat/",
            b'{"query": "a", "conversation_id": "?"}',
            ("conversation_id", "has characters, or a length, that it may not have"),
        ),
        ("/api/v1/chat/messages/{message_id}/feedback", b'{"rating": 1}', ("rating", "must be 'up' or 'down'")),
        ("/api/v1/chat/conversations/{conversation_id}", b'{"archived": 7}', ("archived", "must be true or false")),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_plain_words(
    room: tuple[TestClient, Headers, dict[str, str]], path: str, body: bytes, said: tuple[str, str]
) -> None:
    problem = refuse(room, path, body, "application/json").json()

    assert [(error["field"], error["message"]) for error in problem["errors"]] == [said]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "é"]
)
@pytest.mark.parametrize("path", FIELDS)
def test_another_type_of_content_is_refused(
    room: tuple[TestClient, Headers, dict[str, str]], path: str, content_type: str
) -> None:
    client, headers, ids = room
    named = [(b"content-type", content_type.encode()), (b"authorization", headers["Authorization"].encode())]
    response = client.request(FIELDS[path][0], path.format(**ids), content=b'{"query": "hello"}', headers=named)
    assert response.status_code == 422
    assert "hello" not in response.text


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "9" * 5000},
        {"limit": "NaN"},
        {"cursor": "x"},
        {"cursor": "-1.a"},
        {"cursor": "9" * 400 + ".a"},
        {"cursor": "1\x00.a"},
        {"q": "x" * 201},
        {"q": "a\x00b"},
        {"archived": "perhaps"},
    ],
)
def test_an_odd_question_to_the_list_is_refused(
    room: tuple[TestClient, Headers, dict[str, str]], params: dict[str, str]
) -> None:
    client, headers, _ = room
    response = client.get("/api/v1/chat/conversations", headers=headers, params=params)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("verb", ["regenerate", "edit"])
def test_nothing_is_kept_when_only_the_way_of_answering_is_odd(
    room: tuple[TestClient, Headers, dict[str, str]], verb: str
) -> None:
    client, headers, ids = room
    before = kept(client, headers)
    url = f"/api/v1/chat/messages/{ids['message_id']}/{verb}"
    response = client.post(url, json={"query": "hello"}, headers=headers, params={"stream": "perhaps"})
    assert response.status_code == 422
    assert kept(client, headers) == before


@pytest.mark.parametrize("odd", ["%00", "%ED%A0%80", "%FF", "..%2F..", "x" * 5000, "'; DROP TABLE turns; --", "💥"])
def test_an_odd_id_is_not_found(room: tuple[TestClient, Headers, dict[str, str]], odd: str) -> None:
    client, headers, _ = room
    for url in (f"/api/v1/chat/conversations/{odd}", f"/api/v1/chat/conversations/{odd}/export"):
        assert client.get(url, headers=headers).status_code == 404


def test_the_longest_question_is_answered() -> None:
    with api() as client:
        assert ask(client, sign_up(client), "ß" * 2000)["status"] == "handed_off"


@pytest.mark.parametrize("http", ["h11", "httptools"])
def test_a_megabyte_is_refused_by_a_real_server_announced_or_not(http: Any) -> None:
    body = json.dumps({"query": "x" * 1024 * 1024}).encode()

    def in_chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 8192):
            yield body[start : start + 8192]

    store = MemoryStore()
    with served(an_app(store), http) as base, httpx2.Client(base_url=base) as client:
        headers = {**sign_up(client), "Content-Type": "application/json"}
        for path in ("/api/v1/chat/", "/api/v1/chat/stream", "/api/v1/auth/register"):
            announced = client.post(path, content=body, headers=headers)
            in_pieces = client.post(path, content=in_chunks(), headers=headers)
            assert (announced.status_code, in_pieces.status_code) == (413, 413)
            assert announced.headers["content-type"] == "application/problem+json"
            assert "65536" in in_pieces.json()["detail"]
        assert conversations(client, headers) == []


def test_an_unknown_address_and_a_wrong_verb_are_problems_too() -> None:
    with api() as client:
        nowhere = client.get("/api/v1/nowhere")
        wrong_verb = client.put("/api/v1/chat/", json={"password": PASSWORD})

    assert (nowhere.status_code, wrong_verb.status_code) == (404, 405)
    assert nowhere.headers["content-type"] == wrong_verb.headers["content-type"] == "application/problem+json"
    assert wrong_verb.headers["allow"] == "POST"
