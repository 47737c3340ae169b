"""Where things are on the globe, and how far apart, for the oracle: on a sphere, in metres."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

EARTH_RADIUS_M = 6_371_008.7714


STEP_M = 250
"""From one point of a route to the next."""


Place = tuple[float, float]
"""Latitude, longitude."""


def metres(a: Place, b: Place) -> float:
    """Along the great circle (haversine)."""
    lat1, lon1, lat2, lon2 = (math.radians(each) for each in (*a, *b))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(chord))


def on_sphere(places: Sequence[Place]) -> np.ndarray:
    """One row of x, y, z for each place; the sphere's radius is 1."""
    lats, lons = np.radians(np.array(places, dtype=float).reshape(-1, 2)).T
    return np.column_stack((np.cos(lats) * np.cos(lons), np.cos(lats) * np.sin(lons), np.sin(lats)))


def to_nearest(sphere: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Metres from each point of the sphere to the nearest of the targets."""
    least = np.full(len(sphere), np.inf)
    for target in targets:
        least = np.minimum(least, ((sphere - target) ** 2).sum(axis=1))
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(least) / 2))


def route_points(route: Sequence[Place]) -> np.ndarray:
    """On each leg every 250 m from its start, and its end; as `on_sphere`."""
    found: list[np.ndarray] = []
    for start, end in pairwise(on_sphere(route)):
        angle = 2 * math.asin(min(1.0, float(np.linalg.norm(end - start)) / 2))
        for number in range(math.floor(angle * EARTH_RADIUS_M / STEP_M) + 1):
            part = number * STEP_M / EARTH_RADIUS_M
            if part == 0:
                found.append(start)
            else:
                found.append((math.sin(angle - part) * start + math.sin(part) * end) / math.sin(angle))
        found.append(end)
    return np.array(found)


def nearness(metres: float, known_within_km: float | None) -> float:
    """What `recommended` holds of a distance: halved every two kilometres; of an offer that is known by its commune
    alone, no more than one over that commune's radius."""
    decay = math.pow(0.5, metres / 2_000)
    return decay if known_within_km is None else min(decay, 1 / max(known_within_km, 0.1))
