"""Where an address is, from a geocoder that speaks the Base Adresse Nationale's API (settings.geocoder_url).

The format: https://geoservices.ign.fr/documentation/services/services-geoplateforme/geocodage. The search of places has
its own (search_api/engine/geocoder.py), as that room may not know this one. A home may be hidden: nothing of it is
logged.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ValidationError

from registry import remote
from settings import Settings

PLAUSIBLE = 0.5
"""Of the geocoder's own score, from 0 to 1; below it shares a few words with what was asked."""

PRECISIONS: dict[str, Literal["address", "street"]] = {
    "housenumber": "address",
    "street": "street",
    "locality": "street",
}
"""A lieu-dit stands for its street. A whole commune is no place for a home: that is known without asking."""


@dataclass(frozen=True, repr=False)
class Placed:
    """Degrees. `precision` "street": the number is not known there, and the point is the street's.

    `street_lat` and `street_lon`: the geocoder's point for the street, or neither.
    """

    lat: float
    lon: float
    precision: Literal["address", "street"]
    street: str
    street_lat: float | None
    street_lon: float | None


def place(settings: Settings, address: str, postcode: str, commune_code: str) -> Placed | None:
    """The place of an address, which must lie in that commune (INSEE code); None when it is not found there.

    None also without a geocoder and whenever it is away: takes four times `geocoder_timeout_s` at most.
    """
    if not settings.geocoder_url or not address.strip():
        return None
    try:
        found = _best(settings, f"{address} {postcode}", commune_code)
        if found is None:
            return None
        lon, lat = found.geometry.coordinates
        precision = PRECISIONS[found.properties.type]
        street = found.properties.street or found.properties.name
        if precision == "street":
            return Placed(lat, lon, precision, street, lat, lon)
        try:
            whole = _best(settings, f"{street} {postcode}", commune_code, type="street")
        except remote.Away:
            whole = None
        # Some take no notice of `type`: a door's point must not pass for the street's, where the home is hidden.
        is_street = whole is not None and PRECISIONS[whole.properties.type] == "street"
        street_lon, street_lat = whole.geometry.coordinates if whole and is_street else (None, None)
        return Placed(lat, lon, precision, street, street_lat, street_lon)
    except remote.Away:
        return None


class _Properties(BaseModel):
    type: str
    score: float
    citycode: str = ""
    name: str = ""
    street: str = ""


class _Geometry(BaseModel):
    coordinates: tuple[float, float]


class _Feature(BaseModel):
    properties: _Properties
    geometry: _Geometry


class _Answer(BaseModel):
    features: list[_Feature]


def _best(settings: Settings, q: str, commune_code: str, **more: str) -> _Feature | None:
    params = {"q": " ".join(q.split())[:200], "citycode": commune_code, "limit": "1", "autocomplete": "0", **more}
    answer = remote.ask("geocoder", "GET", settings.geocoder_url, settings.geocoder_timeout_s, params=params)
    try:
        features = _Answer.model_validate(answer).features
    except ValidationError:  # its text quotes the answer
        return None
    return next((feature for feature in features if _is_good(feature, commune_code)), None)


def _is_good(feature: _Feature, commune_code: str) -> bool:
    """Asked for one commune, a geocoder may still answer another: a home is never placed there."""
    found, (lon, lat) = feature.properties, feature.geometry.coordinates
    return (
        found.citycode == commune_code
        and found.type in PRECISIONS
        and found.score >= PLAUSIBLE
        and -90 <= lat <= 90
        and -180 <= lon <= 180
    )
