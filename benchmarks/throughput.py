"""`POST /api/v1/chat/` with embedded defaults, persistence included: 16 clients on the machine of the server."""

import asyncio
import os
import tempfile
from time import perf_counter

import httpx2

from benchmarks.corpus import questions
from benchmarks.results import percentile, save
from benchmarks.server import running

CLIENTS, SECONDS = 16, 20
AT_LEAST = 60
"""Requests a second."""


def main() -> None:
    runs = {workers: _measure(workers) for workers in (1, os.cpu_count() or 1)}
    slowest = min(float(run["requests_per_s"]) for run in runs.values())  # type: ignore[arg-type]
    save(
        "throughput",
        {"clients": CLIENTS, "by_workers": {str(workers): run for workers, run in runs.items()}},
        {
            f"at least {AT_LEAST} requests/s": slowest >= AT_LEAST,
            "no failures": not any(run["failures"] for run in runs.values()),
        },
    )


_LIMITS = {f"RATE_LIMIT_{kind}_PER_MINUTE": "1000000000" for kind in ("REQUESTS", "QUESTIONS")}
"""Counted as usual, and never reached."""


def _measure(workers: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as scratch, running({"DATA_DIR": scratch, **_LIMITS}, workers=workers) as url:
        latencies, failures, seconds = asyncio.run(_load(url))
    return {
        "seconds": round(seconds, 1),
        "n": len(latencies),
        "failures": failures,
        "requests_per_s": round(len(latencies) / seconds, 1),
        "p50_ms": round(percentile(latencies, 0.5), 1),
        "p99_ms": round(percentile(latencies, 0.99), 1),
    }


async def _load(url: str) -> tuple[list[float], int, float]:
    latencies: list[float] = []
    failures = 0
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        account = {"username": "bench", "email": "bench@example.com", "password": "a long pass phrase"}
        (await client.post("/api/v1/auth/register", json=account)).raise_for_status()
        signed_in = (await client.post("/api/v1/auth/login", json=account)).raise_for_status()
        client.headers["Authorization"] = f"Bearer {signed_in.json()['access_token']}"
        end = perf_counter() + SECONDS

        async def one_client(number: int) -> None:
            nonlocal failures
            asked, i = questions(200), number * 7
            while perf_counter() < end:
                start = perf_counter()
                answer = await client.post("/api/v1/chat/", json={"query": asked[i % 200]})
                latencies.append((perf_counter() - start) * 1000)
                failures += answer.status_code != 200
                i += 1

        start = perf_counter()
        await asyncio.gather(*(one_client(number) for number in range(CLIENTS)))
        return latencies, failures, perf_counter() - start


if __name__ == "__main__":
    main()
