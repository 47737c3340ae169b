"""Where one searches: along a route, in cities with arrondissements, at longitude 0, overseas."""

from typing import Any

import pytest

from search_api.geo import Point, Route, detour_m, distance_m, length_m
from tests.search_api.conftest import Client

HOME, WORK = "47.1875,-1.5490", "47.2186,-1.5541"
COMMUTE = f"{HOME};{WORK}"


def test_along_a_route_the_least_detour_comes_first(api: Client) -> None:
    answer = api.offers(route=COMMUTE, detour_km="1", limit=100)
    assert answer["query"]["sort"] == "distance"
    assert answer["query"]["route"] == [{"lat": 47.1875, "lon": -1.549}, {"lat": 47.2186, "lon": -1.5541}]
    detours = [item["detour_m"] for item in answer["items"]]
    assert detours == sorted(detours)
    assert len(detours) > 0
    assert detours[-1] <= 1_000
    assert "distance_m" not in answer["items"][0]
    found = {item["id"] for item in answer["items"]}
    assert {"rpe", "mam", "elise"} <= found, "on the way"
    assert not found & {"sorinieres", "herblain"}, "4 km to the south, 7 km to the west"


def test_a_wider_corridor_finds_more(api: Client) -> None:
    narrow, default, wide = (
        set(api.ids(route=COMMUTE, limit=100, **more)) for more in ({"detour_km": "0.5"}, {}, {"detour_km": "10"})
    )
    assert narrow < default < wide
    assert api.offers(route=COMMUTE)["query"]["detour_km"] == 2


def test_a_route_goes_with_a_need_a_map_counts_and_pages(api: Client) -> None:
    assert api.ids(route=COMMUTE, need="mon@09:00-12:00", sort="recommended") == ["anne", "chloe"]
    pages: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.offers(route=COMMUTE, limit=2, **cursor)
        pages += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert pages == api.ids(route=COMMUTE, limit=100)
    seen = api.get("/api/v1/map", {"route": COMMUTE, "bbox": "-2,47,-1,48", "zoom": 12}).json()
    assert {feature["properties"]["id"] for feature in seen["features"]} == set(pages)
    assert api.get("/api/v1/counts", {"route": COMMUTE, "by": "kind"}).json()["total"]["value"] == len(pages)


def test_stops_stand_every_250_m_from_each_point_of_the_route() -> None:
    route = Route((Point(47.0, -1.0), Point(47.0, -0.99), Point(47.01, -0.99)), 2)
    gaps = [distance_m(a, b) for a, b in zip(route.stops, route.stops[1:], strict=False)]
    assert all(gap == pytest.approx(250, abs=0.01) or gap < 250 for gap in gaps)
    assert set(route.points) <= set(route.stops)
    assert sum(gaps) == pytest.approx(length_m(route.points), rel=1e-6)
    assert detour_m(route, 47.0, -0.99) == pytest.approx(0, abs=1e-3)
    assert len(Route((Point(47.0, 0.0), Point(47.0, 0.0)), 2).stops) == 1


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"route": "47,1"}, "route"),
        ({"route": ";".join(["47,1"] * 26)}, "route"),
        ({"route": "47,1;49,1"}, "route"),  # 222 km
        ({"route": "47,1;47,x"}, "route"),
        ({"route": COMMUTE, "detour_km": "0"}, "detour_km"),
        ({"route": COMMUTE, "detour_km": "10.5"}, "detour_km"),
        ({"detour_km": "1"}, "detour_km"),
        ({"route": COMMUTE, "radius_km": "3"}, "radius_km"),
        ({"route": COMMUTE, "commune": "44109"}, "route"),
    ],
)
def test_what_is_no_route_is_refused(api: Client, asked: dict[str, Any], parameter: str) -> None:
    response = api.get("/api/v1/offers", asked)
    assert response.status_code == 422
    assert parameter in {error["parameter"] for error in response.json()["errors"]}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"commune": "69123"}, ["lyon"]),
        ({"commune": "69381"}, ["lyon"]),
        ({"commune": ["69381", "97411"], "sort": "name"}, ["reunion", "lyon"]),
        ({"near": "44.84,0", "radius_km": "1"}, ["meridian"]),
        ({"near": "-20.88,55.45", "radius_km": "2"}, ["reunion"]),
        ({"bbox": "55,-21.5,56,-20"}, ["reunion"]),
        ({"department": "974"}, ["reunion"]),
        ({"route": "44.83,-0.01;44.85,0.01"}, ["meridian"]),
    ],
)
def test_cities_the_meridian_and_overseas(api: Client, asked: dict[str, Any], found: list[str]) -> None:
    assert api.ids(**asked) == found


def test_a_list_with_its_map_is_what_both_say_alone(api: Client) -> None:
    asked = {"near": WORK, "need": "mon@09:00-12:00", "include": "to_ask"}
    view = {"bbox": "-2,47,-1,48", "zoom": 12}
    both = api.offers(**asked, view=view["bbox"], zoom=view["zoom"])
    assert both["map"] == api.get("/api/v1/map", {**asked, **view}).json()
    del both["map"]
    assert both == api.offers(**asked)


@pytest.mark.parametrize(("asked", "missing"), [({"view": "-2,47,-1,48"}, "zoom"), ({"zoom": "3"}, "view")])
def test_half_a_view_is_refused(api: Client, asked: dict[str, Any], missing: str) -> None:
    response = api.get("/api/v1/offers", asked)
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == missing
