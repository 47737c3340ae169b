"""What `law.toml` says of an agrément on a day."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Law:
    """`years`: how long an agrément lasts; `age_to_months` exclusive."""

    capacity_usual: int
    capacity_first: int
    years: tuple[int, ...]
    age_to_months: int


def law(on: date) -> Law:
    """Raises KeyError for a day before the first of the rules."""

    def value(name: str) -> Any:
        held = [each["value"] for each in _read()[name] if each["from"] <= on]
        if not held:
            raise KeyError(f"{name}: no rule on {on}")
        return held[-1]

    return Law(value("capacity_usual"), value("capacity_first"), tuple(value("years")), value("age_to_months"))


@lru_cache
def _read() -> dict[str, list[dict[str, Any]]]:
    read = tomllib.loads((Path(__file__).parent / "law.toml").read_text("utf-8"))
    return {name: sorted(dated, key=lambda each: each["from"]) for name, dated in read.items()}
