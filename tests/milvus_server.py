"""A real Milvus for tests, from the package `milvus`, which is installed by itself: see docs/operations.md."""

import importlib.util
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class MilvusServer:
    """A standalone server in a folder of its own, which outlives a kill and goes with `remove`."""

    def __init__(self, *, guarded: bool = False) -> None:
        """
        Args:
            guarded: it asks who one is; at first there is only root, with the password Milvus.
        """
        self._guarded = guarded
        self._made = importlib.import_module("milvus").MilvusServer
        self.folder = Path(tempfile.mkdtemp(prefix="questrag-milvus-"))
        self.uri = ""
        self._server: Any = None

    def start(self) -> None:
        """Start it, again at the same port and with the same data after a `kill`."""
        server = self._made(wait_for_started=True)
        server.set_base_dir(str(self.folder))
        server.config.set("authorization_enabled", self._guarded)
        if self.uri:
            server.config.try_bind_port = _bound  # the library's own cannot take a port that was in use a moment ago
            server.config.configs["proxy_port"] = int(self.uri.rpartition(":")[2])
        self._server = server
        server.start()
        self.uri = f"http://127.0.0.1:{server.listen_port}"

    def kill(self) -> None:
        if self._server is not None and self._server.server_proc is not None:
            self._server.server_proc.kill()
            self._server.server_proc.wait()
            self._server.stop()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def missing() -> str:
    """Say what a Milvus of our own needs that is not here; empty: nothing."""
    found = {name: importlib.util.find_spec(name) for name in ("pymilvus", "milvus")}
    commands = {"pymilvus": "pip install '.[milvus]'", "milvus": "pip install --no-deps milvus==2.3.5"}
    return "; ".join(f"no {name} here: {commands[name]}" for name, spec in found.items() if spec is None)


@contextmanager
def a_milvus(*, guarded: bool = False) -> Iterator[MilvusServer]:
    server = MilvusServer(guarded=guarded)
    try:
        server.start()
        yield server
    finally:
        server.remove()
