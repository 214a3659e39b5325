"""The gap queue: what is in it, what closes a gap, and which gap comes first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from questrag.chat.desk import DismissedGap, Revision, Stage
from questrag.chat.turn import Assistant
from questrag.chat.types import Found as FoundBySearch
from questrag.chat.types import Passage, Turn
from questrag.evaluation.gaps import Found, Gap, GapQueue, Gaps, NearEntry, gaps_of, is_closed
from questrag.evaluation.reports import Reports
from questrag.storage.memory import MemoryStore
from tests.ended import NOON, an_ended_turn, stored
from tests.fakes import PASSAGES, TinyBase, WordOverlap, an_assistant

HOUR = timedelta(hours=1)
LOCKER = Passage(id="locker-close", question="How do I close my locker?", answer="At the branch.")
KINDS = {"locker": (1.0, 0.0, 0.0), "loan": (0.0, 1.0, 0.0), "weather": (0.0, 0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class WithVectors(WordOverlap):
    """Gives every question that names a kind of thing the same vector."""

    encoder_version: str = "kinds@1"

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> FoundBySearch:
        found = WordOverlap(self.passages).search_and_score(question, k, earlier, also)
        return replace(found, vector=next((vector for kind, vector in KINDS.items() if kind in question), ()))


@dataclass
class Desk:
    """A store with turns in it, and the queue over them."""

    store: MemoryStore = field(default_factory=MemoryStore)
    assistant: Assistant = field(default_factory=lambda: an_assistant(enough=0.5))
    patience_s: float = 5.0
    seconds: list[float] = field(default_factory=lambda: [0.0])

    def __post_init__(self) -> None:
        reports = Reports(self.store, now=lambda: NOON + HOUR, clock=self._tick)
        self.gaps = Gaps(self.store, reports, patience_s=self.patience_s, clock=self._tick)

    def _tick(self) -> float:
        self.seconds[0] += 1.0
        return self.seconds[0]

    async def queue(self, revisions: Mapping[str, Revision] | None = None) -> GapQueue:
        self.seconds[0] += 60.0  # nothing of an earlier report is kept
        return await self.gaps.queue(self.assistant, revisions or {}, 30)


def questions(gap: Gap) -> list[str]:
    return [each.question for each in gap.questions]


def found(entry_id: str = "", score: float = 0.0) -> Found:
    return Found((NearEntry(entry_id, "", score),) if entry_id else (), None)


# What is in it -----------------------------------------------------------------------------------


async def test_unanswered_and_disliked_questions_are_listed_with_what_comes_closest() -> None:
    desk = Desk()
    unanswered = an_ended_turn("close my locker", handed_off=True, thumb="down", remark="useless", lang="hi")
    disliked = an_ended_turn("How do I block my debit card?", thumb="down", at=NOON - HOUR)
    liked = an_ended_turn("How do I open a fixed deposit?", thumb="up")
    await stored(desk.store, unanswered, disliked, liked)
    queue = await desk.queue()
    by_example = {gap.example: gap for gap in queue.gaps}
    assert set(by_example) == {"close my locker", "How do I block my debit card?"}
    (one,) = by_example["close my locker"].questions
    assert (one.message_id, one.kind, one.reason, one.lang) == (unanswered.id, "unanswered", "useless", "hi")
    card = by_example["How do I block my debit card?"]
    assert card.questions[0].kind == "disliked"
    assert (card.near[0].entry_id, card.near[0].score) == ("card-block", 1.0)
    assert (queue.closed_since, queue.dismissed, queue.waiting, queue.left_out) == (0, 0, 0, 0)


async def test_a_question_that_the_knowledge_base_answers_now_is_closed_and_one_that_was_disliked_is_not() -> None:
    desk = Desk(assistant=an_assistant(enough=0.5, passages=(*PASSAGES, LOCKER)))
    await stored(
        desk.store,
        an_ended_turn("close my locker", handed_off=True, score=0.2),
        an_ended_turn("close the locker", thumb="down"),
    )
    queue = await desk.queue()
    assert [gap.example for gap in queue.gaps] == ["close the locker"]
    assert queue.closed_since == 1


async def test_a_follow_up_is_asked_again_with_the_questions_before_it() -> None:
    desk = Desk(assistant=an_assistant(enough=0.4))
    first = an_ended_turn("How do I block my debit card?", conversation="c", at=NOON - HOUR)
    follow_up = an_ended_turn("uska charge kya hai", conversation="c", handed_off=True)
    alone = an_ended_turn("uska charge kya hai", handed_off=True)
    await stored(desk.store, first, follow_up, alone)
    queue = await desk.queue()
    assert [each.message_id for gap in queue.gaps for each in gap.questions] == [alone.id]
    assert queue.closed_since == 1


async def test_emergency_steps_are_an_answer_unless_the_customer_says_that_they_are_not() -> None:
    desk = Desk()
    fine, not_fine = (
        an_ended_turn("my card was stolen", handed_off=True, emergency=True, thumb=thumb) for thumb in (None, "down")
    )
    await stored(desk.store, fine, not_fine)
    (gap,) = (await desk.queue()).gaps
    assert [(each.message_id, each.kind) for each in gap.questions] == [(not_fine.id, "disliked")]


async def test_what_is_dismissed_is_gone_and_dismissing_it_again_changes_nothing() -> None:
    desk = Desk()
    kept, dismissed = (an_ended_turn(text, handed_off=True) for text in ("close my locker", "weather in Pune"))
    await stored(desk.store, kept, dismissed)
    for who in ("asha", "ravi"):
        await desk.gaps.dismiss([dismissed.id, dismissed.id], by=who)
    queue = await desk.queue()
    assert [gap.example for gap in queue.gaps] == ["close my locker"]
    assert queue.dismissed == 1
    (record,) = await desk.store.every(DismissedGap)
    assert (record.id, record.by) == (dismissed.id, "asha")


async def test_a_question_whose_conversation_was_deleted_meanwhile_is_left_out() -> None:
    desk = Desk()
    turn = an_ended_turn("close my locker", handed_off=True)
    await stored(desk.store, turn)
    reports = Reports(desk.store, now=lambda: NOON + HOUR)
    await reports.of(30)
    await desk.store.delete_conversation(turn.user_id, turn.conversation_id)
    queue = await Gaps(desk.store, reports).queue(desk.assistant, {}, 30)
    assert (queue.gaps, queue.waiting) == ((), 0)


async def test_questions_that_take_too_long_wait_for_the_next_call_the_newest_first() -> None:
    desk = Desk(patience_s=2.5)  # the clock goes on by a second whenever it is looked at
    turns = [an_ended_turn(f"locker number {n}", handed_off=True, at=NOON - n * HOUR) for n in range(5)]
    await stored(desk.store, *turns)
    seen = []
    for _ in range(4):
        queue = await desk.queue()
        seen.append((sum(len(gap.questions) for gap in queue.gaps), queue.waiting))
    assert seen == [(2, 3), (4, 1), (5, 0), (5, 0)]


async def test_a_changed_knowledge_base_is_asked_anew() -> None:
    desk = Desk()
    await stored(desk.store, an_ended_turn("close my locker", handed_off=True, score=0.2))
    assert len((await desk.queue()).gaps) == 1
    passages = (*PASSAGES, LOCKER)
    desk.assistant = replace(
        desk.assistant, knowledge=TinyBase(passages, version="tiny@2"), retriever=WordOverlap(passages)
    )
    assert (await desk.queue()).closed_since == 1


async def test_an_empty_store_has_an_empty_queue() -> None:
    assert await Desk().queue() == GapQueue((), 0, 0, 0, 0)


# What closes a gap -------------------------------------------------------------------------------


def test_where_a_model_had_what_it_was_shown_and_gave_up_another_entry_is_needed_or_a_new_version_of_that_one() -> None:
    turn = an_ended_turn(handed_off=True, score=0.9, fetched=("fee",))
    assert not is_closed(turn, found("fee", 0.9), 0.5, {})
    assert is_closed(turn, found("charge", 0.9), 0.5, {})
    assert not is_closed(turn, found("fee", 0.9), 0.5, {"fee": a_revision("fee", NOON - HOUR)})
    assert is_closed(turn, found("fee", 0.9), 0.5, {"fee": a_revision("fee", NOON + HOUR)})


def test_where_nothing_fitted_it_is_enough_that_something_does_now() -> None:
    for score in (None, 0.3):
        turn = an_ended_turn(handed_off=True, score=score, fetched=("fee",))
        assert is_closed(turn, found("fee", 0.5), 0.5, {})
        assert not is_closed(turn, found("fee", 0.4), 0.5, {})
        assert not is_closed(turn, found(), 0.0, {})


def a_revision(entry_id: str, effective_from: datetime) -> Revision:
    return Revision(
        id="r", entry_id=entry_id, number=1, line="", created_at=NOON, changed_at=NOON, author="asha",
        stage=Stage.PUBLISHED, effective_from=effective_from,
    )  # fmt: skip


# Which are the same, and which comes first -------------------------------------------------------


async def test_questions_that_mean_the_same_are_one_gap_in_whatever_language_they_are() -> None:
    desk = Desk(assistant=replace(an_assistant(enough=0.9), retriever=WithVectors()))
    await stored(
        desk.store,
        an_ended_turn("close my locker", handed_off=True, account="a", at=NOON - 2 * HOUR),
        an_ended_turn("locker band karna hai", handed_off=True, account="b", lang="hinglish", at=NOON - HOUR),
        an_ended_turn("locker?", handed_off=True, account="b"),
        an_ended_turn("loan for a tractor", handed_off=True, account="c"),
    )
    lockers, loans = (await desk.queue()).gaps
    assert questions(lockers) == ["locker?", "locker band karna hai", "close my locker"], "newest first"
    assert (lockers.accounts, lockers.example, lockers.lang) == (2, "close my locker", "en")
    assert lockers.id == lockers.questions[-1].message_id
    assert questions(loans) == ["loan for a tractor"]


def test_the_gap_that_most_customers_met_comes_first_and_small_talk_last() -> None:
    def asked(text: str, *accounts: str, near: float = 0.0) -> list[tuple[Turn, Found]]:
        answer = found("e", near) if near else found()
        return [(an_ended_turn(text, handed_off=True, account=account), answer) for account in accounts]

    looked_at = [
        *asked("thank you", "a", "b", "c", "d"),
        *asked("tractor loan", "a", "a", "a"),
        *asked("weather in Pune", "a"),
        *asked("locker size", "a", near=0.2),
        *asked("gold bonds", "a", "b"),
    ]
    order = [gap.example for gap in gaps_of(looked_at)]
    assert order == ["gold bonds", "tractor loan", "locker size", "weather in Pune", "thank you"]
    assert [gap.example for gap in gaps_of(looked_at[::-1])] == order


def test_the_entries_nearest_to_a_gap_are_those_that_any_of_its_questions_finds() -> None:
    near = [Found((NearEntry("a", "A", 0.1), NearEntry("b", "B", high)), None) for high in (0.05, 0.3)]
    (gap,) = gaps_of([(an_ended_turn("gold bonds", handed_off=True), each) for each in near])
    assert [(each.entry_id, each.score) for each in gap.near] == [("b", 0.3), ("a", 0.1)]
