"""The search bodies, put together from their parts."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from search_api.geo import Box
from search_api.query import facets, filters, sorts, sources, text, tiles
from search_api.query.filters import Clause
from search_api.request.offer_query import OfferQuery, View

NEAR_DEGREES = 2e-6
"""Around the place of one offer: the engine keeps places to some centimetres."""


def offers(query: OfferQuery, hits: int | None = None) -> dict[str, Any]:
    """The first `hits` offers of a list, with its facets; without `hits` a page, and one offer more, which says that
    there is a next page."""
    chosen = filters.chosen(query)
    # What is chosen in a facet of this request may not restrict that facet's counts, and so goes after the
    # aggregations, where it costs more (docs/search.md, "What was tried and did not help").
    apart = {name: clauses for name, clauses in chosen.items() if name in query.facets}
    together = [clause for name in chosen if name not in apart for clause in chosen[name]]
    if query.need and "day" in query.facets:
        apart["day"] = [filters.needed(query)]
    body: dict[str, Any] = {
        "query": sorts.scored(
            query, [*filters.always(query), *together], words(query), bool(query.need) and "day" not in apart
        ),
        "sort": sorts.sort(query),
        "aggs": facets.aggregations(query, apart),
        "size": query.limit + 1 if hits is None else hits,
        "track_total_hits": True,
        "_source": list(sources.LISTED),
    }
    if apart:
        body["post_filter"] = {"bool": {"filter": [clause for clauses in apart.values() for clause in clauses]}}
    if query.after is not None:
        body["search_after"] = list(query.after)
    return body


def on_map(query: OfferQuery, view: View) -> dict[str, Any]:
    """Points and clusters of a view in one search, so that both are of the same moment."""
    precision = tiles.precision(view.box, view.zoom)
    return {
        "query": {"bool": {"filter": [filters.inside(view.box), every_condition(query)]}},
        "aggs": {
            "tiles": {
                "geotile_grid": {"field": "position", "precision": precision, "size": tiles.MOST_FEATURES},
                "aggs": {
                    "centre": {"geo_centroid": {"field": "position"}},
                    "kinds": {"terms": {"field": "kind", "size": 50}},
                    # Whoever is known by the commune alone stands at its centre: no reason to draw the group there.
                    "located": {
                        "filter": {"term": {"located": True}},
                        "aggs": {
                            "centre": {"geo_centroid": {"field": "position"}},
                            "bounds": {"geo_bounds": {"field": "position", "wrap_longitude": False}},
                        },
                    },
                },
            }
        },
        "sort": [{"id": "asc"}],
        "size": tiles.MOST_FEATURES,
        "track_total_hits": True,
        "_source": list(sources.POINT),
    }


def alone(query: OfferQuery, places: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Those located offers of a map that stand at one of these places, each the only one of its cluster."""
    boxes = [
        Box(at["lon"] - NEAR_DEGREES, at["lat"] - NEAR_DEGREES, at["lon"] + NEAR_DEGREES, at["lat"] + NEAR_DEGREES)
        for at in places
    ]
    somewhere: Clause = {
        "bool": {"should": [filters.inside(box) for box in boxes], "minimum_should_match": 1},
    }
    return {
        "query": {"bool": {"filter": [{"term": {"located": True}}, somewhere, every_condition(query)]}},
        "size": len(places),
        "track_total_hits": False,
        "_source": list(sources.POINT),
    }


def counts(query: OfferQuery, by: str) -> dict[str, Any]:
    return {
        "query": every_condition(query),
        "aggs": {"values": facets.counted_by(query, by)},
        "size": 0,
        "track_total_hits": True,
    }


def every_condition(query: OfferQuery) -> dict[str, Any]:
    """All conditions, without scores and whatever the facets."""
    return {"bool": {"filter": [*filters.somewhere(query), *besides_place(query)]}}


def besides_place(query: OfferQuery) -> list[Clause]:
    """The same without the place (`filters.somewhere`)."""
    chosen = [clause for clauses in filters.chosen(query).values() for clause in clauses]
    need = [filters.needed(query)] if query.need else []
    return [*filters.of_children_and_scope(query), *words(query), *chosen, *need]


def by_place(asked: Sequence[OfferQuery]) -> list[list[int]]:
    """The numbers of the queries, together those around one point, along one route or in one box, which share a search.
    Each of those in a territory or without a place is a search of its own: a territory's clause is cheap, and one
    shared search would try every offer against every count."""
    found: dict[Hashable, list[int]] = {}
    for number, query in enumerate(asked):
        placed = query.radius_km is not None or query.route is not None or query.bbox is not None
        place: Hashable = (query.near, query.radius_km, query.route, query.bbox) if placed else number
        found.setdefault(place, []).append(number)
    return list(found.values())


def counting(place: Sequence[Clause], asked: Sequence[Sequence[Clause]]) -> dict[str, Any]:
    """How many offers of the place meet all of each of these conditions: one search that puts the place once, and what
    all of them ask. A route is hundreds of circles, which take most of a count's time."""
    apart = [list(flat(each)) for each in asked]
    shared = [clause for clause in apart[0] if all(clause in others for others in apart[1:])]
    own = [[clause for clause in each if clause not in shared] for each in apart]
    return {
        "query": {"bool": {"filter": [*place, *shared]}},
        "aggs": {"counted": {"filters": {"filters": [{"bool": {"filter": each}} for each in own]}}},
        "size": 0,
        "track_total_hits": False,
    }


def flat(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """The same conditions, those one by one that others are made of. Nothing is scored."""
    for clause in clauses:
        inner = clause.get("bool", {})
        if inner and inner.keys() <= {"filter", "must"}:
            yield from flat(each for parts in inner.values() for each in parts)
        else:
            yield clause


def words(query: OfferQuery) -> list[Clause]:
    """What must be found of the free text, where there is one."""
    return [text.clause(query.q)] if query.q else []
