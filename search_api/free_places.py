"""How many places are declared free in a search: one figure, for those who show no list.

A place counts where it is free today: of the declared period that is under way, the most places free at once at some
time of the week. An assistant maternel with two free mornings and one free afternoon has two. A card tells fewer where
a period that adjoins has fewer, as it tells to when they are free (`availability.without_need`). Structures declare no
free places: they are counted as offers to ask, by kind.
"""

from dataclasses import dataclass

from domain.vocabulary import CARE_KINDS
from domain.week import WEEK
from search_api.engine.engine import Engine, search
from search_api.query import filters, queries
from search_api.query.filters import Clause
from search_api.request.need import MAX_PLACES
from search_api.request.offer_query import OfferQuery


@dataclass(frozen=True)
class Free:
    """`places`, and the assistants maternels (`assistants`) who have them. `structures`: those that mind children, of
    which no free places are known. `offers`: everything found. `fictitious`: whether any of it is made up."""

    places: int
    assistants: int
    structures: int
    offers: int
    fictitious: bool


async def free(engine: Engine, query: OfferQuery) -> Free:
    """Raises EngineUnavailable."""
    found = await search(engine, engine.offers, body(query))
    counted = {name: each["doc_count"] for name, each in found["aggregations"]["counted"]["buckets"].items()}
    # Who has p places free is in the first p counts.
    return Free(
        places=sum(counted[f"free_{level}"] for level in range(1, MAX_PLACES + 1)),
        assistants=counted["free_1"],
        structures=counted["structures"],
        offers=found["hits"]["total"]["value"],
        fictitious=counted["fictitious"] > 0,
    )


def body(query: OfferQuery) -> dict[str, object]:
    counted: dict[str, Clause] = {
        **{f"free_{level}": at_least(query, level) for level in range(1, MAX_PLACES + 1)},
        "structures": {"terms": {"kind": list(CARE_KINDS)}},
        "fictitious": {"term": {"fictitious": True}},
    }
    return {
        "query": queries.every_condition(query),
        "aggs": {"counted": {"filters": {"filters": counted}}},
        "size": 0,
        "track_total_hits": True,
    }


def at_least(query: OfferQuery, level: int) -> Clause:
    """Offers that have so many places free at once, at some time of the week of the period under way, by a word that
    counts."""
    week = {"gte": level * WEEK, "lt": (level + 1) * WEEK, "relation": "intersects"}
    period = filters.timetable([filters.under_way(query.start), {"range": {"availability.week": week}}])
    return filters.known(query, period)
