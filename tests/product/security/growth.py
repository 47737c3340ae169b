"""How the time of a call grows with its text: linear or not, told by ratios and by no clock's speed."""

import gc
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENOUGH_S = 0.008
"""A run that takes this long tells more than noise; and what stays below it at the longest text is not quadratic: that
would be a hundred million steps."""

FAR_TOO_LONG_S = 0.1
"""For some dozen letters: what doubles with each of them, or each other one."""

SHORTEST, LONGEST, STEP = 250, 16_000, 4

STEEPEST = 1.4
"""Of the exponent: 1 is linear, 2 quadratic. What lies between is the memory's caches, and sorting."""


def exponent(run: Callable[[str], object], made: Callable[[int], str], longest: int = LONGEST) -> float:
    """The exponent of the growth of `run` over texts of growing length, `made(letters)`; 0 where it is too quick,
    infinity where each letter doubles it.

    Stops as soon as a run takes long. The least of several tries counts, so that other processes do not.
    """
    with _undisturbed():
        run(made(1))  # what is loaded or remembered at the first time
        if any(seconds(run, made(letters), 1) > FAR_TOO_LONG_S for letters in range(12, 54, 6)):
            return math.inf
        length = min(SHORTEST, longest)
        short, long = 1e-9, seconds(run, made(length), 1)
        while long < ENOUGH_S and length < longest:
            length = min(longest, length * STEP)
            short, long = long, seconds(run, made(length), 1)
        if long < ENOUGH_S:
            return 0
        found = math.log(long / short, STEP) if length > SHORTEST else math.inf
        for tries in (2, 4, 8):  # again where it looks steep, which noise does too
            if found < STEEPEST:
                break
            long, short = (seconds(run, made(each), tries) for each in (length, length // STEP))
            found = min(found, math.log(long / short, STEP))
        return found


def seconds(run: Callable[[str], object], text: str, tries: int = 3) -> float:
    """Processor seconds of this thread, at the least."""
    least = math.inf
    for _ in range(tries):
        began = time.thread_time()
        run(text)
        least = min(least, time.thread_time() - began)
    return max(least, 1e-9)


@contextmanager
def _undisturbed() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
