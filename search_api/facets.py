"""Counts by value. A facet's counts ignore the values chosen in it, so that one sees what another choice gives."""

from typing import Any

from search_api.filters import FIELDS, Clause, chosen
from search_api.labels import FACETS
from search_api.offer_query import OfferQuery

COUNTED = (*FACETS, "commune", "epci", "department")
"""What `counts` counts by."""

TERRITORIES = {"commune": "commune.code", "epci": "epci", "department": "department"}
MOST_VALUES = 200
"""The largest facet has fifteen values; of communes, the first ones by count are given."""


def before_facets(query: OfferQuery) -> list[Clause]:
    """The chosen values that every facet counts under: those of fields that are no facet of this request."""
    return [clause for name, clauses in chosen(query).items() if name not in query.facets for clause in clauses]


def after_facets(query: OfferQuery) -> dict[str, list[Clause]]:
    """The chosen values that some facet must ignore, by facet. They cost more there (notes/measurements.md)."""
    return {name: clauses for name, clauses in chosen(query).items() if name in query.facets}


def aggregations(query: OfferQuery) -> dict[str, Any]:
    others = after_facets(query)
    return {
        name: {
            "filter": {"bool": {"filter": [each for other in others if other != name for each in others[other]]}},
            "aggs": {"values": values(name)},
        }
        for name in query.facets
    }


def values(name: str) -> dict[str, Any]:
    """The terms aggregation of a facet or a territory: most frequent first, then by code."""
    return {"terms": {"field": (FIELDS | TERRITORIES)[name], "size": MOST_VALUES}}


def answer(query: OfferQuery, aggregations: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """{facet: [{value, label, count, selected}]}; chosen values are always there, at 0 if need be."""
    selected = dict(query.selected)
    facets: dict[str, list[dict[str, Any]]] = {}
    for name in query.facets:
        counts = {bucket["key"]: bucket["doc_count"] for bucket in aggregations[name]["values"]["buckets"]}
        mine = selected.get(name, ())
        counts |= {value: 0 for value in mine if value not in counts}
        facets[name] = [
            {"value": value, "label": FACETS[name].get(value, value), "count": count, "selected": value in mine}
            for value, count in counts.items()
        ]
    return facets
