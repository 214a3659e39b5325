"""`questrag train ablation`: what each part of the training adds, with seeds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from questrag.evaluation.intervals import bootstrap95
from questrag.evaluation.runs import provenance
from questrag.progress import Progress
from questrag.training.args import Args
from questrag.training.development import Development
from questrag.training.material import Material
from questrag.training.retriever import Run

VARIANTS: dict[str, dict[str, object]] = {
    "infonce": {"objective": "infonce", "look_alikes": 1, "noise": 0.0},
    "infonce+triplet": {"objective": "both", "noise": 0.0},
    "infonce+triplet+noise": {"objective": "both"},
}
"""What differs from the arguments; the first row is the untrained backbone."""


def ablation(
    args: Args,
    seeds: Sequence[int],
    material: Material,
    development: Development,
    *,
    work: Path,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, object]:
    """Train every variant with every seed and return shares of development questions with the right entry first.

    Runs that were finished or begun in ``work`` are taken up. Intervals are over questions, of the mean over seeds.
    """
    untrained = Run(args, material, development, work)
    rights = {"base": [development.rights(untrained.encode)]}
    runs = [(name, seed) for name in VARIANTS for seed in seeds]
    for done, (name, seed) in enumerate(runs):
        say(f"{name}, seed {seed}")
        folder = work / f"{name}-{seed}"
        chosen = replace(args, seed=seed, eval_every=args.steps, **VARIANTS[name])  # type: ignore[arg-type]
        run = Run(chosen, material, development, folder)
        run.train(resume=(folder / "last.pt").exists(), say=say)
        rights.setdefault(name, []).append(development.rights(run.encode))
        if progress:
            progress(done + 1, len(runs))
    return {
        "n": len(development.questions),
        "variants": {name: _summary(each) for name, each in rights.items()},
        "steps": args.steps,
        "seeds": list(seeds),
        "provenance": provenance(data=material.version, development=development.version),
    }


def _summary(rights: list[list[bool]]) -> dict[str, object]:
    by_question = np.mean(np.asarray(rights, dtype=np.float64), axis=0)
    return {
        "right_first": float(by_question.mean()),
        "by_seed": [float(np.mean(each)) for each in rights],
        "ci95": bootstrap95(by_question.tolist(), [str(i) for i in range(len(by_question))]),
    }
