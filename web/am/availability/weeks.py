"""The table of a week as a form: seven days, two ranges each, as text. Pure functions.

Fields are named `j0c1_de`, `j0c1_a`, `j0c1_places`: day 0 is Monday, range 1 or 2. A range whose two hours are empty
is not there. An end at or before the start is the next morning's.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from domain import french
from domain.french import NBSP
from domain.week import DAY, NAMES, clock, ends_after, typed_minute
from registry.offers import timetables
from registry.offers.timetables import RANGES_A_DAY, Range
from web import texts

SLOTS = tuple(range(1, RANGES_A_DAY + 1))
WORKDAYS = range(5)

Values = dict[str, str]


def field(day: int, slot: int, part: str) -> str:
    """`part`: `de`, `a` or `places`."""
    return f"j{day}c{slot}_{part}"


def names() -> list[str]:
    return [field(day, slot, part) for day in range(7) for slot in SLOTS for part in ("de", "a", "places")]


def of_ranges(ranges: Iterable[Range]) -> Values:
    """What the form shows of these ranges."""
    values: Values = {}
    used: dict[int, int] = {}
    for each in sorted(ranges):
        used[each.weekday] = slot = used.get(each.weekday, 0) + 1
        values[field(each.weekday, slot, "de")] = clock(each.start)
        values[field(each.weekday, slot, "a")] = clock(each.end)
        values[field(each.weekday, slot, "places")] = str(each.places)
    return values


def read(values: Mapping[str, str], capacity: int) -> tuple[tuple[Range, ...], dict[str, str]]:
    """The ranges that were typed, in order, and by the field's name a sentence for what is wrong with the others."""
    found: dict[tuple[int, int], Range] = {}
    errors: dict[str, str] = {}
    for day in range(7):
        for slot in SLOTS:
            start, end, places = (values.get(field(day, slot, part), "") for part in ("de", "a", "places"))
            if not start and not end:
                continue
            wrong = _range(day, slot, start, end, places, capacity)
            if isinstance(wrong, Range):
                found[day, slot] = wrong
            else:
                errors |= wrong
    for (_, first), ((day, slot), later) in combinations(found.items(), 2):
        if timetables.overlapping([first, later]):
            errors.setdefault(
                field(day, slot, "de"),
                f"Le {NAMES[day]}, cette plage chevauche celle du {NAMES[first.weekday]}, {hours(first)}\u00a0:"
                " l’une doit finir avant que l’autre commence.",
            )
    return tuple(sorted(found.values())), errors


def hours(each: Range) -> str:
    """« 8 h – 18 h »."""
    return french.hours(clock(each.start), clock(each.end, closing=True))


def copied(values: Mapping[str, str], source: int, targets: Iterable[int]) -> Values:
    """The same week with one day's ranges, as they were typed, on others too."""
    changed = dict(values)
    for day in targets:
        for slot in SLOTS:
            for part in ("de", "a", "places"):
                changed[field(day, slot, part)] = values.get(field(source, slot, part), "")
    return changed


def cleared(values: Mapping[str, str], day: int) -> Values:
    return {name: text for name, text in values.items() if not name.startswith(f"j{day}c")}


def preset(code: str, places: int) -> tuple[Range, ...] | None:
    """A ready-made week with so many places; None for an unknown code."""
    for each in presets():
        if each["code"] == code:
            return tuple(
                sorted(
                    _made(day, typed_minute(part["from"]) or 0, typed_minute(part["to"]) or 0, places)
                    for part in each["parts"]
                    for day in part["days"]
                )
            )
    return None


@lru_cache
def presets() -> tuple[dict[str, Any], ...]:
    """`code`, `label`, `parts`."""
    return tuple(tomllib.loads((Path(__file__).parent / "presets.toml").read_text("utf-8"))["preset"])


def _range(day: int, slot: int, start: str, end: str, places: str, capacity: int) -> Range | dict[str, str]:
    names = {part: field(day, slot, part) for part in ("de", "a", "places")}
    wrong: dict[str, str] = {}
    begins, ends = typed_minute(start), typed_minute(end)
    for part, text, at, what in (("de", start, begins, "du début"), ("a", end, ends, "de la fin")):
        if not text:
            wrong[names[part]] = f"Le {NAMES[day]}, il manque l’heure {what}."
        elif at is None:
            wrong[names[part]] = f"Le {NAMES[day]}, écrivez l’heure {what} comme 8:00 ou 18:30."
    count = int(places) if re.fullmatch(r"[0-9]{1,2}", places) else 0
    if not 1 <= count <= capacity:
        most = texts.PLACE.of(capacity) if capacity == 1 else f"de 1 à {texts.PLACE.of(capacity)}"
        wrong[names["places"]] = f"Le {NAMES[day]}, indiquez {most}\u00a0: c’est ce que permet votre agrément."
    if begins is not None and ends is not None and (begins % DAY) == (ends % DAY):
        wrong[names["a"]] = (
            f"Le {NAMES[day]}, la fin est la même heure que le début. Pour un jour entier, dites deux plages\u00a0:"
            f" 0{NBSP}h – 12{NBSP}h et 12{NBSP}h – 0{NBSP}h."
        )
    if wrong or begins is None or ends is None:
        return wrong
    return _made(day, begins, ends, count)


def _made(day: int, start: int, end: int, places: int) -> Range:
    start %= DAY
    return Range(day, start, ends_after(start, end), places)
