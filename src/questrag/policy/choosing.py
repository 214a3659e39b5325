"""Which version of the policy serves, as an administrator sees it and changes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from questrag.artifacts import open_artifact
from questrag.chat.errors import ArtifactError, Conflict, Invalid, NotFound
from questrag.policy.versions import SHIPPED, PolicyVersions, Served


@dataclass(frozen=True, slots=True)
class Version:
    """A candidate, or the policy that comes with the program."""

    version: str
    serves: bool
    passed: bool | None
    """What its gate said; None for the shipped one."""
    compared_with: str
    why_not: str
    """Why it cannot be promoted; empty where it can."""
    report: dict[str, Any] | None
    """None where there is none, or it cannot be read."""

    @property
    def may_promote(self) -> bool:
        return not self.why_not


class PolicyChoice:
    """Every change says who made it. One that the versions refuse is a `Conflict`."""

    def __init__(self, versions: PolicyVersions, in_use: str) -> None:
        """
        Args:
            in_use: setting POLICY; versions are of the kind ``default`` only, and for any other nothing can be changed.
        """
        self._versions = versions
        self.in_use = in_use

    def versions(self) -> list[Version]:
        """Return the shipped one, then the candidates by name. Raises: ArtifactError: the log cannot be read."""
        served = self._versions.served() if self.in_use == "default" else ""
        why_not = "it serves already" if served == SHIPPED else "it comes with the program: roll back to it"
        shipped = Version(SHIPPED, served == SHIPPED, None, "", self._wrong_kind() or why_not, None)
        return [shipped, *(self._candidate(version, served) for version in self._versions.candidates())]

    def history(self) -> list[Served]:
        """Return what served, oldest first. Raises: ArtifactError."""
        return self._versions.history()

    def may_roll_back(self) -> bool:
        """Raises: ArtifactError."""
        return not self._wrong_kind() and self._versions.may_roll_back()

    def promote(self, version: str, *, by: str, why: str) -> None:
        """Let a candidate serve.

        Raises:
            NotFound: there is none of this name.
            Conflict: it may not; the message says why.
            ArtifactError: its files are not intact.
        """
        if version not in self._versions.candidates():
            raise NotFound("There is no such version of the policy.")
        self._change(lambda: self._versions.promote(version, _signed(by, why)))

    def roll_back(self, *, by: str, why: str) -> None:
        """Let the version serve that served before.

        Raises:
            Conflict: there was none before.
        """
        self._change(lambda: self._versions.roll_back(_signed(by, why)))

    def _change(self, change: Callable[[], object]) -> None:
        if wrong := self._wrong_kind():
            raise Conflict(_sentence(wrong))
        try:
            change()
        except Invalid as refusal:
            raise Conflict(_sentence(str(refusal))) from None

    def _wrong_kind(self) -> str:
        kind = self.in_use
        return "" if kind == "default" else f"POLICY={kind} serves, which has no versions: set POLICY=default"

    def _candidate(self, version: str, served: str) -> Version:
        try:
            report = self._versions.report(version)
        except Invalid as error:
            return Version(version, version == served, False, "", str(error), None)
        why_not = self._wrong_kind() or self._versions.why_not(version) or self._damage(version)
        passed, base = bool(report.get("passed")), str(report.get("base", ""))
        return Version(version, version == served, passed, base, why_not, report)

    def _damage(self, version: str) -> str:
        try:
            open_artifact(self._versions.folder / version, "policy")
        except ArtifactError as error:
            return str(error)
        return ""


def _signed(by: str, why: str) -> str:
    """
    >>> _signed("meera", "better on cards"), _signed("meera", "")
    ('by meera: better on cards', 'by meera')
    """
    return f"by {by}: {why}" if why else f"by {by}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
