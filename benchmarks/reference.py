"""Decision + retrieval beside the usual design: a BERT-base policy and an e5-base retriever, both in torch.

Random weights of those shapes serve for timing. Each contender lives in a process of its own; rounds alternate,
so that both meet the same noise.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

from benchmarks.corpus import questions
from benchmarks.results import peak_memory_mb, percentile, save, settings
from questrag.library import open_library
from questrag.wiring import open_assistant

SIZE = 20_000
Step = Callable[[str], None]
ROUNDS, PER_ROUND = 20, 25
MAX_TOKENS = 64
"""For the reference policy: question and a short history."""


def main() -> None:
    open_library(settings(SIZE))  # here, so that nobody's memory holds the making of the index
    contenders = {name: Contender(name) for name in ("questrag", "reference")}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for contender in contenders.values():
        contender.round()  # warm up
    for _ in range(ROUNDS):
        for name, contender in contenders.items():
            times[name] += contender.round()
    figures: dict[str, object] = {"passages": SIZE, "n": ROUNDS * PER_ROUND}
    memory = {name: contender.stop() for name, contender in contenders.items()}
    for name, values in times.items():
        figures[name] = {
            "p50_ms": round(percentile(values, 0.5), 3),
            "p99_ms": round(percentile(values, 0.99), 3),
            "peak_memory_mb": memory[name],
        }
    figures["times_faster_p50"] = round(percentile(times["reference"], 0.5) / percentile(times["questrag"], 0.5), 1)
    figures["times_faster_p99"] = round(percentile(times["reference"], 0.99) / percentile(times["questrag"], 0.99), 1)
    figures["memory_share"] = round(memory["questrag"] / memory["reference"], 3)
    p50, p99 = percentile(times["questrag"], 0.5), percentile(times["questrag"], 0.99)
    targets = {
        "p50 <= 8 ms": p50 <= 8,
        "p99 <= 25 ms": p99 <= 25,
        "at least 15 times faster": percentile(times["reference"], 0.5) >= 15 * p50,
        "at most a fifth of the memory": memory["questrag"] <= memory["reference"] / 5,
    }
    save("reference", figures, targets)


class Contender:
    """A process that answers each line on its input with the times of one round."""

    def __init__(self, name: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.reference", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def round(self) -> list[float]:
        return [float(value) for value in self._ask("round")]

    def stop(self) -> int:
        """End the process; return its peak memory in MB."""
        (memory,) = self._ask("memory")
        self._process.communicate()
        return int(memory)

    def _ask(self, what: str) -> list[float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        answer: list[float] = json.loads(self._process.stdout.readline())
        return answer


def contend(name: str) -> None:
    make: dict[str, Callable[[], Step]] = {"questrag": _questrag, "reference": _reference}
    step = make[name]()
    asked = questions(PER_ROUND)
    for line in sys.stdin:
        if line.strip() == "memory":
            print(json.dumps([peak_memory_mb(os.getpid())]), flush=True)
            continue
        times = []
        for question in asked:
            start = perf_counter()
            step(question)
            times.append((perf_counter() - start) * 1000)
        print(json.dumps(times), flush=True)


def _questrag() -> Step:
    from questrag.chat.types import TurnState

    chosen = settings(SIZE)
    assistant = open_assistant(chosen, open_library(chosen))

    def step(question: str) -> None:
        hits = assistant.retriever.search(question, 5)
        assistant.policy.decide(TurnState(question, "en", (), tuple(hits), ()))

    return step


def _reference() -> Step:
    import faiss
    import numpy as np
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

    from questrag.knowledge.base import read_knowledge
    from questrag.training.backbone import folder_of

    base = BertConfig()  # the shapes of bert-base-uncased, and of e5-base-v2
    policy = BertForSequenceClassification(base).eval()
    encoder = BertModel(base).eval()
    tokenizer = BertTokenizerFast.from_pretrained(folder_of("all-MiniLM-L6-v2"))  # the vocabulary of both
    knowledge, _ = read_knowledge(settings(SIZE).kb_path)
    vectors = np.random.default_rng(0).standard_normal((len(knowledge), 768), dtype=np.float32)
    faiss.normalize_L2(vectors)
    index = faiss.IndexFlatIP(768)
    index.add(vectors)
    ids = [entry.id for entry in knowledge.entries]
    history = "user: how do I open an account assistant: visit a branch with your documents "

    @torch.inference_mode()
    def step(question: str) -> None:
        state = tokenizer(history + question, return_tensors="pt", truncation=True, max_length=MAX_TOKENS)
        policy(**state).logits.softmax(-1)
        query = tokenizer("query: " + question, return_tensors="pt", truncation=True, max_length=MAX_TOKENS)
        vector = torch.nn.functional.normalize(encoder(**query).last_hidden_state.mean(dim=1), dim=-1).numpy()
        _, rows = index.search(vector, 5)
        [knowledge.passage(ids[row]) for row in rows[0]]

    return step


if __name__ == "__main__":
    contend(sys.argv[1]) if len(sys.argv) > 1 else main()
