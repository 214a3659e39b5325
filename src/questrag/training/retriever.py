"""`questrag train retriever`: fine-tunes a BERT-like encoder on the phrasings of a knowledge base."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from questrag.chat.errors import Invalid
from questrag.progress import Progress
from questrag.retrieval.text import passage_text
from questrag.training.args import Args
from questrag.training.backbone import device_of, load_backbone, prefixes
from questrag.training.batches import batch_of, look_alikes
from questrag.training.caching import TextEncoder
from questrag.training.development import Development
from questrag.training.losses import info_nce, triplet
from questrag.training.material import Material
from questrag.training.processes import processes_of_this_run

_CHUNK = 32
_NEIGHBOURS = 12
_CENTRE_OF = 6
"""Phrasings of a topic that its centre is the mean of."""


@dataclass(slots=True)
class State:
    """Where a run has got to."""

    step: int = 0
    best: float = -1.0
    """Best share of development questions with the right entry first."""
    best_step: int = 0
    stale: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


class Run:
    """A model with its optimiser, and the files that let another process go on from here."""

    def __init__(self, args: Args, material: Material, development: Development, work: Path) -> None:
        """
        Args:
            work: folder for checkpoints.

        Raises:
            Misconfigured: the backbone or the device cannot be had, or not the other processes of the run.
        """
        from transformers import AutoTokenizer

        torch.manual_seed(args.seed)
        self.args, self.material, self.development, self.work = args, material, development, work
        self.rng = Random(args.seed)  # noqa: S311 # no secret hangs on it
        device = device_of(args.device)
        self.processes = processes_of_this_run(device)
        model, self.tokenizer_folder = load_backbone(args.backbone)
        tokenizer = AutoTokenizer.from_pretrained(self.tokenizer_folder)
        self.encoder = TextEncoder(model.to(device), tokenizer, args.max_tokens, device, self.processes)
        self.before_query, self.before_passage = prefixes(args.backbone)
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.01)
        warmup = max(1, args.steps // 10)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min((step + 1) / warmup, max(0.02, 1 - step / args.steps))
        )
        self.state = State()
        self.topic_weights = [len(topic.phrasings) + len(topic.followups) for topic in material.topics]
        self.neighbours: npt.NDArray[np.int64] | None = None
        self.since_look: list[float] = []
        self.started = time.monotonic()

    def train(
        self,
        *,
        resume: bool = False,
        progress: Progress | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Go on to the last step, or until the development questions have not been better for a while.

        The model then has the weights that did best on them.

        Args:
            resume: take up what lies in the folder for checkpoints.
            progress: called with (steps done, steps in all); in the first process only.
            say: called with one line at each look at the development questions; in the first process only.

        Raises:
            Invalid: the folder holds another run, or a run and no ``resume``.
        """
        self._open(resume=resume)
        if not self.state.history:
            self.look(say)
        while self.state.step < self.args.steps and self.state.stale < self.args.patience:
            self.one_step()
            if self.state.step % self.args.eval_every == 0 or self.state.step == self.args.steps:
                self.look(say)
            if progress and self.processes.is_first:
                progress(self.state.step, self.args.steps)
        self.processes.wait()  # until the first has written
        best = torch.load(self.work / "best.pt", map_location=self.encoder.device, weights_only=True)
        self.encoder.model.load_state_dict(best)
        self.encoder.model.eval()

    def one_step(self) -> None:
        """Draw a batch, and move the weights."""
        args = self.args
        if self.neighbours is None or self.state.step % args.mine_every == 0:
            self.neighbours = self._mined()
        rows = batch_of(self.neighbours, self.topic_weights, self.rng, size=args.batch, together=args.look_alikes)
        shares = {"noise": args.noise, "answers": args.answers, "followups": args.followups}
        pairs = [self.material.pair(row, self.rng, **shares) for row in rows]
        texts = [self.before_query + question for question, _ in pairs]
        texts += [self.before_passage + other for _, other in pairs]
        labels = torch.tensor(rows, device=self.encoder.device)
        self.encoder.model.train()
        self.since_look.append(self._backward(texts, lambda vectors: self._loss(vectors, labels)))
        torch.nn.utils.clip_grad_norm_(self.encoder.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.schedule.step()
        self.state.step += 1

    def look(self, say: Callable[[str], None]) -> None:
        """Measure on the development questions, keep the best weights, and save."""
        state = self.state
        right = self.development.right_first(self.encode)
        better = right > state.best
        loss = float(np.mean(self.since_look)) if self.since_look else float("nan")
        state.stale = 0 if better else state.stale + 1
        if better:
            state.best, state.best_step = right, state.step
        if better and self.processes.is_first:
            _write(self.work / "best.pt", self.encoder.model.state_dict())
        state.history.append({"step": state.step, "loss": round(loss, 4), "right_first": round(right, 4)})
        self.since_look = []
        if not self.processes.is_first:
            return
        self._save()
        minutes = (time.monotonic() - self.started) / 60
        say(f"step {state.step}: loss {loss:.3f}, right first on dev {right:.1%}, {minutes:.1f} min")

    def encode(self, texts: Sequence[str], *, query: bool) -> npt.NDArray[np.float32]:
        """Return ``(len(texts), dim)`` as the served encoder would, at full precision."""
        before = self.before_query if query else self.before_passage
        self.encoder.model.eval()
        encoded = self.encoder.encode_shared([before + text for text in texts], chunk=128)
        vectors: npt.NDArray[np.float32] = encoded.cpu().numpy()
        return vectors

    def _open(self, *, resume: bool) -> None:
        saved = self.work / "last.pt"
        if not saved.exists():
            self.work.mkdir(parents=True, exist_ok=True)
            return
        if not resume:
            raise Invalid(f"{self.work} holds a run: go on with --resume, or remove the folder")
        try:
            read: dict[str, Any] = torch.load(saved, map_location=self.encoder.device, weights_only=True)
        except Exception as error:
            raise Invalid(f"{saved} is not a checkpoint ({error}): remove {self.work} and start anew") from error
        identity = json.loads(read["identity"])
        for name, mine in self._identity().items():
            if identity.get(name) != mine:
                raise Invalid(
                    f"{self.work} holds a run with {name} {identity.get(name)!r}, this one has {mine!r}: "
                    "use the same, or another --work folder"
                )
        self.encoder.model.load_state_dict(read["model"])
        self.optimizer.load_state_dict(read["optimizer"])
        self.schedule.load_state_dict(read["schedule"])
        self.state = State(**json.loads(read["state"]))
        version, numbers, gauss = json.loads(read["random"])
        self.rng.setstate((version, tuple(numbers), gauss))
        torch.set_rng_state(read["torch_random"].cpu())
        self.neighbours = read["neighbours"].cpu().numpy() if len(read["neighbours"]) else None

    def _loss(self, vectors: Tensor, labels: Tensor) -> Tensor:
        args = self.args
        questions, others = vectors[: len(labels)], vectors[len(labels) :]
        loss = vectors.new_zeros(())
        if args.objective != "triplet":
            loss = loss + info_nce(questions, others, labels, temperature=args.temperature)
        if args.objective != "infonce":
            hard = triplet(questions, others, labels, margin=args.margin, ceiling=args.ceiling)
            loss = loss + args.triplet_weight * hard / args.temperature  # both on the scale of logits
        return loss

    def _backward(self, texts: list[str], loss: Callable[[Tensor], Tensor]) -> float:
        if self.args.cache_chunk or self.processes.n > 1:
            return self.encoder.step(texts, loss, chunk=self.args.cache_chunk or ceil(len(texts) / self.processes.n))
        value = loss(self.encoder.encode(texts, chunk=_CHUNK))
        value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    def _mined(self) -> npt.NDArray[np.int64]:
        rows = [topic.phrasings[:_CENTRE_OF] for topic in self.material.topics]
        vectors = self.encode([passage_text(text) for row in rows for text in row], query=False)
        ends = np.cumsum([0, *map(len, rows)])
        centres = np.add.reduceat(vectors, ends[:-1], axis=0)
        return look_alikes(centres / np.linalg.norm(centres, axis=1, keepdims=True), _NEIGHBOURS)

    def _identity(self) -> dict[str, object]:
        """Return what must not change within one run."""
        return {**asdict(self.args), "material": self.material.version, "development": self.development.version}

    def _save(self) -> None:
        version, numbers, gauss = self.rng.getstate()
        _write(
            self.work / "last.pt",
            {
                "identity": json.dumps(self._identity()),
                "state": json.dumps(asdict(self.state)),
                "random": json.dumps([version, list(numbers), gauss]),
                "torch_random": torch.get_rng_state(),
                "neighbours": torch.tensor([] if self.neighbours is None else self.neighbours),
                "model": self.encoder.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "schedule": self.schedule.state_dict(),
            },
        )


def _write(path: Path, what: object) -> None:
    """Write whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(what, partial)
    partial.replace(path)
