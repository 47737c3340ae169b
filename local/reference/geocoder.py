"""Reference of a geocoder: the Base Adresse Nationale's /search, over the communes of France and invented streets.

`python -m local.reference.geocoder --port N --communes FILE`. A street that is asked for exists, at a point of its
commune that its name decides, except one that is called « introuvable ». Those points are invented, so a question with
`autocomplete`, which the search of places asks, is answered from places.csv alone: some real streets, lieux-dits and
stations, at points that are true to a few hundred metres. Stations are points of interest (`index=address,poi`).
"""

import argparse
import csv
import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from local.reference import serve

PLACES = Path(__file__).with_name("places.csv")

SUGGESTED = 5

NUMBER = re.compile(r"^(\d{1,4}(?: ?(?:bis|ter|quater)\b)?),? +([^ ].*)$")

KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Commune:
    """`lat`, `lon` in degrees; `radius_km` of a circle well inside it."""

    code: str
    name: str
    postcodes: tuple[str, ...]
    lat: float
    lon: float
    radius_km: float


def communes(path: Path) -> dict[str, Commune]:
    """By INSEE code, from registry/data/geo/communes.csv."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Commune(
                row["code"],
                row["name"],
                tuple(re.findall(r"\d{5}", row["postcodes"])),
                float(row["lat"]),
                float(row["lon"]),
                min(3.0, math.sqrt(float(row["area_km2"] or 1)) / 6),
            )
            for row in csv.DictReader(file)
        }


@dataclass(frozen=True)
class Place:
    """`type`: street, locality or station."""

    type: str
    name: str
    commune: Commune
    lat: float
    lon: float


def places(path: Path, known: dict[str, Commune]) -> list[Place]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Place(row["type"], row["name"], known[row["commune"]], float(row["lat"]), float(row["lon"]))
            for row in csv.DictReader(file)
        ]


def create(known: dict[str, Commune]) -> FastAPI:
    app = FastAPI(openapi_url=None)
    real = places(PLACES, known)

    @app.get("/search")
    def _search(
        q: str, citycode: str = "", postcode: str = "", type: str = "", autocomplete: str = "1", index: str = "address"
    ) -> dict[str, Any]:
        commune = known.get(citycode) or _of_postcode(known, postcode or _postcode(q))
        features = []
        if commune is not None and autocomplete == "0" and type in ("", "housenumber", "street"):
            features = found(commune, q, only_street=type == "street")
        elif autocomplete != "0":
            features = suggested(real, q, points="poi" in index)
        return {"type": "FeatureCollection", "version": "draft", "features": features, "query": q}

    @app.get("/healthz")
    def _alive() -> dict[str, str]:
        return {"status": "ok"}

    return app


def suggested(real: list[Place], q: str, *, points: bool) -> list[dict[str, Any]]:
    """Those of the places that have every word of the text, the last one perhaps only begun; stations are `points`."""
    numbered = NUMBER.match(" ".join(q.split()))
    number, asked = (numbered[1], numbered[2]) if numbered else ("", q)
    *words, last = folded(asked).split() or [""]
    features = []
    for place in real:
        commune = place.commune
        known = folded(f"{place.name} {' '.join(commune.postcodes)} {commune.name}").split()
        if (
            set(words) <= set(known)
            and any(word.startswith(last) for word in known)
            and (points or place.type != "station")
        ):
            features.append(feature(place, number if place.type == "street" else ""))
    return features[:SUGGESTED]


def feature(place: Place, number: str) -> dict[str, Any]:
    commune, where = place.commune, f"{place.commune.postcodes[0]} {place.commune.name}"
    name = f"{number} {place.name}".strip()
    common = {"score": 0.9, "citycode": commune.code, "postcode": commune.postcodes[0], "city": commune.name}
    if place.type == "station":
        lists = {key: [common[key]] for key in ("citycode", "postcode", "city")}
        properties = {**common, **lists, "toponym": name, "category": ["gare ou station"], "_type": "poi"}
    else:
        type = "housenumber" if number else place.type
        id = f"{commune.code}_{folded(name).replace(' ', '-')}"
        properties = {**common, "id": id, "label": f"{name} {where}", "name": name, "type": type, "_type": "address"}
    point = {"type": "Point", "coordinates": [place.lon, place.lat]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def found(commune: Commune, q: str, *, only_street: bool = False) -> list[dict[str, Any]]:
    """No feature, or the one of the address: its number's, or its street's."""
    asked = re.split(rf"\b(?:{'|'.join(commune.postcodes)})\b", " ".join(q.split()), maxsplit=1)[0].rstrip()
    numbered = NUMBER.match(asked)
    number, street = (numbered[1], numbered[2]) if numbered else ("", asked)
    if len(folded(street)) < 3 or "introuvable" in folded(street):
        return []
    # East and north of the commune's point, in kilometres; a number is some metres along its street.
    angle, distance, along = (part / 65535 for part in _parts(f"{commune.code} {folded(street)}"))
    east = math.cos(2 * math.pi * angle) * distance * commune.radius_km
    north = math.sin(2 * math.pi * angle) * distance * commune.radius_km
    has_number = bool(number) and not only_street
    if has_number:
        metres = 8 * int(re.findall(r"\d+", number)[0]) % 300
        east += math.cos(2 * math.pi * along) * metres / 1000
        north += math.sin(2 * math.pi * along) * metres / 1000
    lat = commune.lat + north / KM_PER_DEGREE
    lon = commune.lon + east / (KM_PER_DEGREE * math.cos(math.radians(commune.lat)))
    name = f"{number} {street}" if has_number else street
    properties = {
        **{"label": f"{name} {commune.postcodes[0]} {commune.name}", "score": 0.95, "name": name, "street": street},
        **{"id": f"{commune.code}_reference", "type": "housenumber" if has_number else "street"},
        **{"postcode": commune.postcodes[0], "citycode": commune.code, "city": commune.name},
        **({"housenumber": number} if has_number else {}),
    }
    point = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return [{"type": "Feature", "geometry": point, "properties": properties}]


def folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in decomposed if not unicodedata.combining(c))))


def _parts(text: str) -> tuple[int, int, int]:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:2]), int.from_bytes(digest[2:4]), int.from_bytes(digest[4:6])


def _postcode(q: str) -> str:
    return next(iter(re.findall(r"\b\d{5}\b", q)), "")


def _of_postcode(known: dict[str, Commune], postcode: str) -> Commune | None:
    return next((commune for commune in known.values() if postcode in commune.postcodes), None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--communes", type=Path, required=True)
    arguments = parser.parse_args()
    serve(create(communes(arguments.communes)), arguments.port)
