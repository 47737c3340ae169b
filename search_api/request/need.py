"""What a family looks for in a week, as pieces of the week that the index can contain.

Minutes count from Monday 00:00. docs/design.md, "Availability", gives the grammar and the rules.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from domain import week
from domain.week import DAYS

MAX_LINES = 14
MAX_PLACES = 6

TENTHS = {0: 10, 15: 9, 30: 8, 60: 6}
"""Minutes that may be missing at either end of each span of a day → tenths of the day that a partial match with so
little missing is worth. A quarter of an hour is often found by asking, and an hour takes somebody else; yet a day less
an hour at either end is more than half a day, which no day at all can make up for. In tenths, so that sums are exact.
"""

SHORTENINGS = tuple(TENTHS)

WHOLE, BEGUN = 3, 1
"""What a period is worth that covers the whole need, of a part the share of it; and how much more one is worth that
holds the day from which the place is looked for: it need not be waited for. What an offer is worth in an order, and
which of its periods is told, go by this alone."""

SUFFICES = 1
"""Of a need that may be shorter, how much more a period is worth that covers it so: more than anything that does not (a
week less an hour at either end of each day is worth 3 × 0.6 + BEGUN + this, 3.8; six days of seven 3.6)."""

SPAN_PER_SHORTENING = 4
"""A span is at least so many times as long as what is taken at each end, so that half of it is left."""

ALLOWED = (
    f"jours@début-fin, par exemple mon-fri@08:00-18:00 ou sat@09:00-12:00*2 (jours {', '.join(DAYS)}\u202f;"
    f" places de 1 à {MAX_PLACES} après l’étoile)\u202f; au plus {MAX_LINES} lignes"
)

_DAY = "|".join(DAYS)
_LINE = re.compile(
    rf"(?P<first>{_DAY})(?:-(?P<last>{_DAY}))?@(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)(?:\*(?P<places>\d))?", re.ASCII
)

Stretch = tuple[int, int, int]
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

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Worked out once: whatever is kept for a day is looked up for every card."""
        return hash((self.weekday, self.hours))

    @cached_property
    def spans(self) -> tuple[week.Span, ...]:
        """When something is asked for, whatever the places: what touches or overlaps is one."""
        return tuple(week.merged((start, end) for start, end, _ in self.hours))

    @cached_property
    def pieces(self) -> tuple[Stretch, ...]:
        """The least that a week must hold for the day to be covered: at each number of places that a line asks for, the
        spans of the lines that ask for as many or more; what a higher level has already is left out."""
        found: dict[Stretch, None] = {}
        above: set[week.Span] = set()
        for level in sorted({places for _, _, places in self.hours}, reverse=True):
            spans = week.merged((start, end) for start, end, places in self.hours if places >= level)
            found |= dict.fromkeys(
                (*piece, level) for span in spans if span not in above for piece in week.split(*span)
            )
            above.update(spans)
        return tuple(found)

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


def line_by_line(days: Iterable[Day]) -> tuple[Day, ...]:
    """Each line of each day as a day of its own."""
    return tuple(Day(day.weekday, (hours,)) for day in days for hours in day.hours)


def shortened(day: Day, minutes: int) -> Day | None:
    """The day less so many minutes at both ends of each of its spans: lines are clipped to what is left, and one of
    which nothing is left asks for nothing. None where less than half of a span would be left."""
    if any(end - start < SPAN_PER_SHORTENING * minutes for start, end in day.spans):
        return None
    if not minutes:
        return day
    left = [(start + minutes, end - minutes) for start, end in day.spans]
    clipped = ((max(start, first), min(end, last), places) for start, end, places in day.hours for first, last in left)
    return Day(day.weekday, tuple(dict.fromkeys(each for each in clipped if each[0] < each[1])))


def as_short(day: Day, minutes: int) -> Day:
    """The day shortened by the most that it admits, but no more than these minutes."""
    return next(left for each in reversed(SHORTENINGS) if each <= minutes and (left := shortened(day, each)))


def at_most(day: Day, places: int) -> Day:
    """The day for those who have so many places: no line asks for more."""
    return Day(day.weekday, tuple(dict.fromkeys((start, end, min(most, places)) for start, end, most in day.hours)))


def most_places(days: Iterable[Day]) -> int:
    """The most places that any line asks for; 1 without any."""
    return max((places for day in days for _, _, places in day.hours), default=1)


@lru_cache(512)
def steps(day: Day, places: int) -> tuple[tuple[int, Day], ...]:
    """(minutes, what is left of the day) for each shortening that is admitted, the least first, for those who have so
    many places. Kept, as every card of a list asks for the same."""
    asked = at_most(day, places)
    return tuple((minutes, left) for minutes in SHORTENINGS if (left := shortened(asked, minutes)) is not None)


@lru_cache(128)
def admitted(days: tuple[Day, ...], places: int) -> tuple[tuple[tuple[int, tuple[week.Span, ...]], ...], ...]:
    """Of each day (minutes, the bounds of what is left of it) for each of its `steps`. Kept, as every card of a list
    asks for the same."""
    return tuple(tuple((minutes, left.bounds) for minutes, left in steps(day, places)) for day in days)


def tenths(places: int, shortenings: Iterable[int | None]) -> int:
    """The share of a need that is covered at so many places, of 10 for each of its days and places. `shortenings`: of
    each day the minutes at either end, None where it is not covered."""
    return places * sum(TENTHS[minutes] for minutes in shortenings if minutes is not None)


def least_that_counts(day: Day) -> Day:
    """The day at one place and its largest shortening: every partial match covers at least this."""
    return steps(day, 1)[-1][1]


def on(line: Line, weekday: int, places: int) -> tuple[int, int, int]:
    """The hours of a line as those of a weekday, which need not be its own."""
    return *week.of_day(weekday, line.start, line.end), line.places or places


def _weekdays(first: str, last: str | None) -> tuple[int, ...]:
    """From `first` to `last`, past Sunday when the last comes before the first (sat-mon)."""
    start = DAYS.index(first)
    count = (DAYS.index(last) - start) % 7 if last else 0
    return tuple((start + step) % 7 for step in range(count + 1))
