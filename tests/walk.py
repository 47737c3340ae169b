"""The walk of one request through our modules: who enters which, on the way in and on the way out.

A *stay* is one uninterrupted use of a module by another one: a function of A calls into B, any number of times, until
A calls into a third module. Coming back from a callee is no new stay, and what a loop does again counts once: a call
site is looked at when it is first reached. To read a value that travels (a method of a dataclass, and what that calls)
is no stay either: the value has left its module. Ours are the modules below the rooms that are named; a template is
none.

The way out begins when `turn` is called, as the engine's answer is read.
"""

import inspect
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, is_dataclass
from types import CodeType, FrameType
from typing import Any

SUSPENDS = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR

IN, OUT = "in", "out"

Line = tuple[CodeType, int]
"""A function and a line of it."""


@dataclass
class Walk:
    """What was seen. `turn`: the module and the function with which the way out begins."""

    rooms: Sequence[str]
    turn: tuple[str, str]
    way: str = IN
    order: list[tuple[str, str, str]] = field(default_factory=list)
    """(way, caller, callee), one for each stay, in the order of their beginning."""

    _sites: set[tuple[str, Line, str]] = field(default_factory=set)
    _last: dict[str, tuple[str, str]] = field(default_factory=dict)
    _suspended: dict[int, FrameType] = field(default_factory=dict)

    @contextmanager
    def seen(self) -> Iterator[None]:
        """Look at every call of this thread; what it did before is not known."""
        sys.setprofile(self._look)
        try:
            yield
        finally:
            sys.setprofile(None)

    def stays(self, way: str) -> Counter[str]:
        """Module → how often it was entered on that way."""
        return Counter(callee for on, _, callee in self.order if on == way)

    def callers(self, way: str, module: str) -> list[str]:
        return [caller for on, caller, callee in self.order if (on, callee) == (way, module)]

    def _look(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or not self._is_ours(frame) or self._goes_on(frame) or is_of_value(frame):
            return
        module = str(frame.f_globals["__name__"])
        if (module, frame.f_code.co_name) == self.turn:
            self.way = OUT
        caller = frame.f_back
        while caller is not None and not self._is_ours(caller):
            caller = caller.f_back
        if caller is None or is_of_value(caller):
            return
        source = str(caller.f_globals["__name__"])
        site = (self.way, (caller.f_code, caller.f_lineno), module)
        if source == module or site in self._sites:
            return
        self._sites.add(site)
        if self._last.get(source) != (self.way, module):
            self.order.append((self.way, source, module))
        self._last[source] = (self.way, module)

    def _is_ours(self, frame: FrameType) -> bool:
        """A compiled template has a name of ours and is no module."""
        name = frame.f_globals.get("__name__", "")
        return name.partition(".")[0] in self.rooms and name in sys.modules and frame.f_code.co_name != "<module>"

    def _goes_on(self, frame: FrameType) -> bool:
        """Whether this is a coroutine that goes on after a wait, not a call."""
        if not frame.f_code.co_flags & SUSPENDS:
            return False
        known = self._suspended.get(id(frame)) is frame
        self._suspended[id(frame)] = frame
        return known


def is_of_value(frame: FrameType) -> bool:
    """Whether this is a method of a dataclass, or a comprehension within one."""
    while frame.f_code.co_name.startswith("<") and frame.f_back is not None:
        frame = frame.f_back
    first = frame.f_code.co_varnames[:1]
    return first == ("self",) and is_dataclass(type(frame.f_locals.get("self")))
