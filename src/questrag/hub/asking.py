"""How one talks to the Hub: patiently, for as long as there is hope, and in errors that say what to do."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from questrag.chat.errors import ArtifactError, Misconfigured, QuestragError, Unavailable
from questrag.hub.layout import Listing, RemoteFile

if TYPE_CHECKING:
    from httpx2 import Response
    from huggingface_hub import HfApi

PUBLIC = "https://huggingface.co"

_NAME = "questrag"
_WAITS_S = (0.5, 1.0, 2.0, 4.0)
"""Between one try and the next."""
_LONGEST_WAIT_S = 60.0
"""A Hub that asks to be left alone for longer is not waited for."""
_SILENCE_S = 30.0
_SLOWEST_BYTES_PER_S = 20_000
"""What comes slower than this, after a minute, is begun again where it is: a drip would keep a server from starting."""

_T = TypeVar("_T")
Received = Callable[[int], None]


class _Again(Exception):
    """The same may work in a moment."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Hub:
    """A Hub, and as whom one asks."""

    endpoint: str = PUBLIC
    token: str = field(default="", repr=False)
    """Empty: as nobody. One that another program left on this machine is not used."""
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        # What goes over the wire is files by HTTP, of which the tests know how they fail, and nothing about this
        # machine. The library reads its environment when it is imported, which may have been long ago.
        for name in (f"HF_HUB_DISABLE_{what}" for what in ("TELEMETRY", "XET", "PROGRESS_BARS")):
            if os.environ.setdefault(name, "1") == "1" and "huggingface_hub" in sys.modules:
                setattr(sys.modules["huggingface_hub"].constants, name, True)

    def listing(self, repository: str, revision: str) -> Listing:
        """Return what a repository holds at a branch, a tag or a commit.

        Raises:
            Misconfigured: there is no such repository or revision, or it is not for this token.
            Unavailable: the Hub cannot be reached, or has no time.
            ArtifactError: what answers is not a Hub.
        """
        api = self._api()
        where = f"{repository} at {revision}"
        found = self._patiently(
            where, lambda: api.model_info(repository, revision=revision, files_metadata=True, timeout=_SILENCE_S)
        )
        files = [
            RemoteFile(each.rfilename, -1 if each.size is None else each.size, each.lfs.sha256 if each.lfs else "")
            for each in found.siblings or ()
        ]
        if not found.sha:
            raise ArtifactError(f"{self.endpoint} does not say at which commit {where} is: it is no Hub")
        return Listing(found.sha, tuple(files), bool(found.private))

    def fetch(self, repository: str, commit: str, file: RemoteFile, target: Path, received: Received) -> None:
        """Download a file, and go on where an earlier try was cut off. Whether it is the right one is for the caller.

        Args:
            received: called with the number of bytes that came, or were there already.

        Raises: what `listing` raises.
        """
        part = target.with_name(f"{target.name}.part")
        if target.is_file() and target.stat().st_size == file.size:
            received(file.size)
            return
        self._patiently(
            f"{file.path} of {repository} at {commit}", lambda: self._receive(repository, commit, file, part, received)
        )
        part.replace(target)

    def create(self, repository: str, *, private: bool) -> None:
        """Make a repository where there is none."""
        api = self._api()
        self._patiently(repository, lambda: api.create_repo(repository, private=private, exist_ok=True))

    def create_branch(self, repository: str, branch: str) -> None:
        api = self._api()
        self._patiently(repository, lambda: api.create_branch(repository, branch=branch, exist_ok=True))

    def commit(
        self, repository: str, branch: str, files: dict[str, Path | bytes], gone: Iterable[str], *, on: str, title: str
    ) -> str:
        """Write files into a repository and remove others, all or nothing; return the commit.

        Args:
            on: commit that the branch is at; where somebody else was faster, nothing is written.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete

        operations: list[CommitOperationAdd | CommitOperationCopy | CommitOperationDelete] = [
            *(CommitOperationAdd(path, str(what) if isinstance(what, Path) else what) for path, what in files.items()),
            *(CommitOperationDelete(path, is_folder=False) for path in gone),
        ]
        with self._in_words(repository):
            done = self._api().create_commit(
                repository, operations, commit_message=title, revision=branch, parent_commit=on, num_threads=2
            )
        return str(done.oid)

    def _receive(self, repository: str, commit: str, file: RemoteFile, part: Path, received: Received) -> None:
        from huggingface_hub import get_session, hf_hub_url, hf_raise_for_status

        there = part.stat().st_size if part.exists() else 0
        if there > file.size:
            part.unlink()
            there = 0
        url = hf_hub_url(repository, file.path, revision=commit, endpoint=self.endpoint)
        headers = {"User-Agent": _NAME, "Accept-Encoding": "identity"}  # sizes are those of the files
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Range": f"bytes={there}-"} if there else {}
        if there == file.size and there:
            received(there)
            return
        with get_session().stream("GET", url, headers=headers, timeout=_SILENCE_S) as response:
            hf_raise_for_status(response)
            if not response.headers.get("Content-Range", "").startswith(f"bytes {there}-"):
                there = 0  # the whole file comes, asked for or not
            received(there)
            late = self.now() + 60 + file.size / _SLOWEST_BYTES_PER_S
            _write(response, part, there, file, received, is_late=lambda: self.now() > late)

    def _patiently(self, where: str, call: Callable[[], _T]) -> _T:
        """Call until it works, or there is no hope that it will; raises what `_in_words` raises."""
        for wait_s in (*_WAITS_S, None):
            try:
                with self._in_words(where, last=wait_s is None):
                    return call()
            except _Again as again:
                self.wait(wait_s or 0.0 if again.after_s is None else again.after_s)
        raise AssertionError("the last try ends in an answer or in an error")

    @contextmanager
    def _in_words(self, where: str, *, last: bool = True) -> Iterator[None]:
        """Turn what the library raises into what a person can act on, or into `_Again`."""
        from httpx2 import TransportError
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

        try:
            yield
        except _Again as again:
            if last:
                raise Unavailable(f"{where} could not be had from {self.endpoint}: {again}") from None
            raise
        except OfflineModeIsEnabled:
            raise Misconfigured(f"HF_HUB_OFFLINE is set, and {where} is not here: unset it") from None
        except HfHubHTTPError as error:
            self._refused(where, error.response, last=last)
        except TransportError as error:
            why = f"{self.endpoint} cannot be reached ({type(error).__name__})"
            if last:
                raise Unavailable(f"{where} could not be had: {why}") from None
            raise _Again(why) from None
        except (QuestragError, OSError):
            raise
        except (ValueError, KeyError, TypeError, RuntimeError) as error:
            if isinstance(error.__cause__, HfHubHTTPError):  # of an upload
                self._refused(where, error.__cause__.response, last=last)
            raise ArtifactError(
                f"{self.endpoint} does not answer as a Hub does ({self._safe(str(error) or type(error).__name__)}): "
                f"look whether HF_ENDPOINT is right"
            ) from None

    def _refused(self, where: str, response: "Response", *, last: bool) -> None:
        status = response.status_code
        if status in (401, 403, 404):
            told = response.headers.get("X-Error-Message", "")
            missing = "" if self.token else " HF_TOKEN is not set: a private repository needs it."
            raise Misconfigured(
                f"{where} is not to be had from {self.endpoint} ({status}{f': {self._safe(told)}' if told else ''}): "
                f"it does not exist, or is not for this token.{missing}"
            ) from None
        if status in (408, 429) or status >= 500:
            after_s = _seconds(response.headers.get("Retry-After", ""))
            too_long = after_s is not None and after_s > _LONGEST_WAIT_S
            if last or too_long:
                when = f"; it asks to be left alone for {after_s:.0f} s" if after_s is not None else ""
                raise Unavailable(f"{where} could not be had: {self.endpoint} answers {status}{when}") from None
            raise _Again(f"it answers {status}", after_s) from None
        told = response.headers.get("X-Error-Message", "")
        raise Misconfigured(f"{self.endpoint} refuses {where} ({status}: {self._safe(told)})") from None

    def _safe(self, told: str) -> str:
        """Return what a server said, short, on one line and without the token, should it say that."""
        cleared = told.replace(self.token, "***") if self.token else told
        return " ".join("".join(c if c.isprintable() else " " for c in cleared).split())[:200]

    def _api(self) -> "HfApi":
        from huggingface_hub import HfApi

        return HfApi(endpoint=self.endpoint, token=self.token or False, library_name=_NAME)


def _write(
    response: "Response",
    part: Path,
    there: int,
    file: RemoteFile,
    received: Received,
    *,
    is_late: Callable[[], bool],
) -> None:
    """Append what comes; raises: ArtifactError: more comes than was announced; _Again: less does, or too slowly."""
    with part.open("ab" if there else "wb") as out:
        for chunk in response.iter_raw():
            there += len(chunk)
            if there > file.size:
                raise ArtifactError(f"{file.path} is longer than the {file.size:,} bytes that it is listed with")
            out.write(chunk)
            received(there)
            if there < file.size and is_late():
                raise _Again(f"{file.path} comes too slowly: {there:,} of {file.size:,} bytes")
        out.flush()
        os.fsync(out.fileno())  # or a folder could be in place, after a loss of power, before what is in it
    if there < file.size:
        raise _Again(f"{file.path} ended after {there:,} of {file.size:,} bytes")


def _seconds(header: str) -> float | None:
    with suppress(ValueError):
        return max(0.0, float(int(header)))
    return None
