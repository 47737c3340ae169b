"""The searches of offers: build the query, run it, format the answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import geojson

from mappings.indexes import has_length_of_an_id
from search_api import map_view
from search_api.answer import availability, cards
from search_api.engine import status
from search_api.engine.engine import Engine, document, documents, searches
from search_api.engine.engine import search as run
from search_api.filter_table import TERRITORIES
from search_api.places import Resolved, by_ids, resolved
from search_api.query import facets, filters, queries, sources
from search_api.request import cursors
from search_api.request.offer_query import OfferQuery


async def search(engine: Engine, query: OfferQuery) -> dict[str, Any]:
    """The answer of `GET /api/v1/offers`, with the map of its view where it has one.

    Raises ParameterError for a territory that there is not, EngineUnavailable.
    """
    given, asked = query, await resolved(engine, query)
    query = asked.query
    shown: dict[str, Any] = {}
    if query.view is None:
        found = await run(engine, engine.offers, queries.offers(query))
    else:
        bodies = [(engine.offers, queries.offers(query)), (engine.offers, queries.on_map(query, query.view))]
        found, seen = await searches(engine, bodies)
        shown["map"] = await map_view.shown(engine, query, seen)
    hits = found["hits"]["hits"]
    page = hits[: query.limit]
    more = len(hits) > query.limit
    aggregations = found.get("aggregations", {})
    return {
        "query": echo(asked),
        "total": found["hits"]["total"],
        "items": [cards.card(hit["_source"], query) for hit in page],
        "facets": facets.answer(query, aggregations, await facet_names(engine, aggregations)),
        **shown,
        # Of the codes as they were given: the next page is asked for with the same, and one may retire in between.
        "next": cursors.write(engine.settings.keys, given, page[-1]["sort"]) if more else None,
        "data": {"indexed_at": await status.indexed_at(engine)},
    }


async def first(engine: Engine, query: OfferQuery) -> dict[str, Any] | None:
    """The first card of a list, alone; None where nothing is found. Raises as `search` does."""
    asked = replace((await resolved(engine, query)).query, facets=(), after=None)
    found = await run(engine, engine.offers, {**queries.offers(asked, hits=1), "track_total_hits": False})
    return next((cards.card(hit["_source"], asked) for hit in found["hits"]["hits"]), None)


def echo(asked: Resolved) -> dict[str, Any]:
    """The answer's `query`: what was understood, territories with their names."""
    query, names = asked.query, asked.names
    named = {
        type: [{"code": code, "name": names[type][code]} for code in codes] for type, codes in query.territories.items()
    }
    one = {type: next(iter(named[type]), None) for type in ("epci", "department")}
    return {**query.echo, "commune": named["commune"], **one, "notes": list(asked.notes)}


def conditions(asked: Resolved) -> dict[str, Any]:
    """The same of an answer that is no list: without its order and its pages."""
    return {key: value for key, value in echo(asked).items() if key not in ("sort", "limit", "facets")}


def as_geojson(answer: dict[str, Any]) -> geojson.FeatureCollection:
    """The same answer as a FeatureCollection, whose other members follow the list of features."""
    others = {key: value for key, value in answer.items() if key != "items"}
    return geojson.FeatureCollection([cards.feature(card) for card in answer["items"]], **others)


async def fiche(engine: Engine, id: str, today: date) -> dict[str, Any] | None:
    """The public fiche of an offer, as it stands now; None where there is none. Raises EngineUnavailable."""
    if not has_length_of_an_id(id):
        return None
    found = await document(engine, engine.offers, id)
    return cards.fiche(found, today) if found else None


def preview(document: dict[str, Any], today: date) -> dict[str, Any] | None:
    """The fiche of a document that is not indexed, as `fiche` gives it; None while it has no place on the map."""
    return cards.fiche(document, today) if "position" in document else None


async def some(engine: Engine, ids: Sequence[str], today: date) -> list[dict[str, Any]]:
    """The cards of these offers as they stand now, in this order, without those that are gone; nothing of a contact.

    `ids`: a page's worth, each once. Raises EngineUnavailable.
    """
    asked = [id for id in ids if has_length_of_an_id(id)]
    if not asked:
        return []
    found = await documents(engine, engine.offers, asked, list(sources.CARD))
    return [cards.summary(found[id], today, (), today) for id in asked if id in found]


async def totals(engine: Engine, asked: Sequence[OfferQuery]) -> list[int]:
    """How many offers each of these searches finds, in one round trip; those of one place are one search. Raises
    EngineUnavailable."""
    together = queries.by_place(asked)
    bodies = [
        queries.counting(
            filters.somewhere(asked[numbers[0]]), [queries.besides_place(asked[number]) for number in numbers]
        )
        for numbers in together
    ]
    found: dict[int, int] = {}
    for numbers, counts in zip(together, await counted(engine, bodies), strict=True):
        found |= zip(numbers, counts, strict=True)
    return [found[number] for number in range(len(asked))]


async def counted(engine: Engine, bodies: Sequence[dict[str, Any]]) -> list[list[int]]:
    """The counts of each body that `queries.counting` made, in one round trip. Raises EngineUnavailable."""
    if not bodies:
        return []
    found = await searches(engine, [(engine.offers, body) for body in bodies])
    return [[bucket["doc_count"] for bucket in each["aggregations"]["counted"]["buckets"]] for each in found]


def is_limited(fiche: Mapping[str, Any]) -> bool:
    """Whether reading this fiche counts: that of an assistant maternel which shows a phone or a mail."""
    contact = fiche["contact"]
    return fiche["kind"] == "assistant_maternel" and bool(contact["phone"] or contact["mail"])


async def counts(engine: Engine, query: OfferQuery, by: str) -> dict[str, Any]:
    """How many offers there are by value of a facet or by territory. Raises as `search` does."""
    understood = await resolved(engine, query)
    found = await run(engine, engine.offers, queries.counts(understood.query, by))
    counted = facets.counts(found["aggregations"]["values"])
    named = {by: await territory_names(engine, by, counted)} if by in TERRITORIES else {}
    return {
        "query": conditions(understood),
        "by": by,
        "counts": [
            {"value": value, "label": facets.label(by, value, named.get(by, {})), "count": counted[value]}
            for value in facets.in_order(by, counted)
        ],
        "total": found["hits"]["total"],
    }


async def facet_names(engine: Engine, aggregations: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Of each facet by territory, code → name."""
    return {
        name: await territory_names(engine, name, facets.counted(name, found))
        for name, found in aggregations.items()
        if name in TERRITORIES
    }


async def territory_names(engine: Engine, type: str, codes: Iterable[str]) -> dict[str, str]:
    found = await by_ids(engine, [f"{type}:{code}" for code in codes])
    return {place["code"]: place["name"] for place in found if place}


def suffices(card: Mapping[str, Any], leniency: int) -> bool:
    """Whether an offer has all that is looked for, but for so many minutes at most at either end of the hours."""
    told = card["availability"]
    return told is not None and availability.suffices(told, leniency)
