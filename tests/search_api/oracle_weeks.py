"""Weeks, needs and what a timetable has free of them, minute by minute (docs/design.md, "Availability").

For the oracle: written from the definitions, as simply as they allow.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import groupby

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 1_440
WEEK = 7 * DAY

Week = bytes
"""For each minute from Monday 00:00, the places that are free (of a structure: 1 when it is open); Monday stands there
once more at the end, so that a night from Sunday is one piece."""

Span = tuple[int, int, int]
"""(start, end, places): minutes in a row from Monday 00:00 on, Sunday's into the next Monday, that ask for as many."""

Spans = tuple[Span, ...]

Demand = Mapping[int, Spans]
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
    for stretch in re.finditer(rb"[^\x00]+", asked):
        minute = stretch.start()
        for places, run in groupby(stretch[0]):
            length = len(list(run))
            yield minute, minute + length, places
            minute += length


@lru_cache(4_096)
def enough(free: Week, places: int) -> bytes:
    """For each minute 1 where so many places are free, else 0."""
    return free.translate(bytes(each >= places for each in range(256)))


def covers(free: Week, wanted: Iterable[Span]) -> bool:
    return all(enough(free, places).find(0, start, end) < 0 for start, end, places in wanted)


TENTHS = {0: 10, 15: 9, 30: 8, 60: 6}
"""Minutes less at either end → what a day so shortened is worth, in tenths."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """`days`: what a need asks for. `places`: the most that it asks for at any time."""

    days: Demand
    known: dict[tuple[Week, int], Mapping[int, int | None]] = field(default_factory=dict, repr=False)

    @cached_property
    def places(self) -> int:
        return max(places for spans in self.days.values() for _, _, places in spans)

    @cached_property
    def eased(self) -> Mapping[tuple[int, int], Mapping[int, Spans | None]]:
        """By places and minutes: what is left of each day for those who have so many places, less so many minutes at
        both ends of each stretch."""
        return {
            (places, minutes): {day: shorter(spans, places, minutes) for day, spans in self.days.items()}
            for places in range(1, self.places + 1)
            for minutes in TENTHS
        }

    def shortenings(self, free: Week, places: int) -> Mapping[int, int | None]:
        """Of each day the least shortening with which it is covered at so many places; None where none is enough."""
        if (free, places) not in self.known:
            self.known[free, places] = {
                day: next((minutes for minutes in TENTHS if self.holds(free, places, minutes, day)), None)
                for day in self.days
            }
        return self.known[free, places]

    def less(self, asked: Spans, leniency: int) -> Spans:
        """What of these hours of a day must be free where so many minutes may be missing at both ends of each stretch:
        of a day that does not admit them, the most that it does."""
        left = [shorter(asked, self.places, minutes) for minutes in TENTHS if minutes <= leniency]
        return [each for each in left if each is not None][-1]

    def sufficient(self, leniency: int) -> Demand:
        """The need, of each day less as many minutes as it admits, up to so many at both ends of each stretch."""
        return {day: self.less(asked, leniency) for day, asked in self.days.items()}

    def suffices(self, free: Week, leniency: int) -> bool:
        """Whether a week holds the whole need but for so many minutes at both ends of each stretch of hours."""
        return all(covers(free, asked) for asked in self.sufficient(leniency).values())

    def holds(self, free: Week, places: int, minutes: int, day: int) -> bool:
        left = self.eased[places, minutes][day]
        return left is not None and covers(free, left)


@lru_cache(4_096)
def shorter(wanted: Spans, places: int, minutes: int) -> Spans | None:
    """None where less than half of a stretch would be left."""
    asked = bytearray(WEEK + DAY)
    for start, end, most in wanted:
        asked[start:end] = bytes([min(most, places)]) * (end - start)
    for stretch in re.finditer(rb"[^\x00]+", bytes(asked)):
        start, end = stretch.span()
        if (end - start) - 2 * minutes < (end - start) / 2:
            return None
        for lost in (*range(start, start + minutes), *range(end - minutes, end)):
            asked[lost] = 0
    return tuple(spans(asked))


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
    """A period, and how it meets a need of `asked` places at `places` of them: of each day the shortening. `suffices`:
    whether it is under way and has all of it, but for the minutes that may be missing."""

    period: Period
    places: int
    asked: int
    days: Mapping[int, int | None]
    now: bool
    suffices: bool = False

    @property
    def tenths(self) -> int:
        """The share of the need, of 10 for each day and each place."""
        return self.places * sum(TENTHS[each] for each in self.days.values() if each is not None)

    @property
    def share(self) -> float:
        return self.tenths / (10 * self.asked * len(self.days))

    @property
    def worth(self) -> int:
        """Three times the share, 1 more where the period contains the day, and 1 more where it is enough: of so many
        tenths as `tenths`."""
        return 3 * self.tenths + 10 * self.asked * len(self.days) * (self.now + self.suffices)

    @property
    def covered(self) -> int:
        return sum(each == 0 for each in self.days.values())

    @property
    def is_whole(self) -> bool:
        return self.places == self.asked and self.covered == len(self.days)

    def is_met_by(self, other: Mapping[int, int | None]) -> bool:
        """Whether every day is as well covered or better."""
        return all(
            least is None or ((mine := other[day]) is not None and mine <= least) for day, least in self.days.items()
        )


def best(periods: Iterable[Period], day: date, wanted: Wanted, most: int, leniency: int = 0) -> Best | None:
    """Of the periods that end on that day or later, and of the places up to `most`, with a share: what is worth most;
    then the period that contains the day, then the earliest; then the most places."""
    enough = [each for each in periods if each.contains(day) and wanted.suffices(each.week, leniency)]
    candidates = [
        Best(
            each,
            places,
            wanted.places,
            wanted.shortenings(each.week, places),
            each.contains(day),
            places == wanted.places and each in enough,
        )
        for each in periods
        if each.last is None or each.last >= day
        for places in range(1, most + 1)
    ]
    return max(
        (each for each in candidates if each.tenths),
        key=lambda each: (each.worth, each.now, -each.period.first.toordinal(), each.places),
        default=None,
    )


@dataclass(frozen=True)
class Availability:
    """`best`: what there is of a need, where there is some; `declared`: what was said by one who is to confirm it."""

    status: str
    places: int | None = None
    free_from: date | None = None
    until: date | None = None
    declared_until: date | None = None
    best: Best | None = None
    declared: "Availability | None" = None


def timetable(periods: Sequence[Period], day: date, wanted: Wanted, most: int, leniency: int = 0) -> Availability:
    """What an assistant maternel has free on a day, for a need of which she can take so many places."""
    if not wanted.days:
        return without_need(periods, day)
    if not any(each.last is None or each.last >= day for each in periods):
        return Availability("unknown")
    found = best(periods, day, wanted, most, leniency)
    if found is None:
        return nothing(periods, day)
    period = found.period
    held, ends = chain(periods, period, lambda each: found.is_met_by(wanted.shortenings(each.week, found.places)))
    later = None if found.now else period.first
    if not found.is_whole:
        return Availability("partial", None, later, *ends, found)
    places = min(free_places(each.week, wanted.days) for each in held)
    return Availability("free" if found.now else "later", places, later, *ends, found)


def without_need(periods: Sequence[Period], day: date) -> Availability:
    ahead = [each for each in periods if each.last is None or each.last >= day]
    if not ahead:
        return Availability("unknown")
    for each in sorted(ahead, key=lambda each: each.first):
        if most(each.week):
            held, ends = chain(periods, each, lambda other: most(other.week) > 0)
            now, places = each.contains(day), min(most(other.week) for other in held)
            return Availability("free" if now else "later", places, None if now else each.first, *ends)
    return nothing(periods, day)


def nothing(periods: Sequence[Period], day: date) -> Availability:
    now = next((each for each in periods if each.contains(day)), None)
    return Availability("full", None, None, *(chain(periods, now, lambda _: True)[1] if now else ()))


def chain(
    periods: Iterable[Period], first: Period, goes_on: Callable[[Period], bool]
) -> tuple[Sequence[Period], tuple[date | None, date | None]]:
    """The periods of a place that begins with the first, and its last day: known where a period adjoins that does not
    go on with it (the first of the two days), else the last day that is declared, if there is one."""
    starts = {each.first: each for each in periods}
    held = [first]
    while (last := held[-1].last) and (after := starts.get(last + timedelta(days=1))):
        if not goes_on(after):
            return held, (last, None)
        held.append(after)
    return held, (None, held[-1].last)
