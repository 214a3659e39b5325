"""What lies over the entries of the files, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from questrag.chat.desk import Revision, Stage, revision_id
from questrag.chat.errors import ArtifactError
from questrag.knowledge.entry import Entry
from questrag.knowledge.revisions import entries_in_force, in_force

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BLOCK = Entry(id="block", question="How do I block my card?", answer="Open the app and tap Block.")
FEES = Entry(id="fees", question="What does a locker cost?", answer="2,000 rupees a year.")
BASE = {entry.id: entry for entry in (FEES, BLOCK)}


def revision(
    entry: Entry,
    number: int,
    *,
    from_: datetime | None = NOW - DAY,
    stage: Stage = Stage.PUBLISHED,
    retires: bool = False,
) -> Revision:
    return Revision(
        id=revision_id(entry.id, number),
        entry_id=entry.id,
        number=number,
        line=entry.to_json(),
        created_at=NOW - 9 * DAY,
        changed_at=NOW - 9 * DAY,
        author="asha",
        stage=stage,
        effective_from=from_,
        retires=retires,
    )


def saying(answer: str, entry: Entry = FEES) -> Entry:
    return replace(entry, answer=answer)


def answers(*revisions: Revision, now: datetime = NOW) -> list[str]:
    return [entry.answer for entry in entries_in_force(BASE, revisions, now)]


def test_the_files_are_what_counts_where_nothing_was_published() -> None:
    assert entries_in_force(BASE, [], NOW) == [FEES, BLOCK]


def test_a_published_revision_lies_over_the_file_in_its_place() -> None:
    assert answers(revision(saying("2,500 rupees a year."), 1)) == ["2,500 rupees a year.", BLOCK.answer]


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.REVIEW, Stage.DISCARDED])
def test_what_was_not_published_changes_nothing(stage: Stage) -> None:
    assert answers(revision(saying("Nobody approved this."), 1, stage=stage)) == [FEES.answer, BLOCK.answer]


def test_of_several_revisions_the_highest_counts_whatever_order_they_come_in() -> None:
    first, second = revision(saying("First."), 1), revision(saying("Second."), 2)
    assert answers(first, second) == answers(second, first) == ["Second.", BLOCK.answer]


def test_a_scheduled_revision_comes_into_force_at_its_time_and_not_before() -> None:
    later = revision(saying("From tomorrow."), 2, from_=NOW + DAY)
    now = revision(saying("Today."), 1)
    assert answers(now, later) == ["Today.", BLOCK.answer]
    assert answers(now, later, now=NOW + DAY) == ["From tomorrow.", BLOCK.answer]


def test_a_scheduled_revision_comes_though_something_was_corrected_meanwhile() -> None:
    planned = revision(saying("From tomorrow."), 1, from_=NOW + DAY)
    corrected = revision(saying("Corrected."), 2, from_=NOW)
    assert answers(planned, corrected) == ["Corrected.", BLOCK.answer]
    assert answers(planned, corrected, now=NOW + DAY) == ["From tomorrow.", BLOCK.answer]


def test_a_retirement_takes_the_entry_out_and_a_later_revision_brings_it_back() -> None:
    gone = revision(FEES, 1, retires=True)
    assert answers(gone) == [BLOCK.answer]
    assert answers(gone, revision(saying("Back."), 2)) == ["Back.", BLOCK.answer]


def test_entries_that_only_revisions_have_come_last_in_the_order_of_their_ids() -> None:
    new = [Entry(id=name, question=f"{name}?", answer=name) for name in ("zebra", "apple")]
    assert answers(*(revision(entry, 1) for entry in new)) == [FEES.answer, BLOCK.answer, "apple", "zebra"]


def test_a_retired_entry_that_no_file_has_is_no_fault() -> None:
    assert answers(revision(Entry(id="gone", question="q?", answer="a"), 1, retires=True)) == [
        FEES.answer,
        BLOCK.answer,
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [("{not json", "is not valid JSON"), ('{"id": "fees", "question": "q"}', "answer is missing"), ("", "JSON")],
)
def test_a_revision_that_cannot_be_read_is_named(line: str, what: str) -> None:
    broken = replace(revision(FEES, 3), line=line)
    with pytest.raises(
        ArtifactError, match=f"revision 3 of entry 'fees' cannot be read .*{what}.*: roll the entry back"
    ):
        answers(broken)


def test_a_revision_of_another_entry_is_refused() -> None:
    with pytest.raises(ArtifactError, match="revision 1 of entry 'fees' holds entry 'block'"):
        answers(replace(revision(FEES, 1), line=BLOCK.to_json()))


def test_a_retirement_whose_line_cannot_be_read_still_retires() -> None:
    assert answers(replace(revision(FEES, 1, retires=True), line="{")) == [BLOCK.answer]


def test_a_knowledge_base_is_never_emptied() -> None:
    with pytest.raises(ArtifactError, match="every entry is retired"):
        answers(revision(FEES, 1, retires=True), revision(BLOCK, 1, retires=True))


def test_a_published_revision_without_a_time_is_in_force() -> None:
    assert in_force([revision(FEES, 1, from_=None)], NOW).keys() == {"fees"}
