import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from questrag.chat.errors import ArtifactError, Invalid
from questrag.knowledge.chunks import MOST_WORDS, Paragraph, chunks
from questrag.knowledge.entry import Entry
from questrag.knowledge.importers import READERS, Imported, import_file
from questrag.knowledge.ingest import Ingested, ingest_files
from questrag.knowledge.report import duplicates_and_conflicts


def read(folder: Path, name: str, content: str | bytes, format_: str = "auto") -> Imported:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_file(path, format_)


def pairs(imported: Imported) -> list[tuple[str, str]]:
    assert [str(problem) for problem in imported.problems] == []
    return [(entry.question, entry.answer) for entry in imported.entries]


def said(imported: Imported) -> list[str]:
    return [str(problem) for problem in imported.problems]


# Any file -------------------------------------------------------------------------------------


def test_a_format_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="there is no format 'xls': use auto, jsonl"):
        import_file(tmp_path / "faq.xls", "xls")


@pytest.mark.parametrize("name", ["missing.csv", "missing.pdf", "folder.md"])
def test_a_file_that_cannot_be_opened_is_a_problem_that_names_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.md").mkdir()
    imported = import_file(tmp_path / name)
    assert imported.entries == ()
    assert said(imported)[0].startswith(f"{name}: cannot be read: ")


def test_a_name_that_says_nothing_asks_for_the_format(tmp_path: Path) -> None:
    imported = read(tmp_path, "faq.docx", "PK")
    assert imported.format == "auto"
    assert "faq.docx: has a name that does not say what it is (.docx): give the format" in said(imported)[0]


@pytest.mark.parametrize("format_", sorted(READERS))
@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b"\xff\xfe", b"\n\n\n", b"\xe9" * 50, b'"' * 51, b"[" * 50_000])
def test_no_content_makes_an_import_crash_or_pass_for_good(tmp_path: Path, format_: str, content: bytes) -> None:
    imported = read(tmp_path, "odd.bin", content, format_)
    assert imported.entries or imported.problems
    assert all(problem.file == "odd.bin" for problem in imported.problems)


def test_ids_are_made_from_the_content_and_stay_when_other_rows_change(tmp_path: Path) -> None:
    before = read(tmp_path, "Bank FAQs.csv", "question,answer\nA?,a\nB?,b\nB?,b\n").entries
    after = read(tmp_path, "Bank FAQs.csv", "question,answer\nNew?,n\nB?,b\nA?,a\n").entries
    assert before[0].id == after[2].id
    assert before[1].id == after[1].id
    assert before[2].id == f"{before[1].id}-2"
    assert before[0].id.startswith("bank-faqs-")


def test_language_and_source_are_filled_in(tmp_path: Path) -> None:
    entries = read(tmp_path, "faq.csv", "question,answer\ncard block kaise kare,x\nकार्ड कैसे बंद करें,y\nBlock?,z\n").entries
    assert [entry.lang for entry in entries] == ["hinglish", "hi", "en"]
    assert {entry.source for entry in entries} == {"faq.csv"}


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    path.write_text("question,answer\n" + "How?,So.\n" * 2000)
    seen: list[tuple[int, int]] = []
    import_file(path, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 2
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


# Tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Question,Answer",
        "QUERY,Response",
        "q,a",
        "prompt,completion",
        "Title,Reply",
        "FAQ Question,Answer Text",
        "instruction,output",
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_read_under_any_common_header_and_delimiter(tmp_path: Path, header: str, delimiter: str) -> None:
    table = f'{header}\n"What, is it?","Yes; ""it"" is\r\nso"\n'.replace(header, header.replace(",", delimiter))
    table = table.replace('?","Yes', f'?"{delimiter}"Yes')
    assert pairs(read(tmp_path, "faq.csv", table)) == [("What, is it?", 'Yes; "it" is\nso')]


def test_category_intent_id_and_language_are_understood_and_other_columns_kept(tmp_path: Path) -> None:
    table = "ID,Question,Answer,Class,Intent,Language,Owner\n7,Q?,A.,cards,block,Hindi,Asha\n"
    (entry,) = read(tmp_path, "faq.csv", table).entries
    assert (entry.id, entry.category, entry.intent, entry.lang, entry.extra) == (
        "7",
        "cards",
        "block",
        "hi",
        {"Owner": "Asha"},
    )


def test_a_table_without_question_or_answer_says_what_it_has(tmp_path: Path) -> None:
    imported = read(tmp_path, "intents.csv", "sentence,label\nhello,GREETING\n")
    assert said(imported) == [
        "intents.csv:1: has no question and no answer column (found: 'sentence', 'label'): "
        "head it 'question' and 'answer'"
    ]


def test_rows_that_cannot_be_used_are_named_with_their_line_and_the_rest_is_used(tmp_path: Path) -> None:
    table = (
        'question,answer,lang\n"Two\nlines?",A.,en\nNo answer?,,\nA?,Yes, it is,more,cells\n"x"y,z,\nB?,b,fr\nC?,c,en\n'
    )
    imported = read(tmp_path, "faq.csv", table)
    assert [entry.question for entry in imported.entries] == ["Two\nlines?", "C?"]
    assert said(imported) == [
        "faq.csv:4: answer: is missing: every entry needs one",
        "faq.csv:5: has 5 cells under 3 headers: put quotes around text with ','",
        "faq.csv:6: is not a CSV row (',' expected after '\"'): look for a quote that is not closed or not doubled",
        "faq.csv:7: lang: is 'fr': use 'en', 'hinglish' or 'hi'",
    ]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest_in_silence(tmp_path: Path) -> None:
    imported = read(tmp_path, "faq.csv", 'question,answer\nA?,a\nB?,"b\nC?,c\n')
    assert [entry.question for entry in imported.entries] == ["A?"]
    assert said(imported)[0].startswith("faq.csv:3: is not a CSV row")


def test_of_two_rows_with_one_id_the_first_stays(tmp_path: Path) -> None:
    imported = read(tmp_path, "faq.csv", "id,question,answer\n1,A?,a\n1,B?,b\n")
    assert [entry.question for entry in imported.entries] == ["A?"]
    assert said(imported) == ["faq.csv:3: id: '1' is already used at faq.csv:2: give this entry an id of its own"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_tables_are_read_without_a_word(tmp_path: Path, encoding: str) -> None:
    imported = read(tmp_path, "faq.csv", "question,answer\nFees?,₹ 500 – कार्ड\n".encode(encoding))
    assert pairs(imported) == [("Fees?", "₹ 500 – कार्ड")]
    assert imported.notes == ()


def test_a_windows_table_is_read_with_a_note(tmp_path: Path) -> None:
    imported = read(tmp_path, "faq.csv", "question,answer\nFees?,€ 5 – caf\xe9\n".encode("cp1252"))
    assert pairs(imported) == [("Fees?", "€ 5 – café")]
    assert imported.notes[0].startswith("faq.csv: is not UTF-8 and was read as Windows-1252")


def test_one_damaged_row_does_not_make_a_utf8_table_a_windows_table(tmp_path: Path) -> None:
    imported = read(tmp_path, "faq.csv", "question,answer\nकार्ड?,हाँ\n".encode() + b"B?,caf\xe9\n")
    assert [entry.answer for entry in imported.entries] == ["हाँ"]
    assert said(imported)[0].startswith("faq.csv:3: answer: holds bytes that are not UTF-8")


def test_bitext_is_recognised_and_keeps_placeholders_and_flags(tmp_path: Path) -> None:
    table = "flags,instruction,category,intent,response\nBQ,how to block,CARD,block_card,Call {{Phone Number}}.\n"
    imported = read(tmp_path, "bitext.csv", table)
    (entry,) = imported.entries
    assert imported.format == "bitext"
    assert (entry.question, entry.category, entry.intent) == ("how to block", "card", "block_card")
    assert entry.answer == "Call {{Phone Number}}."
    assert entry.extra == {"flags": "BQ"}


def test_a_table_that_is_not_bitext_is_not_read_as_such(tmp_path: Path) -> None:
    imported = read(tmp_path, "faq.csv", "question,answer\nA?,a\n", "bitext")
    assert "is not a Bitext table, category, instruction, intent, response missing" in said(imported)[0]


# JSON -----------------------------------------------------------------------------------------


def test_the_projects_own_lines_come_back_as_they_were(tmp_path: Path) -> None:
    record = {"id": "hello", "question": "Hello!", "answer": "Hi.", "answers": {"hi": "नमस्ते"}, "lang": "en", "x": [1]}
    imported = read(tmp_path, "kb.jsonl", json.dumps(record) + '\r\n\n{"id": 1\n[]\n{"name": "x"}\n')
    (entry,) = imported.entries
    absent = {"category": "", "intent": "", "paraphrases": [], "as_of": "", "regulated": False, "source": "kb.jsonl"}
    assert json.loads(entry.to_json()) == {**record, **absent}
    assert said(imported) == [
        "kb.jsonl:3: is not valid JSON: Expecting ',' delimiter at column 9",
        "kb.jsonl:4: is not a JSON object: write one {...} a line",
        "kb.jsonl:5: holds no 'question' with an 'answer' (there is 'name'): name them so",
    ]


def test_questions_are_found_anywhere_in_a_json_document(tmp_path: Path) -> None:
    document = {"bank": "x", "faqs": {"cards": [{"question": "A?", "answer": "a"}, {"Q": "B?", "A": "b", "id": 3}]}}
    imported = read(tmp_path, "faq.json", json.dumps(document))
    assert imported.format == "json"
    assert pairs(imported) == [("A?", "a"), ("B?", "b")]
    assert imported.entries[1].id == "3"


def test_a_problem_in_a_json_document_names_the_place(tmp_path: Path) -> None:
    imported = read(tmp_path, "faq.json", json.dumps({"faqs": [{"question": "A?", "answer": ["a"]}]}))
    assert said(imported) == ["faq.json: faqs[0].answer: is a list, not text: put it in quotes"]


def test_json_without_questions_says_what_it_has(tmp_path: Path) -> None:
    imported = read(tmp_path, "loans.json", '{"bank_name": "x", "schemes": [{"rate": 8.1}]}')
    assert said(imported) == [
        "loans.json: holds no 'question' with an 'answer' (there is 'bank_name', 'schemes'): name them so"
    ]


def test_two_roles_are_asking_and_answering_and_small_talk_is_left_out(tmp_path: Path) -> None:
    turns = [
        ("Good morning.", "Good morning! How can I help?"),
        ("How do I block my card?", "In the app."),
        ("Thanks for the tips, I will try.", "You're welcome! Anything else?"),
        ("Thank you. And what does it cost?", "You're welcome! Nothing."),
    ]
    rows = [
        {"id_conversation": "c", "topic": "Cards", "sequence": i, "rol1": q, "rol2": a}
        for i, (q, a) in enumerate(turns)
    ]
    imported = read(tmp_path, "talk.json", json.dumps(rows))
    assert imported.format == "conversations"
    assert [question for question, _ in pairs(imported)] == [
        "How do I block my card?",
        "Thank you. And what does it cost?",
    ]
    assert imported.entries[0].category == "Cards"
    assert imported.notes == (
        "talk.json: 1 turn left out: small talk",
        "talk.json: 1 turn left out: thanks at the end of a conversation",
    )


@pytest.mark.parametrize(
    "keys",
    [
        ("messages", "role", "content", "user", "assistant"),
        ("conversations", "from", "value", "human", "gpt"),
        ("turns", "speaker", "utterance", "USER", "SYSTEM"),
    ],
)
@pytest.mark.parametrize("name", ["talk.json", "talk.jsonl"])
def test_chat_messages_are_paired(tmp_path: Path, keys: tuple[str, ...], name: str) -> None:
    turns, role, content, user, bot = keys
    said_by = [
        (bot, "Be kind."),
        (user, "I lost it."),
        (user, "My card. What now?"),
        (bot, "Block it."),
        (user, "Thanks!"),
        (bot, "Bye"),
    ]
    talk = {turns: [{role: who, content: what} for who, what in said_by]}
    imported = read(tmp_path, name, json.dumps([talk] if name.endswith(".json") else talk))
    assert pairs(imported) == [("I lost it.\nMy card. What now?", "Block it.")]


# Documents ------------------------------------------------------------------------------------

MARKDOWN = """---
title: left out
---
Welcome to the
bank.

# Cards
<!-- # left out -->
The fee is
low. See below.

- one
- two

## What does a [card](https://bank.example) cost? ##
```
# not a heading
  spaces  stay
```

Limits
------
| a | b |

## Nothing here
"""


def test_markdown_is_read_by_section_with_the_headings_as_question(tmp_path: Path) -> None:
    imported = read(tmp_path, "guide.md", MARKDOWN)
    assert pairs(imported) == [
        ("guide", "Welcome to the bank."),
        ("Cards", "The fee is low. See below.\n\n- one\n- two"),
        ("Cards: What does a card cost?", "```\n# not a heading\n  spaces  stay\n```"),
        ("Cards: Limits", "| a | b |"),
    ]
    assert imported.entries[3].source == "guide.md, Cards > Limits"


@pytest.mark.parametrize(
    ("markdown", "questions"),
    [
        ("# Home loan\n## Who can apply?\na\n## Fees\nb\n", ["Home loan: Who can apply?", "Home loan: Fees"]),
        (
            "# Home loan\n## Who can apply?\na\n# Car loan\n## Who can apply?\nb\n",
            ["Home loan: Who can apply?", "Car loan: Who can apply?"],
        ),
        ("# Loans\n## Who can apply?\n### Salaried:\na\n", ["Loans: Who can apply? Salaried"]),
        ("# FAQ\n## Cards\n### 1. What does it cost?\na\n", ["Cards: What does it cost?"]),
        (
            "# Debit cards\n## How do I block my debit card?\na\n## What does it cost?\nb\n",
            ["How do I block my debit card?", "Debit cards: What does it cost?"],
        ),
        ("# FAQ\n## Fees\na\n# Old FAQ\n## Fees\nb\n", ["FAQ: Fees", "Old FAQ: Fees"]),
        ("# बचत खाता\n## कौन खोल सकता है?\nसब।\n", ["बचत खाता: कौन खोल सकता है?"]),
    ],
)
def test_a_question_keeps_the_headings_above_it_but_for_a_title_that_adds_nothing(
    tmp_path: Path, markdown: str, questions: list[str]
) -> None:
    assert [question for question, _ in pairs(read(tmp_path, "guide.md", markdown))] == questions


def test_markdown_without_text_is_a_problem(tmp_path: Path) -> None:
    assert said(read(tmp_path, "empty.md", "# Only\n## headings\n")) == ["empty.md: holds no text below a heading"]


def test_a_problem_in_markdown_names_the_line(tmp_path: Path) -> None:
    imported = read(tmp_path, "long.md", "# A\n\nfine\n\n# B\n\n" + "x" * 20_001 + "\n")
    assert said(imported) == [
        "long.md:7: answer: has 20,001 characters: at most 20,000 are allowed, shorten or split it"
    ]


def test_qna_gives_questions_with_other_wordings(tmp_path: Path) -> None:
    text = "# ? Who are you?\n- What are you\n- आप कौन हैं\n\n**Filters:**\n- editorial = chitchat\n\n"
    text += "```markdown\nA bot.\n\nOf the bank.\n```\n\n# ? Empty?\n"
    imported = read(tmp_path, "chat.qna", text)
    (entry,) = imported.entries
    assert (entry.question, entry.answer) == ("Who are you?", "A bot.\n\nOf the bank.")
    assert [(p.text, p.lang) for p in entry.paraphrases] == [("What are you", "en"), ("आप कौन हैं", "hi")]
    assert entry.extra == {"metadata": {"editorial": "chitchat"}}
    assert said(imported) == ["chat.qna:14: answer: is missing: every entry needs one"]


def test_long_text_is_cut_evenly_at_the_ends_of_sentences() -> None:
    sentence = "The fee of Rs. 50 is due on the first day of every month. "  # 14 words
    parts = chunks([Paragraph(sentence * 40, 1), Paragraph(sentence * 4, 2)])
    assert [len(part.text.split()) for part in parts] == [210, 210, 196]
    assert all(part.text.endswith("month.") for part in parts)
    assert [(part.first, part.last) for part in parts] == [(1, 1), (1, 1), (1, 2)]


def test_a_sentence_without_end_is_cut_between_words() -> None:
    parts = chunks([Paragraph("word " * 600, 1)])
    assert " ".join(part.text for part in parts).split() == ["word"] * 600
    assert max(len(part.text.split()) for part in parts) <= MOST_WORDS


# PDF ------------------------------------------------------------------------------------------


def printed(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF with one line of text under another."""
    bodies = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    for lines in pages:
        shown = " T* ".join("({}) Tj".format(line.replace("(", r"\(").replace(")", r"\)")) for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 60 780 Td {shown} ET".encode("latin-1") if lines else b""
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources %s >>"
        bodies.append(page % (len(bodies) + 2, b"<< /Font << /F1 %s >> >>" % font))
        bodies.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    kids = b" ".join(b"%d 0 R" % number for number in range(3, len(bodies) + 1, 2))
    bodies[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids)
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(bodies) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


BOOKLET = [
    [
        "Example Bank - Frequently Asked Questions",
        "Savings Accounts",
        "Q1. How do I open a savings account with the bank when I am a student and have",
        "no proof of my own address?",
        "Ans. Visit any branch with your PAN and the identity card of your college. The branch",
        "will accept a letter from the warden.",
        "Debit Cards",
        "How do I block my card?",
        "Open the app, choose Cards and then Block. You can also call the number on the",
        "back of the card.",
        "Page 1 of 3",
    ],
    [
        "Example Bank - Frequently Asked Questions",
        "1. Eligibility",
        "The following persons may apply at any branch of the bank:",
        "1. Resident individuals",
        "2. Minors above ten years",
        "Each of them needs a PAN. The branch checks it and gives a receipt for the busi-",
        "ness account.",
        "2. Charges",
        "2.1 Annual Fee",
        "The fee is charged in April of each year for every card that is active.",
        "Page 2 of 3",
    ],
    [
        "Example Bank - Frequently Asked Questions",
        "CHAPTER III GRIEVANCES",
        "Write to the branch first. When there is no answer in thirty days, write to the",
        "ombudsman of the Reserve Bank through its portal. Our business hours are on the wall.",
        "Page 3 of 3",
    ],
]


def test_a_pdf_is_read_by_section_without_running_heads_and_page_numbers(tmp_path: Path) -> None:
    imported = read(tmp_path, "booklet.pdf", printed(BOOKLET))
    found = pairs(imported)
    assert [question for question, _ in found] == [
        "Savings Accounts: How do I open a savings account with the bank when I am a student and have no proof of my "
        "own address?",
        "Debit Cards: How do I block my card?",
        "Debit Cards: Eligibility",
        "Debit Cards: Charges: Annual Fee",
        "GRIEVANCES",
    ]
    assert found[0][1].startswith("Visit any branch with your PAN")
    assert "1. Resident individuals\n2. Minors above ten years\nEach" in found[2][1]
    assert found[2][1].endswith("for the business account.")
    assert not any("Page" in text or "Example Bank" in text for pair in found for text in pair)
    assert [entry.source for entry in imported.entries] == [
        "booklet.pdf, page 1",
        "booklet.pdf, page 1",
        "booklet.pdf, page 2",
        "booklet.pdf, page 2",
        "booklet.pdf, page 3",
    ]
    assert imported.notes == ("booklet.pdf: 6 lines left out: running head or page number",)


def test_a_long_section_of_a_pdf_is_cut_and_its_parts_are_numbered(tmp_path: Path) -> None:
    body = ["The branch looks at every complaint on the day on which it arrives there. "] * 20
    entries = read(tmp_path, "long.pdf", printed([["2. Complaints", *body], body, body])).entries
    assert len(entries) == 4
    assert entries[0].question == "Complaints (part 1 of 4)"
    assert [entry.source for entry in entries][:2] == ["long.pdf, page 1", "long.pdf, pages 1-2"]
    assert all(len(entry.answer.split()) <= MOST_WORDS for entry in entries)


def test_a_pdf_without_text_is_sent_to_text_recognition(tmp_path: Path) -> None:
    imported = read(tmp_path, "scan.pdf", printed([[], []]))
    assert "scan.pdf: holds no text, only images or nothing: run it through text recognition (OCR)" in said(imported)[0]


def test_pages_without_text_are_noted(tmp_path: Path) -> None:
    imported = read(tmp_path, "mixed.pdf", printed([BOOKLET[0], []]))
    assert "mixed.pdf: no text on page 2" in imported.notes


def test_an_encrypted_pdf_is_named(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(printed(BOOKLET))))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    assert said(import_file(tmp_path / "locked.pdf")) == [
        "locked.pdf: is encrypted: save a copy that opens without a password"
    ]


def test_a_pdf_that_only_forbids_changes_is_read(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(printed(BOOKLET))))
    writer.encrypt("", owner_password="secret", algorithm="RC4-128")
    writer.write(tmp_path / "signed.pdf")
    assert len(import_file(tmp_path / "signed.pdf").entries) == 5


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.98])
def test_a_pdf_that_is_cut_off_is_named(tmp_path: Path, share: float) -> None:
    whole = printed(BOOKLET)
    imported = read(tmp_path, "half.pdf", whole[: int(len(whole) * share)])
    assert any(problem.startswith("half.pdf: is cut off") for problem in said(imported))


def test_a_file_that_only_calls_itself_pdf_is_named(tmp_path: Path) -> None:
    assert said(read(tmp_path, "page.pdf", "<html>Not found</html>"))[0].startswith("page.pdf: is cut off (")


# Duplicates and conflicts -----------------------------------------------------------------------


def entry(id_: str, question: str, answer: str) -> Entry:
    return Entry(id=id_, question=question, answer=answer)


def test_the_same_question_and_answer_is_kept_once() -> None:
    entries = [
        entry("a", "What’s the fee?", "Rs. 5."),
        entry("b", " what's the FEE ", "rs.  5."),
        entry("c", "Other?", "x"),
    ]
    report = duplicates_and_conflicts(entries)
    assert [e.id for e in report.kept] == ["a", "c"]
    assert [(d.entry.id, d.kept.id) for d in report.dropped] == [("b", "a")]
    assert report.conflicts == ()


def test_different_answers_to_one_question_are_both_kept_and_their_numbers_shown() -> None:
    entries = [
        entry("a", "Fee?", "Rs. 1,000 and 2% in 5 days."),
        entry("b", "fee", "Rs. 900 and 2 % in 5 days."),
        entry("c", "Fee", "None."),
    ]
    report = duplicates_and_conflicts(entries)
    (conflict,) = report.conflicts
    assert len(report.kept) == 3
    assert conflict.numbers == {"a": ("1000", "2%", "5"), "b": ("900", "2%", "5")}
    assert str(conflict) == "a (1000, 2%, 5), b (900, 2%, 5), c: different answers to: Fee?"
    (conflict,) = duplicates_and_conflicts(entries[:2]).conflicts
    assert conflict.numbers == {"a": ("1000",), "b": ("900",)}


def test_an_entry_whose_id_is_taken_by_another_one_is_left_out_and_named() -> None:
    report = duplicates_and_conflicts([entry("a", "A?", "a"), entry("a", "B?", "b")])
    assert [e.question for e in report.kept] == ["A?"]
    assert [(d.entry.question, d.kept.question) for d in report.same_id] == [("B?", "A?")]


def test_questions_that_differ_in_small_words_only_are_near() -> None:
    entries = [
        entry("a", "How do I block my debit card?", "x"),
        entry("b", "blocking", "y"),
        entry("c", "block debit cards", "z"),
        entry("d", "How do I block my credit card?", "w"),
    ]
    report = duplicates_and_conflicts(entries)
    assert [[e.id for e in group] for group in report.near] == [["a", "c"]]
    assert len(report.kept) == 4


# The report of an import ------------------------------------------------------------------------


def ingested(folder: Path, name: str, content: str) -> Ingested:
    (folder / name).write_text(content, encoding="utf-8")
    return ingest_files([folder / name])


def test_a_report_says_which_placeholders_of_how_many_answers_wait_for_the_bank(tmp_path: Path) -> None:
    rows = "question,answer\nA?,Call {{Phone}} or {{ E-mail }}; {{Phone}}\nB?,Call {{Phone}}\nC?,None\n"
    lines = list(ingested(tmp_path, "faq.csv", rows).lines())
    at = lines.index("answers with unfilled {{placeholders}}: 2; name these in a BANK_PROFILE")
    assert lines[at + 1 : at + 3] == ["  Phone (in 2)", "  E-mail (in 1)"]


def test_a_report_says_when_no_entry_is_marked_regulated(tmp_path: Path) -> None:
    unmarked = '{"id": "a", "question": "Fee?", "answer": "None."}\n'
    marked = '{"id": "b", "question": "Rate?", "answer": "None.", "regulated": true}\n'
    says = "no entry is marked regulated"
    assert any(line.startswith(says) for line in ingested(tmp_path, "kb.jsonl", unmarked).lines())
    assert not any(line.startswith(says) for line in ingested(tmp_path, "kb.jsonl", unmarked + marked).lines())


def test_a_file_without_a_usable_entry_is_said_to_be_so(tmp_path: Path) -> None:
    nothing = ingested(tmp_path, "intents.csv", "sentence,label\nhello,GREETING\n")
    assert list(nothing.lines()) == [f"{tmp_path / 'intents.csv'} (csv): nothing in it can be used: 0 entries, 1 bad"]


def test_nothing_is_never_written_over_something(tmp_path: Path) -> None:
    out = tmp_path / "kb.jsonl"
    out.write_text("kept\n")
    with pytest.raises(ArtifactError, match=r"no usable entry in .*empty\.csv: nothing written"):
        ingested(tmp_path, "empty.csv", "question,answer\n").write(out)
    assert out.read_text() == "kept\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.csv", "kb.jsonl"]
