"""Result files: what was measured, on which machine, at which commit."""

import json
import platform
from pathlib import Path

from questrag.evaluation.runs import provenance
from questrag.settings import PROJECT, Settings

RESULTS = Path(__file__).parent / "results"
SCRATCH = PROJECT / "var" / "benchmarks"
"""Corpora and indexes; made once."""


def settings(size: int) -> Settings:
    """Return settings over a made-up knowledge base, which is written first where it is missing."""
    from benchmarks.corpus import write_corpus

    SCRATCH.mkdir(parents=True, exist_ok=True)
    kb = SCRATCH / f"corpus-{size}.jsonl"
    if not kb.exists():
        write_corpus(kb, size)
    return Settings(kb_path=kb, data_dir=SCRATCH)


def save(name: str, figures: dict[str, object], targets: dict[str, bool]) -> None:
    """Write ``results/<name>.json`` and print it.

    Args:
        targets: what had to be reached, in words, and whether it was.

    Raises:
        SystemExit: something was not reached; the result is written all the same.
    """
    RESULTS.mkdir(exist_ok=True)
    body = {**figures, "targets": targets, "processor": _processor(), "provenance": provenance()}
    text = json.dumps(body, indent=2) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name}: {text}")
    if missed := [words for words, reached in targets.items() if not reached]:
        raise SystemExit(f"{name}: not reached: {'; '.join(missed)}")


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie (nearest rank).

    >>> percentile([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    ranked = sorted(values)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)]


def peak_memory_mb(pid: int) -> int:
    """Return the most memory that a running process has had, its children left out."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(row.split()[1]) // 1024 for row in status.splitlines() if row.startswith("VmHWM"))


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
