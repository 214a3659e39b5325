"""The quality gate: no golden question that was answered right may be answered wrong."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from questrag.chat.desk import GoldenQuestion
from questrag.chat.errors import ArtifactError
from questrag.chat.types import Passage
from questrag.evaluation.golden import (
    Change,
    FirstHits,
    GateReport,
    answerable,
    chosen,
    compare,
    read_golden,
    together,
)
from questrag.evaluation.labelled import Query, read_queries
from questrag.settings import PROJECT
from tests.fakes import BLOCK_CARD, OPEN_DEPOSIT, PASSAGES, RESET_PIN, TinyBase, WordOverlap

AT = datetime(2026, 11, 23, tzinfo=UTC)
BLOCK = Query("block my debit card", frozenset({"card-block"}))
DEPOSIT = Query("open a deposit", frozenset({"deposit-open"}))
THIEF = Passage(id="thief", question="Somebody wants to block my debit card now", answer="Call us.")


def gate(before: tuple[Passage, ...], after: tuple[Passage, ...], *golden: Query) -> GateReport:
    bases = (TinyBase(before, "old"), TinyBase(after, "new"))
    hits = (FirstHits(WordOverlap(before)), FirstHits(WordOverlap(after)))
    return compare(*bases, golden, *hits, at=AT)


def test_a_change_that_touches_no_golden_question_passes() -> None:
    report = gate(
        PASSAGES, (*PASSAGES, Passage(id="new", question="Where is the branch?", answer="Here.")), BLOCK, DEPOSIT
    )
    assert report.passed
    assert (report.questions, report.left_out, report.right_before, report.right_after) == (2, 0, 2, 2)
    assert (report.from_version, report.to_version, report.at) == ("old", "new", AT)


def test_a_golden_question_that_another_entry_takes_over_is_named() -> None:
    report = gate(PASSAGES, (THIEF, *PASSAGES), BLOCK, DEPOSIT)
    assert not report.passed
    assert report.worse == (Change("block my debit card", "en", ("card-block",), "card-block", "thief"),)
    assert "'block my debit card', 'thief' comes first instead of 'card-block'" in report.refusal
    assert (report.right_before, report.right_after) == (2, 1)


def test_a_golden_question_that_nothing_is_found_for_any_more_is_worse() -> None:
    silent = replace(BLOCK_CARD, question="?")
    report = gate((BLOCK_CARD,), (silent,), BLOCK)
    assert [change.after for change in report.worse] == [""]
    assert "nothing comes first" in report.refusal


def test_a_question_that_was_wrong_before_holds_nothing_up_and_is_counted_where_it_becomes_right() -> None:
    assert gate((THIEF, *PASSAGES), (THIEF, *PASSAGES), BLOCK).passed
    report = gate((THIEF, *PASSAGES), PASSAGES, BLOCK)
    assert report.passed
    assert [change.before for change in report.better] == ["thief"]


def test_another_right_entry_is_no_worse() -> None:
    either = Query(BLOCK.query, frozenset({"card-block", "thief"}))
    report = gate(PASSAGES, (THIEF, *PASSAGES), either)
    assert (report.worse, report.better) == ((), ())


def test_questions_about_entries_that_are_gone_are_left_out_and_counted() -> None:
    report = gate(PASSAGES, (OPEN_DEPOSIT, RESET_PIN), BLOCK, DEPOSIT)
    assert report.passed
    assert (report.questions, report.left_out) == (1, 1)


def test_without_golden_questions_everything_passes() -> None:
    assert gate(PASSAGES, (THIEF,)).passed


def test_the_refusal_counts_the_other_questions() -> None:
    also = Query("please block my debit card", BLOCK.relevant)
    assert "and 1 more" in gate(PASSAGES, (THIEF, *PASSAGES), BLOCK, also).refusal


def test_what_a_curator_wrote_takes_the_place_of_the_same_question_in_the_file() -> None:
    written = GoldenQuestion(
        id="1", created_at=AT, question=BLOCK.query, lang="en", relevant=("pin-reset",), author="asha"
    )
    both = together([BLOCK, DEPOSIT], [written])
    assert [query.relevant for query in both] == [frozenset({"pin-reset"}), DEPOSIT.relevant]


def test_a_first_hit_is_searched_for_once() -> None:
    asked: list[str] = []

    class Counting(WordOverlap):
        def search(self, question, k, earlier=()):  # type: ignore[no-untyped-def]
            asked.append(question)
            return super().search(question, k, earlier)

    hits = FirstHits(Counting())
    assert [hits.of("block my debit card") for _ in range(3)] == ["card-block"] * 3
    assert asked == ["block my debit card"]


@pytest.mark.parametrize(("line", "what"), [("{", "golden.jsonl:1"), ('{"query": ""}', "golden.jsonl:1: query")])
def test_a_file_of_golden_questions_that_cannot_be_read_is_named(tmp_path: Path, line: str, what: str) -> None:
    (tmp_path / "golden.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=f"golden questions: .*{what}"):
        read_golden(tmp_path / "golden.jsonl")
    with pytest.raises(ArtifactError, match=r"golden questions: .*gone\.jsonl cannot be read"):
        read_golden(tmp_path / "gone.jsonl")


def test_a_question_without_an_answer_is_no_golden_one(tmp_path: Path) -> None:
    lines = [{"query": "weather?"}, {"query": "block", "relevant": ["card-block"]}]
    (tmp_path / "golden.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert [query.query for query in read_golden(tmp_path / "golden.jsonl")] == ["block"]


def test_golden_questions_are_chosen_evenly_among_those_that_are_surely_right() -> None:
    cards = [Query(f"block my debit card {'please ' * i}".strip(), BLOCK.relevant) for i in range(3)]
    wrong = Query("open the debit card", frozenset({"pin-reset"}))
    found = chosen([*cards, wrong, DEPOSIT], WordOverlap(), 3, sure=0.5)
    assert found == [cards[0], DEPOSIT, cards[1]]
    assert chosen(cards, WordOverlap(), 9, sure=0.9) == [cards[0]]


# What comes with the knowledge base ----------------------------------------------------------


def test_the_golden_questions_that_are_shipped_are_of_the_development_questions_only() -> None:
    folder = PROJECT / "data" / "queries"
    golden = {query.query for query in read_golden(PROJECT / "data" / "golden.jsonl")}
    sources = {q.query for name in ("dev", "minimal_pairs") for q in read_queries(folder / f"{name}.jsonl")[0]}
    assert 150 <= len(golden) <= 250
    assert golden <= sources
    assert not golden & {query.query for query in read_queries(folder / "test.jsonl")[0]}


def test_the_golden_questions_that_are_shipped_cover_every_category_and_language() -> None:
    from questrag.knowledge.base import read_knowledge

    knowledge, _ = read_knowledge(PROJECT / "data" / "knowledge", None)
    golden = read_golden(PROJECT / "data" / "golden.jsonl")
    assert len(answerable(golden, knowledge)) == len(golden)
    category = {entry.id: entry.category for entry in knowledge.entries}
    assert {category[min(query.relevant)] for query in golden} == set(category.values())
    assert all(Counter(query.lang for query in golden)[lang] >= 40 for lang in ("en", "hinglish", "hi"))
