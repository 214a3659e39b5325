"""A server process to measure against."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program() -> str:
    """Return the command line of this environment."""
    return str(Path(sys.executable).with_name("questrag"))


@contextmanager
def running(
    environment: Mapping[str, str], *, workers: int = 1, stop: signal.Signals = signal.SIGTERM
) -> Iterator[str]:
    """Start `questrag serve`, yield its address, stop it with this signal."""
    port = free_port()
    server = subprocess.Popen(
        [program(), "serve", "--port", str(port), "--workers", str(workers)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server)
        yield url
    finally:
        server.send_signal(stop)
        server.wait(timeout=30)


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx2.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the server did not become ready")
