"""Large batches in little memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd import backward
from transformers import PreTrainedTokenizerBase

from questrag.training.backbone import SentenceModel


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Encodes lists of texts with one model, neighbours in length together so that little is padded."""

    model: SentenceModel
    tokenizer: PreTrainedTokenizerBase
    max_tokens: int
    device: torch.device

    def encode(self, texts: Sequence[str], *, chunk: int) -> Tensor:
        """Return ``(len(texts), dim)``, with gradients where they are on; ``chunk`` texts pass at a time."""
        chunks, back = self._chunks(texts, chunk)
        return torch.cat([self._forward([texts[i] for i in rows]) for rows in chunks])[back]

    def step(self, texts: Sequence[str], loss: Callable[[Tensor], Tensor], *, chunk: int) -> float:
        """Add the gradients of ``loss(vectors)`` to the model's, holding the activations of one chunk at a time.

        Source: Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup".
        """
        states, parts = [], []
        chunks, back = self._chunks(texts, chunk)
        with torch.no_grad():
            for rows in chunks:
                states.append(self._random_state())
                parts.append(self._forward([texts[i] for i in rows]))
        cached = [part.requires_grad_() for part in parts]
        value = loss(torch.cat(cached)[back])
        value.backward()  # type: ignore[no-untyped-call]
        for rows, state, vectors in zip(chunks, states, cached, strict=True):
            self._restore(state)  # the same dropout as the first time
            backward(self._forward([texts[i] for i in rows]), vectors.grad)
        return float(value.detach())

    def _forward(self, texts: list[str]) -> Tensor:
        batch = self.tokenizer(texts, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt")
        vectors: Tensor = self.model(batch["input_ids"].to(self.device), batch["attention_mask"].to(self.device))
        return vectors

    def _chunks(self, texts: Sequence[str], chunk: int) -> tuple[list[list[int]], Tensor]:
        """Return the rows of each chunk, and where each text went."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        chunks = [order[start : start + chunk] for start in range(0, len(order), chunk)]
        return chunks, torch.argsort(torch.tensor(order, device=self.device))

    def _random_state(self) -> tuple[Tensor, Tensor | None]:
        return torch.get_rng_state(), torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None

    def _restore(self, state: tuple[Tensor, Tensor | None]) -> None:
        torch.set_rng_state(state[0])
        if state[1] is not None:
            torch.cuda.set_rng_state(state[1], self.device)
