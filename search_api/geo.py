"""Points, boxes and routes on the globe, as a search takes them from its address to its clauses. Degrees are WGS 84's,
distances metres along great circles."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

EARTH_RADIUS_M = 6_371_008.7714
"""The mean radius that Elasticsearch's arc distance uses too: what is shown agrees with what is filtered."""

STEP_M = 250
"""From one stop of a route to the next (docs/design.md, "The API")."""

Vector = tuple[float, float, float]
"""A point of the unit sphere."""


MARGIN = 1.01
"""Of a box around circles: the earth is no sphere, and a point on the edge is inside."""


@dataclass(frozen=True)
class Point:
    """Degrees. As text it is `lat,lon`, as parameters are written."""

    lat: float
    lon: float

    def __str__(self) -> str:
        return f"{self.lat},{self.lon}"


@dataclass(frozen=True)
class Box:
    """Degrees; `west` < `east`, `south` < `north`. As text it is `west,south,east,north`, as parameters are written."""

    west: float
    south: float
    east: float
    north: float

    def __str__(self) -> str:
        return ",".join(map(str, self.corners))

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north


WORLD = Box(-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Route:
    """From home to work and on the way: `points` in their order, and half the corridor's width."""

    points: tuple[Point, ...]
    detour_km: float

    @cached_property
    def stops(self) -> tuple[Point, ...]:
        """The points of the route and, along each leg, one every 250 m: a detour is the least distance to one."""
        found = [self.points[0]]
        for start, end in pairwise(self.points):
            length = distance_m(start, end)
            found += [between(start, end, at / length) for at in range(STEP_M, math.ceil(length), STEP_M)]
            found.append(end)
        return tuple(dict.fromkeys(found))

    @cached_property
    def vectors(self) -> tuple[Vector, ...]:
        return tuple(vector(stop.lat, stop.lon) for stop in self.stops)


def around(points: Iterable[Point], km: float) -> Box:
    """A box that holds a circle around each of the points; the whole world where it would pass a pole or 180°."""
    known = list(points)
    lat = degrees(km * MARGIN * 1_000)
    south, north = min(each.lat for each in known) - lat, max(each.lat for each in known) + lat
    widest = max(abs(south), abs(north))
    if widest >= 89:
        return WORLD
    lon = lat / math.cos(math.radians(widest))
    west, east = min(each.lon for each in known) - lon, max(each.lon for each in known) + lon
    return Box(west, south, east, north) if west > -180 and east < 180 else WORLD


def degrees(metres: float) -> float:
    """Of latitude."""
    return math.degrees(metres / EARTH_RADIUS_M)


def length_m(points: tuple[Point, ...]) -> float:
    return sum(distance_m(start, end) for start, end in pairwise(points))


def distance_m(a: Point, b: Point) -> float:
    return haversine_m(a.lat, a.lon, b.lat, b.lon)


def haversine_m(from_lat: float, from_lon: float, to_lat: float, to_lon: float) -> float:
    lat1, lat2 = math.radians(from_lat), math.radians(to_lat)
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(to_lon - from_lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def detour_m(route: Route, lat: float, lon: float) -> float:
    """The least distance to a stop of the route."""
    x, y, z = vector(lat, lon)
    # By chords: four hundred haversines for each of twenty cards would take 10 ms.
    chord = min((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 for a, b, c in route.vectors)
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord) / 2))


def between(a: Point, b: Point, share: float) -> Point:
    """The point at that share of the great circle's arc from `a` to `b`, which are not antipodes."""
    angle = distance_m(a, b) / EARTH_RADIUS_M
    from_a, from_b = math.sin((1 - share) * angle) / math.sin(angle), math.sin(share * angle) / math.sin(angle)
    x, y, z = (from_a * p + from_b * q for p, q in zip(vector(a.lat, a.lon), vector(b.lat, b.lon), strict=True))
    return Point(math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x)))


def vector(lat: float, lon: float) -> Vector:
    latitude, longitude = math.radians(lat), math.radians(lon)
    return (math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude))
