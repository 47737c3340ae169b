"""The processes in which strangers' files and mails are read, and the queue before them.

Each reading gets a process of its own (child.py), bounded in memory and time, without our environment: what one file
does to its parser touches no other one. No caller may hold a connection of the registry meanwhile.
"""

import contextlib
import ctypes
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from registry.parsing import child
from registry.parsing.refusals import Refused

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
CHILD = Path(child.__file__)

MIB = 1024 * 1024

PR_SET_DUMPABLE = 4
"""prctl(2)."""

MOST_BLAMED = 10_000
"""Owners whose endless files are remembered, the first to be forgotten first."""

MOST_OF_A_REASON = 500
"""Bytes of what a reading function says when it refuses; its process may have been taken over."""

AT_ONCE = 2
"""Files that one process of ours has read at the same time: each may take as much memory as its bounds allow."""

MOST_WAITING = 4
"""Files that wait for their turn. Each keeps a thread, of the forty with which the site answers everybody."""

ENDLESS_MOST, ENDLESS_FOR_S = 3, 3600.0
"""Files of one owner that may take all that they may in so long. Honest ones hardly ever do."""

PATIENCE_S = 15.0
"""How long a file waits for its turn: longer than two hostile ones take on processors that are theirs."""


@dataclass(frozen=True)
class Bounds:
    """What one reading may take. `memory_bytes`: address space, of which the interpreter and the libraries' code take
    some 100 MB. `cpu_s`: processor time. `wall_s`: from its start; on a busy machine that is less processor time.
    `answer_bytes`: of what it says."""

    memory_bytes: int
    cpu_s: int
    wall_s: float
    answer_bytes: int


ENDINGS = {
    None: "too little processor time",
    child.UNABLE: "it cannot be loaded",
    -signal.SIGKILL: "the system has killed it; out of memory?",
}


class Busy(Exception):
    """Nothing was read, it may be sent again in a while: too many are being read already, or the machine had no time
    for this one."""


class OwnFault(Busy):
    """The owner's other files stand in the way. `sentence` says what to do, in French, whatever kind of file it is."""

    sentence: str


class OneInHand(OwnFault):
    """Another one of the same owner is being read."""

    sentence = "Votre envoi précédent est encore en cours\u00a0: attendez quelques secondes, puis rechargez la page."


class TooOften(OwnFault):
    """Several of this owner's files have taken all that they may: the next ones are not read for an hour."""

    sentence = (
        "Plusieurs de vos fichiers étaient trop compliqués à lire\u00a0: réessayez dans une heure, avec un autre"
        " fichier."
    )


class Failed(Exception):
    """Nothing could be made of what was sent: its parser broke, or took more processor time or memory than it may."""

    def __init__(self, *, out_of_bounds: bool) -> None:
        super().__init__("out of bounds" if out_of_bounds else "broken")
        self.out_of_bounds = out_of_bounds


class Turns:
    """Who is being read and who waits. One owner has one file in hand at a time: nobody fills the queue alone."""

    def __init__(
        self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING, patience_s: float = PATIENCE_S
    ) -> None:
        self.patience_s = patience_s
        self.room = at_once + most_waiting
        self.turns = threading.BoundedSemaphore(at_once)
        self.lock = threading.Lock()
        self.owners: set[str] = set()
        self.endless: dict[str, list[float]] = {}

    def blame(self, owner: str) -> None:
        """Note that a file of this owner took all that it may."""
        with self.lock:
            now = time.monotonic()
            self.endless[owner] = [*self._blamed(owner, now), now]
            if len(self.endless) > MOST_BLAMED:
                del self.endless[next(iter(self.endless))]

    def _blamed(self, owner: str, now: float) -> list[float]:
        return [at for at in self.endless.get(owner, []) if now - at < ENDLESS_FOR_S]

    @contextmanager
    def taken(self, owner: str) -> Iterator[None]:
        """A turn, once there is one. Raises OneInHand, TooOften, or Busy: at once where the queue is full, or
        after `patience_s`."""
        with self.lock:
            if owner in self.owners:
                raise OneInHand
            if len(self._blamed(owner, time.monotonic())) >= ENDLESS_MOST:
                raise TooOften
            if len(self.owners) >= self.room:
                raise Busy
            self.owners.add(owner)
        try:
            if not self.turns.acquire(timeout=self.patience_s):
                raise Busy
            try:
                yield
            finally:
                self.turns.release()
        finally:
            with self.lock:
                self.owners.discard(owner)


TURNS = Turns()
"""Of this process."""


def keep_secrets() -> None:
    """Let no other process of our user read this one's memory and environment: its children read strangers' bytes, and
    one that was taken over would look there for our keys. For the whole life of this process; on Linux alone."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def read(reader: str, data: bytes, arguments: Sequence[str], bounds: Bounds, owner: str) -> bytes:
    """What `reader` ("module:function", of the bytes and the arguments) makes of the data, in a process of its own.

    `owner` stands for whoever sent it. The answer is as little to be trusted as the data. Raises Busy, Refused, Failed.
    """
    with TURNS.taken(owner):
        try:
            code, answer = _run(reader, data, arguments, bounds)
        except OSError as error:  # no process, no memory or no file descriptor is left
            log.error("no process could be started for a stranger's file: %s", error.strerror)
            raise Busy from None
    talks = len(answer) > bounds.answer_bytes
    if not talks and code in (None, child.UNABLE, -signal.SIGKILL):
        # Our fault and not the file's: too little time, a library that does not load, a machine out of memory.
        log.error("%s did not come to its end: %s", reader, ENDINGS.get(code, code))
        raise Busy
    if code == child.REFUSED:
        raise Refused(answer[:MOST_OF_A_REASON].decode(errors="replace"))
    if code == child.BROKEN:
        raise Failed(out_of_bounds=False)
    if code != 0 or talks:
        TURNS.blame(owner)
        raise Failed(out_of_bounds=True)
    return answer


def _run(reader: str, data: bytes, arguments: Sequence[str], bounds: Bounds) -> tuple[int | None, bytes]:
    """The exit code, negative after a signal, None once `wall_s` was over before its processor time was: that says
    nothing of the data. And at most one byte more than the answer may have."""
    program = [sys.executable, "-I", "-B", str(CHILD), str(ROOT), reader]
    # Not a pipe: nobody waits for a child that does not read.
    with _held(data) as file:
        started = subprocess.Popen(  # noqa: S603 (our own program; the data come by its standard input)
            [*program, str(bounds.memory_bytes), str(bounds.cpu_s), *arguments],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
    assert started.stdout is not None  # noqa: S101 (for the type checker)
    ends = time.monotonic() + bounds.wall_s
    try:
        answer = _answer(started.stdout.fileno(), bounds.answer_bytes, ends)
        if answer is None:
            return None, b""
        if len(answer) <= bounds.answer_bytes:
            started.wait(max(0.0, ends - time.monotonic()))
        else:
            _kill(started)
        return started.wait(), answer
    except subprocess.TimeoutExpired:
        return None, b""
    finally:
        # One that was taken over may have closed its output, or given it to a process of its own.
        _kill(started)
        started.wait()
        started.stdout.close()


def _held(data: bytes) -> BinaryIO:
    """The data as a file without a name, in memory where the system can."""
    in_memory = hasattr(os, "memfd_create")
    held: BinaryIO = os.fdopen(os.memfd_create("stranger"), "w+b") if in_memory else tempfile.TemporaryFile()  # noqa: SIM115
    held.write(data)
    held.seek(0)
    return held


def _answer(output: int, most_bytes: int, ends: float) -> bytes | None:
    """What comes until it ends, at most one byte more than `most_bytes`; None when it has not ended by `ends`, of
    time.monotonic."""
    answer = bytearray()
    while len(answer) <= most_bytes:
        ready, _, _ = select.select([output], [], [], max(0.0, ends - time.monotonic()))
        if not ready:
            return None
        more = os.read(output, min(65_536, most_bytes + 1 - len(answer)))
        if not more:
            break
        answer += more
    return bytes(answer)


def _kill(started: "subprocess.Popen[bytes]") -> None:
    """The process and whatever it has started; it leads a group of its own."""
    if started.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)
