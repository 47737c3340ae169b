"""The processes: a worker, which may carry the beat, or the beat alone."""

import os
import signal
import threading
import time
from pathlib import Path

from celery import signals

from jobs.app import NODE, create
from settings import Settings


def worker(settings: Settings, schedule: Path | None) -> int:
    """Run tasks until SIGTERM (which waits for those under way) or SIGQUIT (which waits ten seconds).

    With `schedule`, the file where the beat notes what it started and when, the beat runs too, in a child process.
    Returns the exit code.
    """
    _keep_our_logging()
    controller = create(settings).Worker(
        hostname=NODE,
        pool_cls="prefork",
        beat=schedule is not None,
        schedule_filename=str(schedule),
        # Talk among workers: there is nothing that they need to know of each other.
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        loglevel="INFO",
    )
    controller.start()
    return int(controller.exitcode or 0)


def beat(settings: Settings, schedule: Path) -> None:
    """Send each task at its hour, until SIGTERM. One is enough; two only send twice."""
    _keep_our_logging()
    create(settings).Beat(schedule=str(schedule), quiet=True, loglevel="INFO").run()


def _keep_our_logging() -> None:
    """Where someone listens to this signal, Celery leaves all logging as it is."""
    signals.setup_logging.connect(lambda **_: None, weak=False)


@signals.beat_embedded_init.connect
def _end_with_the_worker(**_: object) -> None:
    """A worker killed with -9 stops nobody: its tasks' processes notice, the beat's would go on without it."""
    worker = os.getppid()

    def watch() -> None:
        while os.getppid() == worker:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
