"""Weeks, needs and what a timetable has free of them, minute by minute (docs/design.md, "Availability").

For the oracle: written from the definitions, as simply as they allow.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 1_440
WEEK = 7 * DAY

Week = bytes
"""For each minute from Monday 00:00, the places that are free (of a structure: 1 when it is open); Monday stands there
once more at the end, so that a night from Sunday is one piece."""

Span = tuple[int, int, int]
"""(start, end, places): minutes in a row from Monday 00:00 on, Sunday's into the next Monday, that ask for as many."""

Demand = Mapping[int, Sequence[Span]]
"""What a need asks for, by the weekday (0 is Monday) on which it starts."""


@dataclass(frozen=True)
class Line:
    """One line of a need: from day `first` to day `last` (0 is Monday; the last may come before the first, past
    Sunday), minutes of the day; an end at or before the start is the next day's."""

    first: int
    last: int
    start: int
    end: int
    places: int | None = None

    def __str__(self) -> str:
        days = DAYS[self.first] if self.first == self.last else f"{DAYS[self.first]}-{DAYS[self.last]}"
        return f"{days}@{clock(self.start)}-{clock(self.end)}" + (f"*{self.places}" if self.places else "")

    @property
    def days(self) -> list[int]:
        return [(self.first + step) % 7 for step in range((self.last - self.first) % 7 + 1)]

    def span(self, day: int, places: int) -> Span:
        """Its hours on a day; `places` unless it has its own."""
        end = self.end if self.end > self.start else self.end + DAY
        return day * DAY + self.start, day * DAY + end, self.places or places


@dataclass(frozen=True)
class Period:
    first: date
    last: date | None
    week: Week = field(repr=False)

    def contains(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def week(ranges: Iterable[tuple[int, int, int, int]]) -> Week:
    """From (weekday, start, end, places): the places of each minute. Ranges never overlap."""
    minutes = bytearray(WEEK)
    for weekday, start, end, places in ranges:
        for minute in range(weekday * DAY + start, weekday * DAY + end):
            minutes[minute % WEEK] = places
    return bytes(minutes + minutes[:DAY])


def demand(need: Sequence[Line], places: int) -> Demand:
    """Where lines of one day overlap, the larger number of places is asked for."""
    asked: dict[int, bytearray] = {}
    for line in need:
        for day in line.days:
            start, end, wanted = line.span(day, places)
            minutes = asked.setdefault(day, bytearray(WEEK + DAY))
            for minute in range(start, end):
                minutes[minute] = max(minutes[minute], wanted)
    return {day: tuple(spans(asked[day])) for day in sorted(asked)}


def spans(asked: bytearray) -> Iterator[Span]:
    minute = 0
    for places, run in groupby(asked):
        length = len(list(run))
        if places:
            yield minute, minute + length, places
        minute += length


@lru_cache(4_096)
def enough(free: Week, places: int) -> bytes:
    """For each minute 1 where so many places are free, else 0."""
    return free.translate(bytes(each >= places for each in range(256)))


def covers(free: Week, wanted: Iterable[Span]) -> bool:
    return all(enough(free, places).find(0, start, end) < 0 for start, end, places in wanted)


def covered_days(free: Week, wanted: Demand) -> int:
    return sum(covers(free, each) for each in wanted.values())


@lru_cache(4_096)
def most_by_day(free: Week) -> tuple[int, ...]:
    """The most places free at once on each day."""
    return tuple(max(free[day * DAY : (day + 1) * DAY]) for day in range(7))


def most(free: Week) -> int:
    return max(most_by_day(free))


def free_places(free: Week, wanted: Demand) -> int:
    """The most places free during the whole need, which is covered."""
    return min(min(free[start:end]) for each in wanted.values() for start, end, _ in each)


def free_parts(free: Week, day: int, wanted: Iterable[Span]) -> list[dict[str, str]]:
    """Which parts of a day's hours are free at the places asked for."""
    found = bytearray(WEEK + DAY)
    for start, end, places in wanted:
        found[start:end] = enough(free, places)[start:end]
    parts = [(run.start() - day * DAY, run.end() - day * DAY) for run in re.finditer(rb"\x01+", found)]
    # 24:00 is the end of the day, and the beginning of the next one is 00:00; what is later is told as of that day.
    return [
        {"start": clock(start % DAY), "end": clock(end if end <= DAY else (end - 1) % DAY + 1)} for start, end in parts
    ]


@dataclass(frozen=True)
class Best:
    """The period that has most of a need, and how many of its days."""

    period: Period
    covered: int
    now: bool


def best(periods: Iterable[Period], day: date, wanted: Demand) -> Best | None:
    """Of the periods that end on that day or later: the one that covers most days, then the one that contains the day,
    then the earliest."""
    candidates = [
        Best(each, covered_days(each.week, wanted), each.contains(day))
        for each in periods
        if each.last is None or each.last >= day
    ]
    return max(candidates, key=lambda each: (each.covered, each.now, -each.period.first.toordinal()), default=None)


@dataclass(frozen=True)
class Availability:
    """`best`: what there is of a need, where there is some; `declared`: what was said by one who is to confirm it."""

    status: str
    places: int | None = None
    free_from: date | None = None
    until: date | None = None
    best: Best | None = None
    declared: "Availability | None" = None


def timetable(periods: Sequence[Period], day: date, wanted: Demand) -> Availability:
    """What an assistant maternel has free on a day."""
    if not wanted:
        return without_need(periods, day)
    found = best(periods, day, wanted)
    if found is None:
        return Availability("unknown")
    period = found.period
    if not found.covered:
        now = next((each for each in periods if each.contains(day)), None)
        return Availability("full", until=now.last if now else None)
    later = None if found.now else period.first
    if found.covered < len(wanted):
        return Availability("partial", None, later, period.last, found)
    places = free_places(period.week, wanted)
    return Availability("free" if found.now else "later", places, later, period.last, found)


def without_need(periods: Sequence[Period], day: date) -> Availability:
    now = next((each for each in periods if each.contains(day)), None)
    if now and most(now.week):
        return Availability("free", most(now.week), until=now.last)
    for later in periods:
        if later.first > day and most(later.week):
            return Availability("later", most(later.week), later.first, later.last)
    if any(each.last is None or each.last >= day for each in periods):
        return Availability("full", until=now.last if now else None)
    return Availability("unknown")
