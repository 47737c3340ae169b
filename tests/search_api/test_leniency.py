"""Hours that may be shorter: who is found, in which order, and that list, map and counts tell the same of them."""

from collections.abc import Iterator
from datetime import date

import pytest
from elasticsearch import Elasticsearch

from settings import Settings
from tests.search_api.conftest import Client, client, load
from tests.search_api.documents import offer, period

HOURS = {
    "a-hour": ("mon-fri", "09:00", "17:00", 1),
    "b-quarter": ("mon-fri", "08:15", "17:45", 1),
    "c-whole": ("mon-fri", "08:00", "18:00", 1),
    "d-four-days": ("mon-thu", "08:00", "18:00", 1),
    "e-more-than-an-hour": ("mon-fri", "09:01", "17:00", 1),
}
NEED = {"need": "mon-fri@08:00-18:00"}
BY_WORTH = {**NEED, "sort": "availability"}


@pytest.fixture(scope="module")
def lenient(engine: Elasticsearch, settings: Settings) -> Iterator[Client]:
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-lenient"})
    told = date(2026, 11, 20)
    found = [
        offer(
            id,
            "assistant_maternel",
            id,
            47.2186,
            -1.5541,
            availability=[period("2026-09-01", None, hours)],
            confirmed_on=told,
        )
        for id, hours in HOURS.items()
    ]
    names = [load(engine, own.index_prefix, "places", []), load(engine, own.index_prefix, "offers", found)]
    with client(own) as api:
        yield api
    engine.indices.delete(index=names)


@pytest.mark.parametrize(
    ("leniency", "found"),
    [
        ("0", ["c-whole"]),
        ("15", ["c-whole", "b-quarter"]),
        ("30", ["c-whole", "b-quarter"]),
        ("60", ["c-whole", "b-quarter", "a-hour"]),
    ],
)
@pytest.mark.parametrize("sort", ["availability", "recommended"])
def test_who_lacks_no_more_is_found_and_who_lacks_nothing_first(
    lenient: Client, leniency: str, found: list[str], sort: str
) -> None:
    assert lenient.ids(**NEED, leniency=leniency, sort=sort) == found
    nearly = lenient.get("/api/v1/nearly", {**NEED, "leniency": leniency}).json()
    assert nearly["total"]["value"] == len(found)
    for each in nearly["items"]:
        assert each["more"] >= 0
        asked = lenient.get("/api/v1/offers", {**each["parameters"], "limit": "1"}).json()
        assert asked["total"]["value"] == each["total"]


def test_who_lacks_no_more_comes_before_who_lacks_a_day(lenient: Client) -> None:
    assert lenient.ids(**BY_WORTH, match="best") == ["c-whole", "b-quarter", "d-four-days", "a-hour"]
    assert lenient.ids(**BY_WORTH, match="best", leniency="60") == ["c-whole", "b-quarter", "a-hour", "d-four-days"]


@pytest.mark.parametrize("match", ["all", "best"])
def test_list_and_map_say_that_minutes_are_missing(lenient: Client, match: str) -> None:
    asked = {**NEED, "leniency": "60", "match": match}
    cards = lenient.get("/api/v1/offers", asked).json()["items"]
    listed = {card["id"]: card["availability"]["status"] for card in cards}
    assert {id: status for id, status in listed.items() if status == "free"} == {"c-whole": "free"}
    quarter = next(card for card in cards if card["id"] == "b-quarter")["availability"]["coverage"]
    assert quarter["summary"].startswith("Il manque 15\u00a0min le matin et 15\u00a0min le soir")
    shown = lenient.get("/api/v1/map", {**asked, "bbox": "-2,47,-1,48", "zoom": "12"}).json()["features"]
    assert {each["properties"]["id"]: each["properties"]["availability"] for each in shown} == listed
