"""A backbone small enough to be trained in seconds, and something for it to learn."""

import json
from pathlib import Path

from questrag.training.args import Args

THINGS = ("card", "loan", "locker", "cheque", "deposit", "branch", "pension", "passbook", "insurance", "wallet")
WISHES = {
    "open": ("open a new {}", "i want to start a {}", "begin one {} today", "how is a {} opened"),
    "close": ("close my {}", "i want to end the {}", "finish this {} now", "how is a {} closed"),
}


def a_tiny_backbone(folder: Path) -> Path:
    """Write a BERT of two layers with random weights, and the packaged tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    from questrag.training.backbone import folder_of

    torch.manual_seed(0)
    config = BertConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128)
    BertModel(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((folder_of("all-MiniLM-L6-v2") / "tokenizer.json").read_bytes())
    return folder


def a_knowledge_base(path: Path) -> Path:
    """Write twenty entries, each with four phrasings; the last one of each is not among them."""
    lines = []
    for thing in THINGS:
        for wish, forms in WISHES.items():
            question, *others = (form.format(thing) for form in forms[:3])
            entry = {
                "id": f"{wish}-{thing}",
                "question": question,
                "answer": f"To {wish} a {thing}, come to us.",
                "paraphrases": [{"text": text, "lang": "en"} for text in others],
            }
            lines.append(json.dumps(entry))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def unseen_questions(path: Path, things: tuple[str, ...]) -> Path:
    """Write the fourth phrasing of the entries about some things, as labelled questions."""
    lines = [
        json.dumps({"query": forms[3].format(thing), "relevant": [f"{wish}-{thing}"]})
        for thing in things
        for wish, forms in WISHES.items()
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def toy_args(backbone: Path, **changes: object) -> Args:
    """Return arguments that a toy learns with in seconds."""
    given: dict[str, object] = {
        "backbone": str(backbone),
        "steps": 60,
        "batch": 12,
        "lr": 1e-3,
        "eval_every": 20,
        "patience": 9,
        "noise": 0.0,
        "answers": 0.1,
        "look_alikes": 2,
        "mine_every": 20,
        **changes,
    }
    return Args(**given)  # type: ignore[arg-type]
