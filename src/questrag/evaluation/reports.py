"""Reports on the use of the assistant, made when somebody asks and kept for half a minute."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from questrag.chat.errors import NotFound
from questrag.chat.ports import KnowledgeBase, Store
from questrag.evaluation.kept import Kept
from questrag.evaluation.period import Period, lines_since_midnight, read_period
from questrag.evaluation.usage import Cost, Prices, TopEntry, Usage, cost_of, paid_tokens, top_entries, usage_of

_KEPT_S = 30.0


@dataclass(frozen=True, slots=True)
class Report:
    period: Period
    usage: Usage


@dataclass(frozen=True, slots=True)
class Today:
    """Since midnight, Indian Standard Time."""

    tokens: int
    """Prompt and completion tokens of the turns in which a provider was asked."""
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """A `TopEntry` with what it is called today, or was when it was last shown."""

    entry_id: str
    question: str
    category: str
    """Empty for an entry that is gone."""
    turns: int
    up: int
    down: int


class Reports:
    """All figures that one set of stored turns gives. Failed turns are in none of them."""

    def __init__(
        self,
        store: Store,
        *,
        prices: Prices | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """
        Args:
            prices: by contract with the providers; without them no cost is told.
            clock: for how long a report is kept.
        """
        self._store = store
        self._prices = prices
        self._now = now
        self._reports = Kept[int, Report](_KEPT_S, most=3, clock=clock)
        self._today = Kept[str, Today](_KEPT_S, most=1, clock=clock)

    async def of(self, days: int) -> Report:
        """Return the report of today and the days before it, ``days`` in all. Raises: Unavailable."""

        async def make() -> Report:
            period = await read_period(self._store, days, self._now())
            return Report(period, await asyncio.to_thread(usage_of, period, self._prices))

        return await self._reports.get(days, make)

    async def today(self) -> Today:
        """Raises: Unavailable."""

        async def make() -> Today:
            lines = await lines_since_midnight(self._store, self._now())
            return Today(paid_tokens(lines), cost_of(lines, self._prices))

        return await self._today.get("today", make)

    def forget(self) -> None:
        """Make every report anew: what one of them was made of has been deleted."""
        self._reports.clear()
        self._today.clear()

    async def top_entries(self, days: int, limit: int, knowledge: KnowledgeBase) -> list[NamedEntry]:
        """Return the entries that most answers drew on. Raises: Unavailable."""
        period = (await self.of(days)).period
        top = await asyncio.to_thread(top_entries, period.lines, limit)
        return [_named(entry, knowledge, period.questions.get(entry.entry_id, "")) for entry in top]


def _named(entry: TopEntry, knowledge: KnowledgeBase, once: str) -> NamedEntry:
    try:
        passage = knowledge.passage(entry.entry_id)
        question, category = passage.question, passage.category
    except NotFound:
        question, category = once, ""
    return NamedEntry(entry.entry_id, question, category, entry.turns, entry.up, entry.down)
