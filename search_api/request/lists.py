"""How a parameter that repeats is read, whatever its values."""

from typing import Any


def without_repeats(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def listed(value: Any) -> Any:
    """`a,b` and repeated values alike."""
    if isinstance(value, str):
        value = [value]
    return [part for each in value for part in each.split(",")] if isinstance(value, list) else value


def several(value: Any) -> Any:
    """A value alone as a list of it."""
    return [value] if isinstance(value, str) else value
