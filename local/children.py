"""Child processes that stop in order, and never outlive the process that started them."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local.errors import LocalError

GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True)
class Child:
    """A server behind its guard (see guard.py). `log` receives all that it prints."""

    name: str
    log: Path
    guard: subprocess.Popen[bytes] = field(repr=False)


def wheel_file(package: str, pattern: str) -> Path:
    """A program that an installed package carries, found without importing (and so running) the package.

    Raises LocalError when the package has none for this machine.
    """
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in Path(folder).glob(pattern):
            return path
    raise LocalError(f"Le paquet Python {package} ne porte pas de serveur pour cette machine\u00a0: réinstallez-le.")


def start(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    lock: int,
    stop_signal: signal.Signals = signal.SIGTERM,
    patience_s: float = 20,
) -> Child:
    """Start a server in a session of its own, so that the terminal's Ctrl-C does not reach it.

    `lock` is a descriptor that the guard keeps open: whoever waits for that lock waits for the end of
    the server too. When the server is told to stop by `stop_signal` it has `patience_s` seconds before
    it is killed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    guarded = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), str(int(stop_signal)), str(patience_s)]
    with log.open("ab") as output:
        guard = subprocess.Popen(  # noqa: S603 (our own command)
            [*guarded, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock],
            cwd=log.parent,  # where a crash may leave its dump
        )
    return Child(name, log, guard)


def wait_until(child: Child, ready: Callable[[], bool], patience_s: float) -> None:
    """Return once `ready()`; LocalError when the server ends before, or is not ready in `patience_s`."""
    deadline = time.monotonic() + patience_s
    while not ready():
        if child.guard.poll() is not None:
            raise LocalError(f"{child.name} s’est arrêté en démarrant\u00a0: son journal, {child.log}, dit pourquoi.")
        if time.monotonic() > deadline:
            raise LocalError(
                f"{child.name} n’est pas prêt après {patience_s:.0f}\u00a0s\u00a0:"
                f" son journal, {child.log}, dit pourquoi."
            )
        time.sleep(0.05)


def server_pid(child: Child) -> int:
    """The number of the server's own process, the guard's child. Raises LocalError when it is gone."""
    try:
        return psutil.Process(child.guard.pid).children()[0].pid
    except (psutil.NoSuchProcess, IndexError) as error:
        raise LocalError(f"{child.name} ne tourne plus\u00a0: son journal, {child.log}, dit pourquoi.") from error


@contextmanager
def stopping(children: list[Child]) -> Iterator[None]:
    """Whatever ends the block, tell every child to stop, then wait for all of them.

    An impatient second Ctrl-C ends the waiting, not the stopping: the guards were told already.
    """
    try:
        yield
    finally:
        for child in children:
            child.guard.terminate()
        for child in children:
            child.guard.wait()
