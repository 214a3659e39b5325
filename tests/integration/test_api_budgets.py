"""When a budget is spent, no model is asked, and the answer says so."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from questrag.chat.errors import Misconfigured, Unavailable
from questrag.chat.ports import Charges
from questrag.chat.types import Completion, Event, TokenBill
from questrag.evaluation.usage import Prices
from questrag.generation.scripted import Scripted
from questrag.settings import load_settings
from questrag.storage.memory import MemoryStore
from questrag.web.budgets import EVERYBODY, Budget, Budgets
from questrag.wiring import approved_only
from tests.fakes import BLOCK_CARD, an_assistant
from tests.integration.api import Headers, api, ask, events_of, sign_up

SAID = "What the model says."
MIDNIGHT_IN_INDIA = datetime(2026, 11, 2, 18, 30, tzinfo=UTC)


def a_model() -> Scripted:
    """100 tokens for each answer."""
    return Scripted([SAID], completion=Completion(provider="groq", model="oss", prompt_tokens=80, completion_tokens=20))


def degraded(answer: dict[str, Any]) -> str:
    return "; ".join(answer["metadata"]["degraded"])


def test_without_a_budget_nothing_is_counted() -> None:
    store, model = MemoryStore(), a_model()
    with api(store, an_assistant(generator=model)) as client:
        headers = sign_up(client)
        assert [ask(client, headers)["response"] for _ in range(5)] == [SAID] * 5
        assert client.portal
        assert client.portal.call(store.charged, datetime.now(UTC).date(), EVERYBODY) == Charges(0, 0)


def test_an_account_whose_tokens_are_spent_gets_approved_texts_that_say_so() -> None:
    model = a_model()
    with api(assistant=an_assistant(generator=model), budget_tokens_per_user_per_day=150) as client:
        headers, other = sign_up(client), sign_up(client, "arun")
        first, second, third = (ask(client, headers) for _ in range(3))

        assert [first["response"], second["response"]] == [SAID, SAID]
        assert third["response"] == BLOCK_CARD.answer
        assert "used up for today" in degraded(third)
        assert degraded(second) == ""
        assert third["metadata"]["tokens"]["paid"] is False
        assert ask(client, other)["response"] == SAID
    assert len(model.asked) == 3


def test_what_all_spend_together_counts_against_the_budget_of_all() -> None:
    model = a_model()
    with api(assistant=an_assistant(generator=model), budget_tokens_per_day=150) as client:
        people = [sign_up(client, name) for name in ("priya", "arun", "ravi")]
        answers = [ask(client, headers) for headers in people]

    assert [each["response"] for each in answers] == [SAID, SAID, BLOCK_CARD.answer]
    assert "used up for today" in degraded(answers[-1])


def test_a_budget_in_money_counts_what_tokens_cost() -> None:
    # 80 tokens at 10 and 20 at 50 rupees a million: 1,800 millionths for each answer.
    prices: dict[str, Any] = {"token_price_prompt": 10.0, "token_price_completion": 50.0, "token_currency": "INR"}
    with api(assistant=an_assistant(generator=a_model()), budget_cost_per_day=0.0036, **prices) as client:
        headers = sign_up(client)
        said = [ask(client, headers)["response"] for _ in range(3)]

    assert said == [SAID, SAID, BLOCK_CARD.answer]


def test_every_way_of_asking_is_bound_by_it() -> None:
    model, reader = a_model(), {"budget_tokens_per_user_per_day": 100, "metrics_token": SecretStr("t" * 16)}
    with api(assistant=an_assistant(generator=model), **reader) as client:  # type: ignore[arg-type]
        headers = sign_up(client)
        asked = ask(client, headers)
        question = {"query": "How do I block my debit card?"}
        completion = {"model": "questrag", "messages": [{"role": "user", "content": question["query"]}]}
        place = f"/api/v1/chat/messages/{asked['message_id']}"

        streamed = events_of(client.post("/api/v1/chat/stream", json=question, headers=headers).text)
        again = client.post(f"{place}/regenerate", headers=headers).json()
        edited = client.post(f"{place}/edit", json=question, headers=headers).json()
        by_openai = client.post("/v1/chat/completions", json=completion, headers=headers).json()

        assert streamed[-1][1]["response"] == again["response"] == edited["response"] == BLOCK_CARD.answer
        assert by_openai["choices"][0]["message"]["content"] == BLOCK_CARD.answer
        metrics = client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 16}).text
    assert len(model.asked) == 1
    assert 'questrag_over_budget_total{of="user"} 4.0' in metrics


def test_questions_by_the_openai_api_are_charged_too() -> None:
    model = a_model()
    completion = {"model": "questrag", "messages": [{"role": "user", "content": "How do I block my debit card?"}]}
    with api(assistant=an_assistant(generator=model), budget_tokens_per_user_per_day=100) as client:
        headers = sign_up(client)
        for _ in range(3):
            client.post("/v1/chat/completions", json=completion, headers=headers)

    assert len(model.asked) == 1


def test_answers_that_no_model_was_paid_for_cost_nothing() -> None:
    with api(assistant=approved_only(an_assistant()), budget_tokens_per_user_per_day=1) as client:
        headers = sign_up(client)
        assert [degraded(ask(client, headers)) for _ in range(3)] == ["", "", ""]


def test_a_new_day_in_india_is_a_new_budget() -> None:
    now = MIDNIGHT_IN_INDIA - timedelta(minutes=1)
    budgets = Budgets(MemoryStore(), user=Budget(tokens=10), everybody=Budget(), now=lambda: now)

    async def spend() -> tuple[str | None, str | None]:
        nonlocal now
        await budgets._charge("priya", TokenBill(10, 0, 0, "provider", paid=True))
        before = await budgets.spent_by("priya")
        now = MIDNIGHT_IN_INDIA
        return before, await budgets.spent_by("priya")

    assert asyncio.run(spend()) == ("user", None)


def test_tokens_of_the_prefix_cache_cost_nothing_and_count_as_tokens() -> None:
    store = MemoryStore()
    budgets = Budgets(store, user=Budget(tokens=1), everybody=Budget(), prices=Prices(10.0, 50.0, "INR"))

    asyncio.run(budgets._charge("priya", TokenBill(100, 10, 0, "provider", paid=True, cached=60)))

    today = budgets._today()
    assert asyncio.run(store.charged(today, "priya")) == Charges(110, 40 * 10 + 10 * 50)


@pytest.mark.parametrize("asks_a_model", [True, False])
async def test_a_turn_that_was_cut_off_is_charged_as_the_largest_prompt(asks_a_model: bool) -> None:
    store = MemoryStore()
    assistant = an_assistant(generator=a_model())
    if not asks_a_model:
        assistant = approved_only(assistant)
    budgets = Budgets(store, user=Budget(tokens=1), everybody=Budget())

    events = budgets.charging(assistant.answer("How do I block my card?"), "priya", assistant)
    await anext(events)
    await events.aclose()

    expected = assistant.budget_tokens if asks_a_model else 0
    assert (await store.charged(budgets._today(), "priya")).tokens == expected


class Closed(MemoryStore):
    """Can be read, not written."""

    async def charge(self, day: date, payers: Any, charges: Charges) -> None:
        raise Unavailable("The ledger is closed.")


async def test_an_answer_is_given_even_where_it_cannot_be_charged(caplog: pytest.LogCaptureFixture) -> None:
    assistant = an_assistant(generator=a_model())
    budgets = Budgets(Closed(), user=Budget(tokens=1), everybody=Budget())

    def turn() -> AsyncGenerator[Event, None]:
        return budgets.charging(assistant.answer("How do I block my card?"), "priya", assistant)

    assert [type(event).__name__ async for event in turn()][-1] == "Finished"
    assert "100 tokens could not be charged" in caplog.text


def test_a_budget_in_money_needs_prices() -> None:
    with pytest.raises(Misconfigured, match="TOKEN_PRICE_PROMPT is missing"):
        load_settings(budget_cost_per_day=100.0)


def test_nothing_is_stored_of_a_question_whose_budget_is_not_known() -> None:
    class Dark(MemoryStore):
        async def charged(self, day: date, payer: str) -> Charges:
            raise Unavailable("The ledger is closed.")

    with api(Dark(), an_assistant(generator=a_model()), budget_tokens_per_day=10) as client:
        headers = sign_up(client)

        assert client.post("/api/v1/chat/", json={"query": "card?"}, headers=headers).status_code == 503
        assert _conversations(client, headers) == []


def _conversations(client: TestClient, headers: Headers) -> list[Any]:
    return list(client.get("/api/v1/chat/conversations", headers=headers).json()["conversations"])
