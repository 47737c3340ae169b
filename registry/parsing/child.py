"""The child of children.py: bytes by standard input, what a reading function makes of them by standard output.

Run by its path and without our environment. Usage: child.py ROOT MODULE:FUNCTION MEMORY_BYTES CPU_S [ARGUMENT…], where
the function takes the bytes and the arguments, and returns bytes. The bounds stand before its module is loaded.
"""

import contextlib
import ctypes
import importlib
import os
import resource
import signal
import sys

REFUSED, OUT_OF_MEMORY, BROKEN, UNABLE = 3, 4, 5, 6
"""Exit codes. After REFUSED the answer is the reason, in UTF-8; UNABLE: the reading function cannot be loaded."""

PR_SET_PDEATHSIG = 1
"""prctl(2)."""

POLITENESS = 10
"""Of 19: whoever waits for a page goes before whoever waits for a file to be read, which still gets a tenth."""


def main(root: str, reader: str, memory_bytes: int, cpu_s: int, *arguments: str) -> int:
    bound(memory_bytes, cpu_s)
    sys.path.insert(0, root)
    from registry.parsing.refusals import Refused

    name, _, function = reader.partition(":")
    try:
        read = getattr(importlib.import_module(name), function)
    except Exception:  # a library that is not there, or not whole
        return UNABLE
    try:
        answer = read(sys.stdin.buffer.read(), *arguments)
    except Refused as refused:
        sys.stdout.buffer.write(refused.reason.encode(errors="replace"))
        return REFUSED
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception:  # whatever a parser makes of a broken file; its words may quote it
        return BROKEN
    sys.stdout.buffer.write(answer)
    return 0


def bound(memory_bytes: int, cpu_s: int) -> None:
    """Limits that this process cannot lift again: memory, processor time, no file longer than nothing, no
    core; it ends with its parent. Not processes: that limit counts threads too, and what reads HEIC starts some."""
    os.nice(POLITENESS)
    with contextlib.suppress(OSError, AttributeError):  # Linux alone
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for limit, soft, hard in (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        # SIGXCPU first: SIGKILL would look like a machine that has run out of memory.
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 64, 64),
    ):
        # macOS knows no limit of the address space; the wall clock of children.py holds there too.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (soft, hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:]))
