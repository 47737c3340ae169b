"""The clauses that decide which offers are found: one function for each kind of condition."""

from typing import Any

from mappings.documents import WEEK_MINUTES
from mappings.vocabulary import CARE_KINDS
from search_api.offer_query import OfferQuery

Clause = dict[str, Any]

FIELDS = {
    "kind": "kind",
    "subkind": "subkind",
    "feature": "features",
    "funding": "funding",
    "language": "languages",
}
"""Parameter → field of the index, of the filters that are facets too."""


def filters(query: OfferQuery) -> list[Clause]:
    """Every condition but the words and the values chosen in facets."""
    return [*where(query), *age(query), *need(query)]


def where(query: OfferQuery) -> list[Clause]:
    clauses: list[Clause] = []
    if query.near is not None and query.radius_km is not None:
        clauses.append({"geo_distance": {"distance": f"{query.radius_km}km", "position": point(query)}})
    if query.communes:
        clauses.append({"terms": {"commune.codes": [commune.code for commune in query.communes]}})
    if query.epci:
        clauses.append({"term": {"epci": query.epci.code}})
    if query.department:
        clauses.append({"term": {"department": query.department.code}})
    if query.bbox:
        box = query.bbox
        corners = {"top": box.north, "left": box.west, "bottom": box.south, "right": box.east}
        clauses.append({"geo_bounding_box": {"position": corners}})
    return clauses


def point(query: OfferQuery) -> dict[str, float]:
    """The point of `near`, as Elasticsearch takes it; only for a query that has one."""
    assert query.near is not None  # noqa: S101 (for the type checker: callers look first)
    return {"lat": query.near.lat, "lon": query.near.lon}


def chosen(query: OfferQuery) -> dict[str, list[Clause]]:
    """Facet → the clauses of the values chosen in it. Values of one field OR; features AND."""
    clauses: dict[str, list[Clause]] = {}
    for name, values in query.selected:
        field = FIELDS[name]
        if name == "feature":
            clauses[name] = [{"term": {field: value}} for value in values]
        else:
            clauses[name] = [{"terms": {field: list(values)}}]
    return clauses


def age(query: OfferQuery) -> list[Clause]:
    """Offers that take the child's age, or do not say which ages they take."""
    if query.age_months is None:
        return []
    return [any_of({"term": {"ages": query.age_months}}, missing("ages"))]


def need(query: OfferQuery) -> list[Clause]:
    if not query.need:
        return []
    return [any_of(free(query), to_ask(query)) if query.to_ask else free(query)]


def free(query: OfferQuery) -> Clause:
    """One period of a timetable holds the day, and its week holds every piece at its number of places."""
    day = query.start.isoformat()
    inside = [contains("availability.period", gte=day, lte=day)]
    for start, end, places in query.pieces:
        shift = places * WEEK_MINUTES
        inside.append(contains("availability.week", gte=start + shift, lt=end + shift))
    return {"nested": {"path": "availability", "query": {"bool": {"filter": inside}}}}


def to_ask(query: OfferQuery) -> Clause:
    """Structures that mind children whose opening hours hold the need, or are unknown."""
    hours = {"bool": {"filter": [contains("opening", gte=start, lt=end) for start, end, _ in query.pieces]}}
    return {"bool": {"filter": [{"terms": {"kind": list(CARE_KINDS)}}, any_of(hours, missing("opening"))]}}


def contains(field: str, **bounds: Any) -> Clause:
    """One of the field's ranges contains the whole of these bounds."""
    return {"range": {field: {**bounds, "relation": "contains"}}}


def missing(field: str) -> Clause:
    return {"bool": {"must_not": [{"exists": {"field": field}}]}}


def any_of(*clauses: Clause) -> Clause:
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}
