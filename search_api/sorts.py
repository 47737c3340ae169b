"""The orders of a list, and the scores that two of them need."""

from calendar import monthrange
from datetime import date
from typing import Any

from search_api import filters, text
from search_api.filters import Clause
from search_api.offer_query import OfferQuery
from search_api.text import worth

FREE = 4.0
"""A place known to be free outweighs the two below together: it always comes before one to ask for."""

NEAR = 2.0
"""At the point itself, half of it at HALF_WAY_KM, and so on: two offers a street apart hardly differ."""

FRESH = 1.0
"""An offer confirmed lately comes before one that was not, unless that one is clearly nearer (by 2 km or so)."""

HALF_WAY_KM = 2
FRESH_MONTHS = 6


def sort(query: OfferQuery) -> list[dict[str, Any]]:
    """Sort clauses, always ended by the id, which is unique."""
    by_id = {"id": "asc"}
    if query.sort == "name":
        return [{"name.sort": "asc"}, by_id]
    if query.sort == "updated":
        return [{"confirmed_on": {"order": "desc", "missing": "_last"}}, by_id]
    nearest = [distance(query)] if query.near is not None else []
    if query.sort == "distance":
        return [*nearest, by_id]
    return [{"_score": "desc"}, *nearest, by_id]


def distance(query: OfferQuery) -> dict[str, Any]:
    return {"_geo_distance": {"position": filters.point(query), "order": "asc", "unit": "m", "distance_type": "arc"}}


def scored(query: OfferQuery, conditions: list[Clause]) -> Clause:
    """The whole query: conditions that offers must meet, and what scores them where the order needs it.

    Every date is compared with the request's day, so that the next page is scored like the last one.
    """
    if query.sort == "relevance":
        return {"bool": {"filter": conditions, "must": wording(query)}}
    if query.sort == "recommended":
        # Without any condition one of the clauses that only score would have to match.
        required = [*conditions, *wording(query)] or [{"match_all": {}}]
        return {"bool": {"filter": required, "should": recommended(query)}}
    return unscored(query, conditions)


def unscored(query: OfferQuery, conditions: list[Clause]) -> Clause:
    return {"bool": {"filter": [*conditions, *wording(query)]}}


def wording(query: OfferQuery) -> list[Clause]:
    return [text.clause(query.q)] if query.q else []


def recommended(query: OfferQuery) -> list[Clause]:
    """Clauses whose scores add up: free before to ask, near before far, fresh before stale."""
    since = months_before(query.today, FRESH_MONTHS).isoformat()
    clauses = [worth(FRESH, {"range": {"confirmed_on": {"gte": since}}})]
    if query.need:
        clauses.append(worth(FREE, filters.free(query)))
    if query.near is not None:
        decay = {"position": {"origin": filters.point(query), "scale": f"{HALF_WAY_KM}km", "decay": 0.5}}
        clauses.append(
            {"function_score": {"query": {"match_all": {}}, "exp": decay, "boost": NEAR, "boost_mode": "multiply"}}
        )
    return clauses


def months_before(day: date, months: int) -> date:
    """The same day of the month, or the month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
