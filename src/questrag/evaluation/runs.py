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
    """Return the checkout's commit; ``-dirty`` says that code, data or models differ from it."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return "unknown"
    changed = _git("status", "--porcelain", "--", ":/src", ":/data", ":/models", ":/pyproject.toml")
    return f"{commit}-dirty" if changed else commit


def _git(*arguments: str) -> str:
    """Return what git says, and nothing outside a checkout."""
    here = Path(__file__).parent
    command = ["git", *arguments]
    try:
        run = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return run.stdout.strip()
