"""What the map's script is told, as JSON in the page: where to look, what to ask the API for, what to draw."""

import math
from collections.abc import Mapping
from typing import Any

from search_api import labels
from settings import Settings
from web import cards, texts
from web.search import forms
from web.search.forms import SearchForm

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


def view(asked: Mapping[str, Any]) -> dict[str, str]:
    """The API's `view` and `zoom` of a search around a point, which come with the list in one round trip; nothing for
    other searches, of which the script alone knows what its map shows."""
    if "near" not in asked:
        return {}
    lat, lon = (float(part) for part in asked["near"].split(","))
    radius_m = int(asked["radius_km"]) * 1000
    high = radius_m / DEGREE_M
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    box = (max(lon - wide, -180), max(lat - high, -90), min(lon + wide, 180), min(lat + high, 90))
    zoom = math.log2(360 / (2 * wide) * WIDTH_PX / 256)
    return {"view": ",".join(f"{degrees:.4f}" for degrees in box), "zoom": f"{max(0, math.floor(zoom))}"}


def of_search(
    form: SearchForm, place: dict[str, Any] | None, settings: Settings, answer: Mapping[str, Any]
) -> dict[str, Any]:
    """What the map's script needs: the search as the API takes it, where to look first, and what to show there."""
    asked = forms.parameters(form, place)
    lat, lon = FRANCE
    zoom: float = 6
    radius_m = None
    if "near" in asked:
        lat, lon = (float(part) for part in asked["near"].split(","))
        radius_m = int(asked["radius_km"]) * 1000
    elif place is not None:
        lat, lon = place["position"]["lat"], place["position"]["lon"]
        zoom = {"department": 8.5, "epci": 10.5}.get(place["type"], 13)
    look: dict[str, Any] = {
        "query": forms.map_query(form, place),
        "lat": lat,
        "lon": lon,
        "radius_m": radius_m,
        "zoom": zoom,
    }
    if "map" in answer:
        look["features"] = answer["map"]["features"]
    return {**look, **base(settings), "kinds": labels.KINDS, "icons": {**cards.KIND_ICONS, "other": cards.OTHER_ICON}}


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
