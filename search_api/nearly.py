"""What a search would find that asked for a little less: exact counts, in one round trip."""

from dataclasses import dataclass, replace
from typing import Any

from search_api import offers
from search_api.engine import status
from search_api.engine.engine import Engine
from search_api.parameters import refuse_any_distance
from search_api.places import Resolved, resolved
from search_api.request import asking_less, rewriting
from search_api.request.asking_less import Change, same_need
from search_api.request.offer_query import OfferQuery

__all__ = ["Change", "Counted", "Counts", "counts", "nearly", "same_need"]


@dataclass(frozen=True)
class Counted:
    """A change and how many offers it finds; `more`: than the search as it stands."""

    change: Change
    total: int
    more: int


@dataclass(frozen=True)
class Counts:
    """`total`: how many offers cover all of the need."""

    asked: Resolved
    total: int
    changes: tuple[Counted, ...]


async def counts(engine: Engine, query: OfferQuery, km: float | None = None) -> Counts:
    """Every change that this search admits, of a query with a need: offers that are known to cover all of what is
    asked then, whatever `match` and `include` say. `km`: how far to look instead of 5 km farther.

    Raises ParameterError for a territory that there is not, or where any distance is asked for; EngineUnavailable.
    """
    refuse_any_distance(query)
    asked = await resolved(engine, replace(query, best=False, to_ask=False, undeclared=False))
    changes = asking_less.changes(asked.query, km)
    total, *found = await offers.totals(engine, [asked.query, *(each.query for each in changes)])
    counted = (Counted(change, count, count - total) for change, count in zip(changes, found, strict=True))
    return Counts(asked, total, tuple(counted))


async def nearly(engine: Engine, query: OfferQuery) -> dict[str, Any]:
    """The answer of `GET /api/v1/nearly`. Raises as `counts` does."""
    counted = await counts(engine, query)
    return {
        "query": offers.conditions(counted.asked),
        "total": {"value": counted.total, "relation": "eq"},
        "items": [item(each) for each in counted.changes],
        "data": {"indexed_at": await status.indexed_at(engine)},
    }


def item(counted: Counted) -> dict[str, Any]:
    change = counted.change
    what = {"minutes": change.minutes, "day": change.day_code, "places": change.places, "km": change.km}
    return {
        "change": change.change,
        **{name: value for name, value in what.items() if value is not None},
        "label": change.label,
        "total": counted.total,
        "more": counted.more,
        "parameters": rewriting.parameters(change.query),
    }
