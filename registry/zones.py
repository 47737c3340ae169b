"""Where a hidden home may be shown: the anchors of a fixed grid inside its commune's contour.

The rule is DESIGN.md's ("Position"): the anchors of a commune are the centres of the cells of a grid of
0.01° of latitude by 0.015° of longitude that fall inside the contour. Where the population divided by the
number of anchors is under 500, or no centre falls inside, the zone is the whole commune and it has no anchors.
The nearest anchor itself is chosen in the database, when a home is written (view `am_public`).
"""

import math

import numpy as np
import shapely

LAT_STEP = 0.01
LON_STEP = 0.015
LEAST_PEOPLE = 500
"""Inhabitants an anchor must stand for on average; with fewer, a zone would single out a few homes."""


def grid_centres(low: float, high: float, step: float) -> np.ndarray:
    """The centres of the grid's cells, in degrees, that lie between two bounds."""
    first = math.floor(low / step)
    last = math.floor(high / step)
    # Rounded, because one cell must have the very same centre in each commune that it is asked for.
    return np.round((np.arange(first, last + 1) + 0.5) * step, 6)


def anchors(contour: shapely.Geometry, population: int) -> list[tuple[float, float]]:
    """The commune's anchors as (latitude, longitude) in degrees, ordered; empty: the zone is the commune."""
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
