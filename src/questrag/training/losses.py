"""What the encoder is trained to make small."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


def info_nce(queries: Tensor, keys: Tensor, labels: Tensor, *, temperature: float) -> Tensor:
    """Cross-entropy of finding each query's own key among the keys of the batch, and each key's own query.

    A key of the same entry is neither right nor wrong: it is left out.

    Args:
        queries: ``(batch, dim)``, unit vectors.
        keys: ``(batch, dim)``, unit vectors; row i belongs to query i.
        labels: ``(batch,)``, the entry of each row.
        temperature: cosines are divided by it; lower looks harder at the nearest wrong key.

    Source: van den Oord et al. 2018, "Representation Learning with Contrastive Predictive Coding"; both directions as
        in Radford et al. 2021.
    """
    scores = queries @ keys.T / temperature  # (batch, batch)
    scores = scores.masked_fill(_same_entry(labels), -torch.inf)
    own = torch.arange(len(queries), device=queries.device)
    return (cross_entropy(scores, own) + cross_entropy(scores.T, own)) / 2


def triplet(queries: Tensor, keys: Tensor, labels: Tensor, *, margin: float, ceiling: float) -> Tensor:
    """How far the hardest wrong key of each query comes within ``margin`` of its own key, on the cosine scale.

    Positive-aware: what is nearer than ``ceiling`` times the own key is taken for another way to say the same,
    as near-twins in a knowledge base are, and not for a mistake.

    Args:
        queries, keys, labels: as for `info_nce`.
        margin: in cosine.
        ceiling: in (0, 1].

    Source: Schroff et al. 2015, "FaceNet" (triplets mined in the batch); Moreira et al. 2024, "NV-Retriever"
        (positive-aware mining).
    """
    scores = queries @ keys.T  # (batch, batch)
    own = scores.diagonal()  # (batch,)
    eye = torch.eye(len(scores), dtype=torch.bool, device=scores.device)
    alike = scores.detach() > ceiling * own.detach().clamp(min=0).unsqueeze(1)
    wrong = scores.masked_fill(eye | _same_entry(labels) | alike, -1.0)
    return (wrong.max(dim=1).values - own + margin).clamp(min=0).mean()


def _same_entry(labels: Tensor) -> Tensor:
    """Return ``(batch, batch)``: the pairs off the diagonal that are of one entry."""
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    return same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
