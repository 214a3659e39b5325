"""A Hugging Face Hub for tests: over real HTTP, as much of it as its own client calls, with faults on demand."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_of-the-tests"
_LARGE = (".onnx", ".npy", ".safetensors", ".bin", ".pkl")


@dataclass
class Repository:
    private: bool = False
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def commit(self, branch: str, files: dict[str, bytes]) -> str:
        listed = sorted((path, hashlib.sha256(data).hexdigest()) for path, data in files.items())
        made = hashlib.sha1(repr((branch, len(self.commits), listed)).encode(), usedforsecurity=False).hexdigest()
        self.commits[made] = dict(files)
        self.branches[branch] = made
        return made

    def at(self, revision: str) -> str | None:
        return self.branches.get(revision, revision if revision in self.commits else None)


@dataclass
class Fault:
    """What happens instead, to requests whose method and path hold this text."""

    on: str
    do: Callable[["_Handler"], bool]
    """Returns whether the request is answered with that."""
    times: int = 1


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    """By name in lower case."""


class HubPeer:
    """Repositories in memory; `requests` says what was asked."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.lies: dict[str, int] = {}
        """Size that a file is listed with, by path, where it is not the true one."""
        self.url = self.elsewhere = ""

    def put(self, name: str, files: dict[str, bytes], *, private: bool = False) -> str:
        """Commit files by hand, as anybody with another client could; return the commit."""
        kept = self.repositories.setdefault(name, Repository(private))
        return kept.commit("main", files)

    def fails(self, on: str, do: Callable[["_Handler"], bool], *, times: int = 1) -> None:
        self.faults.append(Fault(on, do, times))

    def asked(self, text: str) -> list[Request]:
        return [each for each in self.requests if text in f"{each.method} {each.path}"]


@contextmanager
def hub_peer() -> Iterator[HubPeer]:
    peer = HubPeer()
    handler = type("Handler", (_Handler,), {"peer": peer})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        port = server.server_address[1]
        # Large files lie under another name, as on the Hub: whoever is sent there must leave the token behind.
        peer.url, peer.elsewhere = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield peer
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    peer: HubPeer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the class names it
        pass

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_PUT(self) -> None:
        self._handle("PUT")

    def _handle(self, method: str) -> None:
        path = unquote(urlsplit(self.path).path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.peer.requests.append(Request(method, path, {name.lower(): value for name, value in self.headers.items()}))
        for fault in self.peer.faults:
            if fault.times and fault.on in f"{method} {path}":
                fault.times -= 1
                if fault.do(self):
                    return
        self._route(method, path)

    def _route(self, method: str, path: str) -> None:
        match [method, *path.strip("/").split("/")]:
            case ["POST", "api", "repos", "create"]:
                self._create()
            case ["POST", "api", "validate-yaml"]:
                self.say(200, {"errors": [], "warnings": []})
            case [_, "api", "models", owner, name, what, *rest]:
                self._of_models(f"{owner}/{name}", what, "/".join(rest))
            case ["POST", owner, name, "info", "lfs", "objects", "batch"]:
                self._batch(f"{owner}/{name.removesuffix('.git')}")
            case ["PUT", "lfs", oid]:
                self._store(oid)
            case ["GET", "cdn", oid]:
                self.send_file(self.peer.blobs[oid])
            case ["GET", owner, name, "resolve", commit, *file]:
                self._resolve(f"{owner}/{name}", commit, "/".join(file))
            case _:
                self.say(404, {"error": "no such route"})

    def _of_models(self, name: str, what: str, revision: str) -> None:
        match what:
            case "revision":
                self._list(name, revision)
            case "branch":
                self._branch(name, revision)
            case "preupload":
                self._preupload(name)
            case "commit":
                self._commit(name, revision)

    def say(self, status: int, body: object, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def _may(self, *, write: bool, private: bool = False) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}" or not (write or private):
            return True
        told = {"X_Error_Message": "Invalid username or password."}
        self.say(401, {"error": told["X_Error_Message"]}, **told)
        return False

    def _repository(self, name: str, *, write: bool = False) -> Repository | None:
        found = self.peer.repositories.get(name)
        if found is None:
            self.say(404, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")
            return None
        return found if self._may(write=write, private=found.private) else None

    def _create(self) -> None:
        if not self._may(write=True):
            return
        asked = json.loads(self.body)
        name = f"{asked['organization']}/{asked['name']}"
        there = name in self.peer.repositories
        if not there:
            made = Repository(private=asked.get("visibility") == "private" or bool(asked.get("private")))
            made.commit("main", {".gitattributes": b"*.onnx filter=lfs\n"})
            self.peer.repositories[name] = made
        self.say(409 if there else 200, {"url": f"{self.peer.url}/{name}", "name": name})

    def _branch(self, name: str, branch: str) -> None:
        if found := self._repository(name, write=True):
            there = branch in found.branches
            found.branches.setdefault(branch, found.branches["main"])
            self.say(409 if there else 201, {})

    def _list(self, name: str, revision: str) -> None:
        if not (found := self._repository(name)):
            return
        if not (commit := found.at(revision)):
            self.say(404, {"error": f"Invalid rev id: {revision}"}, X_Error_Code="RevisionNotFound")
            return
        siblings: list[dict[str, Any]] = []
        for path, data in found.commits[commit].items():
            size = self.peer.lies.get(path, len(data))
            each: dict[str, Any] = {"rfilename": path, "size": size, "blobId": "0" * 40}
            if path.endswith(_LARGE):
                each["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": size, "pointerSize": 134}
            siblings.append(each)
        self.say(200, {"id": name, "sha": commit, "private": found.private, "siblings": siblings})

    def _preupload(self, name: str) -> None:
        if self._repository(name, write=True):
            files = [
                {"path": each["path"], "uploadMode": "lfs" if each["path"].endswith(_LARGE) else "regular"}
                for each in json.loads(self.body)["files"]
            ]
            self.say(200, {"files": [{**each, "shouldIgnore": False} for each in files]})

    def _batch(self, name: str) -> None:
        if self._repository(name, write=True):
            objects = [
                {
                    **each,
                    **(
                        {}
                        if each["oid"] in self.peer.blobs
                        else {"actions": {"upload": {"href": f"{self.peer.url}/lfs/{each['oid']}"}}}
                    ),
                }
                for each in json.loads(self.body)["objects"]
            ]
            self.say(200, {"transfer": "basic", "objects": objects})

    def _store(self, oid: str) -> None:
        if hashlib.sha256(self.body).hexdigest() != oid:
            self.say(400, {"error": "checksum"})
            return
        self.peer.blobs[oid] = self.body
        self.say(200, {})

    def _commit(self, name: str, branch: str) -> None:
        if not (found := self._repository(name, write=True)):
            return
        lines = [json.loads(line) for line in self.body.splitlines()]
        head = lines[0]["value"]
        if head.get("parentCommit") not in (None, found.branches[branch]):
            self.say(412, {"error": "A commit has happened since."}, X_Error_Message="A commit has happened since.")
            return
        files = dict(found.commits[found.branches[branch]])
        for line in lines[1:]:
            value = line["value"]
            match line["key"]:
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    files[value["path"]] = self.peer.blobs[value["oid"]]
                case "deletedFile":
                    del files[value["path"]]
        made = found.commit(branch, files)
        self.say(200, {"success": True, "commitOid": made, "commitUrl": f"{self.peer.url}/{name}/commit/{made}"})

    def _resolve(self, name: str, revision: str, path: str) -> None:
        if not (found := self._repository(name)):
            return
        commit = found.at(revision)
        data = found.commits[commit].get(path) if commit else None
        if data is None:
            self.say(404, {"error": "Entry not found"}, X_Error_Code="EntryNotFound")
        elif PurePosixPath(path).suffix in _LARGE:
            oid = hashlib.sha256(data).hexdigest()
            self.peer.blobs[oid] = data
            self.say(302, b"", Location=f"{self.peer.elsewhere}/cdn/{oid}")
        else:
            self.send_file(data)

    def send_file(self, data: bytes, *, stop_after: int | None = None, ranges: bool = True) -> None:
        """Send a file or what is left of it, as far as `stop_after`, whatever the header promises."""
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").partition("-")[0]) if asked and ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start:] if stop_after is None else data[start : start + stop_after])
        if stop_after is not None:
            self.close_connection = True

    def current(self) -> bytes:
        """Return the large file that this request is for."""
        return self.peer.blobs[self.path.rpartition("/")[2]]


# What a Hub may do --------------------------------------------------------------------------


def answers(status: int, **headers: str) -> Callable[[_Handler], bool]:
    def do(handler: _Handler) -> bool:
        handler.say(status, {"error": "no"}, **headers)
        return True

    return do


def cuts_off(after: int) -> Callable[[_Handler], bool]:
    def do(handler: _Handler) -> bool:
        handler.send_file(handler.current(), stop_after=after)
        return True

    return do


def knows_no_ranges(handler: _Handler) -> bool:
    handler.send_file(handler.current(), ranges=False)
    return True


def flips_a_bit(handler: _Handler) -> bool:
    data = bytearray(handler.current())
    data[len(data) // 2] ^= 1
    handler.send_file(bytes(data))
    return True


def sends_without_end(handler: _Handler) -> bool:
    handler.close_connection = True
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(handler.current() + b"x" * 100_000)
    return True


def lists(commit: str) -> Callable[[_Handler], bool]:
    """List what is at another commit than the one that was asked for."""

    def do(handler: _Handler) -> bool:
        handler.say(200, {"id": "x/y", "sha": commit, "private": False, "siblings": []})
        return True

    return do


def speaks_html(handler: _Handler) -> bool:
    handler.say(200, b"<html>Please sign in to the network</html>", Content_Type="text/html")
    return True
