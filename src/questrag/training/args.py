"""What a training run of the retriever can be told; also the command line, so nothing heavy is imported here."""

from dataclasses import dataclass
from typing import Literal

PACKAGED = "all-MiniLM-L6-v2"
"""The backbone that comes with the train extra and needs no network."""

Objective = Literal["infonce", "triplet", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Args:
    """Also the command line."""

    backbone: str = PACKAGED
    """Name of a packaged backbone, a local folder, or a repository on the Hugging Face Hub."""
    objective: Objective = "both"
    steps: int = 520
    batch: int = 64
    """Pairs of a question and another phrasing, all of different entries."""
    lr: float = 3e-5
    temperature: float = 0.05
    margin: float = 0.15
    """Of the triplet loss, in cosine."""
    ceiling: float = 0.95
    """A negative nearer than this share of the positive counts as another way to say the same."""
    triplet_weight: float = 0.3
    noise: float = 0.3
    """Share of questions that are misspelt on purpose, in [0, 1]."""
    answers: float = 0.35
    """Share of pairs whose other side is the whole entry, question and answer, in [0, 1]."""
    followups: float = 0.5
    """Share of questions that come with those before them, in [0, 1], of entries that have such."""
    look_alikes: int = 4
    """Entries that stand together in a batch because they look alike; 1 draws each by itself."""
    mine_every: int = 260
    """Steps after which look-alikes are mined anew, with the encoder as it is then."""
    cache_chunk: int = 0
    """Texts that pass at a time under gradient caching; 0 keeps the whole batch in memory, which is faster."""
    max_tokens: int = 64
    eval_every: int = 260
    patience: int = 3
    """Looks at the development questions without a better one, after which training stops."""
    seed: int = 0
    device: str = "cpu"
