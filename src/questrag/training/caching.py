"""Large batches in little memory, and on many devices."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd import backward
from transformers import PreTrainedTokenizerBase

from questrag.training.backbone import SentenceModel
from questrag.training.processes import ALONE, Processes


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Encodes lists of texts with one model, neighbours in length together so that little is padded."""

    model: SentenceModel
    tokenizer: PreTrainedTokenizerBase
    max_tokens: int
    device: torch.device
    processes: Processes = ALONE

    def encode(self, texts: Sequence[str], *, chunk: int) -> Tensor:
        """Return ``(len(texts), dim)``, with gradients where they are on; ``chunk`` texts pass at a time."""
        chunks = self._chunks(texts, chunk)
        return self._ordered(texts, chunks, [self._forward([texts[i] for i in rows]) for rows in chunks])

    def encode_shared(self, texts: Sequence[str], *, chunk: int) -> Tensor:
        """Do the same without gradients, each process a part; all have to call it with the same texts."""
        chunks = self.processes.share(self._chunks(texts, chunk))
        with torch.no_grad():
            vectors = self._ordered(texts, chunks, [self._forward([texts[i] for i in rows]) for rows in chunks])
        self.processes.add_up([vectors])
        return vectors

    def step(self, texts: Sequence[str], loss: Callable[[Tensor], Tensor], *, chunk: int) -> float:
        """Add the gradients of ``loss(vectors)`` to the model's, holding the activations of one chunk at a time.

        Each process encodes a part of the texts, and all have the gradients of the whole: a batch may be as large, and
        its negatives as many, as all of them together hold.

        Source: Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup".
        """
        states, parts = [], []
        chunks = self.processes.share(self._chunks(texts, chunk))
        with torch.no_grad():
            for rows in chunks:
                states.append(self._random_state())
                parts.append(self._forward([texts[i] for i in rows]))
            vectors = self._ordered(texts, chunks, parts)
        self.processes.add_up([vectors])
        vectors.requires_grad_()
        value = loss(vectors)
        value.backward()  # type: ignore[no-untyped-call]
        if vectors.grad is None:
            raise ValueError("the loss has no gradient")
        for rows, state in zip(chunks, states, strict=True):
            self._restore(state)  # the same dropout as the first time
            backward(self._forward([texts[i] for i in rows]), vectors.grad[rows])
        self.processes.add_up(self._gradients())
        return float(value.detach())

    def _ordered(self, texts: Sequence[str], chunks: Sequence[list[int]], parts: Sequence[Tensor]) -> Tensor:
        """Return a row for each text: of those in no chunk, zeros."""
        vectors = torch.zeros(len(texts), self.model.dim, device=self.device)
        for rows, part in zip(chunks, parts, strict=True):
            vectors[rows] = part
        return vectors

    def _gradients(self) -> Iterator[Tensor]:
        """Yield those of all weights, in the order of the model: zeros where a process had no text for them."""
        if self.processes.n > 1:
            for weights in self.model.parameters():
                if weights.requires_grad:
                    weights.grad = torch.zeros_like(weights) if weights.grad is None else weights.grad
                    yield weights.grad

    def _forward(self, texts: list[str]) -> Tensor:
        batch = self.tokenizer(texts, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt")
        vectors: Tensor = self.model(batch["input_ids"].to(self.device), batch["attention_mask"].to(self.device))
        return vectors

    def _chunks(self, texts: Sequence[str], chunk: int) -> list[list[int]]:
        """Return the rows of each chunk."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        return [order[start : start + chunk] for start in range(0, len(order), chunk)]

    def _random_state(self) -> tuple[Tensor, Tensor | None]:
        return torch.get_rng_state(), torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None

    def _restore(self, state: tuple[Tensor, Tensor | None]) -> None:
        torch.set_rng_state(state[0])
        if state[1] is not None:
            torch.cuda.set_rng_state(state[1], self.device)
