"""Leaks between parts, labelled conversations, and how varied texts are."""

import json
from pathlib import Path

import pytest

from questrag.evaluation.data_check import LabelledData, check_data, read_labelled
from questrag.evaluation.labelled import Query
from questrag.evaluation.splits import entry_leaks, text_leaks, unknown_entries
from questrag.evaluation.wording import sharing_ngrams, type_token_ratio
from questrag.knowledge.entry import Entry, Paraphrase
from tests.fakes import spread

ENTRIES = [
    Entry(id="block", question="How do I block my card?", answer="In the app.", paraphrases=(Paraphrase("stop card"),)),
    Entry(id="open", question="How do I open an account?", answer="At a branch."),
]


def test_parts_that_have_nothing_in_common_have_no_leak() -> None:
    assert list(entry_leaks({"dev": [frozenset({"block"})], "test": [frozenset({"open"}), frozenset()]})) == []
    assert list(text_leaks(ENTRIES, {"dev": ["card gone"], "test": ["new account"]})) == []


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"dev": ["Card gone!"], "test": ["card  gone"]}, "'Card gone!' stands in dev and in test"),
        ({"test": ["STOP card?"]}, "'stop card' stands in entry block and in test"),
    ],
)
def test_a_text_in_two_places_is_a_leak_whatever_its_case_and_punctuation(
    parts: dict[str, list[str]], says: str
) -> None:
    (leak,) = text_leaks(ENTRIES, parts)
    assert leak.startswith(says)


def test_a_question_that_is_asked_twice_in_a_part_is_found_and_marks_alone_are_no_text() -> None:
    (twice,) = text_leaks(ENTRIES, {"test": ["my card!", "My card", "??"], "dev": ["!!"]})
    assert twice.startswith("'my card!' stands in test and in test")


def test_a_phrasing_of_two_entries_belongs_to_neither() -> None:
    twin = Entry(id="twin", question="Stop card", answer="In the app.")
    assert len(list(text_leaks([*ENTRIES, twin], {}))) == 1


def test_an_entry_that_does_not_exist_is_named() -> None:
    (unknown,) = unknown_entries(ENTRIES, {"test": [frozenset({"blok", "open"})]})
    assert unknown == "test asks for entry blok, which does not exist: correct the id"


def test_labelled_files_are_read_as_far_as_they_can_be(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "conversations").mkdir()
    (tmp_path / "queries" / "test.jsonl").write_text(
        '{"query": "q", "relevant": ["open"]}\n{"relevant": []}\n', "utf-8"
    )
    turns = [{"user": "hi", "needs": [], "kind": "smalltalk"}]
    lines = [
        {"id": "c", "lang": "hi", "turns": turns},
        {"id": "d", "lang": "hi", "turns": [{**turns[0], "kind": "chat"}]},
    ]
    content = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "conversations" / "train.jsonl").write_text(content, encoding="utf-8")
    data = read_labelled(tmp_path)
    assert [query.query for query in data.queries["test"]] == ["q"]
    assert [each.id for each in data.conversations["train"]] == ["c"]
    assert [problem.partition(str(tmp_path))[2].partition(": Input")[0] for problem in data.problems] == [
        "/queries/test.jsonl:2: query: Field required",
        "/conversations/train.jsonl:2: turns.0.kind",
    ]


def test_the_check_puts_entries_pairs_and_labels_together() -> None:
    twin = Entry(id="twin", question="May I open an account?", answer="At a branch.")
    labelled = LabelledData({"dev": [Query("a", frozenset({"open"}))], "test": [Query("b", frozenset({"open"}))]})
    report = check_data([*ENTRIES, twin], labelled, spread)
    assert {"near-duplicate", "leak", "paraphrases", "origin"} <= {finding.rule for finding in report.findings}
    assert report.errors == 2  # one answer in three is too many to be written twice, and one entry is in two parts


def test_texts_of_one_pattern_are_less_varied_than_others() -> None:
    pattern = [f"mujhe apna {thing} band karna hai" for thing in ("card", "account", "locker", "loan")]
    free = ["card kho gaya", "khata nahi chahiye ab", "locker wapas karna tha", "loan khatam kaise hoga"]
    assert sharing_ngrams(pattern, 3).keys() == {0, 1, 2, 3}
    assert sharing_ngrams(free, 3) == {}
    assert type_token_ratio(pattern, window=8) < type_token_ratio(free, window=8)
