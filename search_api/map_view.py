"""What a map shows of a search, without its list."""

from typing import Any

from search_api.answer import points
from search_api.engine.engine import Engine, search
from search_api.places import resolved
from search_api.query import queries
from search_api.request.offer_query import OfferQuery, View


async def features(engine: Engine, query: OfferQuery, view: View) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of at most 200 features.

    Raises ParameterError for a territory that there is not, EngineUnavailable.
    """
    query = (await resolved(engine, query)).query
    return await shown(engine, query, await search(engine, engine.offers, queries.on_map(query, view)))


async def shown(engine: Engine, query: OfferQuery, found: dict[str, Any]) -> dict[str, Any]:
    """What the engine found for `queries.on_map`. Which offers are alone in their cluster is known only now: a second
    search reads them, and only where there are any. Should one have changed in between, it stays a cluster of one."""
    places = points.lone_places(found) if points.is_clustered(found) else []
    if not places:
        return points.collection(query, found)
    alone = await search(engine, engine.offers, queries.alone(query, places))
    return points.collection(query, found, [hit["_source"] for hit in alone["hits"]["hits"]])
