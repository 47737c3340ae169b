"""Periods of the registry as the fiche's templates show them. Pure functions."""

from datetime import date
from typing import Any

from domain import week
from registry.offers.timetables import Period, Range
from web.shared.fiche import timetable


def period(each: Period, today: date) -> dict[str, Any]:
    """As the fiche shows it (`timetable.period`), with its id and whether it is over."""
    declared = {"period": _bounds(each, "from", "to"), "ranges": [said(part) for part in each.ranges]}
    shown = timetable.period(declared, today)
    over = each.end is not None and each.end < today
    return {**shown, "id": each.id, "over": over, "current": shown["current"] and not over}


def said(part: Range) -> dict[str, Any]:
    """A range as documents say it; 24:00 is the end of the day."""
    start, end = week.clock(part.start), week.clock(part.end, closing=True)
    return {"day": week.DAYS[part.weekday], "start": start, "end": end, "places": part.places}


def _bounds(each: Period, first: str, last: str) -> dict[str, str]:
    return {first: each.start.isoformat()} | ({last: each.end.isoformat()} if each.end else {})
