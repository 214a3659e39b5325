"""Policies with two actions learn what their rewards say, and are served as they were trained."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from questrag.artifacts import MANIFEST, seal
from questrag.chat.errors import ArtifactError
from questrag.chat.types import Action, Hit, Kept, Passage, Past, TurnState
from questrag.policy.state import state_features, state_text
from questrag.policy.two_way import FEW_FEATURES, LABELS, TwoWay, open_bert, open_logistic

torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

from questrag.training.table import Table  # noqa: E402 # after the check
from tests.training.tables import CITED_LAST, a_table, column, put  # noqa: E402
from tests.training.toys import THINGS, a_tiny_backbone  # noqa: E402

if TYPE_CHECKING:
    from torch import Tensor

ENCODER = "toy@1"
FETCH, SKIP = LABELS.index(Action.FETCH), LABELS.index(Action.NO_FETCH)
CARD = Passage(id="card", question="Card?", answer="Yes.")
LOAN = Passage(id="loan", question="Loan?", answer="No.")


# Rewards --------------------------------------------------------------------------------------


def four_turns() -> Table:
    """Return a turn that what was cited last answers, one that it does not, one that needs nothing, and one for which
    what is kept is right, but was not cited last."""
    table = a_table(4)
    for row in (0, 1, 3):
        put(table, row, (150.0, 250.0), (row != 1, row == 1))
        table.always_right[row] = True
    table.passage[0, 0, CITED_LAST] = table.passage[1, 0, CITED_LAST] = 1
    table.needs[2] = False
    table.always_right[2] = True
    return table


def test_a_skip_is_right_where_what_was_cited_last_answers_or_nothing_is_needed() -> None:
    from questrag.training.two_way import cited_last, skip_right

    assert skip_right(four_turns()).tolist() == [True, False, True, False]
    assert np.argwhere(cited_last(four_turns())).tolist() == [[0, 0], [1, 0]]


def test_the_rewards_of_the_paper_are_those_of_a_hand_computation() -> None:
    from questrag.training.two_way import rewards

    found = rewards(four_turns(), "paper")
    assert found[:, FETCH].tolist() == [0.5] * 4
    assert found[:, SKIP].tolist() == [2.0, -0.5, 2.0, -0.5]


def test_rewards_of_tokens_put_rightness_first_and_a_saving_second() -> None:
    from questrag.training.two_way import rewards

    table = four_turns()
    table.always_right[1] = False
    found = rewards(table, "tokens")
    assert found[:, FETCH].tolist() == [1, 0, 1, 1]
    assert found[:, SKIP] == pytest.approx([1.1, 0.1, 1.16, 0.16])  # 0.2 * (500 - 100 - what is kept) / 500
    assert found.argmax(axis=1).tolist() == [SKIP, SKIP, SKIP, FETCH]


# The gradient ---------------------------------------------------------------------------------

BANDIT = [[1.0, 0.0], [0.2, 0.6], [-0.5, 2.0]]
Loss = Callable[["Tensor", "Tensor"], "Tensor"]


def climbed(loss: Loss, *, steps: int, lr: float) -> "Tensor":
    """Return the probabilities that a gradient ascent from even odds ends at."""
    torch.manual_seed(0)
    logits = torch.zeros(3, 2, requires_grad=True)
    optimizer = torch.optim.SGD([logits], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(logits, torch.tensor(BANDIT)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    p: Tensor = logits.detach().softmax(dim=1)
    return p


def test_the_value_of_even_odds_is_the_mean_reward_and_the_bonus_their_entropy() -> None:
    from questrag.training.two_way import negative_value

    even, reward = torch.zeros(3, 2), torch.tensor(BANDIT)
    assert float(negative_value(even, reward, entropy_weight=0.0)) == pytest.approx(-float(reward.mean()))
    bonus = negative_value(even, reward, entropy_weight=0.0) - negative_value(even, reward, entropy_weight=1.0)
    assert float(bonus) == pytest.approx(np.log(2))


def test_the_exact_gradient_climbs_to_the_best_action_of_every_turn() -> None:
    from questrag.training.two_way import negative_value

    p = climbed(lambda logits, reward: negative_value(logits, reward, entropy_weight=0.0), steps=400, lr=1.0)
    best = torch.tensor(BANDIT).argmax(dim=1)
    assert (p[torch.arange(3), best] > 0.95).all()


def test_the_bonus_keeps_the_odds_of_a_policy_at_a_softmax_of_its_rewards() -> None:
    from questrag.training.two_way import negative_value

    p = climbed(lambda logits, reward: negative_value(logits, reward, entropy_weight=1.0), steps=400, lr=3.0)
    assert p.numpy() == pytest.approx(torch.tensor(BANDIT).softmax(dim=1).numpy(), abs=0.01)


def test_drawn_actions_climb_there_too_by_a_rougher_way() -> None:
    from questrag.training.two_way import sampled_negative_value

    mean = float(np.mean(BANDIT))
    p = climbed(
        lambda logits, reward: sampled_negative_value(logits, reward, mean, entropy_weight=0.0), steps=600, lr=1.0
    )
    best = torch.tensor(BANDIT).argmax(dim=1)
    assert (p[torch.arange(3), best] > 0.8).all()


@pytest.mark.parametrize("entropy_weight", [0.0, 0.1])
@pytest.mark.parametrize("baseline", [0.0, 0.5])
def test_the_gradient_of_drawn_actions_is_the_exact_one_on_average(baseline: float, entropy_weight: float) -> None:
    from questrag.training.two_way import negative_value, sampled_negative_value

    torch.manual_seed(0)
    n = 40_000
    logits = torch.tensor([[0.5, -0.5]]).repeat(n, 1).requires_grad_()
    reward = torch.tensor([[1.0, 0.25]]).repeat(n, 1)
    sampled_negative_value(logits, reward, baseline, entropy_weight=entropy_weight).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    drawn = logits.grad.sum(dim=0)
    logits.grad = None
    negative_value(logits, reward, entropy_weight=entropy_weight).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert drawn.numpy() == pytest.approx(logits.grad.sum(dim=0).numpy(), abs=0.01)


# Logistic regression --------------------------------------------------------------------------


def ruled(n: int, seed: int) -> Table:
    """Return turns that need something just where the best hit is likelier than not."""
    table = a_table(n)
    table.state[:, column("p1")] = np.random.default_rng(seed).uniform(size=n)
    table.state[:, column("one")] = 1
    table.needs[:] = table.state[:, column("p1")] > 0.5
    return table


def test_a_regression_learns_an_obvious_rule() -> None:
    from questrag.training.two_way import fit_logistic

    weights = fit_logistic(ruled(400, 0), np.ones(400))
    unseen = ruled(400, 1)
    few = unseen.state[:, [column(name) for name in FEW_FEATURES]]
    assert ((few @ weights > 0) == unseen.needs).mean() >= 0.95


def test_turns_count_as_much_as_their_weight_says() -> None:
    from questrag.training.two_way import fit_logistic

    one = ruled(200, 0)
    other = replace(ruled(200, 1), needs=~ruled(200, 1).needs)
    weights = fit_logistic(Table.joined([one, other]), np.concatenate([np.full(200, 0.01), np.ones(200)]))
    assert weights[FEW_FEATURES.index("p1")] < 0


def test_the_regression_that_is_served_is_the_one_that_was_fitted(tmp_path: Path) -> None:
    from questrag.training.two_way import fit_logistic, write_logistic

    weights = fit_logistic(ruled(400, 0), np.ones(400))
    write_logistic(weights, tmp_path, encoder=ENCODER)
    policy = open_logistic(tmp_path, encoder=ENCODER, confidence=0.5)
    assert policy.version.startswith("logistic@")
    for p1 in (0.05, 0.4, 0.6, 0.95):
        state = TurnState("how", "en", (), (Hit(CARD, p1),))
        score = state_features(state)[[column(name) for name in FEW_FEATURES]] @ weights
        assert policy.p_fetch(state) == pytest.approx(1 / (1 + np.exp(-score)), abs=1e-6)
    with pytest.raises(ArtifactError, match=f"encoder {ENCODER}, not other"):
        open_logistic(tmp_path, encoder="other", confidence=0.5)
    with pytest.raises(ArtifactError, match="in the order None"):
        open_bert(tmp_path, encoder=ENCODER, confidence=0.5)


def test_a_regression_without_one_of_its_weights_is_refused(tmp_path: Path) -> None:
    from questrag.training.two_way import write_logistic

    write_logistic(np.ones(len(FEW_FEATURES), np.float32), tmp_path, encoder=ENCODER)
    body = json.loads((tmp_path / "logistic.json").read_text(encoding="utf-8"))
    body.pop("p1")
    (tmp_path / "logistic.json").write_text(json.dumps(body), encoding="utf-8")
    seal(tmp_path, "policy", {"encoder": ENCODER})
    with pytest.raises(ArtifactError, match="no logistic policy"):
        open_logistic(tmp_path, encoder=ENCODER, confidence=0.5)


# Two actions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p_fetch", "action"), [(0.0, Action.NO_FETCH), (0.29, Action.NO_FETCH), (0.31, Action.FETCH), (1.0, Action.FETCH)]
)
def test_a_model_that_is_not_sure_of_a_skip_fetches(p_fetch: float, action: Action) -> None:
    state = TurnState(
        "q", "en", (), (Hit(CARD, 0.9),), live=(Kept(LOAN, 0.1, age=2, cited=2), Kept(CARD, 0.9, age=1, cited=1))
    )
    decision = TwoWay(lambda state: p_fetch, "two@1", confidence=0.7).decide(state)
    assert (decision.action, decision.p_fetch, decision.policy) == (action, float(action is Action.FETCH), "two@1")
    shown = [[hit.passage.id for hit in hits] for hits in (decision.passages, decision.keep)]
    assert shown == ([["card"], []] if decision.fetch else [[], ["card"]])


# BERT -----------------------------------------------------------------------------------------


def states() -> list[TurnState]:
    """Return turns that need something, of many lengths, and turns that say thanks."""
    made = []
    for n, thing in enumerate(THINGS * 2):
        past = tuple(Past(f"what about the {other}", Action.FETCH) for other in THINGS[: n % 4])
        made.append(TurnState(f"open a {thing}", "en", (), (Hit(CARD, 0.9),), past=past))
        made.append(TurnState("thanks, bye", "en", (), (Hit(LOAN, 0.01),), past=past))
    return made


def to_learn() -> Table:
    of = states()
    table = replace(a_table(len(of)), text=np.array([state_text(state) for state in of]))
    table.needs[1::2] = False
    table.always_right[:] = True
    return table


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_tiny_backbone(tmp_path_factory.mktemp("backbone") / "tiny")


@pytest.fixture(scope="module")
def folder(backbone: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """Return where a trained model was written, and its probabilities in full precision on `states`."""
    from questrag.training.two_way import BertArgs, probabilities, train_bert, write_bert

    args = BertArgs(backbone=str(backbone), reward="paper", supervised_steps=60, gradient_steps=20, batch=16, lr=1e-3)
    table = to_learn()
    model = train_bert(args, table, np.ones(len(table)))
    out = tmp_path_factory.mktemp("policy")
    write_bert(model, args, out, {"name": "toy-bert"}, encoder=ENCODER, texts=table.text)
    return out, probabilities(model, str(backbone), table.text)


@pytest.mark.filterwarnings("ignore")
def test_a_bert_learns_which_turns_need_nothing(folder: tuple[Path, np.ndarray]) -> None:
    _, p = folder
    assert p.shape == (40, 2)
    assert p.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert ((p[:, FETCH] > 0.5) == to_learn().needs).mean() >= 0.95


@pytest.mark.filterwarnings("ignore")
def test_a_bert_is_served_as_it_was_trained(folder: tuple[Path, np.ndarray]) -> None:
    policy = open_bert(folder[0], encoder=ENCODER, confidence=0.5)
    served = [policy.p_fetch(state) for state in states()]
    assert served == pytest.approx(folder[1][:, FETCH], abs=0.05)
    assert policy.version.startswith("toy-bert@")


@pytest.mark.filterwarnings("ignore")
def test_a_bert_that_is_not_sure_is_served_as_it_was_trained(backbone: Path, tmp_path: Path) -> None:
    from questrag.training.two_way import BertArgs, probabilities, train_bert, write_bert

    args = BertArgs(backbone=str(backbone), reward="paper", supervised_steps=15, gradient_steps=1, batch=16, lr=5e-4)
    table = to_learn()
    model = train_bert(args, table, np.ones(len(table)))
    write_bert(model, args, tmp_path, {"name": "toy-bert"}, encoder=ENCODER, texts=table.text)
    policy = open_bert(tmp_path, encoder=ENCODER, confidence=0.5)
    expected = probabilities(model, str(backbone), table.text)[:, FETCH]
    assert [policy.p_fetch(state) for state in states()] == pytest.approx(expected, abs=0.02)


@pytest.mark.filterwarnings("ignore")
def test_a_bert_whose_outputs_are_in_another_order_or_of_another_encoder_is_refused(
    folder: tuple[Path, np.ndarray], tmp_path: Path
) -> None:
    for path in folder[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    info = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))["info"]
    assert info["labels"] == "FETCH,NO_FETCH"
    with pytest.raises(ArtifactError, match=f"encoder {ENCODER}, not other"):
        open_bert(tmp_path, encoder="other", confidence=0.7)
    seal(tmp_path, "policy", {**info, "labels": "NO_FETCH,FETCH"})
    with pytest.raises(ArtifactError, match=r"order NO_FETCH,FETCH, not FETCH,NO_FETCH.*train"):
        open_bert(tmp_path, encoder=ENCODER, confidence=0.7)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    seal(tmp_path, "policy", info)
    with pytest.raises(ArtifactError, match="cannot be run"):
        open_bert(tmp_path, encoder=ENCODER, confidence=0.7)


@pytest.mark.filterwarnings("ignore")
def test_a_text_longer_than_the_model_reads_is_cut(folder: tuple[Path, np.ndarray]) -> None:
    policy = open_bert(folder[0], encoder=ENCODER, confidence=0.5)
    long = TurnState("open a card " * 200, "en", (), (Hit(CARD, 0.9),))
    assert 0 <= policy.p_fetch(long) <= 1
    assert policy.p_fetch(replace(long, question=long.question + "and more")) == policy.p_fetch(long)


@pytest.mark.filterwarnings("ignore")
def test_training_is_repeatable_tells_its_stages_and_leaves_the_words_alone(backbone: Path) -> None:
    from questrag.training.two_way import BertArgs, TwoWayModel, train_bert

    stages: list[str] = []

    def trained(seed: int) -> TwoWayModel:
        args = BertArgs(
            backbone=str(backbone), supervised_steps=2, gradient_steps=2, batch=4, lr=1e-3, sampled=True, seed=seed
        )
        table = to_learn()
        return train_bert(args, table, np.ones(len(table)), after=lambda stage, model: stages.append(stage))

    one, again, other = trained(0).state_dict(), trained(0).state_dict(), trained(1).state_dict()
    assert stages == ["supervised", "gradient"] * 3
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["head.weight"], other["head.weight"])
    words = "sentence.backbone.embeddings.word_embeddings.weight"
    assert torch.equal(one[words], other[words])
