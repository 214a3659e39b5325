"""Every importer on files of other people, which are not part of the repository."""

from collections import Counter
from pathlib import Path

import pytest

from questrag.knowledge.base import EntryBase, read_knowledge
from questrag.knowledge.importers import import_file
from questrag.knowledge.report import duplicates_and_conflicts
from questrag.settings import PROJECT
from tests.shared_data import SHARED_DATA, needs_shared_data


@needs_shared_data
@pytest.mark.parametrize(
    ("file", "format_", "entries"),
    [
        ("bankfaqs_hdfc/BankFAQs.csv", "csv", 1764),
        ("bitext_retail_banking/bitext_part.csv", "bitext", 3832),
        ("retailbanking_conversations/conversations_part.json", "conversations", 605),
        ("cucom_hinglish_banking/sample_11.jsonl", "jsonl", 80),
        ("chitchat/chitchat_part.qna", "qna", 70),
        ("rbi_kyc_documents/RBI_eKYC_2020-01-09.pdf", "pdf", 9),
    ],
)
def test_every_question_of_a_known_file_is_imported(file: str, format_: str, entries: int, tmp_path: Path) -> None:
    imported = import_file(SHARED_DATA / file)
    assert (imported.format, len(imported.entries), imported.problems) == (format_, entries, ())

    written = tmp_path / "kb.jsonl"
    written.write_text("".join(f"{entry.to_json()}\n" for entry in imported.entries), encoding="utf-8")
    base, problems = read_knowledge(written)
    assert base.entries == imported.entries
    assert base.version == EntryBase(imported.entries).version
    assert problems == []


@needs_shared_data
def test_what_a_bank_says_twice_or_in_two_ways_is_found() -> None:
    report = duplicates_and_conflicts(import_file(SHARED_DATA / "bankfaqs_hdfc" / "BankFAQs.csv").entries)
    assert (len(report.kept), len(report.dropped), report.same_id) == (1483, 281, ())
    assert len(report.conflicts) == 85
    assert sum(bool(conflict.numbers) for conflict in report.conflicts) == 28


@needs_shared_data
def test_bitext_keeps_placeholders_in_the_entry_and_never_shows_them() -> None:
    base = EntryBase(import_file(SHARED_DATA / "bitext_retail_banking" / "bitext_part.csv").entries)
    assert sum("{{" in entry.answer for entry in base.entries) > 1000
    shown = [base.passage(entry.id).answer for entry in base.entries]
    assert not any("{{" in text or "}}" in text for text in shown)
    assert len({entry.intent for entry in base.entries}) == 26


@needs_shared_data
def test_the_chatter_of_conversations_is_left_out_and_counted() -> None:
    imported = import_file(SHARED_DATA / "retailbanking_conversations" / "conversations_part.json")
    left_out = sum(int(note.split(": ")[1].split()[0]) for note in imported.notes)
    assert left_out + len(imported.entries) == 973
    assert Counter(entry.category for entry in imported.entries)["Cards"] == 49


@needs_shared_data
def test_a_circular_is_read_by_its_sections() -> None:
    entries = import_file(SHARED_DATA / "rbi_kyc_documents" / "RBI_eKYC_2020-01-09.pdf").entries
    titles = [
        entry.question.split(" (part")[0].removeprefix("Amendment to Master Direction (MD) on KYC: ")
        for entry in entries
    ]
    assert list(dict.fromkeys(titles)) == [
        "RBI eKYC 2020 01 09",
        "Amendment to Master Direction (MD) on KYC",
        "Changes due to amendments to the PML Rules",
        "Changes due to introduction of Video based Customer Identification Process (V-CIP)",
    ]
    assert all(len(entry.answer.split()) <= 250 for entry in entries)
    assert entries[3].source == "RBI_eKYC_2020-01-09.pdf, page 2"
    assert not any("\ufffd" in entry.answer for entry in entries)


@needs_shared_data
@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("hint3/curekart_train.csv", "no question and no answer column (found: 'sentence', 'label')"),
        ("hint3/powerplay11_train.csv", "no question and no answer column (found: 'sentence', 'label')"),
        ("banking77/train.csv", "no question column (found: 'text', 'category')"),
        ("hinglish_top/train.tsv", "no answer column (found: 'en_query', "),
        ("bom_loans/loans_bom.json", "no 'question' with an 'answer' (there is 'bank_name', "),
        ("banking77/categories.json", "no 'question' with an 'answer'"),
    ],
)
def test_a_file_without_answers_says_what_it_has_instead(file: str, says: str) -> None:
    imported = import_file(SHARED_DATA / file)
    assert imported.entries == ()
    (problem,) = imported.problems
    assert problem.file == Path(file).name
    assert says in problem.message


@pytest.mark.parametrize("page", sorted(PROJECT.glob("*.md")), ids=lambda page: page.name)
def test_the_projects_own_pages_can_be_imported(page: Path) -> None:
    imported = import_file(page)
    assert imported.format == "markdown"
    assert imported.entries
    assert imported.problems == ()
