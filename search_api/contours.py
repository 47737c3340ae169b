"""The contours under a map's offers: the one answer of ours that is large, and the same for everybody.

So it is made once for many: a view is widened to a grid, and what was made for it is kept as the bytes that are sent,
compressed. Contours change once a year, with a new territory in the index; it is asked again every ten minutes.
"""

import asyncio
import gzip
import hashlib
import math
from pathlib import Path
from typing import Any

import orjson

from search_api.engine.engine import Contours, Engine, search
from search_api.geo import Box

COMMUNES_FROM_ZOOM = 9
COMMUNES_ALONE_FROM_ZOOM = 12
"""Below it there are more communes in view than a map takes, or in what is dragged into it, so that what no commune
covers would look like water: their departments lie under them."""

MOST_CONTOURS = 400

Outline = list[list[float]]
"""Of longitude and latitude; the last point is the first."""

FINEST_GRID_ZOOM = 12
"""A map that is closer, some kilometres wide, has but a few contours in view, and more of them do not weigh much."""


def box_of(outline: Outline) -> Box:
    lons, lats = [point[0] for point in outline], [point[1] for point in outline]
    return Box(west=min(lons), south=min(lats), east=max(lons), north=max(lats))


LAND: list[tuple[Box, Outline]] = [
    (box_of(outline), outline) for outline in orjson.loads(Path(__file__).with_name("land.json").read_bytes())
]
"""What is land and no commune's, in pieces (docs/land.py): a map calls water what nothing covers."""


def is_at_hand(engine: Engine, bbox: Box, zoom: int) -> bool:
    """Whether the contours of this view are kept, or being made for somebody else."""
    known = key(bbox, zoom)
    return known in engine.contours_in_making or engine.known_contours.get(known) is not None


async def in_view(engine: Engine, bbox: Box, zoom: int) -> Contours:
    """Contours in view, and some around it, as GeoJSON in gzip, those that lie lowest first; and a hash of them. Other
    land; then from far departments, from near communes, in between both; the most populated ones where there are more
    than the map can take. Raises EngineUnavailable.

    All who ask at once for what is not kept wait for one making of it.
    """
    known, making = key(bbox, zoom), engine.contours_in_making
    if (kept := engine.known_contours.get(known)) is not None:
        return kept
    if known not in making:
        making[known] = asyncio.create_task(make(engine, bbox, zoom))
        making[known].add_done_callback(lambda _: making.pop(known))
    # Who goes away while it is made does not stop it for the others.
    return await asyncio.shield(making[known])


async def make(engine: Engine, bbox: Box, zoom: int) -> Contours:
    view = widened(bbox, zoom)
    found = await asyncio.gather(*(search(engine, engine.places, query(each, view)) for each in types_at(zoom)))
    # In a thread: for the whole country it takes the time of thirty suggestions.
    made = await asyncio.to_thread(written, view, found)
    engine.known_contours.put(key(bbox, zoom), made)
    return made


def key(bbox: Box, zoom: int) -> str:
    return f"{types_at(zoom)}:{widened(bbox, zoom)}"


def types_at(zoom: int) -> tuple[str, ...]:
    """What is drawn, the lower first."""
    if zoom < COMMUNES_FROM_ZOOM:
        return ("department",)
    return ("commune",) if zoom >= COMMUNES_ALONE_FROM_ZOOM else ("department", "commune")


def widened(bbox: Box, zoom: int) -> Box:
    """To whole steps of half a map tile (of 256 pixels), so that maps of the same place ask for the same."""
    step = 180 / 2 ** min(zoom, FINEST_GRID_ZOOM)
    return Box(
        west=max(-180, math.floor(bbox.west / step) * step),
        south=max(-90, math.floor(bbox.south / step) * step),
        east=min(180, math.ceil(bbox.east / step) * step),
        north=min(90, math.ceil(bbox.north / step) * step),
    )


def query(type: str, view: Box) -> dict[str, Any]:
    in_view = [
        {"term": {"type": type}},
        {"range": {"lat_range": {"gte": view.south, "lte": view.north, "relation": "intersects"}}},
        {"range": {"lon_range": {"gte": view.west, "lte": view.east, "relation": "intersects"}}},
    ]
    return {
        "query": {"bool": {"filter": in_view}},
        "sort": [{"population": "desc"}, {"id": "asc"}],
        "size": MOST_CONTOURS,
        "_source": ["type", "code", "name", "contour"],
    }


def written(view: Box, found: list[dict[str, Any]]) -> Contours:
    # Not by the geojson package: it would walk through every coordinate, 0.2 s for a full view.
    features = [*land(view), *(contour(hit["_source"]) for each in found for hit in each["hits"]["hits"])]
    body = orjson.dumps({"type": "FeatureCollection", "features": features})
    return gzip.compress(body, mtime=0), hashlib.blake2b(body, digest_size=16).hexdigest()


def land(view: Box) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [outline]},
            "properties": {"type": "land", "code": str(number), "name": ""},
        }
        for number, (box, outline) in enumerate(LAND)
        if box.west <= view.east and box.east >= view.west and box.south <= view.north and box.north >= view.south
    ]


def contour(place: dict[str, Any]) -> dict[str, Any]:
    properties = {key: place[key] for key in ("type", "code", "name")}
    return {"type": "Feature", "geometry": place["contour"], "properties": properties}
