"""Invented places inside a commune's real contour, denser around its centre than in its fields."""

import math
import random

import shapely

from registry.territory import Commune

KM_PER_DEGREE = 111.2
IN_THE_TOWN = 0.8
"""Share of the points drawn around the commune's point; the others fall anywhere in its contour."""

Point = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84), rounded to about a metre."""


def points(rng: random.Random, commune: Commune, contour: shapely.Geometry | None, count: int) -> list[Point]:
    """`count` points inside the contour; within 500 m of the commune's point where it has no contour."""
    if contour is None:
        return [beside(rng, (commune.lat, commune.lon), 500) for _ in range(count)]
    west, south, east, north = contour.bounds
    # A town fills about the middle third of its commune; a city fills it all, and its contour cuts the rest.
    spread_lat = max((north - south) / 7, 0.002)
    spread_lon = max((east - west) / 7, 0.003)
    shapely.prepare(contour)
    found: list[Point] = []
    # Each round keeps a share of the contour's area in its box: 40 rounds fail for a sliver only.
    for _ in range(40):
        missing = count - len(found)
        if not missing:
            return found
        drawn = [
            (
                round(rng.gauss(commune.lat, spread_lat), 5),
                round(rng.gauss(commune.lon, spread_lon), 5),
            )
            if rng.random() < IN_THE_TOWN
            else (round(rng.uniform(south, north), 5), round(rng.uniform(west, east), 5))
            for _ in range(missing * 2 + 4)
        ]
        inside = shapely.contains_xy(contour, [lon for _, lon in drawn], [lat for lat, _ in drawn])
        found += [point for point, kept in zip(drawn, inside.tolist(), strict=True) if kept][:missing]
    middle = contour.representative_point()
    return found + [(middle.y, middle.x)] * (count - len(found))


def beside(rng: random.Random, point: Point, metres: float) -> Point:
    """A point at most so far away, and never the same one."""
    lat, lon = point
    distance = rng.uniform(metres / 10, metres) / 1000 / KM_PER_DEGREE
    bearing = rng.uniform(0, 2 * math.pi)
    return (
        round(lat + distance * math.cos(bearing), 5),
        round(lon + distance * math.sin(bearing) / math.cos(math.radians(lat)), 5),
    )
