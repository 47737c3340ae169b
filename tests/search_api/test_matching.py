"""How much of a need an offer answers: partial matches, later periods, the undeclared, the facet of days."""

from typing import Any

import pytest

from search_api.answer.coverage import coverage
from search_api.request import need
from tests.search_api import documents
from tests.search_api.conftest import Client

WEEK = "mon-fri@08:00-18:00"


def cards(api: Client, **asked: Any) -> dict[str, Any]:
    return {item["id"]: item for item in api.offers(**asked, limit=100)["items"]}


def told(week: list[documents.Hours], *lines: str, places: int = 1) -> Any:
    """What is said of a week for a need."""
    found = [each.model_dump() for each in documents.period("2026-01-01", None, *week).week]
    return coverage(found, need.days([need.parse(line) for line in lines], places))


def test_all_finds_only_those_who_cover_the_whole_need(api: Client) -> None:
    assert set(cards(api, need=["mon-fri@08:00-18:00", "sun@20:00-06:00"])) == set()
    assert set(cards(api, need=WEEK)) == {"anne"}


def test_best_finds_also_a_part_of_the_days_and_later_periods(api: Client) -> None:
    found = cards(api, need=["mon@08:00-11:00", "sun@20:00-06:00"], match="best")
    assert {id: item["availability"]["status"] for id, item in found.items()} == {
        "anne": "partial",
        "chloe": "free",
        "berthe": "partial",
    }
    assert found["berthe"]["availability"]["free_from"] == "2027-09-01", "her first period is full"
    assert cards(api, need=WEEK, match="best")["berthe"]["availability"]["status"] == "later"


def test_a_partial_match_says_what_is_covered_and_what_is_missing(api: Client) -> None:
    need = ["mon-tue@08:00-18:00", "wed-fri@10:00-20:00"]
    availability = cards(api, need=need, match="best")["anne"]["availability"]
    assert availability["status"] == "partial"
    assert availability["places"] is None
    assert availability["until"] == "2027-08-31"
    assert availability["coverage"]["covered"] == 2
    assert availability["coverage"]["asked"] == 5
    assert availability["coverage"]["days"][0] == {
        "day": "mon",
        "covered": True,
        "free": [{"start": "08:00", "end": "18:00"}],
    }
    assert availability["coverage"]["days"][2] == {
        "day": "wed",
        "covered": False,
        "free": [{"start": "10:00", "end": "19:00"}],
    }
    assert (
        availability["coverage"]["summary"]
        == "2\u00a0jours sur 5\u202f; mercredi, jeudi et vendredi\u00a0: libre jusqu’à 19\u00a0h"
    )


@pytest.mark.parametrize(
    ("week", "lines", "summary"),
    [
        (
            [("mon-tue", "08:00", "18:00", 1), ("wed", "08:00", "16:00", 1), ("thu-fri", "08:00", "18:00", 1)],
            [WEEK],
            "4\u00a0jours sur 5\u202f; mercredi\u00a0: libre jusqu’à 16\u00a0h",
        ),
        (
            [("mon", "09:30", "18:00", 1), ("wed", "08:00", "18:00", 1)],
            ["mon-wed@08:00-18:00"],
            "1\u00a0jour sur 3\u202f; lundi\u00a0: libre à partir de 9\u00a0h\u00a030\u202f; mardi\u00a0: pas libre",
        ),
        (
            [("mon", "08:00", "12:00", 1), ("mon", "14:00", "18:00", 1)],
            ["mon@07:00-19:00", "tue@08:00-09:00"],
            "0\u00a0jour sur 2\u202f; lundi\u00a0: libre de 8\u00a0h à 12\u00a0h et de 14\u00a0h à 18\u00a0h"
            "\u202f; mardi\u00a0: pas libre",
        ),
        (
            [("sun", "20:00", "00:00", 1)],
            ["sun@20:00-06:00"],
            "0\u00a0jour sur 1\u202f; dimanche\u00a0: libre jusqu’à minuit",
        ),
        # Two places on one line: what one place leaves free does not count there.
        (
            [("mon", "08:00", "18:00", 1)],
            ["mon@08:00-18:00", "mon@16:00-18:00*2"],
            "0\u00a0jour sur 1\u202f; lundi\u00a0: libre jusqu’à 16\u00a0h",
        ),
    ],
)
def test_coverage_in_words(week: list[documents.Hours], lines: list[str], summary: str) -> None:
    assert told(week, *lines)["summary"] == summary


def test_monday_morning_is_asked_from_where_the_more_places_end() -> None:
    # Two lines of Sunday night overlap: two places until 0:01 on Monday, then one.
    found = told([("mon", "00:00", "07:00", 1)], "sun@12:20-12:10", "sun@00:02-00:01*2")
    assert found["days"] == [{"day": "sun", "covered": False, "free": [{"start": "00:01", "end": "07:00"}]}]


def test_a_night_that_goes_on_into_monday_is_one_stretch() -> None:
    found = told([("sun", "20:00", "05:00", 1)], "sun@21:00-06:00")
    assert found["days"] == [{"day": "sun", "covered": False, "free": [{"start": "21:00", "end": "05:00"}]}]


def test_siblings_may_need_different_places_on_different_lines(api: Client) -> None:
    assert set(cards(api, need=["mon@08:00-12:00*2", "mon@12:00-18:00"])) == {"anne"}
    assert set(cards(api, need=["mon@08:00-13:00*2"])) == set()
    assert set(cards(api, need=["mon@08:00-12:00"], places=2)) == {"anne"}


def test_those_who_declared_nothing_come_when_asked_for(api: Client) -> None:
    found = cards(api, need=WEEK, include=["to_ask", "unknown"], department="44")
    undeclared = {id for id, item in found.items() if item["availability"]["status"] == "unknown"}
    assert undeclared == {"diane", "elise"}
    assert "loups" in found
    later = cards(api, need=WEEK, include="unknown", start="2030-01-01")
    assert set(later) == {"anne", "berthe", "diane", "elise", "fanny"}, "Berthe is free then, Chloé on other days"


def test_by_availability_the_more_days_the_sooner_then_the_nearer(api: Client) -> None:
    asked = {"need": ["mon@08:00-11:00", "tue@08:00-11:00"], "match": "best", "include": ["to_ask"]}
    found = api.offers(**asked, near="47.2186,-1.5541", sort="availability")["items"]
    ids = [item["id"] for item in found]
    assert ids[:3] == ["anne", "berthe", "chloe"], "all now, all later, one day"
    to_ask = [item["distance_m"] for item in found[3:]]
    assert to_ask == sorted(to_ask)
    by_name = api.offers(**asked, department="44", sort="availability")["items"]
    assert [item["id"] for item in by_name[:3]] == ids[:3]


def test_recommended_puts_more_of_the_need_first(api: Client) -> None:
    found = api.ids(need=["mon@08:00-11:00", "tue@08:00-11:00"], match="best", include="to_ask", department="44")
    assert found[:3] == ["anne", "berthe", "chloe"]


def test_the_facet_of_days_counts_whose_places_are_free_that_day(api: Client) -> None:
    def days(**asked: Any) -> dict[str, int]:
        return {each["value"]: each["count"] for each in api.offers(**asked, facets="day")["facets"]["day"]}

    # Anne from Monday to Friday; Chloé on Monday morning and on Sunday night.
    assert days(need="mon@09:00-12:00") == {"mon": 2, "tue": 1, "wed": 1, "thu": 1, "fri": 1, "sat": 0, "sun": 0}
    assert days(need="mon@09:00-12:00*2")["mon"] == 1
    assert days(need="sun@21:00-06:00")["sun"] == 1
    assert days() == {"mon": 2, "tue": 1, "wed": 1, "thu": 1, "fri": 1, "sat": 0, "sun": 1}
    answer = api.offers(need=["mon@09:00-12:00", "tue@09:00-12:00"], facets="day")
    assert [each["value"] for each in answer["facets"]["day"] if each["selected"]] == ["mon", "tue"]
    assert answer["total"]["value"] == 1
    assert answer["facets"]["day"][0] == {"value": "mon", "label": "lundi", "count": 2, "selected": True}


def test_the_order_by_availability_needs_a_need(api: Client) -> None:
    response = api.get("/api/v1/offers", {"sort": "availability"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "sort"
