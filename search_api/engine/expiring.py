"""A small cache of one process."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Expiring(Generic[Value]):
    """Keeps values for `life_s` seconds, at most `size` of them: the oldest goes when one more comes. `clock` gives
    seconds; a test sets its own."""

    def __init__(self, life_s: float, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.life_s, self.size, self.clock = life_s, size, clock
        self._kept: dict[str, tuple[float, Value]] = {}

    def get(self, key: str) -> Value | None:
        """The value, or None where none is kept or it is too old."""
        kept = self._kept.get(key)
        return kept[1] if kept and self.clock() - kept[0] < self.life_s else None

    def put(self, key: str, value: Value) -> None:
        self._kept.pop(key, None)
        if len(self._kept) >= self.size:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self.clock(), value)
