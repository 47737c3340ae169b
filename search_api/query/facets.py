"""Counts by value. A facet's counts ignore what is chosen in it, so that one sees what another choice gives."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from domain import french
from domain.spelling import plain
from domain.vocabulary import Capacity
from domain.week import DAYS
from search_api.labels import FACETS, UP_TO_DATE
from search_api.query import filters
from search_api.query.filters import FIELDS, Clause
from search_api.request.offer_query import OfferQuery

NAMES = (*FACETS, "hourly_cents_max", "school", "commune", "epci", "department")

TERRITORIES = ("commune", "epci", "department")

COUNTED = (*(name for name in FACETS if name != "day"), "school", *TERRITORIES)
"""What `counts` counts by: what each offer has, and no more than its own of."""

MOST_VALUES = 200
"""The largest facet has fifteen values; of schools and communes, the first ones by count are given."""

PRICES = range(300, 601, 50)
"""Cents an hour: the steps of the facet of prices, which counts what costs at most so much."""

Facet = list[dict[str, Any]]


def aggregations(query: OfferQuery, apart: Mapping[str, list[Clause]]) -> dict[str, Any]:
    """`apart`: facet → what is chosen in it, of those that some facet must ignore. Every other condition is the
    query's."""
    return {
        name: {
            "filter": {"bool": {"filter": [each for other in apart if other != name for each in apart[other]]}},
            "aggs": {"values": values(query, name), **rare(query, name)},
        }
        for name in query.facets
    }


def values(query: OfferQuery, name: str) -> dict[str, Any]:
    """The aggregation of a facet: by terms the most frequent first, then by code."""
    match name:
        case "capacity":
            return by_clause({band: filters.having(query, name, band) for band in Capacity.codes()})
        case "hourly_cents_max":
            steps = sorted({*PRICES, *map(int, selected(query, name))})
            return by_clause({str(step): filters.having(query, name, str(step)) for step in steps})
        case "up_to_date":
            return by_clause({value: filters.having(query, name, value) for value in UP_TO_DATE})
        case "day":
            return by_clause({day: filters.on_weekday(query, number) for number, day in enumerate(DAYS)})
        case "school":
            # One school however its name is written; ten spellings are read to find one of its own among those of the
            # other schools that the same offers serve.
            return by_term("schools.folded") | {"aggs": {"spellings": {"terms": {"field": "schools", "size": 10}}}}
    return by_term(FIELDS[name])


def rare(query: OfferQuery, name: str) -> dict[str, Any]:
    """What is chosen in a facet of many values may not be among the most frequent: it is counted by itself."""
    chosen = selected(query, name)
    if name not in ("school", *TERRITORIES) or not chosen:
        return {}
    return {"chosen": by_clause({value: filters.having(query, name, value) for value in chosen})}


def by_term(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": MOST_VALUES}}


def by_clause(clauses: dict[str, Clause]) -> dict[str, Any]:
    return {"filters": {"filters": clauses}}


def counted_by(query: OfferQuery, by: str) -> dict[str, Any]:
    """The aggregation of `counts`: an offer counts in its own commune and not in the city around it."""
    return by_term("commune.code") if by == "commune" else values(query, by)


def selected(query: OfferQuery, name: str) -> tuple[str, ...]:
    """The values of a facet that the request has chosen."""
    if name == "day":
        return tuple(DAYS[day.weekday] for day in query.days)
    return (dict(query.selected) | query.territories).get(name, ())


def counted(name: str, found: Mapping[str, Any]) -> dict[str, int]:
    """value → count of a facet, those included that are counted by themselves."""
    told = counts(found["values"])
    return told | unknown_to(name, told, counts(found["chosen"])) if "chosen" in found else told


def counts(aggregation: Mapping[str, Any]) -> dict[str, int]:
    """value → count of a terms or filters aggregation."""
    buckets = aggregation["buckets"]
    if isinstance(buckets, dict):
        return {value: bucket["doc_count"] for value, bucket in buckets.items()}
    return {spelt(bucket): bucket["doc_count"] for bucket in buckets}


def spelt(bucket: Mapping[str, Any]) -> str:
    """The value of a bucket; of folded names the most frequent spelling."""
    value: str = bucket["key"]
    if "spellings" not in bucket:
        return value
    found = (each["key"] for each in bucket["spellings"]["buckets"])
    return next((each for each in found if plain(each) == plain(value)), value)


def answer(
    query: OfferQuery, aggregations: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]
) -> dict[str, Facet]:
    """{facet: [{value, label, count, selected}]}; chosen values are always there, at 0 if need be.

    `names`: of each facet by territory, code → name.
    """
    return {name: facet(query, name, aggregations[name], names.get(name, {})) for name in query.facets}


def facet(query: OfferQuery, name: str, found: Mapping[str, Any], names: Mapping[str, str]) -> Facet:
    told, chosen = counted(name, found), selected(query, name)
    told |= unknown_to(name, told, dict.fromkeys(chosen, 0))
    mine = set(map(key(name), chosen))
    return [
        {"value": value, "label": label(name, value, names), "count": told[value], "selected": key(name)(value) in mine}
        for value in in_order(name, told)
    ]


def unknown_to(name: str, told: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """What of `more` is not told yet; of two spellings of one value the first."""
    same = key(name)
    first = {same(value): value for value in reversed(list(more))}
    known = set(map(same, told))
    return {value: more[value] for value in more if same(value) not in known and first[same(value)] == value}


def key(name: str) -> Callable[[str], str]:
    """By what two values of a facet are the same: a school's name is as people write it, the others are codes."""
    return plain if name == "school" else str


def in_order(name: str, told: Mapping[str, int]) -> Iterable[str]:
    """Steps, bands and days in their own order, which the engine does not keep; the others by count."""
    if name == "hourly_cents_max":
        return sorted(told, key=int)
    return FACETS[name] if name in ("capacity", "up_to_date", "day") else told


def label(name: str, value: str, names: Mapping[str, str]) -> str:
    if name == "hourly_cents_max":
        return f"Au plus {french.money(int(value))} de l’heure"
    return (FACETS.get(name) or names).get(value, value)
