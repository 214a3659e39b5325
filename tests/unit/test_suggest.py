"""Which questions customers are offered, first and after an answer."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from questrag.chat.emergency import EMERGENCY_INTENT
from questrag.chat.suggest import FirstQuestions, next_questions
from questrag.chat.turn import Assistant
from questrag.chat.types import LANGS, Conversation, Lang, Passage, Status, Turn
from questrag.storage.memory import MemoryStore
from tests.contracts.test_store import RECEIPT
from tests.fakes import TinyBase, an_assistant

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_numbers = count()


def entry(entry_id: str, question: str, category: str = "", intent: str = "", **questions: str) -> Passage:
    return Passage(
        id=entry_id, question=question, answer="As approved.", category=category, intent=intent, questions=questions
    )


BLOCK = entry("block", "How do I block my card?", "cards", hi="कार्ड कैसे बंद करूँ?")
PIN = entry("pin", "How do I change my card PIN?", "cards", hi="कार्ड का पिन कैसे बदलूँ?")
LIMIT = entry("limit", "What is the limit of my card?", "cards")
UPI = entry("upi", "How do I reset my UPI PIN?", "upi")
LOCKER = entry("locker", "How do I get a locker?", "lockers")
FEES = entry("fees", "What does a locker cost?", "lockers")
LOAN = entry("loan", "Which papers does a loan need?", "loans")
EMERGENCY = entry("emergency", "What is to be done after fraud?", "cards", EMERGENCY_INTENT)
REPORT = entry("report", "I shared my OTP with a caller", "cards")
BASE = TinyBase([LOCKER, FEES, LOAN, EMERGENCY, REPORT, BLOCK, PIN, LIMIT, UPI])


def a_turn(*cited: str, question: str = "q", user: str = "u", lang: Lang = "en", at: datetime = NOW) -> Turn:
    receipt = replace(RECEIPT, cited=cited, lang=lang)
    number = str(next(_numbers))
    return Turn(
        id=number,
        conversation_id=f"of {user}",
        user_id=user,
        question=question,
        asked_at=at,
        status=Status.ANSWERED,
        receipt=receipt,
        complete=True,
    )


@dataclass
class Counting(MemoryStore):
    """Counts how many pages were read of what all customers asked."""

    pages: int = 0
    slow_s: float = 0.0
    clock: datetime = field(default=NOW)

    def __post_init__(self) -> None:
        super().__init__()

    async def ended(self, after: tuple[datetime, str] | None, limit: int) -> list[Turn]:
        self.pages += 1
        await asyncio.sleep(self.slow_s)
        return await super().ended(after, limit)


async def a_store(turns: Iterable[Turn] = ()) -> Counting:
    store = Counting()
    for turn in turns:
        at = turn.asked_at
        if not await store.conversations(turn.user_id):
            await store.add_conversation(
                Conversation(id=turn.conversation_id, user_id=turn.user_id, title="t", created_at=at, updated_at=at)
            )
        await store.begin(replace(turn, status=Status.PENDING), append=True)
        await store.finish(turn)
    return store


async def first(store: Counting, *, base: TinyBase = BASE, lang: Lang = "en", limit: int = 12) -> list[str]:
    offered = await FirstQuestions(store, now=lambda: store.clock).offer(base, lang, limit)
    return [passage.id for passage in offered]


async def test_where_nobody_asked_yet_there_is_one_question_of_each_category_in_the_order_of_a_bank() -> None:
    assert (await first(await a_store()))[:4] == ["block", "upi", "loan", "locker"]


async def test_what_most_customers_needed_comes_first_and_the_other_categories_follow() -> None:
    asked = [a_turn("fees", user=user, at=NOW - timedelta(days=2)) for user in "abc"]
    asked += [a_turn("pin", user=user, at=NOW - timedelta(days=25)) for user in "ab"]

    assert (await first(await a_store(asked), limit=4)) == ["fees", "pin", "upi", "loan"]


async def test_what_one_customer_needed_is_shown_to_nobody_else_however_often_they_asked() -> None:
    asked = [a_turn("fees") for _ in range(20)]

    assert (await first(await a_store(asked), limit=4)) == ["block", "upi", "loan", "locker"]


async def test_what_was_needed_more_than_thirty_days_ago_counts_no_more() -> None:
    asked = [a_turn("fees", user=user, at=NOW - timedelta(days=31)) for user in "abc"]

    assert (await first(await a_store(asked), limit=1)) == ["block"]


async def test_a_question_that_reports_an_emergency_is_never_offered() -> None:
    asked = [a_turn("emergency", "report", "gone", user=user) for user in "abc"]
    offered = await first(await a_store(asked))

    assert "emergency" not in offered and "report" not in offered and "gone" not in offered
    assert len(offered) == len(BASE) - 2


async def test_a_short_question_in_the_language_is_preferred_to_the_first_one() -> None:
    long = entry("long", "Which of the many cards that a bank has to offer should somebody like me take?", "cards")
    base = TinyBase([long, LIMIT, BLOCK])

    assert (await first(await a_store(), base=base, limit=3)) == ["limit", "block", "long"]
    assert (await first(await a_store(), base=base, limit=3, lang="hi")) == ["block", "long", "limit"]


async def test_a_question_is_offered_before_what_tells_a_story_or_asks_nothing() -> None:
    plain = entry(
        "plain",
        "Which papers does a car loan need?",
        "loans",
        hi="कार लोन के काग़ज़ कौन से हैं?",
        hinglish="car loan ke kagaz kya hai",
    )
    story = entry(
        "story",
        "My EMI was deducted twice; what now?",
        "loans",
        hi="किस्त दो बार कट गई, क्या करूँ?",
        hinglish="kist kat gayi kya karu",
    )
    wish = entry("wish", "loan closing", "loans", hi="लोन बंद करना है", hinglish="loan band karna hai")
    base = TinyBase([wish, story, plain])

    for lang in LANGS:
        assert await first(await a_store(), base=base, lang=lang) == ["plain", "story", "wish"]


async def test_what_was_needed_most_is_offered_though_it_begins_with_a_story_but_not_where_it_asks_nothing() -> None:
    lost = entry("lost", "I lost my key; what now?", "lockers", hinglish="locker ki chabi")
    rent = entry("rent", "What is the rent?", "lockers", hinglish="kiraya kitna hai")
    store = await a_store(a_turn("lost", user=user, at=NOW - timedelta(days=2)) for user in "abc")

    assert (await first(store, base=TinyBase([lost, rent]))) == ["lost", "rent"]
    assert (await first(store, base=TinyBase([lost, rent]), lang="hinglish")) == ["rent", "lost"]


async def test_a_knowledge_base_without_categories_offers_questions_too() -> None:
    base = TinyBase([replace(passage, category="") for passage in (LOCKER, BLOCK)])

    assert await first(await a_store(), base=base) == ["locker", "block"]


async def test_the_newest_questions_count_where_there_are_more_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("questrag.chat.suggest._MOST_TURNS", 4)
    asked = [a_turn("fees", user=user, at=NOW - timedelta(days=20)) for user in "abc"]
    asked += [a_turn("pin", user=user, at=NOW - timedelta(hours=1)) for user in "abcd"]

    assert (await first(await a_store(asked), limit=2)) == ["pin", "upi"]


async def test_pages_follow_each_other_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("questrag.chat.suggest._PAGE", 2)
    asked = [a_turn("fees", user=f"u{n}", at=NOW - timedelta(hours=n + 1)) for n in range(60)]
    asked += [a_turn("pin", user=f"u{n}", at=NOW - timedelta(hours=n, minutes=30)) for n in range(59)]

    assert (await first(await a_store(asked), limit=2)) == ["fees", "pin"]


async def test_what_was_needed_is_looked_up_once_in_five_minutes_however_many_ask() -> None:
    store = await a_store()
    store.slow_s = 0.01
    questions = FirstQuestions(store, now=lambda: store.clock)
    await asyncio.gather(*(questions.offer(BASE, "en", 3) for _ in range(5)))
    once = store.pages
    for user in "ab":
        await store.add_conversation(
            Conversation(id=f"of {user}", user_id=user, title="t", created_at=NOW, updated_at=NOW)
        )
        turn = a_turn("fees", user=user)
        await store.begin(replace(turn, status=Status.PENDING), append=True)
        await store.finish(turn)
    store.clock += timedelta(minutes=4)
    before = await questions.offer(BASE, "en", 1)
    assert store.pages == once

    store.clock += timedelta(minutes=2)
    after = await questions.offer(BASE, "en", 1)

    assert ([p.id for p in before], [p.id for p in after]) == (["block"], ["fees"])


async def test_another_knowledge_base_is_offered_from_at_once() -> None:
    questions = FirstQuestions(await a_store(), now=lambda: NOW)
    old = await questions.offer(BASE, "en", 1)
    new = await questions.offer(TinyBase([PIN], "tiny@2"), "en", 1)

    assert ([p.id for p in old], [p.id for p in new]) == (["block"], ["pin"])


# After an answer ------------------------------------------------------------------------------


def assistant(*passages: Passage) -> Assistant:
    return an_assistant(passages=passages or BASE.held)


def offered(turn: Turn, *earlier: Turn, limit: int = 6, of: Assistant | None = None) -> list[str]:
    return [passage.id for passage in next_questions(of or assistant(), turn, [*earlier, turn], limit)]


def test_entries_near_the_one_that_was_answered_from_follow_and_no_others() -> None:
    turn = a_turn("block", question="How do I block my card?")

    assert offered(turn) == ["pin", "limit"]
    assert offered(turn) == offered(turn)
    assert offered(turn, limit=1) == ["pin"]


def test_an_entry_of_the_same_intent_is_near_in_whatever_category() -> None:
    moved = replace(UPI, intent="pin")
    turn = a_turn("pin", question="How do I change my card PIN?")

    assert "upi" in offered(turn, of=assistant(replace(PIN, intent="pin"), moved, LOCKER))
    assert offered(turn, of=assistant(PIN, UPI, LOCKER)) == []


def test_what_the_conversation_drew_on_or_asked_is_not_offered_again() -> None:
    turn = a_turn("block", question="How do I block my card?")

    assert offered(turn, a_turn("pin")) == ["limit"]
    assert offered(turn, a_turn("locker", question="how do i change  my card pin?")) == ["limit"]


def test_questions_are_offered_in_the_language_of_the_answer() -> None:
    turn = a_turn("block", question="How do I block my card?", lang="hi")
    asked = a_turn("fees", question="कार्ड का पिन कैसे बदलूँ?", lang="hi")

    assert offered(turn) == ["pin", "limit"]
    assert offered(turn, asked) == ["limit"]


@pytest.mark.parametrize(
    "turn",
    [
        a_turn(question="card"),
        a_turn("gone", question="card"),
        replace(a_turn("block", question="card"), receipt=None),
        replace(a_turn("block", question="card"), status=Status.FAILED),
        replace(a_turn("block", question="card"), status=Status.HANDED_OFF),
        replace(a_turn("block", question="card"), receipt=replace(RECEIPT, cited=("block",), emergency=True)),
    ],
    ids=["nothing cited", "withdrawn since", "cut off", "failed", "handed off", "emergency"],
)
def test_nothing_is_offered_where_it_would_distract(turn: Turn) -> None:
    assert offered(turn) == []


def test_a_question_that_reports_an_emergency_is_not_offered_after_an_answer_either() -> None:
    turn = a_turn("block", question="I shared my card with a caller after fraud")
    found = offered(turn)

    assert found and "report" not in found and "emergency" not in found


def test_of_what_is_near_a_question_comes_before_a_story() -> None:
    story = entry("story", "My card was swallowed; how do I block it?", "cards")
    turn = a_turn("block", question="My card was swallowed; how do I block it")

    assert offered(turn, of=assistant(BLOCK, story, LIMIT)) == ["limit", "story"]
