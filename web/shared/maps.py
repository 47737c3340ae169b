"""What the map's script is told, as JSON in the page: where to look, what to ask the API for, what to draw."""

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from domain.grid import HALF_CELL
from domain.vocabulary import Kind
from search_api.geo import Route, degrees
from search_api.parameters import OfferQuery, written
from settings import Settings
from web import texts
from web.core import vector_tiles
from web.shared import cards
from web.shared.search.places import Where

FRANCE = (46.6, 2.5)
"""Where the map looks, in degrees, when a search names no place."""
FICHE_ZOOMS = {"zone": 14, "commune": 12}
FICHE_ZOOM = 16
TERRITORY_ZOOMS = {"commune": 13.0, "epci": 10.5, "department": 8.5}
CONTOURS_ZOOM = 12
"""Without tiles a map tells only where in the commune one is: closer than this there would be nothing to see."""


CORNERS = 9
"""Of a quarter of a drawn circle."""

LatLon = tuple[float, float]
"""As the script takes a point."""


def of_search(found: Where, asked: Mapping[str, Any], query: OfferQuery, settings: Settings) -> dict[str, Any]:
    """What the map's script needs: the search as the API takes it, `asked`, and where to look first. `query`: what the
    same parameters mean. What is there it asks for itself: it alone knows how wide the map is, and on a telephone
    whether anybody looks at it."""
    points = points_of(query)
    lat, lon = FRANCE
    zoom: float = 6
    if points:
        lat, lon = (sum(each) / len(points) for each in zip(*points, strict=True))
    elif query.bbox is not None:
        west, south, east, north = query.bbox.corners
        lat, lon = (south + north) / 2, (west + east) / 2
    elif found.place is not None:
        lat, lon = found.place.point.lat, found.place.point.lon
        zoom = TERRITORY_ZOOMS.get(found.place.type, TERRITORY_ZOOMS["commune"])
    look: dict[str, Any] = {
        "query": map_query(asked),
        "lat": lat,
        "lon": lon,
        "radius_m": round(query.radius_km * 1000) if query.radius_km is not None else None,
        "zoom": zoom,
    }
    if query.route is not None:
        look["route"] = points
        look["corridor"] = corridor(query.route)
    if query.bbox is not None:
        look["box"] = query.bbox.corners
    own = found.place.code if found.place is not None and query.route is None else ""
    return {
        **look,
        **base(settings, own),
        "half_cell": HALF_CELL,
        "kinds": Kind.labels(),
        "icons": {**cards.KIND_ICONS, "other": cards.OTHER_ICON},
    }


def map_query(asked: Mapping[str, Any]) -> str:
    """Parameters as a query string for `/api/v1/map`, to which the script adds the view."""
    kept = {name: value for name, value in written(asked).items() if name not in ("sort", "cursor", "bbox")}
    return urlencode(kept, doseq=True, safe=":,;@")


def points_of(query: OfferQuery) -> list[LatLon]:
    """The point of a search around one, or those of its way."""
    points = query.route.points if query.route is not None else (query.near,) if query.near is not None else ()
    return [(point.lat, point.lon) for point in points]


def corridor(route: Route) -> list[LatLon]:
    """The outline of all that is at most so far from the way: a half circle around each end. Only to be drawn: on a
    plane, where the search counts on the globe."""
    start, end = route.points
    lat, lon, to_lat, to_lon = start.lat, start.lon, end.lat, end.lon
    shrink = shrunk((lat + to_lat) / 2)
    heading = math.atan2(to_lat - lat, (to_lon - lon) * shrink)
    high = degrees(route.detour_km * 1000)
    outline = []
    for (end_lat, end_lon), turn in (((to_lat, to_lon), heading), ((lat, lon), heading + math.pi)):
        for step in range(-CORNERS, CORNERS + 1):
            angle = turn + step / CORNERS * math.pi / 2
            north, east = high * math.sin(angle), high * math.cos(angle) / shrink
            outline.append((round(end_lat + north, 5), round(end_lon + east, 5)))
    return outline


def shrunk(lat: float) -> float:
    """How much shorter a degree of longitude is than one of latitude; never nothing, at the poles."""
    return max(math.cos(math.radians(lat)), 0.01)


def of_fiche(document: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The map of one offer, as the features of `/api/v1/map` are."""
    lat, lon, precision = (document["position"][name] for name in ("lat", "lon", "precision"))
    properties = {
        "id": document["id"],
        "name": document["name"],
        "icon": cards.kind_icon(document["kind"]),
        "precision": precision,
        "fictitious": document["fictitious"],
    }
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}
    ground = base(settings, document["commune"]["code"])
    zoom = FICHE_ZOOMS.get(precision, FICHE_ZOOM) if is_tiled(settings) else CONTOURS_ZOOM
    return {
        "lat": lat,
        "lon": lon,
        "radius_m": None,
        "zoom": zoom,
        "half_cell": HALF_CELL,
        "features": [feature],
        **ground,
    }


def base(settings: Settings, own: str = "") -> dict[str, Any]:
    """What lies under the offers: our contours, which are `contours` of somebody; over them vector tiles of ours, or
    instead of them tiles of another host. `own`: the code of the commune or department that stands out."""
    tiles = vector_tiles.of(settings)
    return {
        "vector": vector(tiles) if tiles else None,
        "tiles": "" if tiles else settings.tile_url,
        "attribution": settings.tile_attribution or (tiles.attribution if tiles else ""),
        "contours": texts.MAP_ATTRIBUTION,
        "own": own,
    }


def vector(tiles: vector_tiles.Tiles) -> dict[str, Any]:
    return {"url": tiles.address, "zoom": tiles.zoom, "least_zoom": tiles.least_zoom, "box": tiles.box}


def is_tiled(settings: Settings) -> bool:
    """Whether there is more on a map than where in the commune one is."""
    return bool(settings.pmtiles_path or settings.tile_url)
