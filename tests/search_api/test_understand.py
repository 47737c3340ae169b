"""What a query string means, as a function: no server stands behind it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from search_api.geo import Box, Point
from search_api.parameters import (
    CountParameters,
    FilterParameters,
    MapParameters,
    OfferParameters,
    meaning,
    read,
    understand,
)
from search_api.problems import ParameterError
from search_api.request import cursors
from settings import keys

TODAY = date(2026, 9, 1)
KEYS = keys.read("a text that is long enough for a key", demo=False)


def offers(**given: Any) -> OfferParameters:
    return read(OfferParameters, given)


@pytest.mark.parametrize(
    ("given", "sort"),
    [
        ({}, "name"),
        ({"near": "47.2,-1.5"}, "distance"),
        ({"route": "47.2,-1.5;47.3,-1.5"}, "distance"),
        ({"near": "47.2,-1.5", "need": ["mon@08:00-12:00"]}, "recommended"),
        ({"near": "47.2,-1.5", "need": ["mon@08:00-12:00"], "q": "jardin"}, "relevance"),
        ({"near": "47.2,-1.5", "need": ["mon@08:00-12:00"], "sort": "name"}, "name"),
    ],
)
def test_the_order_follows_from_what_is_asked(given: dict[str, Any], sort: str) -> None:
    assert understand(offers(**given), TODAY, KEYS).sort == sort


def test_defaults_are_filled_in() -> None:
    query = understand(offers(near="47.2,-1.5"), TODAY, KEYS)
    assert (query.today, query.start, query.near, query.radius_km) == (TODAY, TODAY, Point(47.2, -1.5), 10)
    assert understand(offers(near="47.2,-1.5", radius_km="any"), TODAY, KEYS).radius_km is None
    route = understand(offers(route="47.2,-1.5;47.3,-1.5"), TODAY, KEYS).route
    assert route is not None
    assert (route.points, route.detour_km) == ((Point(47.2, -1.5), Point(47.3, -1.5)), 2)


@pytest.mark.parametrize(
    ("given", "territories"),
    [
        ({"commune": ["44109", "99999"]}, {"commune": ("44109", "99999"), "epci": (), "department": ()}),
        ({"epci": "000000000"}, {"commune": (), "epci": ("000000000",), "department": ()}),
        ({"department": ""}, {"commune": (), "epci": (), "department": ("",)}),
    ],
)
def test_a_territory_stays_the_code_that_was_given(given: dict[str, Any], territories: dict[str, Any]) -> None:
    """Whether there is such a territory is asked afterwards."""
    query = understand(offers(**given), TODAY, KEYS)
    assert query.territories == territories
    assert query.echo["commune"] == list(territories["commune"])


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"near": "47.2,-1.5", "commune": ["99999"]}, ["near", "commune"]),
        ({"commune": ["44109"], "department": "44", "bbox": "-2,47,-1,48"}, ["commune", "department", "bbox"]),
        ({"radius_km": "5", "commune": ["44109"]}, ["radius_km"]),
        ({"detour_km": "2"}, ["detour_km"]),
        ({"leniency": "15"}, ["leniency"]),
        ({"sort": "distance"}, ["sort"]),
        ({"sort": "availability"}, ["sort"]),
        ({"near": "47.2,-1.5", "radius_km": "any", "sort": "name"}, ["radius_km"]),
        ({"view": "-2,47,-1,48"}, ["zoom"]),
        ({"zoom": "9"}, ["view"]),
        ({"child_birthdate": "1999-01-01"}, ["child_birthdate"]),
        ({"child_birthdate": ["2026-01-01", "2026-01-01"], "places": "1"}, ["places", "child_birthdate"]),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(given: dict[str, Any], named: list[str]) -> None:
    with pytest.raises(ParameterError) as refused:
        understand(offers(**given), TODAY, KEYS)
    assert [error["parameter"] for error in refused.value.errors] == named


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ({}, 1),
        ({"child_birthdate": "2026-01-01"}, 1),  # as a saved need of before has it
        ({"child_birthdate": ["2026-01-01", "2026-01-01"]}, 2),
        ({"child_birthdate": ["2026-01-01", "2024-01-01"], "places": "3"}, 3),
    ],
)
def test_there_is_a_place_for_each_child(given: dict[str, Any], places: int) -> None:
    query = understand(offers(**given), TODAY, KEYS)
    assert query.places == places
    assert [born.isoformat() for born in query.children] == query.echo["child_birthdate"]
    assert len(query.ages_months) == len(query.children)


def test_a_map_has_its_view_beside_a_place_and_a_count_has_none() -> None:
    asked = read(MapParameters, {"bbox": "-2,47,-1,48", "zoom": "9", "commune": ["44109"]})
    assert understand(asked, TODAY, KEYS).bbox is None
    counted = read(CountParameters, {"bbox": "-2,47,-1,48", "by": "kind"})
    assert understand(counted, TODAY, KEYS).bbox == Box(-2, 47, -1, 48)


def test_a_cursor_keeps_its_first_page_s_day_and_says_where_to_go_on() -> None:
    first = meaning(offers(commune=["44109"], limit="5"), TODAY)
    cursor = cursors.write(KEYS, first, ["Crèche", "o1"])
    next_page = understand(offers(commune=["44109"], limit="5", cursor=cursor), TODAY + timedelta(days=1), KEYS)
    assert next_page == replace(first, after=("Crèche", "o1"))


@pytest.mark.parametrize(
    ("need", "enough"),
    [
        (["tue@07:15-19:15"], [(2, 7 * 60 + 45, 18 * 60 + 45)]),
        # A short day is shortened by what it admits.
        (["tue@08:00-09:00", "wed@08:00-18:00"], [(2, 8 * 60 + 15, 8 * 60 + 45), (3, 8 * 60 + 30, 17 * 60 + 30)]),
    ],
)
def test_what_suffices_of_hours_that_may_be_shorter(need: list[str], enough: list[tuple[int, int, int]]) -> None:
    query = understand(offers(need=need, leniency="30"), TODAY, KEYS)
    assert (query.echo["need"], query.echo["leniency"]) == (need, 30), "they are told as they were asked"
    days = [
        (day.weekday + 1, *(minute % 1_440 for minute in span)) for day in query.sufficient_days for span in day.spans
    ]
    assert days == enough
    assert query.days == understand(offers(need=need), TODAY, KEYS).days
    assert cursors.fingerprint(query) != cursors.fingerprint(understand(offers(need=need), TODAY, KEYS))


@pytest.mark.parametrize("given", [{"commune": ["44110"]}, {"commune": ["44109"], "kind": ["eaje"]}, {}])
def test_a_cursor_of_another_search_is_refused(given: dict[str, Any]) -> None:
    cursor = cursors.write(KEYS, meaning(offers(commune=["44109"]), TODAY), ["Crèche", "o1"])
    with pytest.raises(ParameterError) as refused:
        understand(offers(**given, cursor=cursor), TODAY, KEYS)
    assert [error["parameter"] for error in refused.value.errors] == ["cursor"]


def test_a_saved_need_is_asked_without_a_cursor() -> None:
    parameters = read(FilterParameters, {"near": "47.2,-1.5", "need": ["mon@08:00-12:00"]})
    assert understand(parameters, TODAY, KEYS) == meaning(parameters, TODAY)
