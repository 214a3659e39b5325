"""A toy's training in each process that `torchrun ... -m tests.training.in_processes FOLDER CHUNK ...` starts."""

import sys
from pathlib import Path

import torch

from questrag.progress import Progress
from questrag.training.development import read_development
from questrag.training.material import read_material
from questrag.training.retriever import Run
from tests.training.toys import toy_args


def train(folder: Path, *, cache_chunk: int = 0, resume: bool = False, progress: Progress | None = None) -> None:
    """Train on what is in a folder, and leave the weights of each process there."""
    kb, dev = folder / "kb.jsonl", folder / "dev.jsonl"
    args = toy_args(folder / "backbone", steps=20, eval_every=10, cache_chunk=cache_chunk)
    run = Run(args, read_material(kb, frozenset()), read_development(kb, dev, others=None), folder / "work")
    run.train(resume=resume, progress=progress, say=print)
    torch.save(run.encoder.model.state_dict(), folder / f"{run.processes.rank}.pt")


if __name__ == "__main__":
    train(Path(sys.argv[1]), cache_chunk=int(sys.argv[2]), resume="--resume" in sys.argv)
