"""Rules that change by date, as dated data with their source: `rules.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Rule:
    """`value` holds from `since` on; `source` is the article, the decree or the decision it comes from."""

    since: date
    value: Any
    source: str


def rule(name: str, on: date) -> Rule:
    """The rule of this name that holds on that day. Raises KeyError for an unknown name or a day before the first."""
    held = [each for each in _rules()[name] if each.since <= on]
    if not held:
        raise KeyError(f"{name}: no rule on {on}")
    return held[-1]


def number(name: str, on: date) -> int:
    """The same, for a rule whose value is a whole number."""
    return int(rule(name, on).value)


@lru_cache
def _rules() -> dict[str, list[Rule]]:
    read = tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))
    return {
        name: sorted((Rule(each["from"], each["value"], each["source"]) for each in dated), key=lambda each: each.since)
        for name, dated in read.items()
    }
