"""Which trained policy serves, and which did before: a folder of candidates and a log of what was served."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from questrag.artifacts import open_artifact
from questrag.chat.errors import ArtifactError, Invalid

SHIPPED = "shipped"
"""Stands for the policy at POLICY_MODEL_PATH."""

LOG = "served.jsonl"


@dataclass(frozen=True, slots=True)
class Served:
    """From when a version served, and why."""

    at: str
    """ISO time in UTC."""
    version: str
    """A fingerprint, or `SHIPPED`."""
    by: Literal["promoted", "rolled back"]
    why: str


class PolicyVersions:
    """Candidates with their gate reports, and the log. Several processes may read while one writes."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: made when the first candidate comes.
        """
        self.folder = folder

    @property
    def log(self) -> Path:
        """The file that changes whenever another version serves."""
        return self.folder / LOG

    def history(self) -> list[Served]:
        """Return what served, oldest first. Raises: ArtifactError: the log cannot be read."""
        if not self.log.exists():
            return []
        try:
            whole, _, _ = self.log.read_text(encoding="utf-8").rpartition("\n")  # a line that was cut off never counted
            served = [Served(**json.loads(line)) for line in whole.splitlines()]
            if odd := next((each for each in served if each.by not in ("promoted", "rolled back")), None):
                raise ValueError(f"nothing can be {odd.by!r}")
            return served
        except (OSError, ValueError, TypeError) as error:
            raise ArtifactError(
                f"{self.log} cannot be read ({error}): mend it, or remove it to serve the shipped policy"
            ) from None

    def served(self) -> str:
        """Return the version that serves. Raises: ArtifactError."""
        return self._walked()[0][-1]

    def served_folder(self) -> Path | None:
        """Return the folder of the version that serves; None for the shipped one. Raises: ArtifactError."""
        version = self.served()
        return None if version == SHIPPED else self.folder / version

    def add(self, candidate: Path, report: Mapping[str, object]) -> str:
        """Keep a candidate with what its gate said; return its version. One that is kept already stays as it is."""
        version = open_artifact(candidate, "policy").fingerprint
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = self.folder / version
        if not kept.exists():
            partial = self.folder / f"{version}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(candidate, partial)
            partial.rename(kept)
        text = json.dumps(report, indent=2, ensure_ascii=False)
        (self.folder / f"{version}.json").write_text(text + "\n", encoding="utf-8")
        return version

    def report(self, version: str) -> dict[str, Any]:
        """Return what the gate said of a candidate. Raises: Invalid: there is none of this name."""
        path = self.folder / f"{version}.json"
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(read, dict):
                raise ValueError("it is no JSON object")
        except (OSError, ValueError) as error:
            raise Invalid(f"there is no gate report of a version {version} in {self.folder} ({error})") from None
        return read

    def candidates(self) -> list[str]:
        """Return every version that is kept."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def why_not(self, version: str) -> str:
        """Return why a candidate may not serve next; empty where it may.

        Raises:
            Invalid: there is none of this name.
            ArtifactError: the log cannot be read.
        """
        report = self.report(version)
        if not report.get("passed"):
            return f"the gate refused version {version}, its report says why"
        stack, gone = self._walked()
        now = stack[-1]
        if version == now:
            return f"version {version} serves already"
        if report.get("base") != now:
            return f"the gate compared {version} with {report.get('base')}, and {now} serves: update again"
        return f"version {version} was rolled back: learn another one" if version in gone else ""

    def promote(self, version: str, why: str) -> None:
        """Let a candidate serve.

        Raises:
            Invalid: its gate refused it or compared it with another version than the one that serves, it serves
                already, it was rolled back before, or there is none of this name.
            ArtifactError: its files are not intact.
        """
        self.report(version)
        with self._writing():
            if reason := self.why_not(version):
                raise Invalid(reason)
            open_artifact(self.folder / version, "policy")
            self._append(version, "promoted", why)

    def may_roll_back(self) -> bool:
        """Return whether a version served before the one that serves. Raises: ArtifactError."""
        return len(self._walked()[0]) > 1

    def roll_back(self, why: str, *, only: str | None = None) -> str:
        """Let the version serve that served before the one that serves now; return it.

        Args:
            only: do so only if this version serves; whoever comes second rolls nothing back.

        Raises:
            Invalid: the shipped policy serves, and there was none before.
        """
        with self._writing():
            stack, _ = self._walked()
            if only is not None and stack[-1] != only:
                return stack[-1]
            if len(stack) == 1:
                raise Invalid("the shipped policy serves, and there is none before it to go back to")
            self._append(stack[-2], "rolled back", why)
            return stack[-2]

    def _walked(self) -> tuple[list[str], set[str]]:
        """Return what rolling back would go through, the version that serves last, and what was rolled back."""
        stack, gone = [SHIPPED], set()
        for each in self.history():
            if each.by == "promoted":
                stack.append(each.version)
            else:
                gone.add(stack.pop())
            if not stack:
                raise ArtifactError(f"{self.log} rolls back more than was promoted: mend it, or remove it")
        return stack, gone

    def _append(self, version: str, by: Literal["promoted", "rolled back"], why: str) -> None:
        line = Served(datetime.now(UTC).isoformat(timespec="seconds"), version, by, why)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep other processes from writing the log at the same time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
