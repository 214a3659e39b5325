"""The table of arXiv 2401.06800: its figures are those of a hand computation, and its policy learns."""

from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

from questrag.training.table import Table  # noqa: E402 # after the check
from tests.training.tables import CITED_LAST, a_table, column, put  # noqa: E402
from tests.training.toys import THINGS, a_tiny_backbone  # noqa: E402

if TYPE_CHECKING:
    from questrag.training.two_way import BertArgs, TwoWayModel

pytestmark = pytest.mark.filterwarnings("ignore")

THRESHOLD = 0.5
ROWS = ["always", "threshold", "policy, before RL", "both, before RL", "policy, after RL", "both, after RL"]


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_tiny_backbone(tmp_path_factory.mktemp("backbone") / "tiny")


def five_turns() -> Table:
    """Return a turn that only a fetch answers, and is like its best hit; one that what was cited last answers too; one
    that only a fetch answers, and is like nothing; one that needs nothing; one that only what was cited last answers.
    """
    table = a_table(5)
    table.state[:, column("p1")] = (0.9, 0.3, 0.3, 0.5, 0.2)
    table.needs[3] = False
    table.always_right[:] = (True, True, True, True, False)
    put(table, 1, (150.0,), (True,))
    put(table, 4, (250.0, 70.0), (True, False))
    table.passage[[1, 4], 0, CITED_LAST] = 1
    return table


def obvious() -> Table:
    """Return turns that need something, four of twenty of which are like no hit, and as many that say thanks, ten of
    twenty of which are like a hit."""
    needing = [f"{verb} a {thing}" for verb in ("open", "close") for thing in THINGS]
    nothing = [f"{verb}, bye {n}" for verb in ("thanks", "great") for n in range(10)]
    table = replace(a_table(40), text=np.array([*needing, *nothing]))
    table.state[:, column("p1")] = [0.9] * 16 + [0.2] * 4 + [0.8] * 10 + [0.1] * 10
    table.needs[20:] = False
    table.always_right[:] = True
    return table


def args_of(backbone: Path, **changes: Any) -> "BertArgs":
    from questrag.training.two_way import BertArgs

    given = {"reward": "paper", "supervised_steps": 3, "gradient_steps": 3, "batch": 16, "lr": 1e-3, "sampled": True}
    given["gradient_lr"] = 1e-3
    return BertArgs(backbone=str(backbone), **{**given, **changes})


def measured(args: "BertArgs", on: Table, *seeds: int) -> dict[str, Any]:
    from questrag.training.four_way import four_way

    table = obvious()
    return four_way(args, table, np.ones(len(table)), on, threshold=THRESHOLD, seeds=seeds)


@pytest.fixture(scope="module")
def rough(backbone: Path) -> dict[str, Any]:
    """Return what a policy of few steps does on five turns that it has not learned from."""
    return measured(args_of(backbone), five_turns(), 0)


@pytest.fixture(scope="module")
def learned(backbone: Path) -> dict[str, dict[str, Any]]:
    """Return what a policy does that learned an obvious rule, nearly all of it by the gradient."""
    args = args_of(backbone, supervised_steps=2, gradient_steps=80)
    rows: dict[str, dict[str, Any]] = measured(args, obvious(), 1)["rows"]
    return rows


def test_the_result_says_what_was_trained_and_has_the_rows_of_the_paper(rough: dict[str, Any], backbone: Path) -> None:
    assert list(rough["rows"]) == ROWS
    assert {name: value for name, value in rough.items() if name != "rows"} == {
        "n": 5, "seeds": [0], "backbone": str(backbone), "supervised_steps": 3, "gradient_steps": 3, "reward": "paper",
        "threshold": THRESHOLD,
    }  # fmt: skip


def test_always_is_right_as_often_as_the_usual_design_and_saves_nothing(rough: dict[str, Any]) -> None:
    always = rough["rows"]["always"]
    assert always["evidence_accuracy"] == pytest.approx(4 / 5)
    assert (always["saving"], always["saving_sd"], always["fetch_rate"]) == (0, 0, 1)


def test_the_threshold_agrees_with_a_hand_computation(rough: dict[str, Any]) -> None:
    # Fetches the first and the fourth; the skips of the second and the last are right by what was cited last.
    found = rough["rows"]["threshold"]
    assert found["evidence_accuracy"] == pytest.approx(4 / 5)
    assert found["saving"] == pytest.approx(1 - (500 + 250 + 100 + 500 + 350) / 2500)
    assert (found["saving_sd"], found["fetch_rate"]) == (0, pytest.approx(2 / 5))


def test_the_interval_draws_whole_conversations(backbone: Path) -> None:
    talk = replace(five_turns(), conversation=np.full(5, "one"))
    together, apart = (measured(args_of(backbone), on, 0)["rows"]["always"]["ci95"] for on in (talk, five_turns()))
    assert together == pytest.approx((0.8, 0.8))
    assert apart[0] < 0.8 < apart[1]


def test_the_gradient_learns_an_obvious_rule_and_saves_tokens_without_losing_right_answers(
    learned: dict[str, dict[str, Any]],
) -> None:
    before, after = learned["policy, before RL"], learned["policy, after RL"]
    assert after["evidence_accuracy"] == learned["always"]["evidence_accuracy"] == 1
    assert after["saving"] == pytest.approx(0.4)  # half of the turns at 100 instead of 500 tokens
    assert after["fetch_rate"] == pytest.approx(0.5)
    assert before["evidence_accuracy"] < 1
    assert before["saving"] < 0.2


def test_with_both_either_can_suppress_a_fetch(learned: dict[str, dict[str, Any]]) -> None:
    both = learned["both, after RL"]
    assert learned["threshold"]["fetch_rate"] == pytest.approx(26 / 40)
    assert both["fetch_rate"] == pytest.approx(16 / 40)
    assert both["evidence_accuracy"] == pytest.approx(36 / 40)
    assert both["saving"] == pytest.approx(24 * 400 / (40 * 500))


def test_the_same_seeds_give_the_same_table_and_several_are_averaged(rough: dict[str, Any], backbone: Path) -> None:
    other, both = (measured(args_of(backbone), five_turns(), *seeds)["rows"] for seeds in ((2,), (2, 0)))
    assert measured(args_of(backbone), five_turns(), 0) == rough
    assert both["policy, before RL"]["saving_sd"] > 0
    for name, each in both.items():
        alone = [rows[name] for rows in (rough["rows"], other)]
        for figure in ("evidence_accuracy", "saving", "fetch_rate"):
            assert each[figure] == pytest.approx(np.mean([one[figure] for one in alone]))
        assert each["saving_sd"] == pytest.approx(abs(alone[0]["saving"] - alone[1]["saving"]) / sqrt(2))


def test_looking_at_a_policy_does_not_change_how_it_learns_on(backbone: Path) -> None:
    from questrag.training.two_way import probabilities, train_bert

    table, args = obvious(), args_of(backbone)
    modes: list[bool] = []

    def look(stage: str, model: "TwoWayModel") -> None:
        probabilities(model, str(backbone), table.text)
        modes.append(model.training)

    looked = train_bert(args, table, np.ones(40), after=look)
    alone = train_bert(args, table, np.ones(40))
    assert modes == [True, True]
    others = alone.state_dict()
    assert all(torch.equal(value, others[name]) for name, value in looked.state_dict().items())


def test_a_policy_is_measured_without_dropout(backbone: Path) -> None:
    from questrag.training.two_way import probabilities, train_bert

    texts, seen = obvious().text, []

    def look(stage: str, model: "TwoWayModel") -> None:
        seen.append([probabilities(model, str(backbone), texts) for _ in range(2)])

    train_bert(args_of(backbone), obvious(), np.ones(40), after=look)
    assert all((one == again).all() for one, again in seen)
