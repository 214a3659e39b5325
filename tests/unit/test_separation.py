"""Figures of separation and calibration, checked by hand."""

import numpy as np
import pytest

from questrag.chat.errors import Invalid
from questrag.evaluation.labelled import Query
from questrag.evaluation.scope import evaluate_scope
from questrag.evaluation.separation import (
    auroc,
    expected_calibration_error,
    fpr_at_95_recall,
    reliability,
    risk_coverage,
)
from tests.fakes import TinyBase, WordOverlap


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(0)
    scores, yes = rng.integers(0, 9, 80) / 8, rng.random(80) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[yes] for b in scores[~yes]]
    assert auroc(scores.tolist(), yes.tolist()) == pytest.approx(np.mean(pairs))
    with pytest.raises(ValueError, match="negatives"):
        auroc([0.5], [True])


def test_false_positives_are_counted_where_nineteen_of_twenty_pass() -> None:
    scores = [i / 20 for i in range(20)] + [0.0, 0.04, 0.2, 0.9]
    yes = [True] * 20 + [False] * 4
    assert fpr_at_95_recall(scores, yes) == pytest.approx(2 / 4)


def test_calibration_is_the_distance_between_said_and_came_true() -> None:
    said, came = [0.8] * 20, [True, False] * 10  # ten bins of two, each half true
    assert expected_calibration_error(said, came) == pytest.approx(0.3)
    assert [(round(a, 6), b, n) for a, b, n in reliability(said, came)] == [(0.8, 0.5, 2)] * 10


def test_risk_grows_with_coverage_when_the_certain_are_right() -> None:
    curve = risk_coverage([0.9, 0.8, 0.2, 0.1], [True, True, False, False])
    assert curve[-1] == (1.0, 0.5)
    assert curve[0][1] == 0


def test_scope_compares_each_kind_with_all_that_can_be_answered() -> None:
    queries = [
        Query("block debit card", frozenset({"card-block"})),
        Query("open fixed deposit", frozenset({"deposit-open"})),
        Query("zz yy", frozenset(), kind="off_topic"),
        Query("block my fridge door", frozenset(), kind="near_domain"),
    ]
    result = evaluate_scope(
        WordOverlap(), queries, baselines={"bm25": WordOverlap()}, knowledge=TinyBase(), answer_from=0.5
    )
    assert result["n"] == 4
    assert result["auroc"] == 1.0
    kinds = result["by_kind"]
    assert isinstance(kinds, dict)
    assert kinds["off_topic"] == {"n": 1, "auroc": 1.0, "fpr95": 0.0}
    served = result["served"]
    assert isinstance(served, dict)
    assert served["answered"] == 1.0
    with pytest.raises(Invalid, match="both"):
        evaluate_scope(WordOverlap(), queries[:2], baselines={}, knowledge=TinyBase(), answer_from=0.5)
