"""What the detection of injections finds and what it stops without need: `python -m benchmarks.injection`.

Reads public sets beside the checkout (`QUESTRAG_SHARED_DATA`); nothing of them is written, only counts. Every set is
halved by checksum: the rules were written with the half ``in view``, the other was only counted.
"""

import csv
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.shared_data import SHARED_DATA

from benchmarks.masking import HALVES, tally
from benchmarks.results import save
from questrag.chat.injection import inspect
from questrag.settings import PROJECT

_OWN = ("knowledge/*.jsonl", "queries/*.jsonl", "golden.jsonl", "conversations/*.jsonl", "training/*.jsonl")


def attacks(shared: Path) -> Iterator[tuple[str, str]]:
    """Yield (set, text)."""
    for row in _rows(shared / "hinglish_guardrails" / "benchmark_900.csv"):
        if row["category"] in ("injection", "jailbreak"):
            yield f"hinglish_guardrails, {row['language']}", row["text"]
    for row in _rows(shared / "hinglish_prompt_injection" / "hinglish-stealth-250.csv"):
        yield "hinglish_prompt_injection", row["hinglish"]
    for row in _rows(shared / "giskard_prompt_injections" / "prompt_injections.csv"):
        yield "giskard_prompt_injections, en", row["prompt"]
    for each in _lines(shared / "tensor_trust" / "hijacking_robustness_dataset.jsonl"):
        yield "tensor_trust, en", each["attack"]


def harmless(shared: Path) -> Iterator[tuple[str, str]]:
    """Yield (set, text)."""
    for row in _rows(shared / "hinglish_guardrails" / "benchmark_900.csv"):
        if row["category"] == "benign":
            yield f"hinglish_guardrails, {row['language']}", row["text"]
    for row in _rows(shared / "hinglish_prompt_injection" / "hinglish-clean-500.csv"):
        yield "hinglish_prompt_injection", row["hinglish"]
    for row in _rows(shared / "banking77" / "train.csv"):
        yield "banking77, en", row["text"]


def own_questions() -> Iterator[tuple[str, str]]:
    """Yield (language, question): everything in ``data/`` that a customer asks."""
    for path in sorted(path for pattern in _OWN for path in (PROJECT / "data").glob(pattern)):
        for each in _lines(path):
            lang = each.get("lang", "en")
            yield from ((lang, each[key]) for key in ("question", "query") if key in each)
            yield from ((lang, turn["user"]) for turn in each.get("turns", ()))
            yield from ((other["lang"], other["text"]) for other in each.get("paraphrases", ()))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _lines(path: Path) -> Iterator[dict]:  # type: ignore[type-arg]  # rows of other people's files
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def figures(shared: Path) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = {}
    for name, texts in (("attacks", attacks(shared)), ("harmless", harmless(shared))):
        seen = [(each, text, inspect(text).suspicious) for each, text in dict.fromkeys(texts)]
        for half, words in enumerate(HALVES):
            found[f"{name}, {words}"] = tally((each, hit) for each, text, hit in seen if half_of(text) == half)
    found["own questions"] = tally((lang, inspect(text).suspicious) for lang, text in dict.fromkeys(own_questions()))
    return found


def half_of(text: str) -> int:
    return zlib.crc32(text.encode()) % 2


def _sum(counts: dict[str, dict[str, object]], starts: str = "") -> float:
    chosen = [each for name, each in counts.items() if name.startswith(starts)]
    return sum(int(str(each["hits"])) for each in chosen) / sum(int(str(each["n"])) for each in chosen)


def main() -> None:
    read = figures(SHARED_DATA)
    targets = {
        "recall >= 97 % on hinglish_guardrails, half not in view": _sum(read["attacks, not in view"], "hinglish_g")
        >= 0.97,
        "false alarms <= 0.6 % of our own questions": _sum(read["own questions"]) <= 0.006,
        "false alarms <= 0.6 % of harmless messages, half not in view": _sum(read["harmless, not in view"]) <= 0.006,
    }
    save("injection", dict(read), targets)


if __name__ == "__main__":
    main()
