"""What the reports count, checked against what one counts by hand."""

import asyncio
import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.chat.desk import HandOff
from questrag.chat.types import LANGS, Action, Reason, Status, TokenBill, Turn
from questrag.evaluation.intervals import wilson95
from questrag.evaluation.kept import Kept
from questrag.evaluation.period import IST, Period, line_of, read_period
from questrag.evaluation.reports import Reports
from questrag.evaluation.usage import Prices, Usage, top_entries, usage_of
from questrag.storage.memory import MemoryStore
from tests.ended import NOON, an_ended_turn, stored
from tests.fakes import TinyBase

FEW = timedelta(minutes=1)


def a_period(*turns: Turn, days: int = 1, persons: int = 0, with_person: frozenset[str] = frozenset()) -> Period:
    since = datetime(2026, 11, 2, tzinfo=IST) - timedelta(days=days - 1)
    lines = tuple(map(line_of, sorted(turns, key=lambda turn: turn.asked_at)))
    return Period(since=since, until=NOON, lines=lines, persons=persons, with_person=with_person)


def paid(prompt: int, always: int, completion: int = 0, cached: int = 0) -> TokenBill:
    return TokenBill(prompt, completion, always, "provider", True, cached)


# Sums --------------------------------------------------------------------------------------------


def test_tokens_are_added_up_and_the_saving_is_the_share_of_what_always_fetching_would_have_sent() -> None:
    usage = usage_of(
        a_period(
            an_ended_turn(bill=paid(100, 400, completion=30, cached=40)),
            an_ended_turn(bill=paid(300, 350, completion=10)),
            an_ended_turn(bill=TokenBill(50, 5, 250, "words", False)),
        )
    )
    tokens = usage.tokens
    assert (tokens.prompt, tokens.always_fetch_prompt, tokens.saved) == (450, 1000, 550)
    assert (tokens.completion, tokens.cached, tokens.paid_turns) == (45, 40, 2)
    assert tokens.saving == 0.55
    assert tokens.ci95 is None, "of one account nothing can be drawn"
    assert usage.cost is None


def test_cost_is_of_paid_turns_without_the_tokens_that_came_from_the_cache() -> None:
    turns = (
        an_ended_turn(bill=paid(1_000_000, 3_000_000, completion=500_000, cached=400_000)),
        an_ended_turn(bill=TokenBill(9_000_000, 9_000_000, 9_500_000, "words", False)),
    )
    cost = usage_of(a_period(*turns), Prices(10.0, 40.0, "INR")).cost
    assert cost is not None
    assert (cost.currency, cost.spent, cost.saved) == ("INR", 0.6 * 10 + 0.5 * 40, 2 * 10)


def test_the_interval_of_the_saving_draws_accounts_and_not_turns() -> None:
    one_heavy = [an_ended_turn(account="heavy", bill=paid(100, 1000)) for _ in range(90)]
    light = [an_ended_turn(account=f"light{n}", bill=paid(1000, 1000)) for n in range(10)]
    usage = usage_of(a_period(*one_heavy, *light))
    assert usage.tokens.saving == 0.81
    assert usage.tokens.ci95 is not None
    low, high = usage.tokens.ci95
    assert low == 0.0, "without the one account that saves, nothing is saved"
    assert high > 0.85


def test_turns_are_counted_by_language_and_by_kind_the_largest_first() -> None:
    usage = usage_of(
        a_period(
            an_ended_turn(lang="hi", reason=Reason.LIVE, action=Action.NO_FETCH, bill=paid(100, 400)),
            an_ended_turn(lang="hi", reason=Reason.LIVE, handed_off=True, bill=paid(200, 400)),
            an_ended_turn(lang="en", reason=Reason.SMALL_TALK, action=Action.NO_FETCH, bill=paid(50, 200)),
        )
    )
    hindi, english = usage.by_lang
    assert (hindi.name, hindi.turns, hindi.fetched.count, hindi.handed_off) == ("hi", 2, 1, 1)
    assert hindi.saving == (800 - 300) / 800
    assert (english.name, english.turns, english.saving) == ("en", 1, 0.75)
    assert [group.name for group in usage.by_kind] == ["live", "small_talk"]
    assert (usage.fetched.count, usage.fetched.n) == (1, 3)


def test_percentiles_are_of_the_turns_that_had_the_stage() -> None:
    usage = usage_of(a_period(*(an_ended_turn(total_ms=float(ms)) for ms in range(1, 101))))
    search, total = usage.latency
    assert (search.stage, search.p50_ms, search.p99_ms) == ("search", 2.0, 2.0)
    assert (total.stage, total.p50_ms, total.p95_ms, total.p99_ms) == ("total", 50.5, 95.05, 99.01)
    assert (usage.days[0].p50_ms, usage.days[0].p95_ms) == (50.5, 95.05)


def test_a_conversation_is_contained_where_nobody_was_handed_off_and_no_person_was_asked_for() -> None:
    turns = (
        an_ended_turn(conversation="a"),
        an_ended_turn(conversation="a", handed_off=True),
        an_ended_turn(conversation="b"),
        an_ended_turn(conversation="c"),
        an_ended_turn(conversation="d"),
    )
    usage = usage_of(a_period(*turns, persons=3, with_person=frozenset({"b", "of another month"})))
    assert (usage.contained.count, usage.contained.n, usage.contained.share) == (2, 4, 0.5)
    assert (usage.handed_off.count, usage.handed_off.n) == (1, 5)
    assert (usage.person_requests, usage.conversations, usage.accounts) == (3, 4, 1)


def test_thumbs_emergencies_degraded_answers_and_who_answered_are_counted() -> None:
    usage = usage_of(
        a_period(
            an_ended_turn(thumb="up", model="groq/a"),
            an_ended_turn(thumb="up", model="groq/b", degraded=("groq: slow",)),
            an_ended_turn(thumb="down", model="groq/b", emergency=True),
            an_ended_turn(model="groq/b"),
        )
    )
    assert (usage.satisfied.count, usage.satisfied.n) == (2, 3)
    assert usage.satisfied.ci95 == wilson95(2, 3)
    assert (usage.emergencies, usage.degraded) == (1, 1)
    assert [(each.model, each.turns) for each in usage.answered_by] == [("groq/b", 3), ("groq/a", 1)]


def test_a_day_begins_at_midnight_in_india() -> None:
    before, after = datetime(2026, 11, 1, 18, 29, tzinfo=UTC), datetime(2026, 11, 1, 18, 31, tzinfo=UTC)
    days = usage_of(a_period(an_ended_turn(at=before), an_ended_turn(at=after), days=3)).days
    assert [(each.day, each.turns) for each in days] == [
        (date(2026, 10, 31), 0),
        (date(2026, 11, 1), 1),
        (date(2026, 11, 2), 1),
    ]
    assert days[0].p50_ms is None


def test_without_turns_everything_is_zero_or_unknown() -> None:
    usage = usage_of(a_period(), Prices(1.0, 1.0, "INR"))
    assert (usage.turns, usage.tokens.saved, usage.tokens.saving, usage.tokens.ci95) == (0, 0, None, None)
    assert usage.cost is not None
    assert (usage.cost.spent, usage.cost.saved) == (0, 0)
    assert (usage.fetched.n, usage.fetched.share, usage.fetched.ci95) == (0, None, None)
    assert (usage.by_lang, usage.latency, usage.answered_by) == ((), (), ())
    assert len(usage.days) == 1


bills = st.builds(
    TokenBill, st.integers(0, 5000), st.integers(0, 999), st.integers(0, 9000), st.just("words"), st.booleans()
)
turns_of_a_week = st.lists(
    st.builds(
        an_ended_turn,
        at=st.integers(0, 7 * 24 * 60).map(lambda minutes: NOON - timedelta(minutes=minutes)),
        account=st.sampled_from([f"a{n}" for n in range(15)]),
        conversation=st.sampled_from("uvwxyz"),
        lang=st.sampled_from(LANGS),
        reason=st.sampled_from(Reason),
        action=st.sampled_from(Action),
        handed_off=st.booleans(),
        thumb=st.sampled_from(["up", "down", None]),
        bill=bills,
    ),
    max_size=40,
)


@given(turns_of_a_week)
def test_days_groups_and_answerers_add_up_to_the_whole_and_no_figure_is_not_a_number(turns: list[Turn]) -> None:
    usage = usage_of(a_period(*turns, days=8), Prices(10.0, 20.0, "INR"))
    assert sum(day.turns for day in usage.days) == usage.turns == len(turns)
    assert sum(day.prompt for day in usage.days) == usage.tokens.prompt
    assert sum(day.saved for day in usage.days) == usage.tokens.saved
    assert sum(day.handed_off for day in usage.days) == usage.handed_off.count
    assert sum(day.up for day in usage.days) == usage.satisfied.count
    assert sum(day.up + day.down for day in usage.days) == usage.satisfied.n
    for groups in (usage.by_lang, usage.by_kind):
        assert sum(group.turns for group in groups) == usage.turns
        assert sum(group.fetched.count for group in groups) == usage.fetched.count
    assert sum(each.turns for each in usage.answered_by) == usage.turns
    assert all(map(math.isfinite, _floats(usage)))


def _floats(usage: Usage) -> list[float]:
    shares = (usage.fetched, usage.satisfied, usage.contained, usage.handed_off)
    found = [usage.tokens.saving, *(usage.tokens.ci95 or ()), *(share.share for share in shares)]
    found += [end for share in shares for end in share.ci95 or ()]
    found += [group.saving for group in (*usage.by_lang, *usage.by_kind)]
    return [each for each in found if each is not None]


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_interval_of_a_share_holds_it_and_is_the_mirror_of_the_interval_of_the_rest(count: int, more: int) -> None:
    n = count + more
    low, high = wilson95(count, n)
    assert 0 <= low <= count / n <= high <= 1
    assert wilson95(n - count, n) == pytest.approx((1 - high, 1 - low))


# Entries -----------------------------------------------------------------------------------------


def test_an_entry_counts_once_for_each_answer_that_drew_on_it_with_the_thumbs_of_that_answer() -> None:
    turns = (
        an_ended_turn(cited=("block", "block", "fee"), thumb="up"),
        an_ended_turn(cited=("block",), thumb="down"),
        an_ended_turn(cited=("branch",)),
    )
    top = top_entries(a_period(*turns).lines, 2)
    assert [(each.entry_id, each.turns, each.up, each.down) for each in top] == [
        ("block", 2, 1, 1),
        ("branch", 1, 0, 0),
    ]


async def test_an_entry_that_is_gone_is_called_what_it_was_called_when_it_was_shown() -> None:
    store = MemoryStore()
    await stored(store, an_ended_turn(cited=("deposit-open", "withdrawn"), at=NOON - FEW))
    there, gone = await Reports(store, now=lambda: NOON).top_entries(7, 10, TinyBase())
    assert (there.question, there.category) == ("How do I open a fixed deposit?", "deposits")
    assert (gone.question, gone.category) == ("about withdrawn", "")


# Reading -----------------------------------------------------------------------------------------


async def test_a_period_is_of_whole_days_up_to_now_and_holds_no_failed_turns() -> None:
    store = MemoryStore()
    midnight = datetime(2026, 11, 1, tzinfo=IST)
    early, late, future = (an_ended_turn(at=at) for at in (midnight - FEW, midnight, NOON + FEW))
    failed = replace(an_ended_turn(at=NOON - FEW), status=Status.FAILED, receipt=None)
    await stored(store, early, late, failed, future)
    period = await read_period(store, 2, NOON)
    assert period.since == midnight
    assert [line.asked_at for line in period.lines] == [late.asked_at]


async def test_where_there_are_too_many_turns_the_oldest_are_left_out_and_the_period_begins_later() -> None:
    store = MemoryStore()
    turns = [an_ended_turn(at=NOON - n * FEW, handed_off=True) for n in range(6)]
    await stored(store, *turns)
    period = await read_period(store, 30, NOON, most=4)
    assert (len(period.lines), period.left_out, len(period.wanting)) == (4, 2, 4)
    assert period.since == NOON - 3 * FEW
    assert len(usage_of(period).days) == 1


async def test_requests_for_a_person_count_from_the_first_day_on() -> None:
    store = MemoryStore()
    for number, days in enumerate((0, 3, 4, 20)):
        asked = HandOff(
            id=f"h{number}", created_at=NOON - timedelta(days=days), user_id="u", name="", contact="", note="",
            lang="en", conversation_id="c" if number == 1 else None,
        )  # fmt: skip
        await store.add(asked)
    period = await read_period(store, 4, NOON)
    assert (period.persons, period.with_person) == (2, frozenset({"c"}))


async def test_tokens_of_today_are_those_of_paid_turns_since_midnight() -> None:
    store = MemoryStore()
    midnight = datetime(2026, 11, 2, tzinfo=IST)
    await stored(
        store,
        an_ended_turn(at=midnight - FEW, bill=paid(1000, 1000)),
        an_ended_turn(at=midnight, bill=paid(100, 300, completion=20)),
        an_ended_turn(at=NOON, bill=TokenBill(500, 50, 500, "words", False)),
    )
    today = await Reports(store, prices=Prices(10.0, 20.0, "USD"), now=lambda: NOON).today()
    assert today.tokens == 120
    assert today.cost is not None
    assert (today.cost.spent, today.cost.saved) == pytest.approx((1400 / 1e6, 2000 / 1e6))


# Keeping -----------------------------------------------------------------------------------------


async def test_a_report_is_made_once_for_all_who_ask_for_it_within_half_a_minute() -> None:
    store, seconds = MemoryStore(), [0.0]
    reports = Reports(store, now=lambda: NOON, clock=lambda: seconds[0])
    assert (await reports.of(7)).usage.turns == 0
    await stored(store, an_ended_turn(at=NOON - FEW))
    seconds[0] = 29.0
    assert (await reports.of(7)).usage.turns == 0
    assert (await reports.of(8)).usage.turns == 1, "other days are another report"
    seconds[0] = 30.0
    assert (await reports.of(7)).usage.turns == 1


async def test_whoever_asks_while_a_value_is_made_waits_for_the_same_one_and_few_are_kept() -> None:
    made: list[str] = []

    async def make(name: str) -> str:
        await asyncio.sleep(0.01)
        made.append(name)
        return name

    kept = Kept[str, str](60.0, most=2)
    assert await asyncio.gather(*(kept.get("a", lambda: make("a")) for _ in range(5))) == ["a"] * 5
    for name in ("b", "c", "b", "a"):
        await kept.get(name, lambda name=name: make(name))  # type: ignore[misc]
    assert made == ["a", "b", "c", "a"]


async def test_what_could_not_be_made_is_tried_again() -> None:
    async def fail() -> int:
        raise OSError

    async def work() -> int:
        return 1

    kept = Kept[str, int](60.0)
    with pytest.raises(OSError):
        await kept.get("a", fail)
    assert await kept.get("a", work) == 1
