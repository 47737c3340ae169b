"""Periods of the registry as the fiche's templates and the search's documents say them. Pure functions."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from registry.timetables import DAY, WEEK, Period, Range
from search_api.labels import DAYS
from web.availability import weeks
from web.fiche import timetable

CODES = tuple(DAYS)


def period(each: Period, today: date) -> dict[str, Any]:
    """As the fiche shows it (`timetable.period`), with its id and whether it is over."""
    declared = {"period": _bounds(each, "from", "to"), "ranges": [said(part) for part in each.ranges]}
    shown = timetable.period(declared, today)
    over = each.end is not None and each.end < today
    return {**shown, "id": each.id, "over": over, "current": shown["current"] and not over}


def availability(periods: Iterable[Period]) -> list[dict[str, Any]]:
    """As the index holds it (DESIGN.md, "Availability"): for a page that shows what will be searched."""
    return [
        {
            "period": _bounds(each, "gte", "lte"),
            "week": [
                {"gte": level * WEEK + start, "lt": level * WEEK + end}
                for level in range(1, 7)
                for start, end in _merged([part for part in each.ranges if part.places >= level])
            ],
            "ranges": [said(part) for part in each.ranges],
        }
        for each in periods
    ]


def said(part: Range) -> dict[str, Any]:
    """A range as documents say it; 24:00 is the end of the day."""
    end = "24:00" if part.end == DAY else weeks.clock(part.end)
    return {"day": CODES[part.weekday], "start": weeks.clock(part.start), "end": end, "places": part.places}


def _bounds(each: Period, first: str, last: str) -> dict[str, str]:
    return {first: each.start.isoformat()} | ({last: each.end.isoformat()} if each.end else {})


def _merged(ranges: Sequence[Range]) -> list[tuple[int, int]]:
    """Minutes of the week, split at its end; what touches is one."""
    pieces = []
    for part in ranges:
        start, end = part.weekday * DAY + part.start, part.weekday * DAY + part.end
        pieces += [(start, end)] if end <= WEEK else [(start, WEEK), (0, end - WEEK)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
