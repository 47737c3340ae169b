"""Where a home stands on the map: at the pin she set, else where the geocoder finds the address, else at the commune.

What is found is written among the values: `lat`, `lon`, `street_lat`, `street_lon`, and `place_par`, which says how
(repere, adresse or commune). Only what parents may see of it ever leaves the private tables (docs/design.md,
"Position").
"""

import json
import re
from collections.abc import Mapping

from domain.vocabulary import HOME_PRECISIONS, Precision
from registry.database import Connection
from registry.offers.profiles.facts import Home
from registry.offers.profiles.typed import text
from registry.territory import geocoding
from settings import Settings

PIN_OUTSIDE = "Le repère est hors de votre commune\u00a0: placez-le sur votre logement, ou effacez-le."
MARGIN = 0.004
"""Degrees, about 400 m: contours are simplified, and a home may stand on the border."""


def pin_error(conn: Connection, values: Mapping[str, str]) -> str | None:
    """A French sentence when the pin is outside the commune; None for a good one, and without one."""
    pin = _pin(values)
    if pin is None:
        return None
    row = conn.execute(
        "select contour, lat, lon from commune where code = %s", [text(values, "commune_code")]
    ).fetchone()
    if row is None or row[0] is None:
        return None
    contour = row[0] if isinstance(row[0], dict) else json.loads(row[0])
    # Here, because every process of the site and the jobs would hold it, and few pins are set.
    import shapely

    inside = shapely.from_geojson(json.dumps(contour)).buffer(MARGIN).contains(shapely.Point(pin[1], pin[0]))
    return None if inside else PIN_OUTSIDE


def placed(settings: Settings, values: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """The values with their place. `before` is what was placed last: the same address is not asked for again.

    Takes as long as the geocoder at most (registry/territory/geocoding.py); hold no transaction meanwhile.
    """
    found = {name: value for name, value in values.items() if name not in _PLACE}
    same = all(text(values, name) == text(before, name) for name in ("adresse", "code_postal", "commune_code"))
    pin = _pin(values)
    if pin is not None and (same or pin != _pin(before)):
        return found | _place("repere", pin, _street_point(before) if same else None)
    if same and text(before, "place_par") == "adresse" and text(values, "repere") != "effacer":
        return found | {name: text(before, name) for name in _PLACE}
    asked = geocoding.place(
        settings, text(values, "adresse"), text(values, "code_postal"), text(values, "commune_code")
    )
    if asked is None:
        return found | dict.fromkeys(_PLACE, "") | {"place_par": "commune"}
    street = None
    if asked.street_lat is not None and asked.street_lon is not None:
        street = (asked.street_lat, asked.street_lon)
    return found | _place("adresse", (asked.lat, asked.lon), street)


def home(conn: Connection, values: Mapping[str, str]) -> Home:
    """Of values without errors that were placed; without a point it stands at the commune, and shows no more."""
    point, street = _point(values, "lat", "lon"), _street_point(values)
    show = text(values, "montrer")
    if show not in HOME_PRECISIONS:
        show = Precision.ZONE.value
    if point is None:
        row = conn.execute("select lat, lon from commune where code = %s", [text(values, "commune_code")]).fetchall()[0]
        point, show = (row[0], row[1]), Precision.ZONE.value
    address = " ".join(text(values, "adresse").split())
    return Home(
        address=address,
        street=street_of(address),
        postcode=text(values, "code_postal"),
        commune=text(values, "commune_code"),
        lat=point[0],
        lon=point[1],
        street_lat=street[0] if street else None,
        street_lon=street[1] if street else None,
        show=show,
    )


def street_of(address: str) -> str:
    """« 27 bis, rue des Lilas » without its number; a lieu-dit as it is."""
    return re.sub(r"^\s*\d+\s*(?:(?:bis|ter|quater|[A-Da-d])\b)?[\s,]*", "", address).strip() or address


_PLACE = ("lat", "lon", "street_lat", "street_lon", "place_par", "repere")


def _place(how: str, point: tuple[float, float], street: tuple[float, float] | None) -> dict[str, str]:
    lat, lon = (f"{degrees:.6f}" for degrees in point)
    street_lat, street_lon = (f"{degrees:.6f}" for degrees in street) if street else ("", "")
    return {
        **{"lat": lat, "lon": lon, "street_lat": street_lat, "street_lon": street_lon, "place_par": how},
        "repere": "oui" if how == "repere" else "",
    }


def _pin(values: Mapping[str, str]) -> tuple[float, float] | None:
    """The point that she set herself."""
    return _point(values, "lat", "lon") if text(values, "repere") == "oui" else None


def _street_point(values: Mapping[str, str]) -> tuple[float, float] | None:
    return _point(values, "street_lat", "street_lon")


def _point(values: Mapping[str, str], lat: str, lon: str) -> tuple[float, float] | None:
    number = re.compile(r"-?\d{1,3}(?:\.\d{1,15})?")
    if not number.fullmatch(text(values, lat)) or not number.fullmatch(text(values, lon)):
        return None
    found = float(text(values, lat)), float(text(values, lon))
    return found if -90 <= found[0] <= 90 and -180 <= found[1] <= 180 else None
