"""Somebody who looks for a hidden home with ten thousand requests at steps of a metre learns the zone's point.

Each probe must be answered as that point says, and by it alone: then nothing else can be made of all of them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from registry.database import connect
from tests.loire import Loire, Parameters
from tests.product.privacy import private
from tests.search_api.oracle_globe import Place, metres, on_sphere, route_points, to_nearest

METRE = 1 / 111_195
"""In degrees of latitude."""

CLOSE_M = 0.1
"""Positions are kept to some centimetres: so near to a limit, either answer is right."""


@dataclass(frozen=True)
class Target:
    """`alone`: what finds her and nobody else, so that each answer is short."""

    id: str
    home: Place
    zone: Place
    alone: Parameters

    def step(self, north_m: float, east_m: float, *, start: Place | None = None) -> Place:
        lat, lon = start or self.home
        return round(lat + north_m * METRE, 7), round(lon + east_m * METRE / math.cos(math.radians(lat)), 7)


@pytest.fixture(scope="module", params=range(4))
def target(loire: Loire, request: pytest.FixtureRequest) -> Target:
    """By choice, for want of a street's point, and because of a hidden MAM: see tests.loire."""
    number: int = request.param
    with connect(loire.settings.database_url) as conn:
        person = next(each for each in private.everybody(conn) if each.id == loire.extra[f"target {number}"])
    home, zone = (person.lat, person.lon), (person.public_lat, person.public_lon)
    assert metres(home, zone) > 100
    return Target(person.id, home, zone, [("school", f"école de la cible {number}"), ("limit", "1")])


def ask(loire: Loire, target: Target, probes: Sequence[Parameters]) -> Iterator[dict[str, int] | None]:
    """For each probe, her card; None where she is not found."""
    answers = loire.many([("/api/v1/offers", [*target.alone, *probe]) for probe in probes])
    for answer in answers:
        assert answer.status_code == 200, answer.text
        cards = answer.json()["items"]
        assert [card["id"] for card in cards] in ([], [target.id])
        yield cards[0] if cards else None


def test_distances_tell_the_zone(loire: Loire, target: Target) -> None:
    points = [target.step(north, east) for north in range(-20, 20) for east in range(-20, 20)]
    probes = [[("near", f"{lat},{lon}"), ("radius_km", "any"), ("sort", "distance")] for lat, lon in points]
    readings = []
    for point, card in zip(points, ask(loire, target, probes), strict=True):
        assert card
        assert abs(card["distance_m"] - metres(point, target.zone)) <= 1
        readings.append(card["distance_m"])
    estimate = trilaterated(points, readings)
    assert metres(estimate, target.zone) < 20 < metres(estimate, target.home)


def trilaterated(points: Sequence[Place], readings: Sequence[float]) -> Place:
    """The place that agrees best with the distances measured at some points (least squares, on a plane)."""
    lat, lon = points[0]
    shrunk = math.cos(math.radians(lat))
    at = np.array([((each[1] - lon) * shrunk / METRE, (each[0] - lat) / METRE) for each in points])
    system = np.column_stack((2 * at, np.ones(len(at))))
    (east, north, _), *_ = np.linalg.lstsq(system, (at**2).sum(axis=1) - np.array(readings) ** 2, rcond=None)
    return lat + north * METRE, lon + east * METRE / shrunk


def test_radii_and_detours_tell_the_zone(loire: Loire, target: Target) -> None:
    far = metres(target.home, target.zone)
    near = f"{target.home[0]},{target.home[1]}"
    radii = [far + step for step in range(-100, 100)]
    found = ask(loire, target, [[("near", near), ("radius_km", f"{radius / 1_000:.6f}")] for radius in radii])
    for radius, card in zip(radii, found, strict=True):
        if abs(radius - far) > CLOSE_M:
            assert bool(card) == (far < radius)
    # Roads past her house, each a metre beside the last, and corridors of a metre more.
    roads = [(target.step(north, -200), target.step(north, 200)) for north in range(-100, 100)]
    detours = [float(to_nearest(on_sphere([target.zone]), route_points(road))[0]) for road in roads]
    probes = [
        [("route", ";".join(f"{lat},{lon}" for lat, lon in road)), ("detour_km", f"{width / 1_000:.6f}")]
        for road, detour in zip(roads, detours, strict=True)
        for width in (detour - 1, detour + 1)
    ]
    cards = list(ask(loire, target, probes))
    for detour, within, beyond in zip(detours, cards[0::2], cards[1::2], strict=True):
        assert within is None
        assert beyond
        assert abs(beyond["detour_m"] - detour) <= 1


def test_boxes_and_maps_show_the_zone(loire: Loire, target: Target) -> None:
    centres = [target.step(north, east) for north in range(-8, 8) for east in range(-8, 8)]
    centres += [target.step(north, east, start=target.zone) for north in range(-8, 8) for east in range(-8, 8)]
    boxes = []
    for centre in centres:
        (south, west), (north, east) = target.step(-1, -1, start=centre), target.step(1, 1, start=centre)
        boxes.append((west, south, east, north))
    texts = [",".join(map(str, box)) for box in boxes]
    cards = ask(loire, target, [[("bbox", text)] for text in texts])
    wanted = [each for each in target.alone if each[0] == "school"]
    maps = loire.many([("/api/v1/map", [*wanted, ("bbox", text), ("zoom", "20")]) for text in texts])
    seen = 0
    for (west, south, east, north), card, shown in zip(boxes, cards, maps, strict=True):
        inside = west < target.zone[1] < east and south < target.zone[0] < north
        at_border = min(abs(target.zone[1] - west), abs(target.zone[1] - east)) < 1e-6
        at_border |= min(abs(target.zone[0] - south), abs(target.zone[0] - north)) < 1e-6
        features = shown.json()["features"]
        if not at_border:
            assert bool(card) == inside == bool(features)
        for feature in features:
            assert feature["geometry"]["coordinates"] == [target.zone[1], target.zone[0]]
            seen += 1
    assert seen
