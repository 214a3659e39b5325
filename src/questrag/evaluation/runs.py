"""Where a number comes from."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from questrag import __version__


def provenance(**versions: str) -> dict[str, str]:
    """Return what a reader needs to repeat a measurement: versions, commit, machine and time.

    Args:
        versions: of what was measured, such as ``knowledge`` and ``encoder``.
    """
    return {
        **versions,
        "questrag": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _commit() -> str:
    """Return the checkout's commit, marked when files differ from it; ``unknown`` outside a checkout."""
    here = Path(__file__).parent
    try:
        run = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],  # noqa: S607 - the user's own git
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return run.stdout.strip()
