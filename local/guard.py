"""Runs one server as its child and stops it when told to (SIGTERM) or when its own parent is gone.

A parent killed with -9 can stop nothing, and only Linux tells children of a parent's death; so this
small process stands between. It imports nothing of ours and starts in a few hundredths of a second.
Usage: guard.py PARENT_PID STOP_SIGNAL PATIENCE_S COMMAND...; exits with the server's code.
"""

import os
import signal
import subprocess
import sys
import time

POLL_S = 0.05


def main(parent: int, stop_signal: int, patience_s: float, command: list[str]) -> int:
    told: list[int] = []
    # A note rather than an exception: one raised inside Popen would lose the child.
    signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    child = subprocess.Popen(command)  # noqa: S603 (our own command)
    while child.poll() is None and not told and os.getppid() == parent:
        time.sleep(POLL_S)
    if child.poll() is None:
        child.send_signal(stop_signal)
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]))
