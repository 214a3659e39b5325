"""How long a cold process takes with 20,000 passages: one answer on the command line, and a server that is ready."""

import os
import signal
import subprocess
from pathlib import Path
from time import perf_counter

from benchmarks.results import SCRATCH, percentile, save, settings
from benchmarks.server import free_port, program

SIZE = 20_000
RUNS = 7


def main() -> None:
    chosen = settings(SIZE)
    environment = {**os.environ, "KB_PATH": str(chosen.kb_path), "DATA_DIR": str(SCRATCH)}
    subprocess.run([program(), "index"], env=environment, check=True)
    asks = [_ask(environment) for _ in range(RUNS)]
    serves = [_serve(environment) for _ in range(RUNS)]
    save(
        "start",
        {
            "passages": SIZE,
            "runs": RUNS,
            "ask_s": {"median": percentile(asks, 0.5), "max": max(asks)},
            "ready_s": {
                "median": percentile([seconds for seconds, _ in serves], 0.5),
                "max": max(seconds for seconds, _ in serves),
            },
            "server_memory_mb": max(memory for _, memory in serves),
        },
    )


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
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    memory = next(int(row.split()[1]) // 1024 for row in status.splitlines() if row.startswith("VmHWM"))
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=30)
    return seconds, memory


if __name__ == "__main__":
    main()
