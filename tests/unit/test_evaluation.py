import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from questrag.chat.errors import Invalid, NotFound
from questrag.chat.types import Hit
from questrag.cli.options import write_result
from questrag.evaluation.intervals import bootstrap95
from questrag.evaluation.labelled import Query, read_any, read_queries
from questrag.evaluation.metrics import ndcg, recall, reciprocal_rank
from questrag.evaluation.retrieval import evaluate_retrieval
from tests.fakes import TinyBase, WordOverlap


def test_metrics_agree_with_a_hand_computation() -> None:
    ranking, relevant = ["x", "a", "y", "b"], frozenset({"a", "b"})
    assert recall(ranking, relevant, 1) == 0
    assert recall(ranking, relevant, 2) == 1
    assert reciprocal_rank(ranking, relevant, 10) == 0.5
    best = 1 + 1 / np.log2(3)
    assert ndcg(ranking, relevant, 10) == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / best)


def test_an_interval_of_clusters_is_wider_than_one_of_single_questions() -> None:
    values = [1.0] * 40 + [0.0] * 40
    alone = bootstrap95(values, [str(i) for i in range(80)])
    together = bootstrap95(values, [str(i // 10) for i in range(80)])
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_an_interval_covers_the_true_mean_about_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(200):
        values = (rng.random(100) < 0.7).astype(float).tolist()
        low, high = bootstrap95(values, [str(i) for i in range(100)], draws=400)
        covered += low <= 0.7 <= high
    assert covered >= 180


def test_a_result_has_the_agreed_fields_and_leaves_unanswerable_questions_out() -> None:
    queries = [
        Query("block my debit card", frozenset({"card-block"})),
        Query("fixed deposit kaise kholu", frozenset({"deposit-open"}), "hinglish"),
        Query("who won the match"),
    ]
    result = evaluate_retrieval(WordOverlap(), queries, baselines={"bm25": WordOverlap()}, knowledge=TinyBase())
    metrics = {"recall@1", "recall@5", "mrr@10", "ndcg@10"}
    assert {"n", *metrics, "ci95", "by_lang", "baselines", "provenance"} <= set(result)
    assert (result["n"], result["left_out"], result["recall@1"]) == (2, 1, 1.0)
    assert set(result["by_lang"]) == {"en", "hinglish"}  # type: ignore[call-overload]
    assert set(result["baselines"]["bm25"]["ci95"]) == metrics  # type: ignore[index]
    assert {"knowledge", "encoder", "commit", "machine"} <= set(result["provenance"])  # type: ignore[call-overload]


def test_a_query_about_an_entry_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(NotFound, match="gone"):
        evaluate_retrieval(WordOverlap(), [Query("q", frozenset({"gone"}))], baselines={}, knowledge=TinyBase())


def test_nothing_to_measure_is_an_error() -> None:
    with pytest.raises(Invalid, match="nothing to measure"):
        evaluate_retrieval(WordOverlap(), [Query("q")], baselines={}, knowledge=TinyBase())


def test_each_question_is_searched_once_by_each_retriever() -> None:
    class Counting(WordOverlap):
        asked: list[str] = []  # noqa: RUF012 - shared on purpose

        def search(self, question: str, k: int, earlier: Sequence[str] = ()) -> list[Hit]:
            self.asked.append(question)
            return super().search(question, k, earlier)

    evaluate_retrieval(Counting(), [Query("block card", frozenset({"card-block"}))], baselines={}, knowledge=TinyBase())
    assert Counting.asked == ["block card"]


def test_bad_lines_of_a_query_file_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    lines = ['{"query": "a", "relevant": ["x"], "kept": 1}', "{", '{"relevant": []}', "", '{"query": "b"}']
    path.write_text("\n".join(lines), encoding="utf-8")
    queries, problems = read_queries(path)
    assert [query.query for query in queries] == ["a", "b"]
    assert [problem.split(":")[1] for problem in problems] == ["2", "3"]
    assert "query" in problems[1]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('{"query": "a", "relevant": ["x"]}', "queries"),
        ('{"id": "c", "lang": "en", "turns": [{"user": "a", "needs": [], "kind": "new"}]}', "conversations"),
        ('{"id": "x", "question": "How?", "answer": "So."}', "entries"),
        ('{"id": "x", "question": "How?", "answer": "So.", "category": "query"}', "entries"),
    ],
)
def test_a_labelled_file_is_told_by_its_first_line(tmp_path: Path, line: str, kind: str) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(line, encoding="utf-8")
    read = read_any(path)
    assert [name for name in ("queries", "conversations", "entries") if getattr(read, name)] == [kind]
    path.write_text(f'{line}\n{{"id": 1}}', encoding="utf-8")
    with pytest.raises(Invalid, match=":2"):
        read_any(path)
    path.write_text('{"other": 1}', encoding="utf-8")
    with pytest.raises(Invalid, match="is needed"):
        read_any(path)


def test_a_result_file_is_json(tmp_path: Path) -> None:
    write_result({"n": 1}, tmp_path / "result.json")
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8")) == {"n": 1}
