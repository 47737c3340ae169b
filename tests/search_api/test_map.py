"""The map: points where they fit, clusters where they do not, and the contours under them."""

import asyncio
import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from search_api import contours
from search_api.engine.engine import Engine, search
from search_api.geo import Box
from search_api.problems import EngineUnavailable
from search_api.query.tiles import MOST_FEATURES, precision, tiles
from settings import Settings
from tests.search_api.conftest import Client, client, load
from tests.search_api.documents import OFFERS, offer, period, places

LOIRE = "-2.6,46.8,-0.9,47.9"


def features(api: Client, **parameters: Any) -> list[dict[str, Any]]:
    response = api.get("/api/v1/map", parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/geo+json"
    found: list[dict[str, Any]] = response.json()["features"]
    return found


@pytest.fixture(scope="module")
def crowd(engine: Elasticsearch, settings: Settings) -> Iterator[Client]:
    """Two thousand offers spread over Loire-Atlantique."""
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-map"})
    spread = [
        offer(f"m{n}", ("eaje", "mam")[n % 2], "Crèche", 46.9 + n % 40 * 0.02, -2.5 + n // 40 * 0.03)
        for n in range(2_000)
    ]
    names = [load(engine, own.index_prefix, "offers", spread), load(engine, own.index_prefix, "places", places()[:3])]
    with client(own) as api:
        yield api
    engine.indices.delete(index=names)


def test_few_offers_are_points(api: Client) -> None:
    found = {each["properties"]["id"]: each for each in features(api, bbox=LOIRE, zoom=9)}
    assert set(found) == {
        document.id for document in OFFERS if document.id not in ("gaelle", "lyon", "meridian", "reunion")
    }
    assert found["anne"] == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-1.5525, 47.2205]},
        "properties": {
            "cluster": False,
            "id": "anne",
            "kind": "assistant_maternel",
            "name": "Anne D.",
            "precision": "zone",
            "fictitious": True,
            "availability": "free",
        },
    }


def test_the_filters_of_the_list_hold_on_the_map(api: Client) -> None:
    found = features(api, bbox=LOIRE, zoom=9, kind="eaje", near="47.2186,-1.5541", radius_km=5)
    assert {each["properties"]["id"] for each in found} == {"lutins", "loups"}
    found = features(api, bbox=LOIRE, zoom=9, need="mon-fri@08:00-18:00")
    assert [each["properties"]["id"] for each in found] == ["anne"]
    assert {each["properties"]["id"] for each in features(api, bbox=LOIRE, zoom=9, q="lutins")} >= {"sorinieres"}


@pytest.mark.parametrize("zoom", [0, 5, 8, 9, 12, 20])
def test_many_offers_are_clusters_that_count_each_once(crowd: Client, zoom: int) -> None:
    found = features(crowd, bbox=LOIRE, zoom=zoom)
    assert 0 < len(found) <= MOST_FEATURES
    clusters = [each["properties"] for each in found if each["properties"]["cluster"]]
    alone = [each["properties"] for each in found if not each["properties"]["cluster"]]
    assert all(cluster["count"] > 1 for cluster in clusters)
    assert sum(cluster["count"] for cluster in clusters) + len(alone) == 2_000
    assert (
        sum(cluster["kinds"].get("mam", 0) for cluster in clusters)
        + len([each for each in alone if each["kind"] == "mam"])
        == 1_000
    )


def test_whoever_is_alone_among_clusters_is_a_point_with_its_state(engine: Elasticsearch, settings: Settings) -> None:
    """Beside those there who are known by their commune alone, as long as there is room for both; one that another
    filter leaves out is not shown in its place."""
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-alone"})
    crowd = [offer(f"m{n}", "mam", "MAM", 47.2 + n % 20 * 0.0002, -1.5 + n // 20 * 0.0002) for n in range(300)]
    free = [period("2026-09-01", None, ("mon-fri", "08:00", "18:00", 1))]
    alone = offer("alone", "assistant_maternel", "Nina L.", 47.3, -1.3, precision="zone", availability=free)
    others = [
        alone,
        offer("here", "mam", "MAM", 47.7, -2.1),
        offer("beside", "eaje", "Crèche", 47.7, -2.1),
        *(offer(f"u{n}", ("eaje", "mam")[n % 2], "Crèche", 47.7, -2.1, precision="commune") for n in range(3)),
    ]
    names = [
        load(engine, own.index_prefix, "offers", [*crowd, *others]),
        load(engine, own.index_prefix, "places", places()[:3]),
    ]
    try:
        with client(own) as api:
            kinds = ["assistant_maternel", "mam"]
            found = features(api, bbox=LOIRE, zoom=9, kind=kinds)
            assert sum(each["properties"].get("count", 1) for each in found) == 303
            points = {each["properties"]["id"]: each for each in found if not each["properties"]["cluster"]}
            assert set(points) == {"alone", "here"}
            assert points["alone"]["geometry"]["coordinates"] == [-1.3, 47.3]
            assert points["alone"]["properties"]["name"] == "Nina L."
            assert points["alone"]["properties"]["availability"] == "to_confirm"
            rest = [each for each in found if each["properties"].get("unlocated")]
            assert [(each["properties"]["count"], each["properties"]["kinds"]) for each in rest] == [(1, {"mam": 1})]
            assert "bbox" not in rest[0]
            both = features(api, bbox=LOIRE, zoom=9)
            assert {each["properties"]["id"] for each in both if not each["properties"]["cluster"]} == {"alone"}
            view = api.get("/api/v1/offers", {"kind": kinds, "view": LOIRE, "zoom": 9, "limit": 1}).json()
            assert view["map"]["features"] == found
    finally:
        engine.indices.delete(index=names)


def test_a_cluster_stands_where_its_located_offers_are_and_holds_them(
    engine: Elasticsearch, settings: Settings
) -> None:
    """Whoever is known by the commune alone is counted in it, and told apart."""
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-unlocated"})
    somewhere = [offer(f"u{n}", "eaje", "Crèche", 47.2, -1.5, precision="commune") for n in range(30)]
    far = [offer(f"f{n}", "eaje", "Crèche", 47.6, -1.2, precision="commune") for n in range(5)]
    located = [offer(f"m{n}", "mam", "MAM", 47.201 + n % 20 * 0.002, -1.499 + n // 20 * 0.002) for n in range(300)]
    names = [
        load(engine, own.index_prefix, "offers", [*somewhere, *far, *located]),
        load(engine, own.index_prefix, "places", places()[:3]),
    ]
    try:
        with client(own) as api:
            clusters = features(api, bbox=LOIRE, zoom=12)
            assert sum(each["properties"]["count"] for each in clusters) == 335
            assert sum(each["properties"]["unlocated"] for each in clusters) == 35
            for each in clusters:
                properties, (lon, lat) = each["properties"], each["geometry"]["coordinates"]
                if properties["count"] == properties["unlocated"]:
                    assert "bbox" not in each
                    assert (lon, lat) == pytest.approx((-1.2, 47.6), abs=1e-6)
                    continue
                west, south, east, north = each["bbox"]
                assert west - 2e-6 <= lon <= east + 2e-6, "rounded"
                assert south - 2e-6 <= lat <= north + 2e-6
                wider = f"{west - 1e-5},{south - 1e-5},{east + 1e-5},{north + 1e-5}"
                listed = api.get("/api/v1/offers", {"bbox": wider, "kind": "mam"}).json()["total"]["value"]
                assert listed == properties["count"] - properties["unlocated"]
    finally:
        engine.indices.delete(index=names)


def test_a_closer_view_shows_the_points(crowd: Client) -> None:
    found = features(crowd, bbox="-1.6,47.1,-1.4,47.3", zoom=12)
    assert 0 < len(found) <= MOST_FEATURES
    assert not any(each["properties"]["cluster"] for each in found)


@pytest.mark.parametrize(
    "box", [Box(-180, -90, 180, 90), Box(-1.6, 47.1, -1.4, 47.3), Box(-180, -90, -179.9, 90), Box(179.9, 89, 180, 90)]
)
def test_no_view_needs_more_tiles_than_features(box: Box) -> None:
    for zoom in range(21):
        assert tiles(box, precision(box, zoom)) <= MOST_FEATURES


def test_contours_in_view_are_those_of_communes_when_close(api: Client) -> None:
    near = contours_in(api, Box(-1.56, 47.20, -1.54, 47.23), 12)
    assert "Nantes" in {each["properties"]["name"] for each in near}
    assert {each["properties"]["type"] for each in near} == {"commune"}
    assert all(each["geometry"] for each in near)
    assert contours_in(api, Box(10, 60, 11, 61), 12) == []


def test_maps_of_one_place_ask_for_the_same_contours(api: Client) -> None:
    view = Box(-1.56, 47.20, -1.54, 47.23)
    a_little_beside = Box(-1.561, 47.201, -1.541, 47.229)
    assert contours.widened(view, 13) == contours.widened(a_little_beside, 13)
    for zoom in range(21):
        for box in (view, Box(-180, -90, 180, 90), Box(179.9, 89, 180, 90)):
            wide = contours.widened(box, zoom)
            assert wide.west <= box.west < box.east <= wide.east
            assert wide.south <= box.south < box.north <= wide.north
            assert wide.west >= -180
            assert wide.south >= -90
            assert wide.east <= 180
            assert wide.north <= 90


def test_who_asks_at_once_for_the_same_contours_waits_for_one_making(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = []

    async def counting(*asked: Any) -> Any:
        searched.append(asked)
        return await search(*asked)

    async def ask(engine: Engine, views: list[tuple[Box, int]]) -> list[tuple[bytes, str] | BaseException]:
        asking = [asyncio.create_task(contours.in_view(engine, *view)) for view in views]
        await asyncio.sleep(0)
        assert all(contours.is_at_hand(engine, *view) for view in views)
        asking[0].cancel()  # who goes away stops nobody else
        return await asyncio.gather(*asking, return_exceptions=True)

    monkeypatch.setattr(contours, "search", counting)
    view, beside, far = Box(-1.56, 47.20, -1.54, 47.23), Box(-1.561, 47.201, -1.541, 47.229), Box(2.3, 48.8, 2.4, 48.9)
    with client(settings) as api:
        engine = api.app.state.engine
        assert not contours.is_at_hand(engine, view, 12)
        gone, *found = api.portal.call(ask, engine, [(view, 12)] * 5 + [(beside, 12)] * 5 + [(far, 12)])
        assert len(searched) == 2
        assert isinstance(gone, asyncio.CancelledError)
        assert len(set(found)) == 2
        assert not engine.contours_in_making
    with client(settings.model_copy(update={"elasticsearch_url": "http://127.0.0.1:9"})) as api:
        engine = api.app.state.engine
        _, *failed = api.portal.call(ask, engine, [(view, 12)] * 3)
        assert [type(each) for each in failed] == [EngineUnavailable] * 2
        assert not contours.is_at_hand(engine, view, 12)


def test_contours_are_made_once_until_they_may_have_changed(engine: Elasticsearch, settings: Settings) -> None:
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-contours"})
    names = [load(engine, own.index_prefix, "places", places())]
    view = Box(-1.56, 47.20, -1.54, 47.23)
    try:
        with client(own) as api:
            before = contours_in(api, view, 12)
            assert before
            names.append(load(engine, own.index_prefix, "places", []))  # the next territory
            assert contours_in(api, view, 12) == before
            now = time.monotonic()
            api.app.state.engine.known_contours.clock = lambda: now + 601
            assert contours_in(api, view, 12) == []
    finally:
        engine.indices.delete(index=names)


def contours_in(api: Client, box: Box, zoom: int) -> list[Any]:
    gzipped, _ = api.portal.call(contours.in_view, api.app.state.engine, box, zoom)
    features: list[Any] = json.loads(gzip.decompress(gzipped))["features"]
    return features
