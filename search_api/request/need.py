"""What a family looks for in a week, as pieces of the week that the index can contain.

Minutes count from Monday 00:00. docs/design.md, "Availability", gives the grammar and the rules.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from domain import week
from domain.week import DAYS

MAX_LINES = 14
MAX_PLACES = 6

ALLOWED = (
    f"jours@début-fin, par exemple mon-fri@08:00-18:00 ou sat@09:00-12:00*2 (jours {', '.join(DAYS)}\u202f;"
    f" places de 1 à {MAX_PLACES} après l’étoile)\u202f; au plus {MAX_LINES} lignes"
)

_DAY = "|".join(DAYS)
_LINE = re.compile(
    rf"(?P<first>{_DAY})(?:-(?P<last>{_DAY}))?@(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)(?:\*(?P<places>\d))?", re.ASCII
)

Piece = tuple[int, int, int]
"""(start, end, places): half-open, in minutes of the week, never past its end."""


@dataclass(frozen=True)
class Line:
    """One line of a need: `text` as it was given; the weekdays (0 is Monday) on which it starts; minutes of the day,
    `end` after `start` and past 24 hours where it is the next day's; its own number of places."""

    text: str
    weekdays: tuple[int, ...]
    start: int
    end: int
    places: int | None


@dataclass(frozen=True)
class Day:
    """What is asked of one weekday, by all the lines that start on it: (start, end, places), minutes of the week, the
    end past the week's where Sunday night goes on into Monday."""

    weekday: int
    hours: tuple[tuple[int, int, int], ...]

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple((*piece, places) for first, last, places in self.hours for piece in week.split(first, last))

    @cached_property
    def bounds(self) -> tuple[tuple[int, int], ...]:
        """The pieces as the index has the week: each shifted to the level of its places."""
        return tuple(week.at_level((start, end), places) for start, end, places in self.pieces)


def parse(text: str) -> Line:
    """Read one line. Raises ValueError with a French sentence."""
    found = _LINE.fullmatch(text)
    if not found:
        raise ValueError(f"ligne «\u00a0{text[:60]}\u00a0» illisible")
    start, end = week.minute(found["start"]), week.minute(found["end"])
    if start is None or start == week.DAY or end is None:
        raise ValueError(f"ligne «\u00a0{text}\u00a0»\u00a0: cette heure n’existe pas")
    if start == end:
        raise ValueError(f"ligne «\u00a0{text}\u00a0»\u00a0: le début et la fin sont égaux")
    places = int(found["places"]) if found["places"] else None
    if places is not None and not 1 <= places <= MAX_PLACES:
        raise ValueError(f"ligne «\u00a0{text}\u00a0»\u00a0: de 1 à {MAX_PLACES} places")
    return Line(text, _weekdays(found["first"], found["last"]), start, week.ends_after(start, end), places)


def days(lines: Iterable[Line], places: int) -> tuple[Day, ...]:
    """The days that the lines ask for, from Monday on; `places` for the lines that do not say theirs."""
    hours: dict[int, dict[tuple[int, int, int], None]] = {}
    for line in lines:
        for weekday in line.weekdays:
            hours.setdefault(weekday, {})[on(line, weekday, places)] = None
    return tuple(Day(weekday, tuple(hours[weekday])) for weekday in sorted(hours))


def on(line: Line, weekday: int, places: int) -> tuple[int, int, int]:
    """The hours of a line as those of a weekday, which need not be its own."""
    return *week.of_day(weekday, line.start, line.end), line.places or places


def _weekdays(first: str, last: str | None) -> tuple[int, ...]:
    """From `first` to `last`, past Sunday when the last comes before the first (sat-mon)."""
    start = DAYS.index(first)
    count = (DAYS.index(last) - start) % 7 if last else 0
    return tuple((start + step) % 7 for step in range(count + 1))
