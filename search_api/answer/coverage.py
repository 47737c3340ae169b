"""How far a week of free places covers a need: day by day, and in a French sentence."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypedDict

from domain import french
from domain.week import DAY, DAYS, NAMES, WEEK, Span, clock, merged, split
from search_api.request.need import Day

_DAY = french.Plural("jour", "jours")


class Part(TypedDict):
    """`end` may be 24:00, or at or before `start`, which then means the next day."""

    start: str
    end: str


class DayCoverage(TypedDict):
    day: str
    covered: bool
    free: list[Part]


class Coverage(TypedDict):
    """`covered` and `asked` count weekdays; `free` holds what is free of the hours that are asked for."""

    covered: int
    asked: int
    days: list[DayCoverage]
    summary: str


def coverage(week: list[dict[str, int]], days: Sequence[Day]) -> Coverage:
    """What a period's week covers of these days, of which there is at least one."""
    found = [(day, free_parts(week, day)) for day in days]
    missing = [(day, parts) for day, parts in found if parts != wanted(day)]
    return {
        "covered": len(days) - len(missing),
        "asked": len(days),
        "days": [
            {
                "day": DAYS[day.weekday],
                "covered": parts == wanted(day),
                "free": [{"start": clock(start), "end": clock(end, closing=True)} for start, end in parts],
            }
            for day, parts in found
        ],
        "summary": summary(len(days), missing),
    }


def wanted(day: Day) -> list[Span]:
    return merged([(start, end) for start, end, _ in day.hours])


def free_parts(week: list[dict[str, int]], day: Day) -> list[Span]:
    """What is free of a day's hours at the places that they ask for; what touches is one."""
    parts = []
    for first, last, places in demand(day):
        for start, end in split(first, last):
            moved = WEEK if start < first else 0  # the piece of Monday that Sunday night goes on into
            for part in week:
                if part["gte"] // WEEK == places:
                    begin = max(start, part["gte"] - places * WEEK) + moved
                    finish = min(end, part["lt"] - places * WEEK) + moved
                    if begin < finish:
                        parts.append((begin, finish))
    return merged(parts)


def demand(day: Day) -> list[tuple[int, int, int]]:
    """(start, end, places) without overlaps: where several lines ask for the same time, the most places count."""
    cuts = sorted({minute for start, end, _ in day.hours for minute in (start, end)})
    asked = [
        (start, end, max((places for first, last, places in day.hours if first <= start and end <= last), default=0))
        for start, end in pairwise(cuts)
    ]
    return [each for each in asked if each[2]]


def summary(asked: int, missing: list[tuple[Day, list[Span]]]) -> str:
    """« 4 jours sur 5 ; mercredi : libre jusqu’à 16 h »."""
    covered = asked - len(missing)
    told: dict[str, list[str]] = {}
    for day, parts in missing:
        told.setdefault(description(day, parts), []).append(NAMES[day.weekday])
    share = f"{_DAY.of(covered)} sur {asked}"
    return "\u202f; ".join([share, *(f"{french.listed(names)}\u00a0: {text}" for text, names in told.items())])


def description(day: Day, parts: list[Span]) -> str:
    """What is free of a day that is not covered."""
    if not parts:
        return "pas libre"
    if len(parts) == 1 and len(wanted(day)) == 1:
        (start, end), (first, last) = parts[0], wanted(day)[0]
        if start == first and end < last:
            return f"libre jusqu’à {ends(end)}"
        if end == last and start > first:
            return f"libre à partir de {begins(start)}"
    return "libre " + french.listed([f"de {begins(start)} à {ends(end)}" for start, end in parts])


def begins(minute: int) -> str:
    return french.clock(minute % DAY)


def ends(minute: int) -> str:
    return french.clock(minute % DAY or DAY)
