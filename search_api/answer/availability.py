"""What is free at an offer for a need, read from the indexed periods (docs/design.md, "Availability")."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypedDict

from domain import week as weeks
from domain.freshness import is_up_to_date
from domain.vocabulary import CARE_KINDS
from search_api.answer.coverage import Coverage, coverage
from search_api.request.need import Day

Period = dict[str, Any]
"""`period` {gte, lte?} in ISO days, the last one included, and `week`, as indexed (mappings/documents.py)."""


Part = tuple[int, int]
"""A stretch of an indexed week: half-open, in minutes, each level of places 10,080 above the one below."""


class Status(TypedDict):
    """`places`: free for the whole need, or at once at some hour without one. Days are ISO 8601. `coverage` of a
    partial match."""

    status: str
    places: int | None
    free_from: str | None
    until: str | None
    coverage: Coverage | None


def status_of(offer: dict[str, Any], start: date, days: Sequence[Day], today: date) -> Status | None:
    """The availability of an offer at `start` for the days of a need, if any; None for kinds that mind no children.

    `today` is the day of the request: what was declared by a word that does not count any more is `to_confirm`,
    whatever it was.
    """
    if offer["kind"] != "assistant_maternel":
        return status("to_ask") if offer["kind"] in CARE_KINDS else None
    found = timetable_status(offer.get("availability") or [], start.isoformat(), days)
    if found["status"] == "unknown" or is_up_to_date(offer, today):
        return found
    return status("to_confirm")


def timetable_status(periods: list[Period], day: str, days: Sequence[Day]) -> Status:
    """`free`, `later`, `partial`, `full` or `unknown`: as the best of the periods that are not over on that day."""
    ahead = [each for each in periods if end_of(each) >= day]  # ISO days compare as text
    if not ahead:
        return status("unknown")
    ahead.sort(key=first_day)
    # Of equal shares the first: periods do not overlap, so that the one under way, if any, comes before the others.
    best, most = ahead[0], 0
    for each in ahead:
        covered = share(each["week"], days)
        if covered > most:
            best, most = each, covered
        if most == (len(days) or 1):
            break
    period, week = best["period"], best["week"]
    begins = period["gte"] if period["gte"] > day else None
    if not most:
        return status("full", until=None if begins else period.get("lte"))
    if most < len(days):
        return status("partial", free_from=begins, until=period.get("lte"), coverage=coverage(week, days))
    name = "later" if begins else "free"
    return status(name, places=free_places(week, days), free_from=begins, until=period.get("lte"))


def share(week: list[dict[str, int]], days: Sequence[Day]) -> int:
    """How many of the days are covered; without any, 1 where something is free at all."""
    if not days:
        return int(bool(week))
    parts = parts_of(week)
    return sum(covers(parts, day.bounds) for day in days)


def free_places(week: list[dict[str, int]], days: Sequence[Day]) -> int:
    """The most places free for all the days, which are covered; without days, the most free at once."""
    parts = parts_of(week)
    most = max(parts)[0] // weeks.WEEK
    places = 1 if days else most
    while places < most and covers(parts, at_least(places + 1, days)):
        places += 1
    return places


def at_least(places: int, days: Sequence[Day]) -> list[Part]:
    return [weeks.at_level((start, end), max(least, places)) for day in days for start, end, least in day.pieces]


def parts_of(week: list[dict[str, int]]) -> list[Part]:
    return [(part["gte"], part["lt"]) for part in week]


def covers(parts: Sequence[Part], wanted: Sequence[Part]) -> bool:
    """Whether one of the parts contains the whole of each that is wanted."""
    for first, last in wanted:
        for start, end in parts:
            if start <= first and last <= end:
                break
        else:
            return False
    return True


def first_day(period: Period) -> str:
    day: str = period["period"]["gte"]
    return day


def end_of(period: Period) -> str:
    return period["period"].get("lte") or "9999-12-31"


def status(
    name: str,
    *,
    places: int | None = None,
    free_from: str | None = None,
    until: str | None = None,
    coverage: Coverage | None = None,
) -> Status:
    return {"status": name, "places": places, "free_from": free_from, "until": until, "coverage": coverage}
