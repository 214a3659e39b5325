"""A backbone small enough to be trained in seconds, and something for it to learn."""

import json
from pathlib import Path

from questrag.training.args import Args

THINGS = ("card", "loan", "locker", "cheque", "deposit", "branch", "pension", "passbook", "insurance", "wallet")
WISHES = {"open": ("open", "start", "begin"), "close": ("close", "end", "finish")}
"""Of each entry two of the three verbs are learned; that the third means the same, other entries teach."""


def a_tiny_backbone(folder: Path, **changes: float) -> Path:
    """Write a BERT of two layers with random weights, and the packaged tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    from questrag.training.backbone import folder_of

    torch.manual_seed(0)
    config = BertConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128, **changes)
    BertModel(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((folder_of("all-MiniLM-L6-v2") / "tokenizer.json").read_bytes())
    return folder


def a_knowledge_base(path: Path) -> Path:
    """Write twenty entries, each with two phrasings."""
    lines = []
    for i, thing in enumerate(THINGS):
        for wish, verbs in WISHES.items():
            question, other = (f"{verb} a {thing}" for n, verb in enumerate(verbs) if n != i % 3)
            entry = {
                "id": f"{wish}-{thing}",
                "question": question,
                "answer": f"To {wish} a {thing}, come to us.",
                "paraphrases": [{"text": other, "lang": "en"}],
            }
            lines.append(json.dumps(entry))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def unseen_questions(path: Path, things: tuple[str, ...]) -> Path:
    """Write the phrasing with the third verb of the entries about some things, as labelled questions."""
    lines = [
        json.dumps({"query": f"{verbs[THINGS.index(thing) % 3]} a {thing}", "relevant": [f"{wish}-{thing}"]})
        for thing in things
        for wish, verbs in WISHES.items()
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def toy_args(backbone: Path, **changes: object) -> Args:
    """Return arguments that a toy learns with in seconds."""
    given: dict[str, object] = {
        "backbone": str(backbone),
        "steps": 80,
        "batch": 12,
        "lr": 1e-3,
        "eval_every": 20,
        "patience": 9,
        "noise": 0.0,
        "answers": 0.0,
        "look_alikes": 2,
        "mine_every": 20,
        **changes,
    }
    return Args(**given)  # type: ignore[arg-type]
