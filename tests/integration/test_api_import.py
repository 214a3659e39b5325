"""Files of entries that curators send."""

import json
from typing import Any

import pytest

from tests.integration.curators import BLOCK, ENTRIES, FEE, KNOWLEDGE, Office, body, office, saying
from tests.integration.test_api_drafts import problem
from tests.unit.test_importers import BOOKLET, printed

TABLE = "id,question,answer\ncards-fee,What is the annual fee?,600 rupees.\npin,How do I reset my PIN?,In the app.\n"


def send(at: Office, content: str | bytes, filename: str = "faq.csv", **params: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    given = {"filename": filename, **params}
    return at.client.post(f"{KNOWLEDGE}/import", content=data, headers=at.asha, params=given)


def report(at: Office, content: str | bytes, filename: str = "faq.csv", **params: Any) -> Any:
    sent = send(at, content, filename, **params)
    assert sent.status_code == 200, sent.text
    return sent.json()


def drafts(at: Office) -> list[dict[str, Any]]:
    return list(at.get("/drafts").json()["drafts"])


def test_a_dry_run_reports_and_makes_nothing() -> None:
    with office() as at:
        said = report(at, TABLE)
        assert drafts(at) == []

    assert said == {
        "format": "csv",
        "found": 2,
        "new": 1,
        "changed": 1,
        "same": 0,
        "changes": [
            {"entry_id": "cards-fee", "question": "What is the annual fee?", "kind": "changed", "open": False},
            {"entry_id": "pin", "question": "How do I reset my PIN?", "kind": "new", "open": False},
        ],
        "problems": [],
        "duplicates": [],
        "conflicts": [],
        "near": [],
        "notes": [],
        "drafts": 0,
    }


def test_an_import_makes_drafts_of_whoever_sends_it_and_publishes_nothing() -> None:
    with office() as at:
        said = report(at, TABLE, dry_run=False)
        made = drafts(at)
        again = report(at, TABLE, dry_run=False)
        assert at.entry("cards-fee")["published"]["answer"] == "500 rupees."

    assert said["drafts"] == 2
    assert {(one["entry_id"], one["stage"], one["author"], one["note"]) for one in made} == {
        ("cards-fee", "draft", "asha", "Imported from faq.csv"),
        ("pin", "draft", "asha", "Imported from faq.csv"),
    }
    assert next(one for one in made if one["entry_id"] == "cards-fee")["entry"]["category"] == "cards"
    assert (again["drafts"], [change["open"] for change in again["changes"]]) == (0, [True, True])


def test_what_somebody_works_on_is_left_out() -> None:
    with office() as at:
        at.begin(saying("700."), at.ravi)
        said = report(at, TABLE, dry_run=False)
        assert said["drafts"] == 1
        assert {one["author"] for one in drafts(at) if one["entry_id"] == "cards-fee"} == {"ravi"}


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_what_was_exported_changes_nothing_when_it_is_imported(format_: str) -> None:
    with office() as at:
        exported = at.get("/entries/export", format=format_).content
        said = report(at, exported, f"kb.{format_}", dry_run=False)
    assert (said["found"], said["same"], said["changes"], said["drafts"]) == (len(ENTRIES), len(ENTRIES), [], 0)


def test_lines_that_cannot_be_used_are_named_and_the_others_are_taken() -> None:
    lines = [json.dumps(body(saying("600."))), "{", json.dumps({**body(BLOCK), "as_of": "soon"}), '{"question": "x"}']
    with office() as at:
        said = report(at, "\n".join(lines), "kb.jsonl", dry_run=False)
    assert [(found["line"], found["field"]) for found in said["problems"]] == [(2, ""), (3, "as_of"), (4, "")]
    assert (said["changed"], said["drafts"]) == (1, 1)


def test_what_a_file_says_twice_or_contradicts_itself_in_is_reported() -> None:
    rows = ["Q one?,A", "Q one?,A", "Q two?,1 rupee", "Q two?,2 rupees", "block my card,x", "card block,y"]
    with office() as at:
        said = report(at, "question,answer\n" + "\n".join(rows))
    assert (len(said["duplicates"]), len(said["conflicts"]), said["near"]) == (1, 1, ["block my card | card block"])


def test_a_pdf_becomes_drafts() -> None:
    with office() as at:
        said = report(at, printed(BOOKLET), "faq.pdf", dry_run=False)
        made = drafts(at)
    assert said["format"] == "pdf"
    assert said["drafts"] == said["new"] == len(made) > 3
    assert any(one["entry"]["source"].startswith("faq.pdf, page") for one in made)


def test_a_markdown_file_and_conversations_are_read_too() -> None:
    with office() as at:
        assert report(at, "# Bank\n\n## Fees\n\nThe fee is 500 rupees a year.\n", "guide.md")["format"] == "markdown"
        talk = [{"rol1": "What is the fee?", "rol2": "The fee is 500 rupees."}]
        assert report(at, json.dumps({"turns": talk}), "x.json", format="conversations")["format"] == "conversations"


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (b"", "faq.csv"),
        (b"\x00" * 50, "faq.jsonl"),
        (b"\xff\xfe\x00", "faq.json"),
        (b"%PDF-1.4 no more", "faq.pdf"),
        (b"PK\x03\x04", "faq.xlsx"),
        (b"question,answer\n", "../../etc/passwd"),
        (b"[" * 100_000, "faq.json"),
        (b'"' * 1001, "faq.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_problem_in_the_report(content: bytes, filename: str) -> None:
    with office() as at:
        said = report(at, content, filename, dry_run=False)
    assert (said["found"], said["drafts"]) == (0, 0)
    assert said["problems"]


def test_a_long_list_of_findings_is_cut_and_the_report_says_so() -> None:
    with office() as at:
        said = report(at, "question,answer\n" + "".join(f"Q{i}?,A{i}.\n" for i in range(600)) + "x\n" * 501)
    assert (said["found"], len(said["changes"]), len(said["problems"])) == (600, 500, 500)
    assert said["notes"] == ["changes: the first 500 of 600 are listed", "problems: the first 500 of 501 are listed"]


def test_ten_megabytes_are_read_and_not_more() -> None:
    with office() as at:
        row = f"Q?,{'x' * 1000}\n"
        table = "question,answer\n" + row
        assert report(at, table + "," * (9 * 1024 * 1024))["found"] == 1
        assert "10485760" in problem(send(at, table + "," * (10 * 1024 * 1024)), 413)


@pytest.mark.parametrize(
    "params", [{"format": "xls"}, {"filename": ""}, {"filename": "x" * 201}, {"dry_run": "perhaps"}]
)
def test_an_odd_request_is_refused(params: dict[str, Any]) -> None:
    with office() as at:
        problem(send(at, TABLE, **{"filename": "faq.csv", **params}), 422)


def test_a_published_entry_is_found_by_its_question_where_the_file_has_no_ids() -> None:
    with office() as at:
        (change,) = report(at, f"question,answer\n{FEE.question.upper()},600.\n")["changes"]
    assert (change["entry_id"], change["kind"]) == ("cards-fee", "changed")
