"""What the child of registry.parsing is asked to do in the tests: to behave, and not to."""

import os
import signal
import sys
import time
from pathlib import Path

from registry.parsing.refusals import Refused


def turned(data: bytes) -> bytes:
    return data[::-1]


def environment(data: bytes) -> bytes:
    """Without what the interpreter itself sets."""
    return str([name for name in os.environ if not name.startswith("LC_")]).encode()


def niceness(data: bytes) -> bytes:
    return str(os.nice(0)).encode()


def refusing(data: bytes) -> bytes:
    raise Refused("no such thing")


def failing(data: bytes) -> bytes:
    raise RuntimeError("whatever a parser says")


def computing(data: bytes) -> bytes:
    while True:
        pass


def filling(data: bytes) -> bytes:
    return bytes(1 << 30)


def talking(data: bytes) -> bytes:
    while True:
        sys.stdout.buffer.write(bytes(65_536))


def killed(data: bytes) -> bytes:
    """As by a system that is out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def sleeping(data: bytes) -> bytes:
    time.sleep(60)
    return b""


def writing(data: bytes) -> bytes:
    Path("/tmp/written-by-a-reader").write_bytes(b"a")  # noqa: S108 (it must not come to be)
    return b""


def held(data: bytes, path: str) -> bytes:
    """Read for as long as this file is there."""
    while Path(path).exists():
        time.sleep(0.02)
    raise Refused("let go")


def leaving(data: bytes) -> bytes:
    """Leaves a process behind that has left the group and keeps the output open."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(20)
        os._exit(0)
    return b"x"
