"""Made-up calls of every route, by everybody, and what must never come back."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from questrag.chat.types import Role, User
from questrag.storage.memory import MemoryStore
from questrag.web.app import create_app
from questrag.web.credentials import Tokens
from tests.integration.api import CHEAP_KIB, NO_PAGE, SECRET, served
from tests.integration.api import settings as server_settings
from tests.integration.curators import parts

LONGEST_S = 2.0
CALLERS: tuple[Role | None, ...] = ("admin", "customer", None)
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_WITHOUT_A_LIBRARY = ("POST /api/v1/knowledge/try", 503)
"""A draft cannot be tried where the knowledge base was made by hand, as here; the answer says so."""
_TOKENS = Tokens(secret=SECRET, algorithm="HS256", lifetime=timedelta(hours=1))


@dataclass
class Fuzzed:
    """What came of all calls."""

    n_calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    """Server errors, and answers that the description of the API does not know."""
    slow: list[str] = field(default_factory=list)
    """Calls that took longer than `LONGEST_S`."""


def fuzz(a_seed: int, n_each: int) -> Fuzzed:
    """Call every operation so often as each kind of caller, a server listening.

    Each call has a token of its own: some of them are signed out by what they do.
    """
    store = MemoryStore()
    people = {role: _somebody(role) for role in CALLERS if role}
    app = create_app(server_settings(), parts(store, (), {}), password_memory_kib=CHEAP_KIB, page=NO_PAGE)
    found = Fuzzed()
    for person in people.values():
        asyncio.run(store.add_user(person))
    with served(app) as address:
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
        for result in schema.get_all_operations():
            operation = result.ok()  # type: ignore[union-attr]
            for caller in CALLERS:
                for mode in GenerationMode:
                    calls = operation.as_strategy(generation_mode=mode)
                    _call_often(calls, operation.label, a_seed, n_each, _headers(people, caller), found)
    return found


def _somebody(role: Role) -> User:
    return User(
        id=uuid4().hex,
        username=f"fuzz-{role}",
        email=f"fuzz-{role}@example.com",
        password_hash="x",
        role=role,
        created_at=datetime.now(UTC),
    )


def _headers(people: dict[Role, User], caller: Role | None) -> Iterator[dict[str, str]]:
    while True:
        yield {"Authorization": f"Bearer {_TOKENS.issue(people[caller])}"} if caller else {}


def _call_often(calls: Any, label: str, a_seed: int, n: int, headers: Iterator[dict[str, str]], found: Fuzzed) -> None:
    @seed(a_seed)
    @settings(
        max_examples=n,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=calls)
    def call(case: Any) -> None:
        began = time.perf_counter()
        answer = case.call(headers=next(headers))
        took_s = time.perf_counter() - began
        found.n_calls += 1
        found.statuses[answer.status_code] += 1
        if took_s > LONGEST_S:
            found.slow.append(f"{label}: {took_s:.1f} s")
        if (label, answer.status_code) == _WITHOUT_A_LIBRARY:
            return
        try:
            case.validate_response(answer, checks=_CHECKS)
        except FailureGroup as group:
            found.failures += [f"{label}: {failure}" for failure in group.exceptions]
        except Failure as failure:
            found.failures.append(f"{label}: {failure}")

    with suppress(Unsatisfiable):  # nothing that an operation without parameters is sent can be wrong
        call()
