"""Who may do what with a revision, from which stage, and what it becomes."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from questrag.chat.desk import OPEN_STAGES, GoldenQuestion, Revision, Stage, revision_id
from questrag.chat.errors import Conflict, Forbidden, Invalid, NotFound, QuestragError
from questrag.chat.types import Role, User
from questrag.knowledge import curation
from questrag.knowledge.entry import Entry, Paraphrase
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.proposals import Proposal, as_written, problems_of
from questrag.knowledge.revising import Revising, present
from questrag.knowledge.revisions import entries_in_force, in_force
from questrag.storage.memory import MemoryStore

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=9)
BLOCK = Entry(id="cards-block", question="How do I block my card?", answer="In the app, under Cards.", category="cards")
FEES = Entry(
    id="locker-fees",
    question="What does a locker cost?",
    answer="{{locker_rent}} a year.",
    paraphrases=(Paraphrase("locker ka kiraya", "hinglish"),),
    answers={"hi": "साल के {{locker_rent}}।"},
    regulated=True,
    extra={"owner": "lockers team"},
)
PROFILE = Profile({"locker_rent": {"en": "2,000 rupees", "hi": "2,000 रुपये"}})


def person(name: str, role: Role = "curator") -> User:
    return User(id=name, username=name, email=f"{name}@bank.example", password_hash="!", role=role, created_at=NOW)


ASHA, RAVI, MEERA = person("asha"), person("ravi"), person("meera", "admin")
PRIYA = person("priya", "customer")


def begun(entry: Entry = BLOCK, *earlier: Revision, by: User = ASHA, **more: Any) -> Revision:
    return curation.begin(Proposal(entry=entry, **more), earlier, by, NOW)


def submitted(entry: Entry = BLOCK, *earlier: Revision, by: User = ASHA) -> Revision:
    return curation.submit(begun(entry, *earlier, by=by), by, NOW, PROFILE)


def published(entry: Entry = BLOCK, *earlier: Revision, at: datetime | None = None) -> Revision:
    return curation.approve(submitted(entry, *earlier), earlier, RAVI, NOW, PROFILE, effective_from=at)


def restored(number: int, *earlier: Revision, filed: Entry | None = BLOCK, in_force: int | None = None) -> Revision:
    return curation.restore(number, filed, earlier, ASHA, NOW, in_force=in_force, profile=PROFILE)


def fields(error: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [field for field, _ in error.value.fields]


# A draft --------------------------------------------------------------------------------------


def test_the_first_revision_of_an_entry_has_number_one_and_the_next_one_more() -> None:
    first = published()
    second = begun(replace(BLOCK, answer="Call us."), first)

    assert (first.number, first.id) == (1, revision_id("cards-block", 1))
    assert (second.number, second.stage, second.author) == (2, Stage.DRAFT, "asha")


def test_a_number_that_was_given_up_is_not_used_again() -> None:
    assert begun(BLOCK, curation.discard(begun(), ASHA, NOW)).number == 2


@pytest.mark.parametrize("taken", [begun(), submitted()])
def test_an_entry_has_one_open_revision_and_the_refusal_names_who_has_it(taken: Revision) -> None:
    with pytest.raises(Conflict, match="by asha"):
        begun(BLOCK, taken, by=RAVI)
    with pytest.raises(Conflict, match="by asha"):
        curation.retire(BLOCK, [taken], RAVI, NOW)


def test_a_draft_keeps_what_is_wrong_as_it_was_written() -> None:
    wrong = replace(FEES, question="  ", as_of="soon", answer="{{lockr_rent}} a year.")

    assert as_written(begun(wrong).line) == wrong
    assert [field for field, _ in problems_of(begun(wrong).line, PROFILE)] == ["question", "as_of"]
    assert [f for f, _ in problems_of(begun(replace(wrong, question="x", as_of="")).line, PROFILE)] == ["answer"]


@pytest.mark.parametrize("entry_id", ["", "x" * 201])
def test_a_draft_needs_an_id_that_an_entry_may_have(entry_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        begun(replace(BLOCK, id=entry_id))
    assert fields(refused) == ["id"]


def test_what_customers_asked_is_masked_and_kept_once() -> None:
    asked = ("block card 4111 1111 1111 1111", "block card 4111 1111 1111 1111", "card band karo")
    assert begun(golden=asked).golden == ("block card [CARD]", "card band karo")


def test_whoever_changes_a_draft_is_its_author_from_then_on() -> None:
    draft = submitted()
    changed = curation.change(draft, Proposal(entry=BLOCK, note="shorter"), RAVI, NOW, draft.changed_at)

    assert (changed.author, changed.note, changed.stage) == ("ravi", "shorter", Stage.DRAFT)
    assert changed.created_at == draft.created_at
    assert changed.changed_at > draft.changed_at, "two changes in one millisecond are told apart"


def test_a_draft_that_somebody_changed_since_is_left_alone() -> None:
    draft = begun()
    changed = curation.change(draft, Proposal(entry=BLOCK), RAVI, NOW, draft.changed_at)

    with pytest.raises(Conflict, match="ravi changed this draft after you had opened it"):
        curation.change(changed, Proposal(entry=BLOCK), ASHA, NOW, draft.changed_at)


def test_the_id_of_a_draft_stays() -> None:
    with pytest.raises(Invalid) as refused:
        curation.change(begun(), Proposal(entry=replace(BLOCK, id="other")), ASHA, NOW, NOW)
    assert fields(refused) == ["id"]


def test_a_draft_is_given_up_by_its_author_or_an_administrator() -> None:
    with pytest.raises(Forbidden, match="asha wrote this draft"):
        curation.discard(begun(), RAVI, NOW)
    assert curation.discard(begun(), ASHA, NOW).stage is Stage.DISCARDED
    assert curation.discard(submitted(), MEERA, NOW).stage is Stage.DISCARDED


# A second person ------------------------------------------------------------------------------


def test_what_is_submitted_is_written_as_a_file_would_hold_it() -> None:
    untidy = replace(FEES, question=" What does a locker cost? ", answer="{{locker_rent}} a year.\n")
    assert submitted(untidy).line == FEES.to_json()


def test_nothing_with_a_problem_is_submitted() -> None:
    wrong = replace(FEES, question="", answer="{{lockr_rent}} a year.")
    with pytest.raises(Invalid) as refused:
        submitted(wrong)
    assert fields(refused) == ["question"]
    with pytest.raises(Invalid) as refused:
        submitted(replace(wrong, question="Rent?"))
    assert fields(refused) == ["answer"]


def test_only_its_author_submits_a_draft_and_only_once() -> None:
    with pytest.raises(Forbidden, match="asha writes this draft"):
        curation.submit(begun(), RAVI, NOW, PROFILE)
    with pytest.raises(Conflict, match="waits for a second person already"):
        curation.submit(submitted(), ASHA, NOW, PROFILE)


@pytest.mark.parametrize("by", [ASHA, replace(MEERA, username="asha")])
def test_nobody_approves_or_gives_back_what_they_wrote_whatever_their_role(by: User) -> None:
    with pytest.raises(Forbidden, match="a second person has to approve it"):
        curation.approve(submitted(), [], by, NOW, PROFILE)
    with pytest.raises(Forbidden, match="You wrote this"):
        curation.give_back(submitted(), by, NOW, "no")


def test_whoever_changed_a_draft_last_is_the_one_who_cannot_approve_it() -> None:
    draft = begun()
    taken_over = curation.change(draft, Proposal(entry=BLOCK), RAVI, NOW, draft.changed_at)
    waiting = curation.submit(taken_over, RAVI, NOW, PROFILE)

    with pytest.raises(Forbidden):
        curation.approve(waiting, [], RAVI, NOW, PROFILE)
    assert curation.approve(waiting, [], ASHA, NOW, PROFILE).approved_by == "asha"


def test_what_is_approved_is_in_force_at_once() -> None:
    approved = published()

    assert (approved.stage, approved.author, approved.approved_by) == (Stage.PUBLISHED, "asha", "ravi")
    assert (approved.approved_at, approved.effective_from) == (NOW, NOW)


def test_what_is_approved_for_later_waits_for_its_time() -> None:
    assert published(at=LATER).effective_from == LATER
    assert published(at=NOW - timedelta(seconds=5)).effective_from == NOW, "the clocks of two machines differ"


@pytest.mark.parametrize("at", [NOW - timedelta(hours=1), datetime(9999, 12, 31, tzinfo=UTC), datetime(2026, 12, 1)])  # noqa: DTZ001
def test_a_time_that_has_passed_or_cannot_be_meant_is_refused(at: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        published(at=at)
    assert fields(refused) == ["effective_from"]


def test_what_is_published_at_once_is_above_what_another_machine_published_a_moment_ago() -> None:
    ahead = replace(published(), effective_from=NOW + timedelta(seconds=20))
    scheduled = replace(published(BLOCK, ahead), effective_from=LATER)
    again = published(replace(BLOCK, answer="Call us."), ahead, scheduled)

    assert again.effective_from == ahead.effective_from
    assert in_force([ahead, scheduled, again], NOW + timedelta(seconds=30))["cards-block"] == again


def test_nobody_approves_what_they_have_not_seen() -> None:
    waiting = submitted()
    with pytest.raises(Conflict, match="after you had opened it"):
        curation.approve(waiting, [], RAVI, NOW, PROFILE, seen=NOW - timedelta(seconds=1))
    assert curation.approve(waiting, [], RAVI, NOW, PROFILE, seen=waiting.changed_at).stage is Stage.PUBLISHED


def test_what_cannot_be_published_any_more_is_not_approved() -> None:
    with pytest.raises(Invalid) as refused:
        curation.approve(submitted(FEES), [], RAVI, NOW, Profile({"other": {}}))
    assert fields(refused) == ["answer", "answers.hi"]


def test_what_is_given_back_is_a_draft_with_what_has_to_change() -> None:
    given_back = curation.give_back(submitted(), RAVI, NOW, "Name the menu.")
    assert (given_back.stage, given_back.returned, given_back.author) == (Stage.DRAFT, "Name the menu.", "asha")
    assert curation.submit(given_back, ASHA, NOW, PROFILE).returned == ""

    with pytest.raises(Invalid) as refused:
        curation.give_back(submitted(), RAVI, NOW, " ")
    assert fields(refused) == ["note"]


def test_golden_questions_have_the_same_ids_however_often_they_are_made() -> None:
    approved = replace(published(), golden=("card band karo", "block my card"))

    made = curation.golden_questions(approved, NOW)
    assert made == curation.golden_questions(approved, NOW)
    assert [(g.question, g.lang, g.relevant, g.author) for g in made] == [
        ("card band karo", "hinglish", ("cards-block",), "asha"),
        ("block my card", "en", ("cards-block",), "asha"),
    ]
    assert len({golden.id for golden in made}) == 2


# Back, and out --------------------------------------------------------------------------------


def test_words_that_were_approved_are_in_force_again_at_once_by_one_person() -> None:
    first = published()
    second = published(replace(BLOCK, answer="Wrong."), first)
    again = restored(1, first, second, in_force=2)

    assert (again.number, again.restores, again.stage) == (3, 1, Stage.PUBLISHED)
    assert (again.line, again.effective_from, again.author, again.approved_by) == (first.line, NOW, "asha", "asha")
    assert in_force([first, second, again], NOW)["cards-block"] == again


def test_what_the_files_hold_can_be_restored_too() -> None:
    again = restored(0, published(replace(BLOCK, answer="Wrong.")), in_force=1)
    assert (again.line, again.restores) == (BLOCK.to_json(), 0)
    with pytest.raises(NotFound, match="files"):
        restored(0, published(), filed=None, in_force=1)


def test_an_open_draft_neither_hinders_a_roll_back_nor_is_touched_by_it() -> None:
    first, wrong = published(), published(replace(BLOCK, answer="Wrong."), published())
    draft = begun(BLOCK, first, wrong)
    assert restored(1, first, wrong, draft, in_force=2).number == 4


def test_only_words_that_were_approved_and_have_been_in_force_are_restored() -> None:
    first = published()
    scheduled = published(BLOCK, first, at=LATER)
    retiring = curation.approve(curation.retire(BLOCK, [first, scheduled], ASHA, NOW), [], RAVI, NOW, PROFILE)
    refused = {1: "in force already", 2: "for a later time", 3: "retires the entry", 4: "Nobody has approved"}
    for number, why in refused.items():
        with pytest.raises(Conflict, match=why):
            restored(number, first, scheduled, retiring, begun(BLOCK, first, scheduled, retiring), in_force=1)
    with pytest.raises(NotFound):
        restored(9, first, in_force=1)


def test_words_that_cannot_be_published_any_more_are_not_restored() -> None:
    with pytest.raises(Invalid):
        curation.restore(0, FEES, [], ASHA, NOW, in_force=1, profile=Profile({"other": {}}))


def test_to_retire_an_entry_is_a_proposal_that_a_second_person_decides() -> None:
    proposed = curation.retire(FEES, [], ASHA, NOW, "no lockers any more")

    assert (proposed.stage, proposed.retires, proposed.note) == (Stage.REVIEW, True, "no lockers any more")
    with pytest.raises(Forbidden):
        curation.approve(proposed, [], ASHA, NOW, PROFILE)
    with pytest.raises(Conflict, match="Discard it first"):
        curation.change(proposed, Proposal(entry=FEES), ASHA, NOW, NOW)
    broken_meanwhile = Profile({"other": {}})
    assert curation.approve(proposed, [], RAVI, NOW, broken_meanwhile).stage is Stage.PUBLISHED


def test_anybody_may_call_off_what_was_approved_for_later_and_nobody_what_is_in_force() -> None:
    scheduled = published(at=LATER)
    assert curation.discard(scheduled, RAVI, NOW).stage is Stage.DISCARDED
    with pytest.raises(Conflict, match="is published"):
        curation.discard(scheduled, RAVI, LATER)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda r: curation.change(r, Proposal(entry=BLOCK), ASHA, NOW, r.changed_at),
        lambda r: curation.submit(r, ASHA, NOW, PROFILE),
        lambda r: curation.approve(r, [], RAVI, NOW, PROFILE),
        lambda r: curation.give_back(r, RAVI, NOW, "no"),
        lambda r: curation.discard(r, ASHA, NOW),
    ],
)
def test_what_is_published_or_given_up_stays_as_it_is(attempt: Callable[[Revision], Revision]) -> None:
    with pytest.raises(Conflict, match="is published"):
        attempt(published())
    with pytest.raises(Conflict, match="was discarded"):
        attempt(curation.discard(begun(), ASHA, NOW))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: begun(by=PRIYA),
        lambda: curation.change(begun(), Proposal(entry=BLOCK), PRIYA, NOW, NOW),
        lambda: curation.submit(begun(), PRIYA, NOW, PROFILE),
        lambda: curation.approve(submitted(), [], PRIYA, NOW, PROFILE),
        lambda: curation.give_back(submitted(), PRIYA, NOW, "no"),
        lambda: curation.discard(begun(), PRIYA, NOW),
        lambda: curation.restore(0, BLOCK, [], PRIYA, NOW, in_force=1, profile=None),
        lambda: curation.retire(BLOCK, [], PRIYA, NOW),
    ],
)
def test_a_customer_may_do_nothing_of_this(attempt: Callable[[], Revision]) -> None:
    with pytest.raises(Forbidden, match="curators"):
        attempt()


# In a store -----------------------------------------------------------------------------------


def work(store: MemoryStore | None = None, now: Callable[[], datetime] = present) -> Revising:
    base = {entry.id: entry for entry in (BLOCK, FEES)}
    return Revising(desk=store or MemoryStore(), base=base, profile=PROFILE, now=now)


async def test_a_new_entry_does_not_become_a_revision_of_another_by_mistake() -> None:
    revising = work()
    with pytest.raises(Conflict, match="choose another id"):
        await revising.begin(Proposal(entry=BLOCK), ASHA, new=True)
    assert (await revising.begin(Proposal(entry=BLOCK), ASHA)).number == 1
    assert (await revising.begin(Proposal(entry=replace(BLOCK, id="cards-pin")), ASHA, new=True)).number == 1


async def test_of_several_who_begin_at_once_one_has_the_draft() -> None:
    revising = work()
    began = await asyncio.gather(
        *(revising.begin(Proposal(entry=BLOCK), by) for by in (ASHA, RAVI, MEERA)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in began) == ["Conflict", "Conflict", "Revision"]
    assert len(await revising.of_entry("cards-block")) == 1


async def test_of_two_who_approve_at_once_one_publishes_and_the_golden_questions_are_there_once() -> None:
    store = MemoryStore()
    revising = work(store)
    draft = await revising.begin(Proposal(entry=BLOCK, golden=("block my card", "card band karo")), ASHA)
    await revising.submit(draft.id, ASHA)
    both = await asyncio.gather(*(revising.approve(draft.id, by) for by in (RAVI, MEERA)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in both) == ["Conflict", "Revision"]
    assert [golden.question for golden in await store.every(GoldenQuestion)] == ["block my card", "card band karo"]


async def test_several_are_approved_each_by_itself_and_the_others_say_why_not() -> None:
    revising = work()
    drafts = [await revising.begin(Proposal(entry=entry), by) for entry, by in ((BLOCK, ASHA), (FEES, RAVI))]
    for draft, by in zip(drafts, (ASHA, RAVI), strict=True):
        await revising.submit(draft.id, by)
    approved, refused = await revising.approve_all([*(draft.id for draft in drafts), "0" * 16 + "-9", "'"], RAVI)

    assert approved == [drafts[0].id]
    assert refused == {
        drafts[1].id: "You wrote this: a second person has to approve it.",
        "0000000000000000-9": "There is no such draft.",
        "'": "There is no such draft.",
    }


async def test_what_is_written_reads_the_same_from_the_store() -> None:
    revising = work()
    draft = await revising.begin(Proposal(entry=FEES, golden=("rent?",)), ASHA)
    changed = await revising.change(draft.id, Proposal(entry=FEES, note="x"), RAVI, draft.changed_at)
    assert await revising.draft(draft.id) == changed


async def test_an_entry_that_is_not_published_cannot_be_retired_and_no_entry_twice() -> None:
    revising = work()
    with pytest.raises(NotFound):
        await revising.retire("unknown", ASHA)
    proposed = await revising.retire("cards-block", ASHA)
    await revising.approve(proposed.id, RAVI)
    with pytest.raises(Conflict, match="retired already"):
        await revising.retire("cards-block", ASHA)
    assert (await revising.restore("cards-block", 0, ASHA)).number == 2


class Curating(RuleBasedStateMachine):
    """Three people do whatever comes to their minds, on two entries, one of which is in the files."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.now = NOW
        self.revising = work(self.store, lambda: self.now)
        self.served = {"cards-block": BLOCK.answer, "locker-fees": FEES.answer}
        self.texts = 0

    def revisions(self) -> list[Revision]:
        return asyncio.run(self.store.every(Revision))

    def attempt(self, doing: Coroutine[Any, Any, Revision | None]) -> Revision | None:
        try:
            return asyncio.run(doing)
        except QuestragError:
            return None

    people = st.sampled_from([ASHA, RAVI, MEERA])
    places = st.integers(0, 99)
    """Of a revision in the list of those that fit, or of all where none does."""

    def one(self, stage: Stage, place: int) -> Revision:
        revisions = self.revisions()
        fitting = [revision for revision in revisions if revision.stage is stage] or revisions
        return fitting[place % len(fitting)]

    def step(self, doing: Coroutine[Any, Any, Revision | None]) -> None:
        before = {revision.id: revision for revision in self.revisions()}
        self.attempt(doing)
        after = {revision.id: revision for revision in self.revisions()}
        for revision_key, old in before.items():
            if after[revision_key] != old:
                assert after[revision_key].changed_at > old.changed_at
                assert old.stage is not Stage.DISCARDED
                assert old.stage is not Stage.PUBLISHED or curation.waits(old, self.now)

    @rule(by=people, entry=st.sampled_from([BLOCK, replace(BLOCK, id="new")]), good=st.booleans())
    def begin(self, by: User, entry: Entry, good: bool) -> None:
        self.texts += 1
        answer = f"text {self.texts}" if good else ""
        self.attempt(self.revising.begin(Proposal(entry=replace(entry, answer=answer)), by))

    @precondition(lambda self: self.revisions())
    @rule(by=people, place=places)
    def change(self, by: User, place: int) -> None:
        one = self.one(Stage.DRAFT, place)
        proposal = Proposal(entry=replace(BLOCK, id=one.entry_id))
        self.step(self.revising.change(one.id, proposal, by, one.changed_at))

    @precondition(lambda self: self.revisions())
    @rule(place=places)
    def submit(self, place: int) -> None:
        one = self.one(Stage.DRAFT, place)
        by = next(person for person in (ASHA, RAVI, MEERA) if person.username == one.author)
        self.step(self.revising.submit(one.id, by))

    @precondition(lambda self: self.revisions())
    @rule(by=people, place=places, minutes=st.sampled_from([None, 60]))
    def approve(self, by: User, place: int, minutes: int | None) -> None:
        at = None if minutes is None else self.now + timedelta(minutes=minutes)
        self.step(self.revising.approve(self.one(Stage.REVIEW, place).id, by, effective_from=at))

    @precondition(lambda self: self.revisions())
    @rule(by=people, place=places)
    def give_back(self, by: User, place: int) -> None:
        self.step(self.revising.give_back(self.one(Stage.REVIEW, place).id, by, "why"))

    @precondition(lambda self: self.revisions())
    @rule(by=people, place=places, stage=st.sampled_from(Stage))
    def discard(self, by: User, place: int, stage: Stage) -> None:
        self.step(self.revising.discard(self.one(stage, place).id, by))

    @rule(by=people, entry_id=st.sampled_from(["cards-block", "new"]), number=st.integers(0, 4))
    def restore(self, by: User, entry_id: str, number: int) -> None:
        now = self.attempt(self.revising.restore(entry_id, number, by))
        if now:
            assert in_force(self.revisions(), self.now)[entry_id] == now

    @rule(by=people, entry_id=st.sampled_from(["cards-block", "new"]))
    def retire(self, by: User, entry_id: str) -> None:
        self.attempt(self.revising.retire(entry_id, by))

    @rule(minutes=st.sampled_from([0.001, 1, 61]))
    def wait(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def an_entry_has_one_open_revision_at_most_and_numbers_without_gaps(self) -> None:
        for entry_id in ("cards-block", "new"):
            own = [revision for revision in self.revisions() if revision.entry_id == entry_id]
            assert sum(revision.stage in OPEN_STAGES for revision in own) <= 1
            assert sorted(revision.number for revision in own) == list(range(1, len(own) + 1))

    @invariant()
    def whatever_is_published_was_seen_by_two_or_was_published_before(self) -> None:
        for revision in self.revisions():
            if revision.stage is Stage.PUBLISHED:
                assert revision.approved_by
                assert revision.approved_by != revision.author or revision.restores is not None

    @invariant()
    def what_serves_can_be_served(self) -> None:
        for entry in entries_in_force({"locker-fees": FEES}, self.revisions(), self.now):
            assert problems_of(entry.to_json(), PROFILE) == ()


Curating.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestCurating = Curating.TestCase
