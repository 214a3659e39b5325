"""Exports a BERT-like sentence encoder to the folder that serving loads."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import nn

from questrag.artifacts import Artifact, seal, write_artifact
from questrag.chat.errors import ArtifactError
from questrag.retrieval.encoder import OnnxEncoder
from questrag.training.backbone import SentenceModel, load_backbone, prefixes

LEAST_COSINE = 0.98
"""Between a sentence vector of the exported int8 model and of the original, on every probe."""

MAX_TOKENS = 128
"""Longer texts are cut; the packaged backbone was trained at this length."""

_FULL_PRECISION = re.compile(r"layer\.[012]/output/dense/MatMul$")
"""The products behind the first feed-forward layers take in a few very large values, beside which one scale for all
leaves little of the others. Kept whole, they cost 5 MB and halve the error."""

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


def export_backbone(name: str, out: Path) -> Artifact:
    """Export a backbone as it is, untrained. Raises what `export_encoder` and `load_backbone` raise."""
    model, source = load_backbone(name)
    return export_encoder(model, source, out, name=name, backbone=name)


def export_encoder(
    model: SentenceModel,
    source: Path,
    out: Path,
    *,
    name: str,
    backbone: str,
    about: Mapping[str, str] | None = None,
) -> Artifact:
    """Write an encoder as int8 ONNX with tokenizer and manifest, and check it against the original.

    Args:
        model: the weights to export.
        source: folder with the tokenizer and the configuration of the backbone.
        name: what the encoder is called in receipts and result files.
        backbone: what it was made from, which decides the prefixes of questions and phrasings.
        about: what else the manifest is to say, such as the data and the seed.

    Raises:
        ArtifactError: the exported model does not give the same vectors; nothing is written.
    """
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    before_query, before_passage = prefixes(backbone)
    info = {
        **(about or {}),
        "name": name,
        "backbone": backbone,
        "dim": str(config["hidden_size"]),
        "max_tokens": str(MAX_TOKENS),
        "pad_id": str(config["pad_token_id"]),
        "pad_token": "[PAD]",
        "query_prefix": before_query,
        "passage_prefix": before_passage,
        "precision": "int8, per channel; three products in full",
    }

    def fill(made: Path) -> dict[str, str]:
        write_onnx(model, made / "model.onnx", output="sentence")
        shutil.copy(source / "tokenizer.json", made / "tokenizer.json")
        seal(made, "encoder", info)
        cosine = parity(model, source, made)
        if cosine < LEAST_COSINE:
            raise ArtifactError(f"the exported encoder differs from the original: cosine {cosine:.4f}")
        return {"parity_cosine_min": f"{cosine:.3f}"}

    return write_artifact(out, "encoder", info, fill)


def parity(model: SentenceModel, source: Path, exported: Path) -> float:
    """Return the lowest cosine, over the probes, between the original and the exported vectors."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source)
    served = OnnxEncoder.open(exported)
    texts = [served.query_prefix + probe for probe in PROBES]
    batch = tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
    with torch.inference_mode():
        original = model(batch["input_ids"], batch["attention_mask"]).numpy()
    return float(np.sum(original * served.encode(texts), axis=1).min())


def write_onnx(model: nn.Module, path: Path, *, output: str) -> None:
    """Export a model of ``(batch, tokens)`` ids and mask as int8, per channel."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    example = (torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long))
    axes = {0: "batch", 1: "tokens"}
    full = path.with_name("full-precision.onnx")
    torch.onnx.export(
        model,
        example,
        str(full),
        input_names=["input_ids", "attention_mask"],
        output_names=[output],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, output: {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    names = [node.name for node in onnx.load(str(full)).graph.node if _FULL_PRECISION.search(node.name)]
    # Seven bits for weights: processors without VNNI overflow on eight, and the vectors lose nothing by it.
    quantize_dynamic(
        full, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True, nodes_to_exclude=names
    )
    full.unlink()
