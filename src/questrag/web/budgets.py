"""What may be spent on language models in a day; beyond it, answers are approved texts."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from questrag.chat.errors import QuestragError
from questrag.chat.ports import Charges, Ledger
from questrag.chat.turn import Assistant
from questrag.chat.types import Event, Finished, TokenBill
from questrag.evaluation.period import IST
from questrag.evaluation.usage import Prices
from questrag.generation.extractive import Extractive
from questrag.wiring import approved_only

logger = logging.getLogger(__name__)

Payer = Literal["user", "everybody"]

EVERYBODY = "everybody"
"""Who pays for all together; ids of users are other texts."""

_WHY: dict[Payer, str] = {
    "user": "your share of the language model is used up for today: answered with an approved text",
    "everybody": "the language model is used up for today: answered with an approved text",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one day; 0: any amount."""

    tokens: int = 0
    """Prompt and completion tokens that a provider was paid for."""
    cost_micros: int = 0

    def __bool__(self) -> bool:
        return bool(self.tokens or self.cost_micros)

    def is_spent(self, charges: Charges) -> bool:
        """Tell whether nothing is left of it."""
        return 0 < self.tokens <= charges.tokens or 0 < self.cost_micros <= charges.cost_micros


class Budgets:
    """Counted in the store, so that workers and hosts share them and a restart forgets nothing.

    An answer is charged once it is there: what is being written while a budget runs out is still paid for.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        user: Budget,
        everybody: Budget,
        prices: Prices | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            user: of each account.
            everybody: of all accounts together.
            prices: without them nothing costs anything.
        """
        self._ledger = ledger
        self._budgets: dict[Payer, Budget] = {"user": user, "everybody": everybody}
        self._prices = prices
        self._now = now

    async def spent_by(self, user_id: str) -> Payer | None:
        """Return whose budget has nothing left for a question of this user; None: a model may be asked.

        Raises:
            Unavailable: nobody knows.
        """
        for payer, account in (("user", user_id), ("everybody", EVERYBODY)):
            budget = self._budgets[payer]  # type: ignore[index]
            if budget and budget.is_spent(await self._ledger.charged(self._today(), account)):
                return payer  # type: ignore[return-value]
        return None

    async def charging(
        self, events: AsyncGenerator[Event, None], user_id: str, assistant: Assistant
    ) -> AsyncGenerator[Event, None]:
        """Pass the events of a turn on, and charge what it cost.

        What a turn cost that was cut off, nobody says: it is charged as the largest prompt that there can be.
        """
        bill: TokenBill | None = None
        try:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Finished):
                        bill = event.answer.receipt.tokens
                        await self._charge(user_id, bill)
                    yield event
        except (GeneratorExit, asyncio.CancelledError):
            if bill is None and not isinstance(assistant.generator, Extractive):
                await asyncio.shield(self._charge(user_id, _largest(assistant)))
            raise

    async def _charge(self, user_id: str, bill: TokenBill) -> None:
        if not bill.paid or not any(self._budgets.values()):
            return
        cost = self._prices and bill.billed * self._prices.prompt + bill.completion * self._prices.completion
        try:
            charges = Charges(bill.prompt + bill.completion, round(cost or 0))
            await self._ledger.charge(self._today(), [user_id, EVERYBODY], charges)
        except QuestragError as error:  # the answer is there, and is worth more than its price
            logger.warning("%d tokens could not be charged: %s", bill.prompt + bill.completion, error)

    def _today(self) -> date:
        return self._now().astimezone(IST).date()


def without_model(assistant: Assistant, payer: Payer) -> Assistant:
    """Return the assistant answering in approved words, which says on each answer that a budget is spent."""
    return approved_only(assistant, because=_WHY[payer])


def _largest(assistant: Assistant) -> TokenBill:
    return TokenBill(assistant.budget_tokens, 0, 0, "estimate", paid=True)
