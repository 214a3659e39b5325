"""How long a cold process takes with 20,000 passages: one answer on the command line, and a server that is ready."""

import os
import shutil
import signal
import subprocess
from time import perf_counter

from benchmarks.results import SCRATCH, peak_memory_mb, percentile, save, settings
from benchmarks.server import free_port, program

SIZE = 20_000
RUNS = 7


def main() -> None:
    chosen = settings(SIZE)
    environment = {**os.environ, "KB_PATH": str(chosen.kb_path), "DATA_DIR": str(SCRATCH)}
    shutil.rmtree(SCRATCH / "indexes", ignore_errors=True)  # or its vectors would be taken over
    start = perf_counter()
    subprocess.run([program(), "index"], env=environment, check=True)
    index_s = round(perf_counter() - start, 1)
    asks = [_ask(environment) for _ in range(RUNS)]
    serves = [_serve(environment) for _ in range(RUNS)]
    ask_s, ready_s = percentile(asks, 0.5), percentile([seconds for seconds, _ in serves], 0.5)
    memory_mb = max(memory for _, memory in serves)
    figures: dict[str, object] = {
        "passages": SIZE,
        "runs": RUNS,
        "index_made_once_s": index_s,
        "ask_s": {"median": ask_s, "max": max(asks)},
        "ready_s": {"median": ready_s, "max": max(seconds for seconds, _ in serves)},
        "server_memory_mb": memory_mb,
    }
    targets = {
        "answers from a cold process within 2 s": ask_s <= 2,
        "ready within 3 s": ready_s <= 3,
        "below 500 MB": memory_mb < 500,
    }
    save("start", figures, targets)


def _ask(environment: dict[str, str]) -> float:
    start = perf_counter()
    question = "How can I block my debit card by phone when I have moved?"
    subprocess.run([program(), "ask", question], env=environment, check=True, stdout=subprocess.DEVNULL)
    return round(perf_counter() - start, 3)


def _serve(environment: dict[str, str]) -> tuple[float, int]:
    start = perf_counter()
    server = subprocess.Popen(
        [program(), "serve", "--port", str(free_port())], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    line = server.stdout.readline()
    seconds = round(perf_counter() - start, 3)
    assert "ready" in line, line
    memory = peak_memory_mb(server.pid)
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=30)
    return seconds, memory


if __name__ == "__main__":
    main()
