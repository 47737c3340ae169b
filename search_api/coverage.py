"""How far a week of free places covers a need: day by day, and in a French sentence."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypedDict

from mappings.documents import DAY_MINUTES, DAYS, WEEK_MINUTES
from search_api.labels import DAYS as DAY_NAMES
from search_api.need import Day, split

Span = tuple[int, int]
"""Minutes from Monday 00:00; past the week's end where Sunday night goes on into Monday."""


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
            moved = WEEK_MINUTES if start < first else 0  # the piece of Monday that Sunday night goes on into
            for part in week:
                if part["gte"] // WEEK_MINUTES == places:
                    begin = max(start, part["gte"] - places * WEEK_MINUTES) + moved
                    finish = min(end, part["lt"] - places * WEEK_MINUTES) + moved
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


def merged(parts: list[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(parts):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def summary(asked: int, missing: list[tuple[Day, list[Span]]]) -> str:
    """« 4 jours sur 5 ; mercredi : libre jusqu’à 16 h »."""
    covered = asked - len(missing)
    told: dict[str, list[str]] = {}
    for day, parts in missing:
        told.setdefault(description(day, parts), []).append(DAY_NAMES[DAYS[day.weekday]])
    share = f"{covered}\u00a0jour{'s' if covered > 1 else ''} sur {asked}"
    return "\u202f; ".join([share, *(f"{together(names)}\u00a0: {text}" for text, names in told.items())])


def description(day: Day, parts: list[Span]) -> str:
    """What is free of a day that is not covered."""
    if not parts:
        return "pas libre"
    if len(parts) == 1 and len(wanted(day)) == 1:
        (start, end), (first, last) = parts[0], wanted(day)[0]
        if start == first and end < last:
            return f"libre jusqu’à {spoken(end)}"
        if end == last and start > first:
            return f"libre à partir de {spoken(start)}"
    return "libre " + together([f"de {spoken(start)} à {spoken(end)}" for start, end in parts])


def together(texts: list[str]) -> str:
    *others, last = texts
    return f"{', '.join(others)} et {last}" if others else last


def clock(minute: int, *, closing: bool = False) -> str:
    """HH:MM; the midnight that ends a part is 24:00."""
    of_day = minute % DAY_MINUTES
    if closing and of_day == 0:
        return "24:00"
    return f"{of_day // 60:02}:{of_day % 60:02}"


def spoken(minute: int) -> str:
    """« 16 h », « 9 h 30 », « minuit »."""
    hours, minutes = divmod(minute % DAY_MINUTES, 60)
    if not hours and not minutes:
        return "minuit"
    return f"{hours}\u00a0h" + (f"\u00a0{minutes:02}" if minutes else "")
