"""What a map shows: every offer of the view as a point, or, where there are too many, clusters."""

import math
from typing import Any

import geojson

from search_api.answer import cards
from search_api.answer.availability import status_of
from search_api.engine.engine import Engine, search
from search_api.geo import Box
from search_api.places import names
from search_api.query import filters, queries
from search_api.request.offer_query import OfferQuery, View

MOST_FEATURES = 200
CLUSTERS_PER_TILE_SIDE = 2
"""As a power of two: 4 by 4 clusters on a map tile of 256 pixels, one every 64."""

MERCATOR_LIMIT = 85.0511287798066
"""Degrees; the tiles end there."""


async def features(engine: Engine, query: OfferQuery, view: View) -> geojson.FeatureCollection:
    """A GeoJSON FeatureCollection of at most 200 features.

    Raises ParameterError for a territory that there is not, EngineUnavailable.
    """
    await names(engine, query)  # a map shows none of them, but an unknown code is refused here too
    return answer(query, await search(engine, engine.offers, body(query, view)))


def answer(query: OfferQuery, found: dict[str, Any]) -> geojson.FeatureCollection:
    """What the engine found for `body`, as features."""
    total = found["hits"]["total"]["value"]
    if total <= MOST_FEATURES:
        shown = [point(hit["_source"], query) for hit in found["hits"]["hits"]]
    else:
        shown = [cluster(bucket) for bucket in found["aggregations"]["tiles"]["buckets"]]
    return geojson.FeatureCollection(shown, total=found["hits"]["total"])


def body(query: OfferQuery, view: View) -> dict[str, Any]:
    """Points and clusters in one search, so that both are of the same moment."""
    bbox = view.box
    return {
        "query": {"bool": {"filter": [filters.inside(bbox), queries.every_condition(query)]}},
        "aggs": {
            "tiles": {
                "geotile_grid": {"field": "position", "precision": precision(bbox, view.zoom), "size": MOST_FEATURES},
                "aggs": {
                    "centre": {"geo_centroid": {"field": "position"}},
                    "kinds": {"terms": {"field": "kind", "size": 50}},
                },
            }
        },
        "sort": [{"id": "asc"}],
        "size": MOST_FEATURES,
        "track_total_hits": True,
        "_source": ["id", "kind", "name", "position", "precision", "fictitious", *AVAILABILITY],
    }


AVAILABILITY = ["availability.period", "availability.week", "fresh_until"]


def precision(bbox: Box, zoom: int) -> int:
    """The finest level of tiles that suits the zoom and of which at most 200 cover the view."""
    wanted = min(zoom + CLUSTERS_PER_TILE_SIDE, 29)
    return next(level for level in range(wanted, -1, -1) if tiles(bbox, level) <= MOST_FEATURES)


def tiles(bbox: Box, level: int) -> int:
    """How many tiles of a level the view touches."""
    side = 2**level
    columns = column(bbox.east, side) - column(bbox.west, side) + 1
    rows = row(bbox.south, side) - row(bbox.north, side) + 1
    return columns * rows


def column(lon: float, side: int) -> int:
    return min(math.floor((lon + 180) / 360 * side), side - 1)


def row(lat: float, side: int) -> int:
    """Counted from the north (Web Mercator)."""
    clipped = math.radians(max(-MERCATOR_LIMIT, min(MERCATOR_LIMIT, lat)))
    return max(0, min(math.floor((1 - math.asinh(math.tan(clipped)) / math.pi) / 2 * side), side - 1))


def point(offer: dict[str, Any], query: OfferQuery) -> geojson.Feature:
    status = status_of(offer, query.start, query.days, query.today)
    properties = {
        "cluster": False,
        **{key: offer[key] for key in ("id", "kind", "name", "precision", "fictitious")},
        "availability": status["status"] if status else None,
    }
    return geojson.Feature(geometry=cards.point(offer["position"]), properties=properties)


def cluster(bucket: dict[str, Any]) -> geojson.Feature:
    kinds = {each["key"]: each["doc_count"] for each in bucket["kinds"]["buckets"]}
    properties = {"cluster": True, "count": bucket["doc_count"], "kinds": kinds}
    return geojson.Feature(geometry=cards.point(bucket["centre"]["location"]), properties=properties)
