"""Counts by value. A facet's counts ignore what is chosen in it, so that one sees what another choice gives."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from domain import week
from domain.spelling import plain
from search_api import filter_table
from search_api.filter_table import DAYS, TERRITORIES, Names, find, is_counted_by_terms, known, text
from search_api.query import filters
from search_api.query.filters import FIELDS, Clause
from search_api.request.offer_query import OfferQuery

MOST_VALUES = 200
"""The largest facet has fifteen values; of schools and communes, the first ones by count are given."""

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
    if name == "day":
        return by_clause({day: filters.on_weekday(query, number) for number, day in enumerate(DAYS)})
    row = find(name)
    if row is None or is_counted_by_terms(row):
        return by_term(FIELDS[name]) | (spellings(FIELDS[name]) if is_names(name) else {})
    steps = dict.fromkeys([*known(row), *dict(query.selected).get(name, ())])
    return by_clause({text(value): filters.having(query, name, value) for value in steps})


def spellings(folded: str) -> dict[str, Any]:
    """One name however it is written; ten spellings are read to find one of its own among those of the other names that
    the same offers have."""
    return {"aggs": {"spellings": {"terms": {"field": folded.rpartition(".")[0], "size": 10}}}}


def rare(query: OfferQuery, name: str) -> dict[str, Any]:
    """What is chosen in a facet of many values may not be among the most frequent: it is counted by itself."""
    chosen = selected(query, name)
    if not chosen or not (name in TERRITORIES or is_names(name)):
        return {}
    return {"chosen": by_clause({value: filters.having(query, name, value) for value in chosen})}


def is_names(name: str) -> bool:
    """Whether the facet's values are names as people write them, of which there may be hundreds; others are codes."""
    row = find(name)
    return row is not None and isinstance(row.takes, Names)


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
        return tuple(week.DAYS[day.weekday] for day in query.days)
    return tuple(map(text, (dict(query.selected) | query.territories).get(name, ())))


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
    """By what two values of a facet are the same."""
    return plain if is_names(name) else str


def in_order(name: str, told: Mapping[str, int]) -> Iterable[str]:
    """The values of a facet as they are shown."""
    if name == "day":
        return DAYS
    row = find(name)
    return filter_table.in_order(row, told) if row else told


def label(name: str, value: str, names: Mapping[str, str]) -> str:
    """`names`: of a facet by territory, code → name."""
    if row := find(name):
        return filter_table.label(row, value)
    return (DAYS if name == "day" else names).get(value, value)
