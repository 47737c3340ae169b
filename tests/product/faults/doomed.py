"""The indexer as a real process, to which a signal comes at the n-th passing of one of its steps.

Usage: `python -m tests.product.faults.doomed index|rebuild|rebuild-keep [SIGNAL STEP NTH]`; settings from the
environment. SIGKILL is what kill -9, the kernel out of memory or a power cut do; SIGSTOP lets the test do something in
between. The product has no hooks for this: the functions that its modules look up by name are wrapped here.
"""

import itertools
import logging
import os
import signal
import sys
import threading
from types import ModuleType
from typing import Any, Literal, NamedTuple

from indexer import backoff, bulk, generations, queue, worker
from indexer import rebuild as rebuilding
from settings import get_settings

SMALL = 40
"""Changes, offers of a fan-out and documents in a batch of what is to die, so that a small workload has many."""

SOON_S = 1.0
"""The longest pause while a server is away: what is shown here is that changes wait, not for how long."""


class Step(NamedTuple):
    """The moment before or after a function that a module looks up by this name."""

    when: Literal["before", "after"]
    module: ModuleType
    name: str


OF_CHANGES = {
    "after a fan-out": Step("after", queue, "expand"),
    "after claim": Step("after", queue, "claim"),
    "after read": Step("after", worker, "build"),
    "after bulk": Step("after", worker, "send"),
    "before delete": Step("before", queue, "forget"),
    "before commit": Step("after", queue, "forget"),
}

OF_REBUILD = {
    "index not on record": Step("before", generations, "record_building"),
    "created": Step("after", rebuilding, "create"),
    "midway": Step("after", rebuilding, "fill"),
    "clearing away": Step("before", generations, "drop"),
    "filled": Step("after", rebuilding, "backfill"),
    "restored": Step("after", rebuilding, "restore"),
    "compared": Step("before", generations, "switch"),
    "switched": Step("after", generations, "switch"),
    "switch on record": Step("before", generations, "wait_until_unused"),
    "old one unused": Step("after", generations, "wait_until_unused"),
    "old one dropped": Step("before", rebuilding, "retire"),
    "queue relieved": Step("after", rebuilding, "retire"),
}

STEPS = OF_CHANGES | OF_REBUILD


def doom(step: Step, nth: int, number: signal.Signals) -> None:
    """Send this process the signal `number` at the `nth` passing."""
    original = getattr(step.module, step.name)
    passings = itertools.count(1)

    def passing(*args: Any, **options: Any) -> Any:
        if step.when == "before" and next(passings) == nth:
            os.kill(os.getpid(), number)
        result = original(*args, **options)
        # A claim of nothing begins no batch.
        if step.when == "after" and result not in ([], False) and next(passings) == nth:
            os.kill(os.getpid(), number)
        return result

    setattr(step.module, step.name, passing)


def end_with_parent() -> None:
    """The test holds the other end of our standard input; nothing outlives it."""
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGKILL)


def main(program: str, *of_step: str) -> None:
    threading.Thread(target=end_with_parent, daemon=True).start()
    backoff.LONGEST_S = SOON_S
    if of_step:
        queue.BATCH = queue.FAN_OUT = rebuilding.BATCH = SMALL
        number, step, nth = of_step
        doom(STEPS[step], int(nth), signal.Signals[number])
    settings = get_settings()
    with bulk.client(settings, timeout_s=settings.indexer_timeout_s) as engine:
        if program == "index":
            logging.basicConfig(level=logging.WARNING)
            stop = threading.Event()
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
            worker.run(settings, engine, stop)
        else:
            keep = program == "rebuild-keep"
            rebuilding.rebuild(settings, engine, lambda what, done, total: None, ["offers"], keep=keep)


if __name__ == "__main__":
    main(*sys.argv[1:])
