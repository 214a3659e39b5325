"""What a decision costs beside the search: the default, and a BERT that reads the state once more."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.results import percentile, save
from questrag.chat.types import TurnState
from questrag.evaluation.labelled import read_conversations
from questrag.evaluation.play import play
from questrag.library import open_library
from questrag.policy.rules import AlwaysFetch
from questrag.settings import PROJECT, Settings
from questrag.wiring import open_assistant, open_policy

CONVERSATIONS = 20
RUNS = 5


def main() -> None:
    with TemporaryDirectory() as scratch:
        settings = Settings(data_dir=Path(scratch), policy="always")
        states = _states(settings)
        figures: dict[str, object] = {"states": len(states), "n": RUNS * len(states)}
        targets: dict[str, bool] = {}
        for name, target_ms in (("default", 1.0), ("bert", 10.0)):
            policy = open_policy(settings.model_copy(update={"policy": name}), _encoder(settings))
            times = []
            for run in range(RUNS + 1):
                for state in states:
                    start = perf_counter()
                    policy.decide(state)
                    if run:  # the first round only warms up
                        times.append(1000 * (perf_counter() - start))
            p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
            figures[name] = {"p50_ms": round(p50, 3), "p99_ms": round(p99, 3)}
            targets[f"{name}: p50 of {target_ms:g} ms"] = p50 <= target_ms
    save("deciding", figures, targets)


def _states(settings: Settings) -> list[TurnState]:
    assistant = open_assistant(settings, open_library(settings))
    talks = read_conversations(PROJECT / "data" / "conversations" / "dev.jsonl")[0][:CONVERSATIONS]
    return [each.state for talk in talks for each in play(assistant, talk, lambda turn: AlwaysFetch(2))]


def _encoder(settings: Settings) -> str:
    from questrag.retrieval.encoder import OnnxEncoder

    return OnnxEncoder.open(settings.retriever_model_path).version


if __name__ == "__main__":
    main()
