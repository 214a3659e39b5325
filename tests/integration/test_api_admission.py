"""A worker that has as much to write as it can says so at once."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx2
from pydantic import SecretStr

from questrag.generation.scripted import Scripted
from tests.fakes import an_assistant
from tests.integration.api import Headers, an_app, served, sign_up
from tests.integration.test_api_chat import CHAT, STREAM, post_and_hold

TOKEN = "t" * 16


@contextmanager
def writing(model: Scripted, n: int, base: str, headers: Headers) -> Iterator[None]:
    """Have so many answers being written."""
    already = len(model.asked)
    with ExitStack() as readers:
        for _ in range(n):
            readers.enter_context(post_and_hold(base, CHAT, headers))
        while len(model.asked) < already + n:
            time.sleep(0.01)
        yield


def test_one_question_too_many_is_refused_at_once_and_the_next_one_gets_its_answer() -> None:
    model = Scripted(["slow"], wait_s=30)
    app = an_app(assistant=an_assistant(generator=model), max_answers_at_once=3, metrics_token=SecretStr(TOKEN))
    with served(app) as base, httpx2.Client(base_url=base) as client:
        headers, other = sign_up(client), sign_up(client, "arun")
        with writing(model, 3, base, headers):
            began = time.perf_counter()
            refused = client.post(CHAT, json={"query": "card?"}, headers=other)
            took_s = time.perf_counter() - began
            talks = client.get("/api/v1/chat/conversations", headers=other).json()["conversations"]
            metrics = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        model.wait_s = 0
        answered = _until_answered(client, other)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert took_s < 1
    assert talks == []  # nothing of it was stored
    assert 'questrag_not_admitted_total{full="worker"} 1.0' in metrics
    assert answered == "slow"


def test_an_account_that_fills_the_worker_is_refused_before_others_are() -> None:
    model = Scripted(["slow"], wait_s=30)
    app = an_app(assistant=an_assistant(generator=model), max_answers_at_once=10, max_answers_at_once_per_user=2)
    with served(app) as base, httpx2.Client(base_url=base) as client:
        headers, other = sign_up(client), sign_up(client, "arun")
        with writing(model, 2, base, headers):
            own = client.post(CHAT, json={"query": "card?"}, headers=headers)
            model.wait_s = 0
            others = client.post(CHAT, json={"query": "card?"}, headers=other)

    assert (own.status_code, own.headers["retry-after"]) == (429, "2")
    assert others.status_code == 200


def test_a_stream_holds_its_place_until_its_end() -> None:
    model = Scripted(["slow"], wait_s=30)
    app = an_app(assistant=an_assistant(generator=model), max_answers_at_once=1)
    with served(app) as base, httpx2.Client(base_url=base, timeout=10) as client:
        headers = sign_up(client)
        with client.stream("POST", STREAM, json={"query": "card?"}, headers=headers) as answer:
            chunks = answer.iter_raw()  # kept: an iterator that is thrown away closes the connection
            next(chunks)
            during = client.post(CHAT, json={"query": "card?"}, headers=headers).status_code
        model.wait_s = 0
        after = _until_answered(client, headers)

    assert (during, after) == (503, "slow")


def _until_answered(client: httpx2.Client, headers: Headers) -> str:
    """Ask until there is a place again; a reader who left gives it back a moment later."""
    for _ in range(100):
        answer = client.post(CHAT, json={"query": "card?"}, headers=headers)
        if answer.status_code == 200:
            return str(answer.json()["response"])
        time.sleep(0.05)
    raise AssertionError("there was no place any more")
