"""Trains the policies with two actions on the reward table: a logistic regression, and a BERT by policy gradient."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from questrag.artifacts import Artifact, seal, write_artifact
from questrag.chat.errors import ArtifactError
from questrag.chat.types import Action
from questrag.evaluation.runs import provenance
from questrag.policy.state import LEANINGS, PASSAGE_FEATURES, STATE_FEATURES
from questrag.policy.two_way import FEW_FEATURES, LABELS, open_reader
from questrag.progress import Progress
from questrag.training.backbone import SentenceModel, folder_of, load_backbone
from questrag.training.export import write_onnx
from questrag.training.fitting import least
from questrag.training.table import Table

Floats = npt.NDArray[np.float64]
Reward = Literal["paper", "tokens"]

MAX_TOKENS = 64
_TOKENS_WORTH = 0.2
_TRAINED_LAYERS = 2
"""Of the encoder, from the top; with all of them, policy gradient forgets what the encoder knew."""


def cited_last(table: Table) -> npt.NDArray[np.bool_]:
    """Return ``(n, WIDEST)``: the last answer drew on this passage."""
    column = PASSAGE_FEATURES.index("cited last") * len(LEANINGS) + LEANINGS.index("one")
    return np.asarray(table.passage[:, :, column] > 0)


def skip_right(table: Table) -> npt.NDArray[np.bool_]:
    """Return ``(n,)``: without a fetch the turn is right: by what the last answer drew on, or nothing is needed."""
    return np.asarray(~table.needs | (cited_last(table) & table.right).any(axis=1))


def skip_tokens(table: Table) -> Floats:
    """Return ``(n,)``: prompt tokens without a fetch, with what the last answer drew on."""
    return np.asarray(table.bare + np.where(cited_last(table), table.tokens, 0).sum(axis=1))


def rewards(table: Table, reward: Reward) -> Floats:
    """Return ``(n, 2)``, in the order of `policy.two_way.LABELS`: what each action is worth.

    ``paper``: +0.5 for a fetch, +2 for a right answer without one, -0.5 for a wrong one (arXiv 2401.06800).
    ``tokens``: a turn that a skip makes wrong costs five times what all its prompt tokens would.
    """
    right = skip_right(table)
    if reward == "paper":
        return np.stack([np.full(len(table), 0.5), np.where(right, 2.0, -0.5)], axis=1)
    saved = 1 - skip_tokens(table) / table.always_tokens
    return np.stack([table.always_right.astype(float), right + _TOKENS_WORTH * saved], axis=1)


def negative_value(logits: Tensor, rewards: Tensor, *, entropy_weight: float) -> Tensor:
    """Minus the expected reward of the policy, minus an entropy bonus.

    Every action was played on every turn, so the expectation is summed, not sampled: the gradient of REINFORCE
    (Williams 1992) without its variance.

    Args:
        logits: ``(batch, n_actions)``.
        rewards: ``(batch, n_actions)``.
        entropy_weight: nats are worth this much reward.
    """
    log_p = logits.log_softmax(dim=-1)
    value = (log_p.exp() * rewards).sum(dim=-1)  # (batch,)
    entropy = -(log_p.exp() * log_p).sum(dim=-1)  # (batch,)
    return -(value + entropy_weight * entropy).mean()


def sampled_negative_value(logits: Tensor, rewards: Tensor, baseline: float, *, entropy_weight: float) -> Tensor:
    """REINFORCE with a baseline (Williams 1992): one action of each turn is drawn, and only its reward is seen."""
    log_p = logits.log_softmax(dim=-1)
    drawn = torch.multinomial(log_p.detach().exp(), 1)  # (batch, 1)
    advantage = rewards.gather(1, drawn) - baseline
    entropy = -(log_p.exp() * log_p).sum(dim=-1)
    return -(advantage * log_p.gather(1, drawn)).mean() - entropy_weight * entropy.mean()


def fit_logistic(table: Table, weight: Floats) -> npt.NDArray[np.float32]:
    """Return ``(len(FEW_FEATURES),)``: a logistic regression of whether a skip is wrong."""
    few = torch.tensor(table.state[:, [STATE_FEATURES.index(name) for name in FEW_FEATURES]]).double()
    wrong, counts = torch.tensor(~skip_right(table)).double(), torch.tensor(weight / weight.mean())
    return least(
        lambda w: nn.functional.binary_cross_entropy_with_logits(few @ w, wrong, weight=counts), len(FEW_FEATURES)
    )


def write_logistic(weights: npt.NDArray[np.float32], out: Path, *, encoder: str) -> Artifact:
    body = dict(zip(FEW_FEATURES, map(float, weights), strict=True))

    def fill(made: Path) -> None:
        (made / "logistic.json").write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")

    return write_artifact(out, "policy", {"name": "logistic", "encoder": encoder, **provenance()}, fill)


class TwoWayModel(nn.Module):
    """A sentence encoder with two outputs."""

    def __init__(self, sentence: SentenceModel) -> None:
        super().__init__()
        self.sentence = sentence
        self.head = nn.Linear(_config(sentence, "hidden_size"), len(LABELS))

    def logits(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Map ``(batch, tokens)`` twice to ``(batch, 2)``."""
        logits: Tensor = self.head(self.sentence.mean(input_ids, attention_mask))
        return logits

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.logits(input_ids, attention_mask).softmax(dim=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BertArgs:
    backbone: str
    reward: Reward = "tokens"
    supervised_steps: int = 120
    gradient_steps: int = 120
    batch: int = 32
    lr: float = 1e-4
    """Of pre-training."""
    gradient_lr: float = 1e-5
    """Of the policy gradient; with more, the many turns that have to be fetched pull the few sure skips along."""
    entropy_weight: float = 0.01
    sampled: bool = False
    """REINFORCE with a baseline instead of the exact gradient over the table."""
    seed: int = 0


def train_bert(
    args: BertArgs,
    table: Table,
    weight: Floats,
    *,
    after: Callable[[str, TwoWayModel], None] = lambda stage, model: None,
    progress: Progress | None = None,
) -> TwoWayModel:
    """Pre-train on the labels, then follow the policy gradient.

    Args:
        weight: ``(n,)``, how often each turn is drawn.
        after: called with ``supervised`` and ``gradient`` when a stage is done.
    """
    from transformers import AutoTokenizer

    torch.manual_seed(args.seed)
    sentence, folder = load_backbone(args.backbone)
    model = TwoWayModel(sentence).train()
    for name, parameter in model.named_parameters():
        parameter.requires_grad = _is_trained(name, _config(sentence, "num_hidden_layers"))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=args.lr)
    worth = torch.tensor(rewards(table, args.reward)).float()
    best, rng = worth.argmax(dim=1), np.random.default_rng(args.seed)
    total = args.supervised_steps + args.gradient_steps
    for step in range(total):
        if step == args.supervised_steps:
            after("supervised", model)
            optimizer.param_groups[0]["lr"] = args.gradient_lr
        rows = rng.choice(len(table), args.batch, p=weight / weight.sum())
        batch = tokenizer(
            [str(text) for text in table.text[rows]], padding=True, truncation=True, max_length=MAX_TOKENS,
            return_tensors="pt",
        )  # fmt: skip
        logits = model.logits(batch["input_ids"], batch["attention_mask"])
        if step < args.supervised_steps:
            loss = nn.functional.cross_entropy(logits, best[rows])
        elif args.sampled:
            loss = sampled_negative_value(logits, worth[rows], float(worth.mean()), entropy_weight=args.entropy_weight)
        else:
            loss = negative_value(logits, worth[rows], entropy_weight=args.entropy_weight)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if progress:
            progress(step + 1, total)
    after("gradient", model)
    return model.eval()


def _config(sentence: SentenceModel, name: str) -> int:
    return int(getattr(sentence.backbone.config, name))


def _is_trained(name: str, n_layers: int) -> bool:
    top = tuple(f"layer.{n_layers - 1 - i}." for i in range(_TRAINED_LAYERS))
    return name.startswith("head.") or any(layer in name for layer in top)


def probabilities(model: TwoWayModel, backbone: str, texts: npt.NDArray[np.str_], batch: int = 64) -> Floats:
    """Return ``(len(texts), 2)``, in full precision."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder_of(backbone))
    out = []
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(texts), batch):
            some = [str(text) for text in texts[start : start + batch]]
            read = tokenizer(some, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
            out.append(model(read["input_ids"], read["attention_mask"]).double().numpy())
    model.train()
    return np.concatenate(out)


MOST_DIFFERENCE = 0.03
"""Mean difference of the probability to fetch that int8 may make."""
_CHECKED = 200


def write_bert(
    model: TwoWayModel, args: BertArgs, out: Path, about: dict[str, str], *, encoder: str, texts: npt.NDArray[np.str_]
) -> Artifact:
    """Export as int8 ONNX, with the order of its outputs in the manifest.

    Args:
        texts: ``(n,)``, states on which the exported model is compared with the original.

    Raises:
        ArtifactError: the exported model says something else; nothing is written.
    """
    info = {**about, "labels": ",".join(LABELS), "max_tokens": str(MAX_TOKENS), "encoder": encoder, **provenance()}
    compared = texts[:: max(1, len(texts) // _CHECKED)]

    def fill(made: Path) -> dict[str, str]:
        write_onnx(model, made / "model.onnx", output="p")
        shutil.copy(folder_of(args.backbone) / "tokenizer.json", made / "tokenizer.json")
        seal(made, "policy", info)
        read, _ = open_reader(made, encoder)
        served = np.array([read(str(text)) for text in compared])
        original = probabilities(model, args.backbone, compared)[:, LABELS.index(Action.FETCH)]
        difference = float(np.abs(served - original).mean())
        if difference > MOST_DIFFERENCE:
            raise ArtifactError(f"the exported policy differs from the original: by {difference:.3f} in the mean")
        return {"parity_difference_mean": f"{difference:.4f}"}

    return write_artifact(out, "policy", info, fill)
