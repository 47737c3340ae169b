"""What a map shows: every offer of the view as a point, or, where there are too many, clusters."""

from collections.abc import Sequence
from typing import Any

from search_api.answer.availability import status_of
from search_api.query.tiles import MOST_FEATURES
from search_api.request.offer_query import OfferQuery

Feature = dict[str, Any]
"""As it is, and not the library's, which looks through all of a collection: two hundred take it 1.5 ms, as much as the
rest of a search."""


Bucket = dict[str, Any]

ENGINE_ERROR = 1e-6
"""Degrees; the engine's own is a tenth of that: it keeps 32 bits of each coordinate."""


def collection(query: OfferQuery, found: dict[str, Any], lone: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """What the engine found for `queries.on_map`, as a GeoJSON FeatureCollection of at most 200 features. `lone`: the
    offers that are the only located ones of their clusters, as far as they are known."""
    if not is_clustered(found):
        shown = [point(hit["_source"], query) for hit in found["hits"]["hits"]]
    else:
        buckets = found["aggregations"]["tiles"]["buckets"]
        by_place = {near: offer for offer in lone for near in places(offer["position"])}
        by_place |= {place(offer["position"]): offer for offer in lone}
        room = MOST_FEATURES - len(buckets)
        shown = []
        for bucket in buckets:
            at_place = by_place.get(place(corner(bucket))) if is_lone(bucket) else None
            rest = bucket["doc_count"] - 1
            if not at_place or (rest and not room):
                shown.append(cluster(bucket))
                continue
            shown.append(point(at_place, query))
            if rest:
                room -= 1
                shown.append(unlocated_rest(bucket, at_place, rest))
    return {"type": "FeatureCollection", "total": found["hits"]["total"], "features": shown}


def is_clustered(found: dict[str, Any]) -> bool:
    return bool(found["hits"]["total"]["value"] > MOST_FEATURES)


def lone_places(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Where those clusters stand of which one offer alone is located: to be read, and shown as itself."""
    return [corner(bucket) for bucket in found["aggregations"]["tiles"]["buckets"] if is_lone(bucket)]


def is_lone(bucket: Bucket) -> bool:
    return bool(bucket["located"]["doc_count"] == 1)


def corner(bucket: Bucket) -> dict[str, Any]:
    """Of its located offers; of one alone its place, as exact as the engine keeps it."""
    found: dict[str, Any] = bucket["located"]["bounds"]["bounds"]["top_left"]
    return found


def place(position: dict[str, Any], north: float = 0, east: float = 0) -> tuple[float, float]:
    """To a metre: the engine gives back about what it was given."""
    return round(position["lat"] + north, 5), round(position["lon"] + east, 5)


def places(position: dict[str, Any]) -> set[tuple[float, float]]:
    """What `place` may say of it as the engine gives it back: where it is half-way between two metres, either."""
    off = (-ENGINE_ERROR, ENGINE_ERROR)
    return {place(position, north, east) for north in off for east in off}


def unlocated_rest(bucket: Bucket, apart: dict[str, Any], rest: int) -> Feature:
    """What a cluster holds beside the one that is located."""
    kinds = {each["key"]: each["doc_count"] - (each["key"] == apart["kind"]) for each in bucket["kinds"]["buckets"]}
    properties = {
        "cluster": True,
        "count": rest,
        "unlocated": rest,
        "kinds": {kind: count for kind, count in kinds.items() if count},
    }
    return {"type": "Feature", "geometry": at(bucket["centre"]["location"]), "properties": properties}


def point(offer: dict[str, Any], query: OfferQuery) -> Feature:
    status = status_of(offer, query.start, query.days, query.today, query.ages_months, query.leniency)
    properties = {
        "cluster": False,
        **{key: offer[key] for key in ("id", "kind", "name", "precision", "fictitious")},
        "availability": status["status"] if status else None,
    }
    return {"type": "Feature", "geometry": at(offer["position"]), "properties": properties}


def cluster(bucket: dict[str, Any]) -> Feature:
    """In the middle of those of its offers that are located, with the box that holds them; of whom all are known by
    their commune alone, at the middle of these, without a box."""
    kinds = {each["key"]: each["doc_count"] for each in bucket["kinds"]["buckets"]}
    located = bucket["located"]
    unlocated = bucket["doc_count"] - located["doc_count"]
    properties = {"cluster": True, "count": bucket["doc_count"], "unlocated": unlocated, "kinds": kinds}
    if not located["doc_count"]:
        return {"type": "Feature", "geometry": at(bucket["centre"]["location"]), "properties": properties}
    box = located["bounds"]["bounds"]
    (west, north), (east, south) = (at(box[corner])["coordinates"] for corner in ("top_left", "bottom_right"))
    geometry = at(located["centre"]["location"])
    return {"type": "Feature", "geometry": geometry, "properties": properties, "bbox": [west, south, east, north]}


def at(position: dict[str, Any]) -> dict[str, Any]:
    """To a tenth of a metre."""
    return {"type": "Point", "coordinates": [round(position["lon"], 6), round(position["lat"], 6)]}
