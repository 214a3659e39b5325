"""What the assistant was used for, what it saved and how fast it was: sums over stored turns."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

import numpy as np
import numpy.typing as npt

from questrag.evaluation.intervals import ratio95, wilson95
from questrag.evaluation.period import IST, STAGES, Line, Period

Floats = npt.NDArray[np.float64]

_DRAWS = 400
_LEAST_ACCOUNTS = 10
"""Fewer, drawn with replacement, give an interval that is far too narrow (Cameron, Gelbach & Miller 2008)."""
_TOTAL = STAGES.index("total")


@dataclass(frozen=True, slots=True)
class Prices:
    """What a provider charges for a million tokens."""

    prompt: float
    completion: float
    currency: str


@dataclass(frozen=True, slots=True)
class Cost:
    currency: str
    spent: float
    """Prompt tokens that were not read from the provider's cache, at the full price, and completion tokens."""
    saved: float
    """Prompt tokens that were not sent, at the full price."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share that was counted; its interval takes each one for a case of its own."""

    n: int
    count: int
    share: float | None
    ci95: tuple[float, float] | None

    @classmethod
    def of(cls, count: int, n: int) -> Self:
        return cls(n, count, count / n, wilson95(count, n)) if n else cls(0, 0, None, None)


@dataclass(frozen=True, slots=True)
class Tokens:
    prompt: int
    always_fetch_prompt: int
    saved: int
    saving: float | None
    ci95: tuple[float, float] | None
    """None for so few accounts that it would claim too much."""
    completion: int
    cached: int
    paid_turns: int


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    turns: int
    prompt: int
    always_fetch_prompt: int
    saved: int
    fetched: int
    handed_off: int
    up: int
    down: int
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    turns: int
    fetched: Share
    saving: float | None
    handed_off: int


@dataclass(frozen=True, slots=True)
class Stage:
    stage: str
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Answerer:
    model: str
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    since: datetime
    until: datetime
    turns: int
    conversations: int
    accounts: int
    left_out: int
    tokens: Tokens
    cost: Cost | None
    days: tuple[Day, ...]
    """Every day of the period, oldest first, also those on which nobody asked."""
    by_lang: tuple[Group, ...]
    by_kind: tuple[Group, ...]
    latency: tuple[Stage, ...]
    fetched: Share
    satisfied: Share
    contained: Share
    """Of the conversations: no turn of theirs was handed off, and no person was asked for out of them."""
    handed_off: Share
    """Emergency steps that were all there was to say count: they send the customer to a person."""
    person_requests: int
    emergencies: int
    degraded: int
    answered_by: tuple[Answerer, ...]


@dataclass(frozen=True, slots=True)
class TopEntry:
    """An entry, and what became of the turns whose answers drew on it."""

    entry_id: str
    turns: int
    up: int
    down: int


def usage_of(period: Period, prices: Prices | None = None) -> Usage:
    """Count the turns of a period. Takes a second for 50,000 of them: not for the event loop."""
    lines = period.lines
    return Usage(
        since=period.since,
        until=period.until,
        turns=len(lines),
        conversations=len({line.conversation for line in lines}),
        accounts=len({line.account for line in lines}),
        left_out=period.left_out,
        tokens=_tokens(lines),
        cost=cost_of(lines, prices),
        days=_days(period),
        by_lang=_groups(lines, [line.lang for line in lines]),
        by_kind=_groups(lines, [line.kind for line in lines]),
        latency=_latency(lines),
        fetched=_fetched(lines),
        satisfied=_satisfied(lines),
        contained=_contained(period),
        handed_off=Share.of(_handed_off(lines), len(lines)),
        person_requests=period.persons,
        emergencies=sum(line.emergency for line in lines),
        degraded=sum(line.degraded for line in lines),
        answered_by=tuple(Answerer(model, n) for model, n in _most_first(Counter(line.model for line in lines))),
    )


def cost_of(lines: Iterable[Line], prices: Prices | None) -> Cost | None:
    """Return what the paid turns cost, and what they would have cost more; None where nobody said the prices."""
    if prices is None:
        return None
    paid = [line for line in lines if line.paid]
    billed = sum(line.prompt - line.cached for line in paid)
    completion = sum(line.completion for line in paid)
    saved = sum(line.always_fetch_prompt - line.prompt for line in paid)
    spent = (billed * prices.prompt + completion * prices.completion) / 1e6
    return Cost(prices.currency, spent, saved * prices.prompt / 1e6)


def paid_tokens(lines: Iterable[Line]) -> int:
    """Return the prompt and completion tokens of the turns in which a provider was asked."""
    return sum(line.prompt + line.completion for line in lines if line.paid)


def top_entries(lines: Iterable[Line], limit: int) -> list[TopEntry]:
    """Return the entries that most answers drew on, first those of most turns, then by id."""
    turns, up, down = Counter[str](), Counter[str](), Counter[str]()
    for line in lines:
        cited = set(line.cited)
        turns.update(cited)
        if line.rating:
            (up if line.rating == "up" else down).update(cited)
    return [TopEntry(entry_id, n, up[entry_id], down[entry_id]) for entry_id, n in _most_first(turns)[:limit]]


def _most_first(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))


def _tokens(lines: Sequence[Line]) -> Tokens:
    prompt = sum(line.prompt for line in lines)
    always = sum(line.always_fetch_prompt for line in lines)
    return Tokens(
        prompt=prompt,
        always_fetch_prompt=always,
        saved=always - prompt,
        saving=_saving(lines),
        ci95=_saving95(lines),
        completion=sum(line.completion for line in lines),
        cached=sum(line.cached for line in lines),
        paid_turns=sum(line.paid for line in lines),
    )


def _saving(lines: Sequence[Line]) -> float | None:
    always = sum(line.always_fetch_prompt for line in lines)
    return (always - sum(line.prompt for line in lines)) / always if always else None


def _saving95(lines: Sequence[Line]) -> tuple[float, float] | None:
    """Return the interval of the saving: what one customer asks stands and falls together, so accounts are drawn."""
    saved, of = Counter[str](), Counter[str]()
    for line in lines:
        saved[line.account] += line.always_fetch_prompt - line.prompt
        of[line.account] += line.always_fetch_prompt
    accounts = [account for account, always in of.items() if always]
    if len(accounts) < _LEAST_ACCOUNTS:
        return None
    return ratio95(
        [saved[account] for account in accounts], [of[account] for account in accounts], accounts, draws=_DRAWS
    )


def _days(period: Period) -> tuple[Day, ...]:
    by_day: dict[date, list[Line]] = defaultdict(list)
    for line in period.lines:
        by_day[line.asked_at.astimezone(IST).date()].append(line)
    first, last = (moment.astimezone(IST).date() for moment in (period.since, period.until))
    return tuple(_day(day, by_day[day]) for day in (first + timedelta(n) for n in range((last - first).days + 1)))


def _day(day: date, lines: Sequence[Line]) -> Day:
    prompt = sum(line.prompt for line in lines)
    always = sum(line.always_fetch_prompt for line in lines)
    took = _percentiles([line.timings_ms[_TOTAL] for line in lines], (50, 95))
    return Day(
        day=day,
        turns=len(lines),
        prompt=prompt,
        always_fetch_prompt=always,
        saved=always - prompt,
        fetched=sum(line.fetched for line in lines),
        handed_off=_handed_off(lines),
        up=sum(line.rating == "up" for line in lines),
        down=sum(line.rating == "down" for line in lines),
        p50_ms=took[0] if took else None,
        p95_ms=took[1] if took else None,
    )


def _groups(lines: Sequence[Line], names: Sequence[str]) -> tuple[Group, ...]:
    """Return the groups of lines that have one name, the largest first."""
    by_name: dict[str, list[Line]] = defaultdict(list)
    for line, name in zip(lines, names, strict=True):
        by_name[name].append(line)
    ordered = sorted(by_name.items(), key=lambda each: (-len(each[1]), each[0]))
    return tuple(Group(name, len(of), _fetched(of), _saving(of), _handed_off(of)) for name, of in ordered)


def _latency(lines: Sequence[Line]) -> tuple[Stage, ...]:
    """Return the stages that some turn had."""
    took = {name: _percentiles([line.timings_ms[n] for line in lines], (50, 95, 99)) for n, name in enumerate(STAGES)}
    return tuple(Stage(name, *percentiles) for name, percentiles in took.items() if percentiles)


def _percentiles(values: Sequence[float], of: Sequence[int]) -> list[float]:
    """Return the percentiles of what was measured; none where nothing was."""
    measured: Floats = np.array(values, dtype=np.float64)
    measured = measured[np.isfinite(measured)]
    return [round(float(each), 3) for each in np.percentile(measured, of)] if len(measured) else []


def _fetched(lines: Sequence[Line]) -> Share:
    return Share.of(sum(line.fetched for line in lines), len(lines))


def _handed_off(lines: Iterable[Line]) -> int:
    return sum(line.handed_off for line in lines)


def _satisfied(lines: Iterable[Line]) -> Share:
    thumbs = [line.rating for line in lines if line.rating]
    return Share.of(thumbs.count("up"), len(thumbs))


def _contained(period: Period) -> Share:
    conversations = {line.conversation for line in period.lines}
    handed_off = {line.conversation for line in period.lines if line.handed_off}
    return Share.of(len(conversations - handed_off - period.with_person), len(conversations))
