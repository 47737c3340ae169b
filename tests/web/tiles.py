"""A small file of vector tiles, made of contours, as Protomaps' basemaps name their layers and kinds.

`python -m tests.web.tiles FILE DEPARTMENT…` writes one of our communes, to look at a map with.
"""

import csv
import gzip
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import mapbox_vector_tile
import numpy as np
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from registry import territory

ATTRIBUTION = '<a href="https://geoservices.ign.fr/" onclick="x">IGN &amp; Etalab</a> <img src=x onerror=x>2026'
LEAST_ZOOM, MOST_ZOOM = 5, 12
EXTENT = 4096
EDGE = 1 / 64
"""Of a tile, drawn beyond its edge, so that no outline of the tile itself is seen."""


class Feature(NamedTuple):
    """`shape`: in degrees."""

    layer: str
    properties: dict[str, Any]
    shape: Any


def commune(name: str, population: int, shape: Any) -> list[Feature]:
    """Its land, its border and its name."""
    return [
        Feature("earth", {"kind": "earth"}, shape),
        Feature("boundaries", {"kind": "locality"}, shape.boundary),
        Feature("places", {"kind": "locality", "name": name, "population": population}, shape.representative_point()),
    ]


def write(path: Path, features: list[Feature], most_zoom: int = MOST_ZOOM) -> None:
    west, south, east, north = shapely.total_bounds([feature.shape for feature in features])
    with path.open("wb") as file:
        writer = Writer(file)
        for zoom in range(LEAST_ZOOM, most_zoom + 1):
            scaled = [feature._replace(shape=on_tiles(feature.shape, zoom)) for feature in features]
            left, high, right, low = shapely.total_bounds([feature.shape for feature in scaled])
            for x in range(math.floor(left), math.floor(right) + 1):
                for y in range(math.floor(high), math.floor(low) + 1):
                    writer.write_tile(zxy_to_tileid(zoom, x, y), tile(scaled, x, y))
        corners = {"min_lon": west, "min_lat": south, "max_lon": east, "max_lat": north}
        middle = {"center_lon": (west + east) / 2, "center_lat": (south + north) / 2}
        header = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_zoom": LEAST_ZOOM,
            "max_zoom": most_zoom,
            "center_zoom": LEAST_ZOOM,
            **{f"{name}_e7": int(degrees * 1e7) for name, degrees in (corners | middle).items()},
        }
        writer.finalize(header, {"name": "contours", "attribution": ATTRIBUTION})


def on_tiles(shape: Any, zoom: int) -> Any:
    """In tiles of this zoom from the north-west of the world, by Mercator."""

    def moved(degrees: Any) -> Any:
        lon, lat = degrees[:, 0], np.radians(degrees[:, 1])
        return np.column_stack([(lon + 180) / 360, (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2]) * 2**zoom

    return shapely.transform(shape, moved)


def tile(features: list[Feature], x: int, y: int) -> bytes:
    view = shapely.box(x - EDGE, y - EDGE, x + 1 + EDGE, y + 1 + EDGE)
    layers: dict[str, list[dict[str, Any]]] = {}
    for layer, properties, shape in features:
        seen = shape.intersection(view)
        if not seen.is_empty:
            moved = shapely.transform(seen, lambda points: (points - (x, y)) * EXTENT)
            layers.setdefault(layer, []).append({"geometry": moved, "properties": properties})
    named = [{"name": name, "features": found} for name, found in layers.items()]
    return gzip.compress(mapbox_vector_tile.encode(named, default_options={"y_coord_down": True}), mtime=0)


def of_departments(codes: list[str]) -> Iterator[Feature]:
    contours = territory.contours()
    with (territory.GEO / "communes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["department"] in codes and row["code"] in contours:
                shape = shapely.make_valid(shapely.from_geojson(contours[row["code"]]))
                yield from commune(row["name"], int(row["population"]), shape)


if __name__ == "__main__":
    write(Path(sys.argv[1]), list(of_departments(sys.argv[2:])))
