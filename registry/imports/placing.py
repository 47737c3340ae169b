"""Where a row's offer stands: its commune, its postcode, and a position that can be trusted or says it is not."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.geometry

from domain import french, spelling
from registry.imports.cleaning import number, text
from registry.imports.errors import RowRejected
from registry.imports.wording import quoted
from registry.territory import Commune, Territory, names

TOLERANCE_M = 3000
"""How far outside its commune's contour a point is still trusted (docs/data.md, "Your own")."""

RADIUS_M = 7000
"""Of a commune without contour or area: that of a disc as large as Orée d'Anjou, the largest of the three."""

METRES_A_DEGREE = 111_195
"""Of latitude, on a sphere of 6,371 km."""


@dataclass(frozen=True)
class Address:
    """What a row says of its place, as text; "" where it says nothing."""

    street: str
    postcode: str
    commune_name: str
    commune_code: str


@dataclass(frozen=True)
class Point:
    """A row's point in degrees; `doubt` is the reason not to believe it, in French, or ""."""

    lat: float
    lon: float
    precision: str
    label: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Place:
    """Where the offer stands; `repairs` says in French what had to be mended."""

    commune: Commune
    postcode: str
    lat: float
    lon: float
    precision: str
    repairs: tuple[str, ...]


def place(territory: Territory, address: Address, point: Point | str) -> Place:
    """The place of a row. A `point` that is a text is the reason, in French, why there is none.

    Raises RowRejected when no commune can be found.
    """
    given = names.postcode_of_file(address.postcode)
    commune, repairs = _commune(territory, address, given, point)
    if isinstance(point, str):
        doubt = point
    elif (metres := metres_outside(territory, commune, point.lat, point.lon)) > TOLERANCE_M:
        doubt = f"le point est à {french.distance(metres)} de la commune"
    else:
        doubt = point.doubt
    trusted = None if doubt or isinstance(point, str) else point
    commune = _arrondissement(territory, commune, trusted)
    if doubt:
        repairs.append(f"placée à sa commune, {commune.name} : {doubt}")
    postcode = _postcode(commune, given, trusted)
    if given and postcode != given:
        repairs.append(f"code postal {quoted(address.postcode)} étranger à la commune, {commune.name} : {postcode} mis")
    elif not given and len(commune.postcodes) > 1:
        repairs.append(f"code postal absent : {postcode} mis")
    if trusted is None or trusted.precision == "commune":
        return Place(commune, postcode, commune.lat, commune.lon, "commune", tuple(repairs))
    # Six decimals are a decimetre; more would make a new geocoding of the same door a change.
    lat, lon = round(trusted.lat, 6), round(trusted.lon, 6)
    return Place(commune, postcode, lat, lon, trusted.precision, tuple(repairs))


def read_point(lat: Any, lon: Any, geometry: Any) -> tuple[float, float] | str:
    """A point in degrees from two fields or else a GeoJSON geometry; a French reason when there is none."""
    if geometry is not None:
        try:
            # A point inside, for the sources that draw a building.
            inside = shapely.geometry.shape(geometry).representative_point()
            found = (inside.y, inside.x) if not inside.is_empty else None
        except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError):
            return "sa géométrie est illisible"
    elif not text(lat) and not text(lon):
        found = None
    else:
        numbers = number(lat), number(lon)
        if numbers[0] is None or numbers[1] is None:
            return "ses coordonnées sont illisibles"
        found = (numbers[0], numbers[1])
    if found is None:
        return "elle n’a pas de position"
    if not (abs(found[0]) <= 90 and abs(found[1]) <= 180):
        return "ses coordonnées ne sont pas des degrés"
    return found


def names_the_street(label: str, street: str) -> bool:
    """Whether a geocoder's label ("12 Rue de Savenay 44000 Nantes") names a street of the row's address."""
    words = spelling.address(label).split()
    while words and (words[0].isdigit() or words[0] in ("bis", "ter", "quater")):
        words.pop(0)
    postcode = next((i for i, word in enumerate(words) if len(word) == 5 and word.isdigit()), len(words))
    named = " ".join(words[:postcode])
    return bool(named) and f" {named} " in f" {spelling.address(street)} "


def metres_outside(territory: Territory, commune: Commune, lat: float, lon: float) -> float:
    """Metres from a commune's contour to a point outside it; 0 inside.

    A disc around its point takes the place of a contour that is not known. The plane is scaled at the
    commune's latitude: exact to a few metres within tens of kilometres, rough beyond.
    """
    contour = territory.contour(commune.code)
    point = shapely.Point(lon, lat)
    if contour is not None and contour.intersects(point):
        return 0.0
    scale = np.array([METRES_A_DEGREE * math.cos(math.radians(commune.lat)), METRES_A_DEGREE])
    here = shapely.transform(point, lambda xy: xy * scale)
    if contour is not None:
        return float(shapely.distance(shapely.transform(contour, lambda xy: xy * scale), here))
    centre = shapely.transform(shapely.Point(commune.lon, commune.lat), lambda xy: xy * scale)
    return max(0.0, float(shapely.distance(centre, here)) - RADIUS_M)


def _commune(territory: Territory, address: Address, postcode: str, point: Point | str) -> tuple[Commune, list[str]]:
    """The commune by its code, else by postcode and name, else by the point; and what was repaired."""
    repairs: list[str] = []
    known = territory.by_code(address.commune_code)
    if address.commune_code and known is None:
        repairs.append(f"code INSEE {quoted(address.commune_code)} inconnu")
    if found := territory.meant(address.commune_code, postcode, address.commune_name):
        named = found[0] if len(found) == 1 else _one_of(territory, found, address, point)
        commune = named.commune
        if named.is_former and known:
            repairs.append(f"le code INSEE {named.code} n’existe plus : {commune.code} {commune.name}")
        elif named.is_former:
            repairs.append(f"commune {quoted(address.commune_name)}, devenue {commune.code} {commune.name}")
        return commune, repairs
    if address.commune_name:
        repairs.append(f"commune {quoted(_written(address))} inconnue")
    if isinstance(point, Point) and not point.doubt and (commune_at := territory.at(point.lat, point.lon)):
        return commune_at, [*repairs, f"commune trouvée par la position : {commune_at.code} {commune_at.name}"]
    raise RowRejected(", ".join([*repairs, "aucune commune trouvée"]))


def _one_of(territory: Territory, found: list[names.Named], address: Address, point: Point | str) -> names.Named:
    """The one in which the row's point lies. Raises RowRejected, which names them, where that tells nothing."""
    at = territory.at(point.lat, point.lon) if isinstance(point, Point) and not point.doubt else None
    for each in found:
        if at == each.commune:
            return each
    choices = french.listed(sorted(f"{each.commune.code} {each.commune.name}" for each in found), "ou")
    raise RowRejected(
        f"plusieurs communes sont possibles pour {quoted(_written(address))}, indiquez le code INSEE\u00a0: {choices}"
    )


def _written(address: Address) -> str:
    return f"{address.postcode} {address.commune_name}".strip()


def _arrondissement(territory: Territory, commune: Commune, point: Point | None) -> Commune:
    """Of Paris, Lyon or Marseille, the arrondissement in which the point lies; else `commune`."""
    if commune.code in territory.arrondissements and point and point.precision != "commune":
        found = territory.at(point.lat, point.lon)
        if found and found.parent == commune.code:
            return found
    return commune


def _postcode(commune: Commune, postcode: str, point: Point | None) -> str:
    """A postcode of the commune: the row's own, else the one in the geocoder's label, else the first, which is that of
    the whole city where there are arrondissements."""
    if postcode in commune.postcodes:
        return postcode
    named = [word for word in (point.label.split() if point else []) if word in commune.postcodes]
    return named[0] if named else commune.postcodes[0]
