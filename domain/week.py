"""A week as minutes from Monday 00:00, civil time: what timetables, needs and opening hours are counted in.

Weekday 0 is Monday. A range starts on a weekday and may end on the next; the end of Sunday's may lie past the week's.
The index has the week once for each number of places, one after the other (mappings/documents.py, Availability).
"""

import re
from collections.abc import Iterable

from domain.vocabulary import Weekday

DAY = 1_440
WEEK = 7 * DAY

DAYS = Weekday.codes()
NAMES = tuple(Weekday.labels().values())
"""In French, in the same order."""

Span = tuple[int, int]
"""Half-open, in minutes from Monday 00:00."""

_CLOCK = re.compile(r"\d\d:\d\d", re.ASCII)
_TYPED = re.compile(r"([01]?\d|2[0-4])\s*(?:[:hH.]\s*([0-5]\d)?)?", re.ASCII)


def of_day(weekday: int, start: int, end: int) -> Span:
    """Minutes of a weekday (`end` past 1,440: the next day's) as minutes of the week, the end maybe past it."""
    return weekday * DAY + start, weekday * DAY + end


def split(start: int, end: int) -> list[Span]:
    """Cut at Monday 00:00, at most once; what begins there or after is of that Monday."""
    if start >= WEEK:
        return [(start - WEEK, end - WEEK)]
    if end <= WEEK:
        return [(start, end)]
    return [(start, WEEK), (0, end - WEEK)]


def pieces(ranges: Iterable[tuple[int, int, int]]) -> list[Span]:
    """Ranges (weekday, start, end) as minutes of the week, split where it ends; in their order."""
    return [piece for each in ranges for piece in split(*of_day(*each))]


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order, without overlaps: what touches is one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def at_level(span: Span, places: int) -> Span:
    """The span in the week of so many places."""
    start, end = span
    return start + places * WEEK, end + places * WEEK


def ends_after(start: int, end: int) -> int:
    """The end of a range of two times of day: an end at or before the start is the next day's."""
    return end if end > start else end + DAY


def minute(clock: str) -> int | None:
    """The minute of the day that HH:MM says, 24:00 included; None where there is no such time."""
    if not _CLOCK.fullmatch(clock):
        return None
    hour, rest = int(clock[:2]), int(clock[3:])
    return hour * 60 + rest if rest < 60 and hour * 60 + rest <= DAY else None


def typed_minute(text: str) -> int | None:
    """The minute of the day that a person types or a browser sends: « 8:00 », « 8h30 », « 18 », « 24:00 »; None where
    it is no time."""
    found = _TYPED.fullmatch(text.strip())
    at = int(found[1]) * 60 + int(found[2] or 0) if found else DAY + 1
    return at if at <= DAY else None


def minutes(start: str, end: str) -> Span:
    """Two HH:MM as minutes from the midnight of the day they begin on; an end at or before the start is the next day's.

    Raises ValueError where one is no time.
    """
    first, last = minute(start), minute(end)
    if first is None or last is None:
        raise ValueError("no time of day")
    return first, ends_after(first, last)


def clock(minute: int, *, closing: bool = False) -> str:
    """HH:MM of a minute of any day; the midnight that ends a range (`closing`) is 24:00."""
    of_its_day = minute % DAY
    if closing and of_its_day == 0:
        return "24:00"
    return f"{of_its_day // 60:02}:{of_its_day % 60:02}"
