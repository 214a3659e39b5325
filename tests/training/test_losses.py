"""What is minimised, checked by hand; gradients of large batches, checked against those of small memory."""

from math import e, exp, log
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from questrag.chat.errors import Invalid

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")


def unit(*degrees: float) -> "torch.Tensor":
    angles = torch.deg2rad(torch.tensor(degrees))
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def test_info_nce_agrees_with_a_hand_computation() -> None:
    from questrag.training.losses import info_nce

    queries, keys = unit(0, 90), unit(0, 90)  # cosines: 1 on the diagonal, 0 beside it
    expected = -log(exp(2) / (exp(2) + 1))
    assert float(info_nce(queries, keys, torch.tensor([0, 1]), temperature=0.5)) == pytest.approx(expected, abs=1e-5)


def test_another_key_of_the_same_entry_is_neither_right_nor_wrong() -> None:
    from questrag.training.losses import info_nce, triplet

    queries, keys, same = unit(0, 10, 90), unit(0, 10, 90), torch.tensor([7, 7, 8])
    alone = info_nce(unit(0, 90), unit(0, 90), torch.tensor([7, 8]), temperature=0.5)
    together = info_nce(queries, keys, same, temperature=0.5)
    assert float(together) < float(info_nce(queries, keys, torch.tensor([1, 2, 3]), temperature=0.5))
    assert float(together) == pytest.approx(float(alone), abs=0.1)
    assert float(triplet(queries, keys, same, margin=0.1, ceiling=1.0)) == 0


def test_the_triplet_loss_looks_at_the_hardest_wrong_key_and_spares_twins() -> None:
    from questrag.training.losses import triplet

    queries, keys = unit(0, 90), unit(30, 60)  # own cosines 0.866, the other's 0.5
    labels = torch.tensor([0, 1])
    expected = 0.5 - 0.8660254 + 0.5
    assert float(triplet(queries, keys, labels, margin=0.5, ceiling=0.95)) == pytest.approx(expected, abs=1e-5)
    assert float(triplet(queries, keys, labels, margin=0.5, ceiling=0.4)) == 0  # taken for another way to say it


def test_gradient_caching_gives_the_gradients_of_the_whole_batch(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from questrag.training.backbone import load_backbone
    from questrag.training.caching import TextEncoder
    from questrag.training.losses import info_nce
    from tests.training.toys import a_tiny_backbone

    model, folder = load_backbone(str(a_tiny_backbone(tmp_path / "tiny")))
    encoder = TextEncoder(model, AutoTokenizer.from_pretrained(folder), 32, torch.device("cpu"))
    texts = [
        "block my card",
        "a",
        "how do I open a fixed deposit today",
        "loan",
        "card lost",
        "money",
        "fd",
        "gold loan",
    ]
    labels = torch.arange(4)

    def loss(vectors: "torch.Tensor") -> "torch.Tensor":
        return info_nce(vectors[:4], vectors[4:], labels, temperature=0.1)

    def gradients() -> list["torch.Tensor"]:
        found = [p.grad.clone() for p in model.parameters() if p.grad is not None]
        model.zero_grad()
        return found

    model.eval()  # no dropout: the two must be equal
    value = loss(encoder.encode(texts, chunk=8))
    value.backward()  # type: ignore[no-untyped-call]
    whole = gradients()
    cached_value = encoder.step(texts, loss, chunk=3)
    assert cached_value == pytest.approx(float(value.detach()), abs=1e-5)
    for one, other in zip(whole, gradients(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_look_alikes_meet_in_a_batch_and_no_topic_twice() -> None:
    from questrag.training.batches import batch_of, look_alikes

    centres = np.array([[1, 0], [0.99, 0.14], [0, 1], [0.14, 0.99]], dtype=np.float32)
    neighbours = look_alikes(centres, 1)
    assert neighbours.tolist() == [[1], [0], [3], [2]]
    drawn = batch_of(neighbours, [1] * 4, Random(0), size=2, together=2)
    assert sorted(drawn) in ([0, 1], [2, 3])
    assert len(set(batch_of(neighbours, [1] * 4, Random(0), size=9, together=2))) == 4


def test_topics_with_more_ways_to_ask_are_drawn_more_often() -> None:
    from questrag.training.batches import batch_of

    neighbours, rng = np.zeros((2, 0), dtype=np.int64), Random(0)
    drawn = [batch_of(neighbours, [1, 9], rng, size=1, together=1)[0] for _ in range(1000)]
    assert 850 < sum(drawn) < 950


def test_the_loss_of_choices_agrees_with_a_hand_computation() -> None:
    import torch

    from questrag.training.fitting import Choices

    features = [np.array([[1.0], [0.0]], dtype=np.float32), np.array([[2.0], [1.0], [0.0]], dtype=np.float32)]
    choices = Choices(features, [np.array([True, False]), np.array([False, True, True])])
    first = -log(e / (e + 1))
    second = -log((e + 1) / (e**2 + e + 1))
    one = torch.tensor([1.0], dtype=torch.float64)
    assert float(choices.loss(one)) == pytest.approx((first + second) / 2)
    assert float(choices.loss(one.expand(2, 1))) == pytest.approx((first + second) / 2)


def test_the_pool_learns_which_reading_to_trust() -> None:
    from questrag.retrieval.context import Look, evidence, lean_features, pooled
    from questrag.training.context import LeaningTurn, fit_context_weights

    def look(best: int) -> Look:
        p = np.where(np.arange(3) == best, 0.7, 0.1).astype(np.float32)
        return Look(np.arange(3), p, 0.9, 0.0, np.zeros(2, dtype=np.float32))

    features = lean_features("and how much is it?", unknown=0.0, any_alone=0.9)
    turns = [
        LeaningTurn(features, evidence([look((i + 1) % 3), look(i), look((i + 2) % 3)])[1], np.arange(4) == i)
        for i in range(3)
    ]
    weights = fit_context_weights(turns)
    assert pooled(weights, features, turns[1].evidence).argmax() == 1
    with pytest.raises(Invalid, match="no turn"):
        fit_context_weights([])


def test_noise_changes_some_words_and_leaves_devanagari_alone() -> None:
    from questrag.hinglish.noise import spelling_noise

    text = "how to close my savings account please मेरा खाता"
    noisy = [spelling_noise(text, Random(seed), share=0.5) for seed in range(20)]
    assert len(set(noisy)) > 15
    assert all(line.endswith("मेरा खाता") for line in noisy)
    assert all(line.split()[0][0] == "h" for line in noisy)
