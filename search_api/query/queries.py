"""The search bodies, put together from their parts."""

from typing import Any

from search_api.query import facets, filters, sorts, sources, text, tiles
from search_api.query.filters import Clause
from search_api.request.offer_query import OfferQuery, View


def offers(query: OfferQuery) -> dict[str, Any]:
    """A page of offers with its facets, and one offer more, which says that there is a next page."""
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
        "size": query.limit + 1,
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
                },
            }
        },
        "sort": [{"id": "asc"}],
        "size": tiles.MOST_FEATURES,
        "track_total_hits": True,
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
    chosen = [clause for clauses in filters.chosen(query).values() for clause in clauses]
    need = [filters.needed(query)] if query.need else []
    return {"bool": {"filter": [*filters.always(query), *words(query), *chosen, *need]}}


def words(query: OfferQuery) -> list[Clause]:
    """What must be found of the free text, where there is one."""
    return [text.clause(query.q)] if query.q else []
