"""The command line as its users call it: in a process of its own."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from questrag.cli.progress import Bar
from questrag.settings import PROJECT

ENTRY = {"id": "lost", "question": "I lost my card", "answer": "Block it in the app.", "source": "Cards guide"}


@pytest.fixture
def run(tmp_path: Path):  # type: ignore[no-untyped-def]
    def call(*arguments: str, input: str | None = None, **environment: str) -> "subprocess.CompletedProcess[str]":  # noqa: A002
        return subprocess.run(
            [sys.executable, "-c", "from questrag.cli import main; main()", *arguments],
            check=False,
            capture_output=True,
            text=True,
            input=input,
            timeout=120,
            cwd=tmp_path,
            env={**os.environ, "DATA_DIR": str(tmp_path / "var"), "PYTHONPATH": str(PROJECT / "src"), **environment},
        )

    return call


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    path = tmp_path / "kb.jsonl"
    path.write_text(json.dumps(ENTRY) + "\n", encoding="utf-8")
    return path


def test_a_question_is_answered_with_source_and_receipt(run, kb: Path) -> None:  # type: ignore[no-untyped-def]
    done = run("ask", "i lost my card", "--kb", str(kb))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Block it in the app.\n")
    assert "[1] I lost my card (lost; Cards guide)" in done.stdout
    assert "FETCH (policy" in done.stdout
    assert "1 passage fetched: the answer is in it with" in done.stdout


def test_json_is_the_object_of_the_api(run, kb: Path) -> None:  # type: ignore[no-untyped-def]
    answer = json.loads(run("ask", "i lost my card", "--json", "--kb", str(kb)).stdout)
    assert answer["response"] == "Block it in the app."
    metadata = answer["metadata"]
    assert metadata["policy_action"] == "FETCH"
    assert metadata["documents_retrieved"] == 1
    assert metadata["llm_provider"] == "extractive"
    assert metadata["retrieval_score"] > 0.4
    assert answer["sources"][0]["id"] == "lost"


def test_the_knowledge_base_answers_in_the_customers_language(run, indexes: Path) -> None:  # type: ignore[no-untyped-def]
    kept = {"FAISS_INDEX_PATH": str(indexes)}
    hinglish = json.loads(run("ask", "mera debit card kho gaya, block kaise karu", "--json", **kept).stdout)
    hindi = json.loads(run("ask", "मेरा एटीएम कार्ड खो गया, तुरंत बंद कैसे करूँ?", "--json", **kept).stdout)
    assert hinglish["sources"][0]["id"] == hindi["sources"][0]["id"] == "cards-block-lost"
    assert (hinglish["metadata"]["lang"], hindi["metadata"]["lang"]) == ("hinglish", "hi")
    assert "karein" in hinglish["response"] or "kijiye" in hinglish["response"]
    assert any("\u0900" <= character <= "\u097f" for character in hindi["response"])


def test_a_csv_can_be_asked_without_a_further_step(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "faq.csv").write_text("Question,Answer\nWhere is the branch?,At the market.\n", encoding="utf-8")
    done = run("ask", "where is the branch", "--kb", "faq.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("At the market.")


def test_bad_lines_are_named_the_rest_is_used_and_the_status_says_so(run, kb: Path) -> None:  # type: ignore[no-untyped-def]
    with kb.open("a", encoding="utf-8") as file:
        file.write('{"id": "empty", "question": "q", "answer": " "}\n')
        file.write(json.dumps(ENTRY) + "\n{\n")
    done = run("ask", "i lost my card", "--kb", str(kb))
    assert done.returncode == 1
    assert done.stdout.startswith("Block it in the app.")
    named = [line.split(": ")[0] for line in done.stderr.splitlines() if not line.startswith("Indexing")]
    assert named == ["kb.jsonl:2", "kb.jsonl:3", "kb.jsonl:4"]
    assert "answer" in done.stderr
    assert run("ask", "i lost my card", "--kb", str(kb), "--skip-bad").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", "x", "--kb", "missing.jsonl"), "missing.jsonl"),
        (("ask", " "), "1 to 2000 characters"),
        (("ask", "x" * 2001), "this one has 2001"),
        (("ask", os.fsdecode(b"bad \xff byte")), "this one holds bytes that are not UTF-8"),
        (("ask", "\u200b"), "must not be blank"),
        (("ask", "x", "--kb", os.fsdecode(b"\xff.jsonl")), "does not exist"),
        (("evaluate", "retrieval", "--queries", "missing.jsonl"), "missing.jsonl"),
        (("ingest", "--format", "nonsense", "kb.jsonl"), "nonsense"),
        (("train", "reproduce", "--seeds", "0,1.5"), "--seeds 0,1.5: give whole numbers"),
        (("train", "reproduce", "--seeds", "-1"), "--seeds -1: give whole numbers"),
    ],
)
def test_what_is_not_possible_ends_with_one_sentence(run, kb: Path, arguments: tuple[str, ...], says: str) -> None:  # type: ignore[no-untyped-def]
    done = run(*arguments)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("questrag: ")
    assert says in done.stderr


def test_a_folder_that_cannot_be_written_to_ends_with_one_sentence(run, kb: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    for arguments in (("ask", "x", "--kb", str(kb)), ("users", "create", "asha")):
        done = run(*arguments, input="a long enough password\n", DATA_DIR=str(tmp_path / "taken"))
        assert (done.returncode, done.stderr.count("\n")) == (3, 1)
        assert done.stderr.startswith("questrag: ")
        assert str(tmp_path / "taken") in done.stderr


def test_a_settings_file_that_is_not_utf8_ends_with_one_sentence(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / ".env").write_bytes(b"LLM_MODEL=caf\xe9\n")
    done = run("ask", "x")
    assert (done.returncode, done.stderr) == (3, f"questrag: {tmp_path / '.env'} is not UTF-8: save it as UTF-8\n")


def test_help_names_the_extra_that_training_needs(run) -> None:  # type: ignore[no-untyped-def]
    assert "'questrag[train]'" in run("--help").stdout
    assert "'questrag[train]'" in run("train", "--help").stdout


def test_a_wrong_setting_ends_with_its_name(run, kb: Path) -> None:  # type: ignore[no-untyped-def]
    done = run("ask", "x", TOP_K="0")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "TOP_K" in done.stderr


def test_production_without_a_secret_does_not_start(run) -> None:  # type: ignore[no-untyped-def]
    done = run("serve", ENVIRONMENT="production", SECRET_KEY="")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith("questrag: SECRET_KEY is missing")


def test_a_damaged_index_is_refused_by_the_name_of_the_file(run, kb: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("index", "--kb", str(kb)).returncode == 0
    (damaged,) = (tmp_path / "var" / "indexes").glob("*/keys.faiss")
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x00\x01")
    done = run("ask", "i lost my card", "--kb", str(kb))
    assert done.returncode == 3
    assert "keys.faiss" in done.stderr
    again = run("index", "--kb", str(kb))
    assert again.returncode == 0
    assert "cannot be used; it is made again" in again.stderr
    assert run("ask", "i lost my card", "--kb", str(kb)).returncode == 0


def test_an_index_of_other_entries_is_made_again(run, kb: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("index", "--kb", str(kb)).returncode == 0
    (right,) = (found.parent for found in (tmp_path / "var" / "indexes").glob("*/manifest.json"))
    (tmp_path / "other.jsonl").write_text(json.dumps({**ENTRY, "id": "other"}), encoding="utf-8")
    assert run("index", "--kb", "other.jsonl", "--out", "elsewhere").returncode == 0
    (other,) = (found.parent for found in (tmp_path / "elsewhere").glob("*/manifest.json"))
    shutil.rmtree(right)
    shutil.copytree(other, right)
    assert run("ask", "i lost my card", "--kb", str(kb)).returncode == 3
    assert run("index", "--kb", str(kb)).returncode == 0
    assert run("ask", "i lost my card", "--kb", str(kb)).returncode == 0


def test_an_index_that_is_made_says_so_where_there_is_no_terminal(run, kb: Path) -> None:  # type: ignore[no-untyped-def]
    first = run("index", "--kb", str(kb))
    assert first.stderr.splitlines() == [
        "Indexing the knowledge base (2 texts)",
        "Indexing the knowledge base: done",
    ]
    assert run("index", "--kb", str(kb)).stderr == ""


def test_a_bar_is_there_only_while_there_is_progress() -> None:
    terminal = StringIO()
    bar = Bar("Indexing", Console(file=terminal, force_terminal=True, width=80))
    assert terminal.getvalue() == ""
    bar(1, 2)
    bar(2, 2)
    drawn = terminal.getvalue()
    assert "Indexing" in drawn
    assert drawn.endswith("\x1b[2K")  # its line is wiped
    bar(2, 2)
    bar.stop()
    assert terminal.getvalue() == drawn


def test_a_bar_that_is_stopped_early_leaves_nothing_behind() -> None:
    terminal = StringIO()
    bar = Bar("Indexing", Console(file=terminal, force_terminal=True, width=80))
    bar(1, 2)
    bar.stop()
    assert terminal.getvalue().endswith("\x1b[2K")


def test_where_there_is_no_terminal_nothing_is_drawn_for_short_work() -> None:
    file = StringIO()
    bar = Bar("Reading", Console(file=file))
    bar(1, 2)
    bar(2, 2)
    assert file.getvalue() == ""


def test_the_example_of_the_readme_is_what_is_printed(run, indexes: Path) -> None:  # type: ignore[no-untyped-def]
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    match = re.search(r'^\$ \.venv/bin/questrag ask "(.+)"\n(.*?)\n```', readme, re.MULTILINE | re.DOTALL)
    assert match is not None
    printed = _without_figures(run("ask", match[1], FAISS_INDEX_PATH=str(indexes)).stdout)
    for piece in re.split(r"\s*\[\.\.\.\]\)?\s*", match[2]):
        before, found, printed = printed.partition(_without_figures(piece))
        assert found == _without_figures(piece), f"{piece!r} is not in {before!r}"
    assert printed.strip() == ""


def _without_figures(text: str) -> str:
    """Scores, probabilities and times differ from machine to machine."""
    return re.sub(r"\d+ ms|\d+%|(?<=score )[\d.]+", "", text)


def test_ingest_reports_and_writes_entries(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rows = "Query;Response;Topic\nWhat is KYC?;Know your customer.;kyc\nWhat is KYC?;Know your customer.;kyc\nx;;\n"
    (tmp_path / "faq.csv").write_text(rows, encoding="utf-8")
    dry = run("ingest", "faq.csv", "--dry-run")
    assert dry.returncode == 1
    assert "faq.csv:4" in dry.stderr
    assert "1 dropped as duplicate" in dry.stderr
    assert not (tmp_path / "out.jsonl").exists()
    done = run("ingest", "faq.csv", "--out", "out.jsonl", "--skip-bad")
    assert done.returncode == 0
    (entry,) = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (entry["question"], entry["answer"], entry["category"]) == ("What is KYC?", "Know your customer.", "kyc")


def test_without_out_the_entries_go_to_standard_output(run, kb: Path) -> None:  # type: ignore[no-untyped-def]
    assert json.loads(run("ingest", str(kb)).stdout)["id"] == "lost"
    assert json.loads(run("ingest", str(kb), "--out", "-").stdout)["id"] == "lost"
    assert not Path("-").exists()


def test_ingest_without_a_usable_entry_leaves_a_file_as_it_was(run, kb: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    before = kb.read_bytes()
    (tmp_path / "empty.csv").write_text("question,answer\n", encoding="utf-8")
    for further in ((), ("--skip-bad",)):
        done = run("ingest", "empty.csv", "--out", str(kb), *further)
        assert done.returncode == 3
        assert done.stderr.splitlines()[-1] == "questrag: no usable entry in empty.csv: nothing written"
    assert kb.read_bytes() == before


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("kb.jsonl", "is one of the files to read"),
        ("./link.jsonl", "is one of the files to read"),
        ("missing/kb.jsonl", "there is no folder missing"),
        (".", "is not a file"),
        ("/dev/null", "is not a file"),
    ],
)
def test_ingest_writes_nowhere_it_should_not(run, kb: Path, tmp_path: Path, out: str, says: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "link.jsonl").hardlink_to(kb)
    before = sorted(tmp_path.iterdir()), kb.read_bytes()
    done = run("ingest", str(kb), "--out", out)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert says in done.stderr
    assert (sorted(tmp_path.iterdir()), kb.read_bytes()) == before


def test_retrieval_is_measured_with_baselines(run, kb: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "q.jsonl").write_text(
        '{"query": "lost my card", "relevant": ["lost"], "lang": "en"}\n', encoding="utf-8"
    )
    done = run("evaluate", "retrieval", "--kb", str(kb), "--queries", "q.jsonl", "--out", "r.json")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert result["recall@1"] == 1.0
    assert set(result["baselines"]) == {"bm25", "base_encoder", "encoder_alone"}


def test_intervals_of_estimates_are_measured_on_simulated_logs(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    few = ("evaluate", "off-policy", "--logs", "20", "--conversations", "40", "--exploration", "0.2", "--seed", "3")
    done = run(*few, "--out", "o.json")
    assert done.returncode == 0, done.stderr
    result, again = json.loads((tmp_path / "o.json").read_text(encoding="utf-8")), json.loads(run(*few).stdout)
    assert [result[name] for name in ("n_logs", "conversations", "exploration", "seed")] == [20, 40, 0.2, 3]
    assert set(result["methods"]) == {"ips", "snips", "doubly_robust"}
    for each in result["methods"].values():
        assert each["interval"][0] < each["share"] <= each["interval"][1] + 1e-9
        assert each["share"] >= 0.8
    assert (again["methods"], set(result["provenance"])) == (result["methods"], set(again["provenance"]))
    assert run("evaluate", "off-policy", "--exploration", "0").returncode == 2


def test_an_account_is_made_with_a_password_from_standard_input(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = run("users", "create", "asha", "--role", "admin", input="a long enough password\n")
    assert done.returncode == 0, done.stderr
    assert "asha (admin)" in done.stdout
    again = run("users", "create", "asha", input="a long enough password\n")
    assert again.returncode == 3
    assert "Traceback" not in again.stderr


def test_an_operator_ends_the_sessions_of_an_account(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("users", "create", "asha", input="a long enough password\n").returncode == 0
    with sqlite3.connect(tmp_path / "var" / "questrag.db") as db:
        (before,) = db.execute("SELECT record FROM users").fetchone()
        assert run("users", "sign-out", "Asha").stdout == "Asha is signed out everywhere\n"
        (after,) = db.execute("SELECT record FROM users").fetchone()

    assert (json.loads(before)["signed_out_at"], bool(json.loads(after)["signed_out_at"])) == (None, True)
    assert json.loads(run("audit-log", "list", "--limit", "1").stdout)["act"] == "sessions.ended"
    assert run("users", "sign-out", "nobody").returncode == 3
