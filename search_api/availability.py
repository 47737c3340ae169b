"""What is free at an assistant maternel's on a day, read from the indexed periods (DESIGN.md, "Availability")."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypedDict

from mappings.documents import WEEK_MINUTES
from mappings.vocabulary import CARE_KINDS
from search_api.need import MAX_PLACES

Pieces = Sequence[tuple[int, int, int]]
"""(start, end, places) in minutes of the week, as `OfferQuery.pieces`."""


class Status(TypedDict):
    """`places`: free for the whole need, or at once at some hour without one. Days are ISO 8601."""

    status: str
    places: int | None
    free_from: str | None
    until: str | None


def status_of(offer: dict[str, Any], start: date, pieces: Pieces) -> Status | None:
    """The availability of an offer at `start`; None for kinds that mind no children."""
    if offer["kind"] == "assistant_maternel":
        return timetable_status(offer.get("availability") or [], start, pieces)
    return status("to_ask") if offer["kind"] in CARE_KINDS else None


def timetable_status(periods: list[dict[str, Any]], start: date, pieces: Pieces) -> Status:
    """`free`, `later`, `full` or `unknown`. Periods do not overlap; the last day of one is included."""
    day = start.isoformat()  # ISO days compare as text
    ordered = sorted(periods, key=lambda each: str(each["period"]["gte"]))
    current = next((each for each in ordered if each["period"]["gte"] <= day <= end_of(each)), None)
    if current and (places := free_places(current["week"], pieces)):
        return status("free", places=places, until=current["period"].get("lte"))
    for later in ordered:
        if later["period"]["gte"] > day and (places := free_places(later["week"], pieces)):
            first = later["period"]["gte"]
            return status("later", places=places, free_from=first, until=later["period"].get("lte"))
    if ordered and day <= end_of(ordered[-1]):
        return status("full", until=current["period"].get("lte") if current else None)
    return status("unknown")


def free_places(week: list[dict[str, int]], pieces: Pieces) -> int:
    """The most places free for all the pieces; without pieces, the most free at once; 0 when there are none."""
    if not pieces:
        return max((part["gte"] // WEEK_MINUTES for part in week), default=0)
    return max((places for places in range(1, MAX_PLACES + 1) if covers(week, pieces, places)), default=0)


def covers(week: list[dict[str, int]], pieces: Pieces, places: int) -> bool:
    """Whether every piece has its own places free, and at least `places`."""
    return all(
        any(part["gte"] <= shift + start and shift + end <= part["lt"] for part in week)
        for start, end, least in pieces
        for shift in [max(least, places) * WEEK_MINUTES]
    )


def end_of(period: dict[str, Any]) -> str:
    return period["period"].get("lte") or "9999-12-31"


def status(name: str, *, places: int | None = None, free_from: str | None = None, until: str | None = None) -> Status:
    return {"status": name, "places": places, "free_from": free_from, "until": until}
