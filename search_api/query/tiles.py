"""Which tiles of the Web Mercator map cover a view: offers are grouped by tile where there are too many."""

import math

from search_api.geo import Box

MOST_FEATURES = 200
CLUSTERS_PER_TILE_SIDE = 2
"""As a power of two: 4 by 4 clusters on a map tile of 256 pixels, one every 64."""

MERCATOR_LIMIT = 85.0511287798066
"""Degrees; the tiles end there."""


def precision(bbox: Box, zoom: int) -> int:
    """The finest level of tiles that suits the zoom and of which at most 200 cover the view."""
    wanted = min(zoom + CLUSTERS_PER_TILE_SIDE, 29)
    return next(level for level in range(wanted, -1, -1) if tiles(bbox, level) <= MOST_FEATURES)


def tiles(bbox: Box, level: int) -> int:
    """How many tiles of a level the view touches."""
    side = 2**level
    columns = column(bbox.east, side) - column(bbox.west, side) + 1
    rows = row(bbox.south, side) - row(bbox.north, side) + 1
    return columns * rows


def column(lon: float, side: int) -> int:
    return min(math.floor((lon + 180) / 360 * side), side - 1)


def row(lat: float, side: int) -> int:
    """Counted from the north (Web Mercator)."""
    clipped = math.radians(max(-MERCATOR_LIMIT, min(MERCATOR_LIMIT, lat)))
    return max(0, min(math.floor((1 - math.asinh(math.tan(clipped)) / math.pi) / 2 * side), side - 1))
