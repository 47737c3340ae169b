"""What a map shows: every offer of the view as a point, or, where there are too many, clusters."""

from typing import Any

import geojson

from search_api.answer.availability import status_of
from search_api.query.tiles import MOST_FEATURES
from search_api.request.offer_query import OfferQuery


def collection(query: OfferQuery, found: dict[str, Any]) -> geojson.FeatureCollection:
    """What the engine found for `queries.on_map`, as a GeoJSON FeatureCollection of at most 200 features."""
    total = found["hits"]["total"]["value"]
    if total <= MOST_FEATURES:
        shown = [point(hit["_source"], query) for hit in found["hits"]["hits"]]
    else:
        shown = [cluster(bucket) for bucket in found["aggregations"]["tiles"]["buckets"]]
    return geojson.FeatureCollection(shown, total=found["hits"]["total"])


def point(offer: dict[str, Any], query: OfferQuery) -> geojson.Feature:
    status = status_of(offer, query.start, query.days, query.today, query.ages_months, query.leniency)
    properties = {
        "cluster": False,
        **{key: offer[key] for key in ("id", "kind", "name", "precision", "fictitious")},
        "availability": status["status"] if status else None,
    }
    return geojson.Feature(geometry=at(offer["position"]), properties=properties)


def cluster(bucket: dict[str, Any]) -> geojson.Feature:
    kinds = {each["key"]: each["doc_count"] for each in bucket["kinds"]["buckets"]}
    properties = {"cluster": True, "count": bucket["doc_count"], "kinds": kinds}
    return geojson.Feature(geometry=at(bucket["centre"]["location"]), properties=properties)


def at(position: dict[str, Any]) -> geojson.Point:
    return geojson.Point((position["lon"], position["lat"]))
