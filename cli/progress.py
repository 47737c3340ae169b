"""Progress that people can read: a bar in a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINE_EVERY_S = 3.0

console = Console(highlight=False)

Steps = Callable[[str, int, int], None]
"""Told (what is being done, how much of it is done, how much there is)."""


def say(sentence: str) -> None:
    """One line, at once, also into a pipe."""
    console.print(sentence, markup=False, soft_wrap=True)


@contextmanager
def progress() -> Iterator[Steps]:
    """A reporter for long work; each new label starts a bar, or a line, of its own."""
    if console.is_terminal:
        with _bars() as steps:
            yield steps
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Steps]:
    columns = (
        *(TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn()),
        *(TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn()),
    )
    with Progress(*columns, console=console) as bars:
        tasks = {}

        def steps(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = bars.add_task(label, total=total, rate="")
            speed = bars.tasks[tasks[label]].speed
            rate = f"{speed:.0f}/s" if speed else ""
            bars.update(tasks[label], completed=done, total=total, rate=rate)

        yield steps


def _lines() -> Steps:
    begun: dict[str, float] = {}
    last: dict[str, float] = {}

    def steps(label: str, done: int, total: int) -> None:
        now = time.monotonic()
        spent = now - begun.setdefault(label, now)
        if done >= total or now - last.setdefault(label, now) >= LINE_EVERY_S:
            last[label] = now
            share = f" ({100 * done // total}\u202f%)" if total else ""
            pace = f", {done / spent:.0f} par seconde" if spent > 1 else ""
            left = f", encore {(total - done) * spent / done:.0f}\u00a0s" if pace and 0 < done < total else ""
            say(f"  {label}\u00a0: {done} sur {total}{share}{pace}{left}")

    return steps
