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
    return points.collection(query, await search(engine, engine.offers, queries.on_map(query, view)))
