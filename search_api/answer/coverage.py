"""How far a week of free places covers a need: day by day, at the places and the shortenings that count."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypedDict

from domain.week import DAYS, WEEK, Span, at_level, clock, merged, split
from search_api.answer import sentences
from search_api.request.need import Day, steps, tenths


class Match(NamedTuple):
    """How a period meets a need: at so many `places` of those `asked`, fewer where fewer children have an age that is
    taken (`by_age`). `shortenings`: of each day in minutes at either end, None where the day is not covered."""

    places: int
    asked: int
    shortenings: tuple[int | None, ...]
    by_age: bool

    @property
    def is_whole(self) -> bool:
        return self.places == self.asked and not any(self.shortenings) and None not in self.shortenings

    def lacks_no_more_than(self, minutes: int) -> bool:
        """Whether every day is covered, but for so many minutes at most at either end of its hours."""
        return all(each is not None and each <= minutes for each in self.shortenings)

    @property
    def share(self) -> float:
        """Above 0, up to 1 for the whole need."""
        return tenths(self.places, self.shortenings) / (self.asked * 10 * len(self.shortenings))


class Parts(NamedTuple):
    """An indexed week, in order: where its parts start and end, half-open, in minutes, each level of places 10,080
    above the one below. Parts of a level neither overlap nor touch, and each level comes after the one below."""

    starts: list[int]
    ends: list[int]


class Part(TypedDict):
    """`end` may be 24:00, or at or before `start`, which then means the next day."""

    start: str
    end: str


class DayCoverage(TypedDict):
    """`shortened`: minutes at either end without which the day is covered; None where it is not even then."""

    day: str
    covered: bool
    shortened: int | None
    free: list[Part]


class Coverage(TypedDict):
    """`covered` and `asked` count `days`: the weekdays of the need, in a pair each line on each of them. `free` holds
    what is free of the hours that are asked for, at `places` of the `asked_places`. `share`: of the need, in the period
    that is told, which need not be the offer's largest (`availability.best_of`)."""

    covered: int
    asked: int
    places: int
    asked_places: int
    share: float
    days: list[DayCoverage]
    summary: str


def coverage(week: list[dict[str, int]], days: Sequence[Day], match: Match) -> Coverage:
    """What a period's week covers of these days, of which there is at least one."""
    parts = parts_of(week)
    found = [(day, free_parts(parts, steps(day, match.places)[0][1])) for day in days]
    return {
        "covered": match.shortenings.count(0),
        "asked": len(days),
        "places": match.places,
        "asked_places": match.asked,
        "share": round(match.share, 4),
        "days": [
            {
                "day": DAYS[day.weekday],
                "covered": shortened == 0,
                "shortened": shortened,
                "free": [{"start": clock(start), "end": clock(end, closing=True)} for start, end in free],
            }
            for (day, free), shortened in zip(found, match.shortenings, strict=True)
        ],
        "summary": sentences.summary(
            [each for day, free in found for each in sentences.pieces(day, free)],
            sentences.places(match.places, match.asked, by_age=match.by_age),
        ),
    }


def parts_of(week: Iterable[dict[str, int]]) -> Parts:
    found = sorted((part["gte"], part["lt"]) for part in week)
    return Parts([start for start, _ in found], [end for _, end in found])


def covers(parts: Parts, wanted: Iterable[Span]) -> bool:
    """Whether each that is wanted lies within one of the parts: one alone can hold it, the last that starts by then."""
    starts, ends = parts
    for start, end in wanted:
        at = bisect_right(starts, start) - 1
        if at < 0 or ends[at] < end:
            return False
    return True


def free_parts(parts: Parts, day: Day) -> list[Span]:
    """What is free of a day's hours at the places that they ask for; what touches is one."""
    starts, ends = parts
    found = []
    for start, end, back in demand(day):
        at = bisect_right(ends, start)
        while at < len(starts) and starts[at] < end:
            found.append((max(start, starts[at]) - back, min(end, ends[at]) - back))
            at += 1
    return merged(found)


@lru_cache(1_024)
def demand(day: Day) -> tuple[tuple[int, int, int], ...]:
    """A day's hours without overlaps, as bounds of the indexed week, and the minutes that these are past the day's own.
    Where several lines ask for the same time, the most places count. Kept, as every card of a list asks for the
    same."""
    cuts = sorted({minute for start, end, _ in day.hours for minute in (start, end)})
    found: list[tuple[int, int, int]] = []
    for start, end in pairwise(cuts):
        places = max((places for first, last, places in day.hours if first <= start and end <= last), default=0)
        if places and found and found[-1][1:] == (start, places):
            found[-1] = (found[-1][0], end, places)
        elif places:
            found.append((start, end, places))
    return tuple(
        # The piece of Monday that Sunday night goes on into is told as Sunday's.
        (*at_level(piece, places), places * WEEK - (WEEK if piece[0] < start else 0))
        for start, end, places in found
        for piece in split(start, end)
    )
