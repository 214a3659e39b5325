"""Whether the time that a refused sign-in takes tells that a name exists: over HTTP, with passwords as dear as usual.

The two kinds come in random order. The figure is how often an unknown name takes longer than a wrong password, of all
pairs: 0.5 tells nothing. Source: Mann & Whitney 1947; p by the normal approximation, without ties.
"""

import json
import random
import tempfile
from math import erfc, sqrt
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx2

from benchmarks.results import save
from benchmarks.server import running

N = 200
"""Of each kind."""
SEED = 7
_SETTINGS = {"RATE_LIMIT_SIGN_INS_PER_MINUTE": "1000000000", "LOCK_OUT_AFTER": "0"}
_ENTRY = {"id": "block", "question": "How do I block my card?", "answer": "Open the app and tap Block."}


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        kb = Path(scratch) / "kb.jsonl"
        kb.write_text(json.dumps(_ENTRY) + "\n", encoding="utf-8")
        with running({"DATA_DIR": scratch, "KB_PATH": str(kb), **_SETTINGS}) as url:
            seconds = _seconds(url)
    share, p = compare(seconds["nobody"], seconds["meera"])
    figures: dict[str, object] = {
        "n_of_each": N,
        "unknown_name_ms": round(1000 * median(seconds["nobody"]), 1),
        "wrong_password_ms": round(1000 * median(seconds["meera"]), 1),
        "unknown_takes_longer": round(share, 3),
        "p_value": round(p, 3),
        "seed": SEED,
    }
    save("sign_in", figures, {"no difference is seen (p above 0.01)": p > 0.01})


def compare(one: list[float], other: list[float]) -> tuple[float, float]:
    """Return of all pairs the share in which the one is larger, and the two-sided p value of a half.

    >>> share, p = compare([3.0, 4.0], [1.0, 2.0])
    >>> share, round(p, 3)
    (1.0, 0.121)
    """
    n_pairs = len(one) * len(other)
    share = sum(a > b for a in one for b in other) / n_pairs
    deviation = sqrt((len(one) + len(other) + 1) / (12 * n_pairs))
    return share, erfc(abs(share - 0.5) / deviation / sqrt(2))


def _seconds(url: str) -> dict[str, list[float]]:
    names = ["nobody", "meera"] * N
    random.Random(SEED).shuffle(names)
    seconds: dict[str, list[float]] = {"nobody": [], "meera": []}
    with httpx2.Client(base_url=url, timeout=30) as client:
        account = {"username": "meera", "email": "meera@example.com", "password": "a long pass phrase"}
        client.post("/api/v1/auth/register", json=account).raise_for_status()
        for name in ["nobody", "meera", *names]:
            start = perf_counter()
            answer = client.post("/api/v1/auth/login", json={"username": name, "password": "not the pass phrase"})
            seconds[name].append(perf_counter() - start)
            assert answer.status_code == 401
    return {name: taken[1:] for name, taken in seconds.items()}


if __name__ == "__main__":
    main()
