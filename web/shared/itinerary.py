"""The way to an offer, on a map of others: only to where it says itself that it is. Pure functions."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

DIRECTIONS = "https://www.openstreetmap.org/directions?to={lat},{lon}"
GEO = "geo:{lat},{lon}?q={lat},{lon}({name})"
"""What Android's maps take (RFC 5870, and its own `q`, which names the point)."""


def shows_address(document: Mapping[str, Any]) -> bool:
    """Whether its point is its door: of somebody who minds children at home only where she shows her address whole, as
    a street's point leads to a neighbour's, or to hers. `wayTo` of web/static/shared/itinerary.js is the same rule."""
    precision: str = document["position"]["precision"]
    return precision == "address" or (precision == "street" and str(document["kind"]) != "assistant_maternel")


def way_to(document: Mapping[str, Any]) -> dict[str, str] | None:
    """`href`, for any browser, and `geo`, for those that hand it to a map of the telephone; None for no door."""
    if not shows_address(document):
        return None
    at = {"lat": document["position"]["lat"], "lon": document["position"]["lon"]}
    return {"href": DIRECTIONS.format(**at), "geo": GEO.format(**at, name=quote(document["name"], safe=""))}
