"""What a file would change in what is published."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from questrag.chat.desk import Revision, revision_id
from questrag.chat.types import User
from questrag.knowledge.comparing import Change
from questrag.knowledge.entry import Entry, Paraphrase
from questrag.knowledge.importing import Sent, make_drafts, read_sent
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.revising import Revising
from questrag.storage.memory import MemoryStore

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ASHA = User(id="asha", username="asha", email="asha@bank.example", password_hash="!", role="curator", created_at=NOW)
FEE = Entry(
    id="cards-fee",
    question="What is the annual fee?",
    answer="500 rupees.",
    category="cards",
    paraphrases=(Paraphrase("annual charge", "en"),),
    answers={"hi": "500 रुपये।"},
    source="Schedule of charges",
    regulated=True,
    extra={"owner": "cards team"},
)
BRANCH = Entry(id="branch", question="When is the branch open?", answer="10 to 4.")
PUBLISHED = {entry.id: entry for entry in (FEE, BRANCH)}


def sent(content: str, name: str = "faq.csv", *open_ones: Revision, profile: Profile | None = None) -> Sent:
    return read_sent(name, content.encode(), "auto", PUBLISHED, open_ones, profile)


def changes(content: str, name: str = "faq.csv", *open_ones: Revision) -> list[tuple[str, str, bool]]:
    return [(change.entry.id, change.kind, change.open) for change in sent(content, name, *open_ones).changes]


def draft(entry: Entry) -> Revision:
    return Revision(
        id=revision_id(entry.id, 1),
        entry_id=entry.id,
        number=1,
        line=entry.to_json(),
        created_at=NOW,
        changed_at=NOW,
        author="ravi",
    )


def test_an_entry_is_the_one_with_its_id() -> None:
    table = "id,question,answer\ncards-fee,What is the fee?,600.\nbranch,When is the branch open?,10 to 4.\nx,Q?,A.\n"
    assert changes(table) == [("cards-fee", "changed", False), ("branch", "same", False), ("x", "new", False)]


def test_what_the_file_does_not_say_stays_as_it_is_published() -> None:
    (change,) = sent("id,question,answer,category\ncards-fee,What is the annual fee?,600 rupees.,\n").changes
    assert change.entry == replace(FEE, answer="600 rupees.")


def test_what_the_file_says_is_taken_over_also_fields_of_its_own() -> None:
    line = {"id": "cards-fee", "question": "Fee?", "answer": "600.", "regulated": False, "answers": {}, "team": "x"}
    (change,) = sent(str(line).replace("'", '"').replace("False", "false"), "kb.jsonl").changes
    assert change.entry == replace(
        FEE, question="Fee?", answer="600.", regulated=False, answers={}, extra={"owner": "cards team", "team": "x"}
    )


def test_without_an_id_an_entry_is_the_one_that_asks_the_same() -> None:
    assert changes("question,answer\nwhat is the ANNUAL fee,600 rupees.\nWhat is a PIN?,A number.\n") == [
        ("cards-fee", "changed", False),
        (changes("question,answer\nWhat is a PIN?,A number.\n")[0][0], "new", False),
    ]


def test_an_id_of_its_own_makes_another_entry_although_it_asks_the_same() -> None:
    assert changes("id,question,answer\nmine,What is the annual fee?,600 rupees.\n") == [("mine", "new", False)]


def test_of_two_rows_that_ask_the_same_the_first_is_the_published_entry() -> None:
    found = changes("question,answer\nWhat is the annual fee?,600.\nWhat is the annual fee?,700.\n")
    assert [entry_id == "cards-fee" for entry_id, _, _ in found] == [True, False]
    assert [kind for _, kind, _ in found] == ["changed", "new"]


def test_what_somebody_works_on_is_said_also_when_it_was_never_published() -> None:
    pin = Entry(id="pin", question="What is a PIN?", answer="A number.")
    table = "question,answer\nWhat is a PIN?,Four digits.\nWhat is the annual fee?,600.\n"
    assert changes(table, "faq.csv", draft(pin), draft(FEE)) == [("pin", "new", True), ("cards-fee", "changed", True)]


def test_the_report_names_answers_that_were_left_behind_and_placeholders_nobody_knows() -> None:
    table = "id,question,answer\ncards-fee,What is the annual fee?,{{fee}} rupees.\n"
    assert sent(table, profile=Profile({"other": {}})).notes == (
        "cards-fee: the answer changes and stays as it was in other languages: translate it anew",
        "cards-fee: has placeholders that the bank profile does not name: correct the draft",
    )
    assert sent("id,question,answer\ncards-fee,What is the yearly fee?,500 rupees.\n").notes == ()


@pytest.mark.parametrize(
    "name", ["faq.csv", "../../faq.csv", "C:\\bank\\faq.csv", "x" * 150 + ".csv", "फ़ीस" * 40 + ".CSV"]
)
def test_any_name_with_its_ending_will_do(name: str) -> None:
    assert sent("question,answer\nQ?,A.\n", name).format == "csv"
    assert sent("question,answer\nQ?,A.\n", name).changes[0].entry.source.lower().endswith(".csv")


@pytest.mark.parametrize("name", ["faq", "..", ".", "/", "faq.docx", "\0.exe"])
def test_a_name_that_says_nothing_is_a_problem_of_the_file(name: str) -> None:
    assert "give the format" in str(sent("question,answer\nQ?,A.\n", name).ingested.problems[0])


async def test_drafts_are_made_of_what_is_new_or_changed_and_nobody_works_on() -> None:
    revising = Revising(desk=MemoryStore(), base=PUBLISHED, profile=None)
    table = "id,question,answer\ncards-fee,Fee?,600.\nbranch,When is the branch open?,10 to 4.\nx,Q?,A.\ny,R?,B.\n"
    read = sent(table)
    taken = Change(replace(BRANCH, id="z"), "new", open=True)
    await make_drafts(replace(read, changes=read.changes[-1:]), ASHA, revising)

    assert await make_drafts(replace(read, changes=(*read.changes, taken)), ASHA, revising) == ["cards-fee", "x"]
    (made,) = await revising.of_entry("x")
    assert (made.author, made.note) == ("asha", "Imported from faq.csv")
