"""Where a hidden home may be shown: the zones of its commune, none of which is too small.

The rule is docs/design.md's ("Position"): the anchors of a commune are the centres of the cells of a grid of
0.01° of latitude by 0.015° of longitude that fall inside the contour, and a home belongs to the nearest one. The zone
of an anchor is the part of the contour that is nearer to it than to the others. At the contour a zone may be a sliver
where hardly anybody lives: one that stands for fewer than 500 people is merged whole with a neighbour.
Where the population divided by the number of anchors is under 500, or no centre falls inside, the zone is the whole
commune and it has no anchors. People are counted by area, as nothing tells where in a commune they live.

The nearest anchor itself is chosen in the database, when a home is written (view `am_public`); each anchor says there
at which one its zone is shown.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from domain.grid import LAT_STEP, LON_STEP

LEAST_PEOPLE = 500
"""Inhabitants an anchor must stand for on average, and a zone at least; with fewer it would single out a few homes."""

Anchor = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84)."""

Borders = frozenset[frozenset[Anchor]]
"""Pairs of anchors whose parts of the contour share an edge inside it."""

SHARE_DECIMALS = 9
"""Whole cells of one commune are equal: beyond, what tells them apart is the last bit of a computation."""
PLACE_DECIMALS = 6
"""Of a degree, a tenth of a metre: cells that touch in a corner share no edge."""


@dataclass(frozen=True)
class Zone:
    """What is not told apart: the homes whose nearest anchor is one of these.

    `share` is that of the contour's area, `centre` the latitude and longitude of its middle, in degrees.
    """

    anchors: tuple[Anchor, ...]
    share: float
    centre: Anchor

    @property
    def shown(self) -> Anchor:
        """Where it is shown, by the zone alone, whatever home is in it: at its own anchor next to its centre."""
        return min(self.anchors, key=lambda anchor: (round(_apart(anchor, self.centre), PLACE_DECIMALS), anchor))


def zones(contour: shapely.Geometry, population: int) -> list[Zone]:
    """The zones of a commune, ordered by their first anchors; empty: the zone is the commune."""
    return merged(*divided(contour, anchors(contour, population)), population)


def anchors(contour: shapely.Geometry, population: int) -> list[Anchor]:
    """The commune's anchors, ordered; empty: the zone is the commune."""
    west, south, east, north = contour.bounds
    lats = grid_centres(south, north, LAT_STEP)
    lons = grid_centres(west, east, LON_STEP)
    lon_mesh, lat_mesh = np.meshgrid(lons, lats)
    shapely.prepare(contour)
    inside = shapely.contains_xy(contour, lon_mesh, lat_mesh)
    found = sorted(zip(lat_mesh[inside].tolist(), lon_mesh[inside].tolist(), strict=True))
    if not found or population / len(found) < LEAST_PEOPLE:
        return []
    return found


def grid_centres(low: float, high: float, step: float) -> np.ndarray:
    """The centres of the grid's cells, in degrees, that lie between two bounds."""
    first = math.floor(low / step)
    last = math.floor(high / step)
    # Rounded, because one cell must have the very same centre in each commune that it is asked for.
    return np.round((np.arange(first, last + 1) + 0.5) * step, 6)


def divided(contour: shapely.Geometry, anchors: Iterable[Anchor]) -> tuple[list[Zone], Borders]:
    """One zone for each anchor, ordered, and which of them are neighbours.

    Nearness is that of `am_public`, on a plane where longitude is shrunk by the cosine of a latitude: there the home's,
    here that of the contour's middle for all of it. So edges between diagonal neighbours lie a few metres beside the
    true ones: in no commune is that more than a thousandth of the area, and it moves no home.
    """
    ordered = sorted(anchors)
    if not ordered:
        return [], frozenset()
    shrink = _shrink((contour.bounds[1] + contour.bounds[3]) / 2)
    plane = shapely.transform(contour, lambda lon_lat: lon_lat * (shrink, 1))
    if len(ordered) == 1:
        cells = shapely.envelope(np.array([plane]))
    else:
        points = shapely.multipoints([(lon * shrink, lat) for lat, lon in ordered])
        cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=plane, ordered=True))
    parts = shapely.intersection(cells, plane)
    shares = shapely.area(parts) / shapely.area(plane)
    centres = shapely.get_coordinates(shapely.centroid(parts)) / (shrink, 1)
    found = [
        Zone((anchor,), round(share, SHARE_DECIMALS), (lat, lon))
        for anchor, share, (lon, lat) in zip(ordered, shares.tolist(), centres.tolist(), strict=True)
    ]
    # The cells' edges, not those of their parts: they have the very same ends on both sides.
    first, second = shapely.STRtree(cells).query(cells, predicate="intersects")
    first, second = first[first < second], second[first < second]
    edges = shapely.intersection(shapely.intersection(cells[first], cells[second]), plane)
    shared = np.round(shapely.length(edges), PLACE_DECIMALS) > 0
    pairs = zip(first[shared].tolist(), second[shared].tolist(), strict=True)
    return found, frozenset(frozenset((ordered[one], ordered[other])) for one, other in pairs)


def merged(zones: Sequence[Zone], borders: Borders, population: int) -> list[Zone]:
    """The zones, each of at least 500 people, as long as there are two; ordered by their first anchors.

    The one with the fewest people goes whole to the neighbour with the fewest, which keeps most zones and the largest
    small; one without a neighbour (an island) to the nearest. Then anew. Between equals the coordinates decide, so that
    neither the order of the zones nor a second run changes anything. Zones that were merged already only grow.
    """
    left = sorted(zones, key=lambda zone: zone.anchors)
    while len(left) > 1:
        least = min(left, key=_size)
        if least.share * population >= LEAST_PEOPLE:
            break
        left.remove(least)
        neighbours = [zone for zone in left if _touch(least, zone, borders)]
        other = min(neighbours, key=_size) if neighbours else min(left, key=lambda zone: _distance(least, zone))
        left.remove(other)
        left.append(_joined(least, other))
    return sorted(left, key=lambda zone: zone.anchors)


def _size(zone: Zone) -> tuple[float, tuple[Anchor, ...]]:
    return zone.share, zone.anchors


def _touch(one: Zone, other: Zone, borders: Borders) -> bool:
    return any(frozenset((mine, theirs)) in borders for mine in one.anchors for theirs in other.anchors)


def _distance(one: Zone, other: Zone) -> tuple[float, tuple[Anchor, ...]]:
    apart = min(_apart(mine, theirs) for mine in one.anchors for theirs in other.anchors)
    return round(apart, PLACE_DECIMALS), other.anchors


def _joined(one: Zone, other: Zone) -> Zone:
    share = one.share + other.share
    lat, lon = (
        (mine * one.share + theirs * other.share) / share for mine, theirs in zip(one.centre, other.centre, strict=True)
    )
    return Zone(tuple(sorted(one.anchors + other.anchors)), round(share, SHARE_DECIMALS), (lat, lon))


def _apart(one: Anchor, other: Anchor) -> float:
    """In degrees of latitude, on a plane."""
    return math.hypot(one[0] - other[0], (one[1] - other[1]) * _shrink((one[0] + other[0]) / 2))


def _shrink(lat: float) -> float:
    return math.cos(math.radians(lat))
