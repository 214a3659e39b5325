"""The result files that the figures of the README are made from."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

logger = logging.getLogger(__name__)

_FOLDERS: tuple[tuple[Literal["evaluation", "benchmark"], str], ...] = (
    ("evaluation", "docs/results"),
    ("benchmark", "benchmarks/results"),
)
_MOST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class ResultFile:
    name: str
    """Without its ending."""
    kind: Literal["evaluation", "benchmark"]
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Results:
    files: tuple[ResultFile, ...]
    left_out: tuple[str, ...]
    """Paths of files that cannot be read; the log says why."""


def read_results(project: Path) -> Results:
    """Read what evaluations and benchmarks wrote; an installed package has none of it.

    What a link leads to outside the two folders is left out, as is what is no JSON object.

    Args:
        project: the checkout.
    """
    files: list[ResultFile] = []
    left_out: list[str] = []
    for kind, name in _FOLDERS:
        for path in sorted((project / name).glob("*.json")):
            try:
                files.append(ResultFile(path.stem, kind, _content(path, (project / name).resolve())))
            except (OSError, ValueError, RecursionError) as error:
                logger.warning("result file %s is left out: %s", path, error)
                left_out.append(f"{name}/{path.name}")
    return Results(tuple(files), tuple(left_out))


def _content(path: Path, folder: Path) -> dict[str, Any]:
    if path.resolve().parent != folder:
        raise ValueError("it is a link that leads out of the folder")
    if not path.is_file():
        raise ValueError("it is no file")
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES:,} bytes")
    read = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    if not isinstance(read, dict):
        raise ValueError("it is no JSON object")
    return read


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
