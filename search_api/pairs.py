"""Two offers that cover a need together: exact among the best partial matches."""

from dataclasses import replace
from typing import Any

from search_api import offers
from search_api.answer import pair_parts, pairing
from search_api.engine import status
from search_api.engine.engine import Engine
from search_api.engine.engine import search as run
from search_api.parameters import refuse_any_distance
from search_api.places import resolved
from search_api.query import queries
from search_api.request import rewriting
from search_api.request.offer_query import OfferQuery

MOST = 200
"""Offers that are tried on each other: the best partial matches, in the order `recommended`."""


async def pairs(engine: Engine, query: OfferQuery, limit: int) -> dict[str, Any]:
    """The answer of `GET /api/v1/pairs`, of a query with a need: at most `limit` pairs of offers that are known to be
    free for a part of it, whatever `match` and `include` say.

    Raises ParameterError for a territory that there is not, or where any distance is asked for; EngineUnavailable.
    """
    refuse_any_distance(query)
    asked = await resolved(engine, query)
    whole = replace(asked.query, best=True, to_ask=False, undeclared=False, facets=(), after=None)
    # By their lines, as who has the nights alone covers no day that has hours by day too.
    lines = rewriting.lines(whole.sufficient_days, whole.places)
    best = replace(whole, need=lines, leniency=0, by_line=True, sort="recommended")
    answer = await run(engine, engine.offers, {**queries.offers(best, hits=MOST), "track_total_hits": False})
    found = [hit["_source"] for hit in answer["hits"]["hits"]]
    couples = pairing.pairs(found, whole, limit)
    return {
        "query": offers.conditions(asked),
        "items": [pair_parts.item(couple, found, whole) for couple in couples],
        "data": {"indexed_at": await status.indexed_at(engine)},
    }
