"""What nearness is worth where only the commune is known, and that somebody can be reached."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from mappings.documents import Offer
from settings import Settings
from tests.search_api.conftest import Client, client, load
from tests.search_api.documents import offer, period

LAT, LON = 47.2186, -1.5541
KM = 1 / 111.195
"""In degrees of latitude."""


def minder(id: str, km: float, *, days: str = "mon-fri", **more: Any) -> Offer:
    """Free for whole days, confirmed lately, so far north of the point."""
    facts: dict[str, Any] = {"confirmed_on": date(2026, 11, 20), "reachable": True, "precision": "zone", **more}
    week = [period("2026-09-01", None, (days, "08:00", "18:00", 1))]
    return offer(id, "assistant_maternel", id, LAT + km * KM, LON, availability=week, **facts)


def of_commune(id: str, km: float, spread_km: float) -> Offer:
    return minder(id, km, precision="commune", spread_km=spread_km)


@pytest.fixture(scope="module")
def ordered(engine: Elasticsearch, settings: Settings) -> Iterator[Client]:
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-ordered"})
    found = [
        of_commune("a-wide", 0, spread_km=8),
        of_commune("b-small", 0, spread_km=2.5),
        minder("c-one-km", 1),
        minder("d-three-km", 3),
        minder("e-nine-km", 9),
        minder("f-mute", 1, reachable=False),
        minder("g-mute-at-the-door", 0, reachable=False),
        minder("h-four-days", 1, days="mon-thu"),
    ]
    names = [load(engine, own.index_prefix, "places", []), load(engine, own.index_prefix, "offers", found)]
    with client(own) as api:
        yield api
    engine.indices.delete(index=names)


NEAR = {"near": f"{LAT},{LON}", "radius_km": "20"}
ROUTE = {"route": f"{LAT},{LON};{LAT + 9 * KM},{LON}"}
NEED = {"need": "mon-fri@08:00-18:00"}


def test_by_distance_who_is_known_by_the_commune_alone_comes_last(ordered: Client) -> None:
    named = ["g-mute-at-the-door", "c-one-km", "f-mute", "h-four-days", "d-three-km", "e-nine-km"]
    assert ordered.ids(**NEAR, sort="distance") == [*named, "a-wide", "b-small"]
    assert ordered.ids(**NEAR, sort="distance", limit=7)[-1] == "a-wide"
    assert ordered.ids(**ROUTE, sort="distance")[-2:] == ["a-wide", "b-small"]


def test_where_distance_decides_between_equals_it_does_so_too(ordered: Client) -> None:
    free = ["g-mute-at-the-door", "c-one-km", "f-mute", "d-three-km", "e-nine-km", "a-wide", "b-small"]
    assert ordered.ids(**NEAR, **NEED, sort="availability") == free
    along = ordered.ids(**ROUTE, **NEED, sort="recommended")
    assert along[3:5] == ["a-wide", "b-small"], "of those who can be reached"
    assert set(along[:3]) == {"c-one-km", "d-three-km", "e-nine-km"}


def test_pages_go_on_where_the_centres_of_communes_begin(ordered: Client) -> None:
    asked = {**NEAR, "sort": "distance"}
    whole, cursor, found = ordered.ids(**asked), None, []
    while True:
        page = ordered.offers(**asked, limit=1, **({"cursor": cursor} if cursor else {}))
        found += [item["id"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == whole


def test_a_commune_s_centre_at_the_door_is_no_nearer_than_the_commune_is_wide(ordered: Client) -> None:
    found = ordered.ids(**NEAR, **NEED, sort="recommended")
    assert found.index("c-one-km") < found.index("b-small") < found.index("d-three-km")
    assert found.index("d-three-km") < found.index("a-wide") < found.index("e-nine-km")


def test_of_two_who_are_alike_the_one_who_can_be_reached_comes_first(ordered: Client) -> None:
    found = ordered.ids(**NEAR, **NEED, match="best", sort="recommended")
    assert found.index("c-one-km") < found.index("f-mute") < found.index("h-four-days"), "a day of the need is more"
    assert found[0] == "g-mute-at-the-door", "so is a kilometre"
