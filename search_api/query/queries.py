"""The search bodies, put together from their parts."""

from typing import Any

from search_api.query import facets, filters, sorts, sources
from search_api.request.offer_query import OfferQuery


def offers(query: OfferQuery) -> dict[str, Any]:
    """A page of offers with its facets, and one offer more, which says that there is a next page."""
    chosen = filters.chosen(query)
    # What is chosen in a facet of this request may not restrict that facet's counts, and so goes after the
    # aggregations, where it costs more (notes/measurements.md).
    apart = {name: clauses for name, clauses in chosen.items() if name in query.facets}
    together = [clause for name in chosen if name not in apart for clause in chosen[name]]
    if query.need and "day" in query.facets:
        apart["day"] = [filters.needed(query)]
    body: dict[str, Any] = {
        "query": sorts.scored(
            query, [*filters.always(query), *together], restricts=bool(query.need) and "day" not in apart
        ),
        "aggs": facets.aggregations(query, apart),
        "sort": sorts.sort(query),
        "size": query.limit + 1,
        "track_total_hits": True,
        "_source": list(sources.LISTED),
    }
    if apart:
        body["post_filter"] = {"bool": {"filter": [clause for clauses in apart.values() for clause in clauses]}}
    if query.after is not None:
        body["search_after"] = list(query.after)
    return body


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
    return {"bool": {"filter": [*filters.always(query), *sorts.wording(query), *chosen, *need]}}
