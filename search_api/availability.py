"""What is free at an offer for a need, read from the indexed periods (DESIGN.md, "Availability")."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypedDict

from mappings.documents import WEEK_MINUTES
from mappings.vocabulary import CARE_KINDS
from search_api.coverage import Coverage, coverage
from search_api.need import MAX_PLACES, Day, Piece

Period = dict[str, Any]
"""`period` {gte, lte?} in ISO days, the last one included, and `week`, as indexed (mappings/documents.py)."""


class Status(TypedDict):
    """`places`: free for the whole need, or at once at some hour without one. Days are ISO 8601. `coverage` of a
    partial match."""

    status: str
    places: int | None
    free_from: str | None
    until: str | None
    coverage: Coverage | None


def status_of(offer: dict[str, Any], start: date, days: Sequence[Day]) -> Status | None:
    """The availability of an offer at `start` for the days of a need, if any; None for kinds that mind no children."""
    if offer["kind"] == "assistant_maternel":
        return timetable_status(offer.get("availability") or [], start.isoformat(), days)
    return status("to_ask") if offer["kind"] in CARE_KINDS else None


def timetable_status(periods: list[Period], day: str, days: Sequence[Day]) -> Status:
    """`free`, `later`, `partial`, `full` or `unknown`: as the best of the periods that are not over on that day."""
    ahead = [each for each in periods if end_of(each) >= day]  # ISO days compare as text
    if not ahead:
        return status("unknown")
    ahead.sort(key=lambda each: str(each["period"]["gte"]))
    shares = [share(each["week"], days) for each in ahead]
    most = max(shares)
    # Of equal shares the first: periods do not overlap, so that the one under way, if any, comes before the others.
    best = ahead[shares.index(most)]["period"]
    begins = best["gte"] if best["gte"] > day else None
    if most == (len(days) or 1):
        places = free_places(ahead[shares.index(most)]["week"], days)
        return status("later" if begins else "free", places=places, free_from=begins, until=best.get("lte"))
    if most:
        found = coverage(ahead[shares.index(most)]["week"], days)
        return status("partial", free_from=begins, until=best.get("lte"), coverage=found)
    current = ahead[0]["period"]
    return status("full", until=current.get("lte") if current["gte"] <= day else None)


def share(week: list[dict[str, int]], days: Sequence[Day]) -> int:
    """How many of the days are covered; without any, 1 where something is free at all."""
    if not days:
        return int(bool(week))
    return sum(covers(week, day.pieces) for day in days)


def free_places(week: list[dict[str, int]], days: Sequence[Day]) -> int:
    """The most places free for all the days, which are covered; without days, the most free at once."""
    if not days:
        return max(part["gte"] // WEEK_MINUTES for part in week)
    pieces = [piece for day in days for piece in day.pieces]
    places = 1
    while places < MAX_PLACES and covers(week, [(start, end, max(least, places + 1)) for start, end, least in pieces]):
        places += 1
    return places


def covers(week: list[dict[str, int]], pieces: Sequence[Piece]) -> bool:
    """Whether every piece has its places free."""
    for start, end, places in pieces:
        first, last = start + places * WEEK_MINUTES, end + places * WEEK_MINUTES
        for part in week:
            if part["gte"] <= first and last <= part["lt"]:
                break
        else:
            return False
    return True


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
