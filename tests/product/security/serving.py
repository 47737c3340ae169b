"""The site's server on loopback, and raw sockets to it: what no HTTP library would send."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import uvicorn

from settings import Settings
from tests.conftest import wait_for
from web.server import Bounds, options

Port = int

NO_ENGINES = {
    "DATABASE_URL": "postgresql://127.0.0.1:1/none",
    "ELASTICSEARCH_URL": "http://127.0.0.1:9",
    "REDIS_URL": "",
    "SECRET_KEY": "a key of the tests",
    "DEMO": "true",
}
"""Enough for the site to start and say that it is alive."""


def free_port() -> Port:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def accepts(port: Port) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def in_thread(app: Any, settings: Settings | None = None, bounds: Bounds | None = None) -> Iterator[Port]:
    """Any ASGI application behind the site's server, in this process."""
    config = uvicorn.Config(app, lifespan="off", **options(settings or Settings(), bounds))
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait_for(lambda: server.started, what="the server")
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            assert not thread.is_alive(), "the server waits for somebody"


@contextmanager
def as_process(log: Path, **environment: str) -> Iterator[tuple[Port, psutil.Process]]:
    """`ribambelle serve` as it is run, without engines."""
    port = free_port()
    program = str(Path(sys.executable).with_name("ribambelle"))
    env = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    with log.open("wb") as output:
        site = subprocess.Popen(
            [program, "serve", "--port", str(port)], env=env | NO_ENGINES | environment, stdout=output, stderr=output
        )
    try:
        wait_for(lambda: accepts(port) or site.poll() is not None, seconds=60, what="the site")
        assert site.poll() is None, log.read_text("utf-8")
        yield port, psutil.Process(site.pid)
    finally:
        site.terminate()
        try:
            site.wait(20)
        except subprocess.TimeoutExpired:
            site.kill()
            site.wait()


def connect(port: Port, source: str = "127.0.0.1", receive_buffer: int = 0) -> socket.socket:
    """A connection from one of loopback's addresses; reads give up after 20 s."""
    connected = socket.socket()
    if receive_buffer:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connected.bind((source, 0))
    connected.settimeout(20)
    connected.connect(("127.0.0.1", port))
    return connected


def rest(connected: socket.socket) -> bytes:
    """All that comes until the other side closes. Fails when it does not."""
    received = b""
    try:
        while more := connected.recv(65_536):
            received += more
    except ConnectionError:
        pass
    return received


def send_until_closed(connected: socket.socket, piece: bytes, most: int) -> int:
    """Send a piece over and over; how many bytes went before the other side ended it, `most` if it did not."""
    sent = 0
    try:
        while sent < most:
            sent += connected.send(piece)
    except OSError:
        pass
    return sent


def drip(connected: socket.socket, piece: bytes, every_s: float, most_s: float = 20) -> tuple[bytes, float]:
    """Send a piece at each interval until an answer comes; the whole answer and the seconds it took.

    The wait for the answer is the pace."""
    began = time.monotonic()
    while time.monotonic() - began < most_s:
        connected.settimeout(every_s)
        try:
            first = connected.recv(65_536)
        except TimeoutError:
            connected.sendall(piece)
            continue
        except ConnectionError:
            first = b""
        took = time.monotonic() - began
        connected.settimeout(20)
        return first + (rest(connected) if first else b""), took
    raise AssertionError(f"no answer within {most_s} s")


def get(port: Port, path: str = "/healthz", source: str = "127.0.0.1", headers: bytes = b"") -> tuple[int, float]:
    """Status of an ordinary request on a connection of its own, and the seconds it took."""
    began = time.monotonic()
    with connect(port, source) as connected:
        connected.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n" % (path.encode(), headers))
        return status(rest(connected)), time.monotonic() - began


def status(answer: bytes) -> int:
    """Of the first answer in these bytes; 0 when there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/bin")
