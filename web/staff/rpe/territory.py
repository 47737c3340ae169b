"""What the territory's form asks, in readable addresses: pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi.datastructures import QueryParams

from domain.week import DAY, ends_after, typed_minute
from registry.offers.relais import Need
from web.shared.search.need import DAYS, as_places

DUTIES = {
    "up_to_date": "à jour",
    "to_confirm": "à confirmer",
    "due": "à mettre à jour bientôt",
    "overdue": "en retard",
    "exempt": "dispensée",
}
BAD_HOURS = "Les heures s’écrivent comme 08:00\u202f; la fin vient après le début, ou le lendemain."


@dataclass(frozen=True)
class Asked:
    """`need` is None when no day is ticked, and when `error` says what is wrong."""

    commune: str
    days: tuple[str, ...]
    start: str
    end: str
    places: int
    duty: str
    need: Need | None
    error: str


def read(query: QueryParams) -> Asked:
    days = tuple(day for day in DAYS if day in query.getlist("jour"))
    start, end = query.get("debut", "08:00"), query.get("fin", "18:00")
    places = as_places(query.get("places", "")) or 1
    duty = query.get("etat", "")
    begins, ends = typed_minute(start), typed_minute(end)
    error, need = "", None
    if days and (begins in (None, DAY) or ends is None or begins == ends):
        error = BAD_HOURS
    elif days and begins is not None and ends is not None:
        weekdays = [list(DAYS).index(day) for day in days]
        need = Need(weekdays, begins, ends_after(begins, ends), places)
    return Asked(
        query.get("commune", "")[:5], days, start[:5], end[:5], places, duty if duty in DUTIES else "", need, error
    )


def standing(words: Iterable[str]) -> str:
    """« à jour, dispensée »."""
    return ", ".join(DUTIES[word] for word in words)
