"""Why no assistant maternel is among what a search found: the first condition that leaves none of them."""

from dataclasses import dataclass, replace
from typing import Literal

from search_api import free_places, offers
from search_api.engine.engine import Engine
from search_api.places import resolved
from search_api.query import filters, queries
from search_api.request.offer_query import OfferQuery

KIND = "assistant_maternel"

Cause = Literal["distance", "filters", "age", "full", "places", "hours"]


@dataclass(frozen=True)
class Reason:
    """`distance`: there is none in this place at all; `full`: nobody has declared a place free on the day, at whatever
    hour. `among`: how many there are in this place."""

    cause: Cause
    among: int


async def why_none(engine: Engine, query: OfferQuery) -> Reason:
    """Of a query that no assistant maternel answers. Raises ParameterError for a territory that there is not,
    EngineUnavailable."""
    asked = replace((await resolved(engine, query)).query, to_ask=False, undeclared=False)
    selected = (("kind", (KIND,)), *((name, values) for name, values in asked.selected if name != "kind"))
    placed = replace(asked, selected=selected[:1], q=None, children=(), need=())
    chosen = replace(placed, selected=selected, q=asked.q)
    aged = replace(chosen, children=asked.children)
    one_place = replace(asked, selected=selected, places=1, need=tuple(replace(line, places=1) for line in asked.need))
    some_place = [*queries.besides_place(aged), free_places.at_least(aged, 1)]
    conditions = [*(queries.besides_place(each) for each in (placed, chosen, aged, one_place)), some_place]
    [counts] = await offers.counted(engine, [queries.counting(filters.somewhere(asked), conditions)])
    there, filtered, of_age, alone, free = counts
    causes: tuple[tuple[Cause, bool], ...] = (
        ("distance", not there),
        ("filters", not filtered),
        ("age", not of_age),
        ("full", not free),
        ("places", bool(alone)),
        ("hours", True),
    )
    return Reason(next(cause for cause, holds in causes if holds), there)
