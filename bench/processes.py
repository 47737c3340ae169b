"""Processes of ours, measured from outside: how long they ran, and the most memory that each held itself."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOK_EVERY_S = 0.02


class ProcessFailed(Exception):
    """A process that the bench needs ended with an error; the message tells which, and its last words."""


@dataclass(frozen=True)
class Ran:
    """What a process printed, the seconds from its start to its end, its peak memory in MB (10^6 bytes), and the
    processor seconds that it, the engine and the registry's server took meanwhile."""

    stdout: str
    seconds: float
    rss_mb: float
    cpu_s: dict[str, float]


def measured(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Ran:
    """Run a command to its end. `log` gets what it writes to stderr. Raises ProcessFailed on any exit code but 0."""
    # Not a pipe: whoever prints more than one holds would wait for a reader, who waits for the end.
    with log.open("ab") as errors, tempfile.TemporaryFile() as output:
        before, own = server_cpu(), 0.0
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=errors)
        peak = 0.0
        try:
            # The kernel's own high-water mark of this one process, which only grows: the last look tells all but what
            # was added in the last moment. (ru_maxrss would count the bench's memory, from which it was forked.)
            while process.poll() is None:
                peak, own = max(peak, high_water_mb(process.pid)), max(own, cpu_s(process.pid))
                time.sleep(LOOK_EVERY_S)
            seconds = time.perf_counter() - begun
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        printed = output.read().decode()
    if process.returncode:
        raise ProcessFailed(f"{' '.join(command[:4])} ended with {process.returncode}: {printed[-500:]} (see {log})")
    servers = {name: each - before[name] for name, each in server_cpu().items()}
    return Ran(printed, seconds, peak, {"process": own, **servers})


@contextmanager
def alongside(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """A process that runs while the block does; yields its id. `log` is written anew with all that it prints."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield process.pid
        if process.poll() is not None:
            raise ProcessFailed(f"{' '.join(command[:4])} stopped by itself (see {log})")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def high_water_mb(pid: int) -> float:
    """VmHWM in MB; 0 when the process is just ending."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0.0


def cpu_s(pid: int) -> float:
    """User and system seconds of all its threads; 0 when the process is just ending."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours as a process."""
    return [sys.executable, "-m", name, *arguments]


def server_cpu(owner: psutil.Process | None = None) -> dict[str, float]:
    """Processor seconds that the engine and the registry's server have taken, of those that `owner` started."""
    spent = {"engine": 0.0, "registry": 0.0}
    for each in (owner or psutil.Process()).children(recursive=True):
        try:
            times, parent, name = each.cpu_times(), each.parent(), each.name()
        except psutil.NoSuchProcess:
            continue
        if name == "java":
            spent["engine"] += times.user + times.system
        elif name == "postgres":
            spent["registry"] += times.user + times.system
            if parent is None or parent.name() != "postgres":  # the first one has waited for all that have ended
                spent["registry"] += times.children_user + times.children_system
    return spent
