"""Whether a rule that reads a text takes time in proportion to its length, on a machine of any speed."""

import time
from collections.abc import Callable


def least_seconds(call: Callable[[], object], times: int = 5) -> float:
    """The processor time of the fastest of some calls, in seconds."""
    took = []
    for _ in range(times):
        started = time.process_time()
        call()
        took.append(time.process_time() - started)
    return min(took)


def assert_proportional(read: Callable[[str], object], run: str, characters: int) -> None:
    """Read a run of the same characters, and an eighth of it.

    Eight times the text takes about eight times the time, where a rule that reads again and again takes 64 times.
    """
    text = (run * characters)[:characters]
    assert least_seconds(lambda: read(text)) < 20 * least_seconds(lambda: read(text[: characters // 8]))
