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
    commune, repairs = _commune(territory, address, point)
    given = _five(address.postcode)
    if isinstance(point, str):
        doubt = point
    elif (metres := metres_outside(territory, commune, point.lat, point.lon)) > TOLERANCE_M:
        doubt = f"le point est à {french.distance(metres)} de la commune"
    else:
        doubt = point.doubt
    trusted = None if doubt or isinstance(point, str) else point
    commune = _arrondissement(territory, commune, address, trusted)
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


def _commune(territory: Territory, address: Address, point: Point | str) -> tuple[Commune, list[str]]:
    """The commune by its code, else by postcode and name, else by the point; and what was repaired."""
    repairs: list[str] = []
    # A spreadsheet makes 1004 of 01004.
    code = address.commune_code.upper().zfill(5) if address.commune_code else ""
    if code:
        if commune := territory.by_code(code):
            if commune.code != code:
                repairs.append(f"le code INSEE {code} n’existe plus : {commune.code} {commune.name}")
            return commune, repairs
        repairs.append(f"code INSEE {quoted(address.commune_code)} inconnu")
    if address.commune_name:
        found = territory.addressed(_five(address.postcode), address.commune_name)
        if len(found) > 1:
            found = [_one_of(territory, found, address.commune_name, point)]
        if found:
            return found[0], [*repairs, *_of_before(found[0], address.commune_name)]
        repairs.append(f"commune {quoted(f'{address.postcode} {address.commune_name}'.strip())} inconnue")
    if isinstance(point, Point) and not point.doubt and (commune := territory.at(point.lat, point.lon)):
        return commune, [*repairs, f"commune trouvée par la position : {commune.code} {commune.name}"]
    raise RowRejected(", ".join([*repairs, "aucune commune trouvée"]))


def _one_of(territory: Territory, namesakes: list[Commune], name: str, point: Point | str) -> Commune:
    """The one in which the row's point lies. Raises RowRejected, which names them, where that tells nothing."""
    at = territory.at(point.lat, point.lon) if isinstance(point, Point) and not point.doubt else None
    if at in namesakes:
        return at
    choices = french.listed(sorted(f"{each.code} {each.name}" for each in namesakes), "ou")
    raise RowRejected(
        f"plusieurs communes portent ou ont porté le nom {quoted(name)}, indiquez le code INSEE\u00a0: {choices}"
    )


def _of_before(commune: Commune, name: str) -> list[str]:
    """What is said where the row has a name that the commune bears no more."""
    if names.key(commune.name) in names.keys(name) or commune.parent:
        return []
    return [f"commune {quoted(name)}, devenue {commune.code} {commune.name}"]


def _arrondissement(territory: Territory, commune: Commune, address: Address, point: Point | None) -> Commune:
    """Of Paris, Lyon or Marseille, the arrondissement that point, postcode or name tells; else `commune`."""
    if commune.code in territory.arrondissements and point and point.precision != "commune":
        found = territory.at(point.lat, point.lon)
        if found and found.parent == commune.code:
            return found
    return territory.part(commune, _five(address.postcode), address.commune_name)


def _postcode(commune: Commune, postcode: str, point: Point | None) -> str:
    """A postcode of the commune: the row's own, else the one in the geocoder's label, else the first, which is that of
    the whole city where there are arrondissements."""
    if postcode in commune.postcodes:
        return postcode
    named = [word for word in (point.label.split() if point else []) if word in commune.postcodes]
    return named[0] if named else commune.postcodes[0]


def _five(postcode: str) -> str:
    """Five figures: people write « 44 300 », and a spreadsheet makes 1000 of 01000; "" for nothing."""
    return names.postcode(postcode).zfill(5) if postcode else ""
