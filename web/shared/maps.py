"""What the map's script is told, as JSON in the page: where to look, what to ask the API for, what to draw."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from domain.vocabulary import Kind
from settings import Settings
from web import texts
from web.shared import cards
from web.shared.search import forms
from web.shared.search.places import Where

FRANCE = (46.6, 2.5)
"""Where the map looks, in degrees, when a search names no place."""
FICHE_ZOOMS = {"zone": 14, "commune": 12}
FICHE_ZOOM = 16
CONTOURS_ZOOM = 12
"""Without tiles a map tells only where in the commune one is: closer than this there would be nothing to see."""


WIDTH_PX = 640
"""About the width of the map: groups are as fine as suits it, and the first move asks for the right ones."""

DEGREE_M = 111_195
"""Metres of a degree of latitude."""

CORNERS = 9
"""Of a quarter of a drawn circle."""

Point = tuple[float, float]
"""Latitude and longitude, in degrees."""


def view(asked: Mapping[str, Any]) -> dict[str, str]:
    """The API's `view` and `zoom` of a search around a point or along a way, which come with the list in one round
    trip; nothing for other searches, of which the script alone knows what its map shows."""
    found = box(asked)
    if found is None:
        return {}
    west, south, east, north = found
    zoom = math.log2(360 / (east - west) * WIDTH_PX / 256)
    return {"view": ",".join(f"{degrees:.4f}" for degrees in (west, south, east, north)), "zoom": f"{math.floor(zoom)}"}


def of_search(found: Where, settings: Settings, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the map's script needs: the search as the API takes it, where to look first, and what to show there."""
    asked = forms.parameters(found.form, found.place, found.arrival)
    lat, lon = FRANCE
    zoom: float = 6
    if points := points_of(asked):
        lat, lon = (sum(degrees) / len(points) for degrees in zip(*points, strict=True))
    elif found.place is not None:
        lat, lon = found.place["position"]["lat"], found.place["position"]["lon"]
        zoom = {"department": 8.5, "epci": 10.5}.get(found.place["type"], 13)
    look: dict[str, Any] = {
        "query": forms.map_query(asked),
        "lat": lat,
        "lon": lon,
        "radius_m": int(asked["radius_km"]) * 1000 if "near" in asked else None,
        "zoom": zoom,
    }
    if "route" in asked:
        look["route"] = points
        look["corridor"] = corridor(points, float(asked["detour_km"]) * 1000)
    if "map" in answer:
        look["features"] = answer["map"]["features"]
    return {**look, **base(settings), "kinds": Kind.labels(), "icons": {**cards.KIND_ICONS, "other": cards.OTHER_ICON}}


def points_of(asked: Mapping[str, Any]) -> list[Point]:
    """The point of a search around one, or those of its way."""
    told = asked.get("near") or asked.get("route")
    return [(float(lat), float(lon)) for lat, lon in (point.split(",") for point in told.split(";"))] if told else []


def box(asked: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of what the search covers; None where it is not around points."""
    points = points_of(asked)
    if not points:
        return None
    high = float(asked["radius_km"] if "near" in asked else asked["detour_km"]) * 1000 / DEGREE_M
    lats, lons = zip(*points, strict=True)
    wide = high / shrunk(max(lats, key=abs))
    west, south, east, north = min(lons) - wide, min(lats) - high, max(lons) + wide, max(lats) + high
    return max(west, -180), max(south, -90), min(east, 180), min(north, 90)


def corridor(route: Sequence[Point], width_m: float) -> list[Point]:
    """The outline of all that is at most so far from the way: a half circle around each end. Only to be drawn: on a
    plane, where the search counts on the globe."""
    (lat, lon), (to_lat, to_lon) = route
    shrink = shrunk((lat + to_lat) / 2)
    heading = math.atan2(to_lat - lat, (to_lon - lon) * shrink)
    high = width_m / DEGREE_M
    outline = []
    for (end_lat, end_lon), turn in (((to_lat, to_lon), heading), ((lat, lon), heading + math.pi)):
        for step in range(-CORNERS, CORNERS + 1):
            angle = turn + step / CORNERS * math.pi / 2
            north, east = high * math.sin(angle), high * math.cos(angle) / shrink
            outline.append((round(end_lat + north, 5), round(end_lon + east, 5)))
    return outline


def shrunk(lat: float) -> float:
    """How much shorter a degree of longitude is than one of latitude."""
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
    zoom = FICHE_ZOOMS.get(precision, FICHE_ZOOM) if settings.tile_url else CONTOURS_ZOOM
    return {"lat": lat, "lon": lon, "radius_m": None, "zoom": zoom, "features": [feature], **base(settings)}


def base(settings: Settings) -> dict[str, str]:
    attribution = settings.tile_attribution if settings.tile_url else texts.MAP_ATTRIBUTION
    return {"tiles": settings.tile_url, "attribution": attribution}
