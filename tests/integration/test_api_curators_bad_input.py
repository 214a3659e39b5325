"""Whatever a curator sends, the answer is a readable problem, and nothing is kept."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api import an_app
from tests.integration.curators import BLOCK, FEE, KNOWLEDGE, Office, body, office, saying
from tests.integration.test_api_bad_input import BODIES, TEXTS

ENTRY = body(FEE)
MAY_BE_EMPTY = {"empty", "blank", "invisible"}
FIELDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "/drafts": ("POST", "entry", {}),
    "/drafts/{draft_id}/content": ("PUT", "entry", {"changed_at": "2026-11-01T00:00:00Z"}),
    "/drafts/{draft_id}/approve": ("POST", "effective_from", {}),
    "/drafts/{draft_id}/return": ("POST", "note", {}),
    "/drafts/approve-together": ("POST", "ids", {}),
    "/entry/check": ("POST", "lang", ENTRY),
    "/entry/restore": ("POST", "number", {}),
    "/entry/retire": ("POST", "note", {}),
    "/try": ("POST", "question", {}),
    "/golden": ("POST", "question", {"lang": "en", "relevant": ["cards-fee"]}),
}
"""Verb, a field that must not be odd, and what the route needs beside it."""
RIGHT = {
    ("/drafts/{draft_id}/approve", "null"),
    ("/entry/restore", "number"),
    ("/entry/restore", "true"),
    *(("/entry/retire", name) for name in MAY_BE_EMPTY),
    *(("/drafts/{draft_id}/return", name) for name in MAY_BE_EMPTY),
    ("/drafts/approve-together", "list"),
}
"""Values that are odd elsewhere and mean something here."""


@pytest.fixture(scope="module")
def room() -> Iterator[tuple[Office, str]]:
    with office() as at:
        yield at, at.submit(saying("600."))["id"]


def kept(at: Office) -> Any:
    return at.get("/entries").json(), at.get("/drafts").json(), at.get("/golden").json()


def refused(room: tuple[Office, str], path: str, content: bytes, content_type: str = "application/json") -> None:
    at, draft_id = room
    before = kept(at)
    headers = {**at.ravi, "Content-Type": content_type}
    url = KNOWLEDGE + path.format(draft_id=draft_id)
    params = {"entry_id": "cards-fee"} if path.startswith("/entry/") else {}
    response = at.client.request(FIELDS[path][0], url, content=content, headers=headers, params=params)
    assert response.status_code in (413, 422), (path, content[:60], response.text)
    assert response.headers["content-type"] == "application/problem+json"
    assert "x" * 50 not in response.text
    assert kept(at) == before


def test_every_route_with_a_body_is_in_this_test() -> None:
    paths = an_app().openapi()["paths"]
    with_body = {path for path, verbs in paths.items() for verb in verbs.values() if "requestBody" in verb}
    of_ours = {path.removeprefix(KNOWLEDGE) for path in with_body if path.startswith(f"{KNOWLEDGE}/")}
    assert of_ours - {"/import"} == set(FIELDS)


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path in FIELDS for name in TEXTS if (path, name) not in RIGHT]
)
def test_an_odd_value_is_refused_and_nothing_is_kept(room: tuple[Office, str], path: str, name: str) -> None:
    _, field, rest = FIELDS[path]
    others = "".join(f", {json.dumps(key)}: {json.dumps(value)}" for key, value in rest.items() if key != field)
    refused(room, path, f'{{"{field}": {TEXTS[name]}{others}}}'.encode())


UNKNOWN_FIELDS = ("UTF-16", "the same field twice, last one bad", "65 KiB")


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, name) for path in FIELDS for name in BODIES if path != "/entry/retire" or name not in UNKNOWN_FIELDS],
)
def test_an_odd_body_is_refused_and_nothing_is_kept(room: tuple[Office, str], path: str, name: str) -> None:
    refused(room, path, BODIES[name])


def test_a_misspelt_time_publishes_nothing(room: tuple[Office, str]) -> None:
    refused(room, "/drafts/{draft_id}/approve", b'{"effective_form": "2030-01-01T00:00:00Z"}')


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("path", FIELDS)
def test_another_type_of_content_is_refused(room: tuple[Office, str], path: str, content_type: str) -> None:
    refused(room, path, json.dumps({"entry": body(BLOCK)}).encode(), content_type)


def test_a_body_of_more_than_a_megabyte_is_refused(room: tuple[Office, str]) -> None:
    refused(room, "/drafts", json.dumps({"entry": {**ENTRY, "extra": {"a": "y" * 1024 * 1024}}}).encode())
