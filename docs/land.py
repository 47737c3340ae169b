"""What a map's ground is drawn of, beside the communes: `python -m docs.land WORLD`.

WORLD is `countries-10m.json` of the npm package world-atlas 2.0.2 (Natural Earth, public domain).

`registry/data/geo/departments.geojson`: the departments, of their communes. Neighbours share each point of their
border, so that no sea lies between two that touch: contours that are simplified each by itself leave 840 such gaps.

`search_api/land.json`: what is land and no commune's, as outlines. The countries around, and where a commune has no
contour or that of before a merger; without it both would look like water.
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import shapely

from registry import territory

DEPARTMENTS = territory.GEO / "departments.geojson"
LAND = Path(__file__).parents[1] / "search_api" / "land.json"

TOLERANCE = 0.006
"""Degrees: what is cut off has the area of a triangle of this side, some 400 m."""

DIGITS = 4
"""Of a degree: 10 m."""

AROUND = {"France": (-6.5, 41, 10.5, 51.8), "Guyane": (-55.5, 1.5, -51, 6.5)}
"""Where a map of ours may show another country, west, south, east and north."""

FRENCH = {"250", "663"}
"""France with its départements overseas, and Saint-Martin, by their codes of ISO 3166."""

CELL = 2.0
"""Degrees: the countries are cut into cells, so that a map gets what it shows. They overlap by OVERLAP, as between two
that only touch the water would shine through."""

OVERLAP = 0.02
REACH = 0.03
"""Degrees that the countries reach into France, where its communes lie on them: the two outlines are not the same."""

LAKE = 0.01
"""Square degrees: what stays open between France and a country, and is as large, is a lake (the Léman)."""


def main(world: str) -> None:
    communes = of_communes()
    departments(communes)
    land(communes, others(json.loads(Path(world).read_text(encoding="utf-8"))))
    for file in (DEPARTMENTS, LAND):
        print(f"{file.name}: {file.stat().st_size:,} bytes.")


def of_communes() -> dict[str, list[Any]]:
    """The contours of the communes, by their department. Made valid, as some cross themselves."""
    contours = territory.contours()
    found: dict[str, list[Any]] = defaultdict(list)
    for file in ("communes.csv", "added_communes.csv"):
        with (territory.GEO / file).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                # An arrondissement lies on its city.
                if row["code"] in contours and not row["parent"]:
                    found[row["department"]].append(shapely.make_valid(shapely.from_geojson(contours[row["code"]])))
    return found


def departments(communes: dict[str, list[Any]]) -> None:
    codes = sorted(communes)
    shapes = shapely.coverage_simplify([shapely.union_all(communes[code]) for code in codes], TOLERANCE)
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": json.loads(shapely.to_geojson(rounded(shape)))}
        for code, shape in zip(codes, shapes, strict=True)
    ]
    DEPARTMENTS.write_text(compact({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def land(communes: dict[str, list[Any]], others: Any) -> None:
    france = shapely.union_all([shape for each in communes.values() for shape in each])
    border = others.buffer(REACH).intersection(france.simplify(TOLERANCE).buffer(REACH))
    around = shapely.union_all([others, border]).simplify(TOLERANCE)
    between = [hole for hole in holes(france.union(around)) if hole.area < LAKE]
    gaps = [hole.buffer(TOLERANCE) for hole in (*holes(france), *between)]
    cells = [
        around.intersection(shapely.box(west, south, west + CELL + OVERLAP, south + CELL + OVERLAP))
        for box in AROUND.values()
        for west in steps(box[0], box[2])
        for south in steps(box[1], box[3])
    ]
    pieces = [part for shape in (*gaps, *cells) for part in parts(shape.simplify(TOLERANCE / 2))]
    outlines = [[list(point) for point in rounded(piece).exterior.coords] for piece in pieces]
    LAND.write_text(compact(outlines), encoding="utf-8")


def others(world: dict[str, Any]) -> Any:
    """The countries around, of a TopoJSON."""
    (scale_x, scale_y), (left, low) = world["transform"]["scale"], world["transform"]["translate"]

    def arc(index: int) -> list[tuple[float, float]]:
        x = y = 0
        points = []
        for step_x, step_y in world["arcs"][index if index >= 0 else ~index]:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + left, y * scale_y + low))
        return points if index >= 0 else points[::-1]

    def ring(arcs: list[int]) -> list[tuple[float, float]]:
        return [point for index in arcs for point in arc(index)]

    boxes = [shapely.box(*box) for box in AROUND.values()]
    found = []
    for country in world["objects"]["countries"]["geometries"]:
        if country.get("id") not in FRENCH and "arcs" in country:
            polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
            # An islet may have too few points to be one.
            for outline in (points for first, *_ in polygons if len(points := ring(first)) > 3):
                shape = shapely.make_valid(shapely.Polygon(outline))
                found += [shape.intersection(box) for box in boxes if shape.intersects(box)]
    return shapely.union_all(found)


def holes(shape: Any) -> list[Any]:
    return [shapely.Polygon(ring) for part in parts(shape) for ring in part.interiors]


def steps(low: float, high: float) -> list[float]:
    return [low + CELL * n for n in range(int((high - low) / CELL) + 1)]


def parts(shape: Any) -> list[Any]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 0]


def rounded(shape: Any) -> Any:
    """Each point by itself, so that those that two shapes share stay one."""
    return shapely.transform(shape, lambda points: points.round(DIGITS))


def compact(written: Any) -> str:
    return json.dumps(written, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
