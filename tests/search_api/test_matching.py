"""How much of a need an offer answers: partial matches, later periods, the undeclared, the facet of days."""

from typing import Any

import pytest

from domain import week
from search_api.answer.availability import shortenings_of, suffices, timetable_status
from search_api.answer.coverage import Match, coverage, parts_of
from search_api.request import need
from tests.search_api import documents
from tests.search_api.conftest import Client

WEEK = "mon-fri@08:00-18:00"


def cards(api: Client, **asked: Any) -> dict[str, Any]:
    return {item["id"]: item for item in api.offers(**asked, limit=100)["items"]}


def told(week: list[documents.Hours], *lines: str, places: int = 1) -> Any:
    """What is said of a week for a need, all its places taken."""
    found = [each.model_dump() for each in documents.period("2026-01-01", None, *week).week]
    days = need.days([need.parse(line) for line in lines], places)
    most = need.most_places(days)
    return coverage(found, days, Match(most, most, shortenings_of(parts_of(found), days, most), by_age=False))


def plain(text: str) -> str:
    """With the spaces of a typewriter."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def status(week: list[documents.Hours], *lines: str, places: int = 1, children: int | None = None) -> Any:
    """Of an assistant maternel who has this week from now on, and takes the ages of so many children."""
    period = documents.period("2026-01-01", None, *week).model_dump(mode="json")
    return timetable_status([period], "2026-11-23", need.days([need.parse(line) for line in lines], places), children)


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
    assert (availability["until"], availability["declared_until"]) == (None, "2027-08-31")
    assert availability["coverage"]["covered"] == 2
    assert availability["coverage"]["asked"] == 5
    assert availability["coverage"]["days"][0] == {
        "day": "mon",
        "covered": True,
        "shortened": 0,
        "free": [{"start": "08:00", "end": "18:00"}],
    }
    assert availability["coverage"]["days"][2] == {
        "day": "wed",
        "covered": False,
        "shortened": 60,
        "free": [{"start": "10:00", "end": "19:00"}],
    }
    assert availability["coverage"]["share"] == 0.76, "two days, and three that are worth 0.6"
    assert (
        availability["coverage"]["summary"]
        == "Libre 2\u00a0jours sur 5 (lundi et mardi)\u202f; il manque 1\u00a0h le soir, du mercredi au vendredi"
    )


@pytest.mark.parametrize(
    ("week", "lines", "summary"),
    [
        (
            [("mon-tue", "08:00", "18:00", 1), ("wed", "08:00", "16:00", 1), ("thu-fri", "08:00", "18:00", 1)],
            [WEEK],
            "Libre 4 jours sur 5 (lundi, mardi, jeudi et vendredi) ; libre jusqu’à 16 h le mercredi",
        ),
        (
            [("mon-thu", "08:00", "18:00", 1)],
            [WEEK],
            "Libre 4 jours sur 5 (du lundi au jeudi) ; pas de place le vendredi",
        ),
        (
            [("mon", "09:30", "18:00", 1), ("wed", "08:00", "18:00", 1)],
            ["mon-wed@08:00-18:00"],
            "Libre 1 jour sur 3 (mercredi) ; pas de place le mardi ; libre à partir de 9 h 30 le lundi",
        ),
        (
            [("tue", "07:30", "19:00", 1), ("thu", "07:30", "19:00", 1)],
            ["tue@07:15-19:00", "thu@07:15-19:00"],
            "Il manque 15 min le matin, mardi et jeudi",
        ),
        (
            [("tue", "07:30", "19:00", 1), ("thu", "07:30", "19:00", 1)],
            ["tue@07:15-19:10", "thu@07:15-19:10"],
            "Il manque 15 min le matin et 10 min le soir, mardi et jeudi",
        ),
        (
            [("mon", "08:00", "12:00", 1), ("mon", "14:00", "18:00", 1)],
            ["mon@07:00-19:00", "tue@08:00-09:00"],
            "Pas de place le mardi ; libre de 8 h à 12 h et de 14 h à 18 h le lundi",
        ),
        (
            [("mon", "08:00", "12:00", 1), ("mon", "12:15", "18:00", 1)],
            ["mon@08:00-18:00"],
            "Il manque de 12 h à 12 h 15, lundi",
        ),
        # Two facts at most, of what lacks most, what has nothing first, and how many days are left.
        (
            [("mon", "08:00", "18:00", 1), ("tue", "08:00", "17:45", 1), ("wed-thu", "09:00", "14:00", 1)],
            [WEEK],
            "Libre 1 jour sur 5 (lundi) ; pas de place le vendredi ; libre de 9 h à 14 h mercredi et jeudi"
            " ; 1 autre jour incomplet",
        ),
        # A night is told apart from the day of its date.
        (
            [("sun", "20:00", "00:00", 1)],
            ["sun@20:00-06:00"],
            "Libre jusqu’à minuit la nuit du dimanche au lundi",
        ),
        (
            [("tue", "08:00", "18:00", 1), ("mon", "08:00", "18:00", 1)],
            ["mon-tue@08:00-18:00", "tue@20:00-06:00"],
            "Libre lundi et mardi ; pas de place la nuit du mardi au mercredi",
        ),
        (
            [("mon-thu", "20:00", "06:00", 1)],
            ["mon-fri@20:00-06:00"],
            "Libre 4 nuits sur 5 (du lundi soir au vendredi matin) ; pas de place la nuit du vendredi au samedi",
        ),
        (
            [("mon", "18:00", "00:30", 1)],
            ["mon-tue@18:00-00:30"],
            "Libre 1 jour sur 2 (lundi soir) ; pas de place le mardi soir",
        ),
        # Two places on one line: what one place leaves free does not count there.
        (
            [("mon", "08:00", "18:00", 1)],
            ["mon@08:00-18:00", "mon@16:00-18:00*2"],
            "Libre jusqu’à 16 h le lundi",
        ),
    ],
)
def test_coverage_in_words(week: list[documents.Hours], lines: list[str], summary: str) -> None:
    assert plain(told(week, *lines)["summary"]) == summary


def test_monday_morning_is_asked_from_where_the_more_places_end() -> None:
    # Two lines of Sunday night overlap: two places until 0:01 on Monday, then one.
    found = told([("mon", "00:00", "07:00", 1)], "sun@12:20-12:10", "sun@00:02-00:01*2")
    night = {"day": "sun", "covered": False, "shortened": None, "free": [{"start": "00:01", "end": "07:00"}]}
    assert found["days"] == [night]


def test_a_night_that_goes_on_into_monday_is_one_stretch() -> None:
    found = told([("sun", "20:00", "05:00", 1)], "sun@21:00-06:00")
    night = {"day": "sun", "covered": False, "shortened": 60, "free": [{"start": "21:00", "end": "05:00"}]}
    assert found["days"] == [night]


@pytest.mark.parametrize(
    ("week", "lines", "places", "children", "summary"),
    [
        ([("mon-fri", "07:00", "19:00", 1)], [WEEK], 2, None, "1 place sur 2, du lundi au vendredi"),
        (
            [("mon", "08:00", "18:00", 1), ("tue", "08:30", "18:00", 1)],
            ["mon-wed@08:00-18:00"],
            2,
            None,
            "1 place sur 2 ; libre 1 jour sur 3 (lundi) ; pas de place le mercredi ; 1 autre jour incomplet",
        ),
        # One fact beside the places and what is free: the one of which the most minutes are missing.
        (
            [("mon", "08:00", "18:00", 1), ("tue-thu", "08:00", "13:00", 1)],
            ["mon-fri@08:00-18:00"],
            2,
            None,
            "1 place sur 2 ; libre 1 jour sur 5 (lundi) ; libre jusqu’à 13 h du mardi au jeudi"
            " ; 1 autre jour incomplet",
        ),
        # Where no day is free there is room for two.
        (
            [("mon-tue", "08:00", "17:00", 1)],
            ["mon-wed@07:30-17:45"],
            2,
            None,
            "1 place sur 2 ; pas de place le mercredi ; il manque 30 min le matin et 45 min le soir, lundi et mardi",
        ),
        (
            [("mon", "08:00", "18:00", 3)],
            ["mon@08:00-18:00"],
            3,
            2,
            "2 places sur 3, selon l’âge des enfants, le lundi",
        ),
    ],
)
def test_fewer_places_than_are_asked_for(
    week: list[documents.Hours], lines: list[str], places: int, children: int | None, summary: str
) -> None:
    found = status(week, *lines, places=places, children=children)
    assert found["status"] == "partial"
    assert plain(found["coverage"]["summary"]) == summary
    assert (found["coverage"]["places"], found["coverage"]["asked_places"]) == (int(summary[0]), places)


@pytest.mark.parametrize(
    ("free", "expected", "said", "enough"),
    [
        (("08:00", "18:30"), "partial", "Il manque 30 min le matin et 30 min le soir, mardi", True),
        (("08:00", "18:15"), "partial", "Il manque 30 min le matin et 45 min le soir, mardi", False),
        (("07:30", "19:00"), "free", None, True),
    ],
)
def test_what_is_missing_is_told_also_where_it_may_be(
    free: tuple[str, str], expected: str, said: str | None, enough: bool
) -> None:
    period = documents.period("2026-01-01", None, ("tue", *free, 1)).model_dump(mode="json")
    asked = need.days([need.parse("tue@07:30-19:00")], 1)
    found = timetable_status([period], "2026-11-23", asked, leniency=30)
    assert found["status"] == expected
    assert (plain(found["coverage"]["summary"]) if found["coverage"] else None) == said
    assert suffices(found, 30) == enough


def test_what_suffices_now_is_told_and_not_what_covers_more_later() -> None:
    """An hour less at either end now is worth 3 × 0.6 + 1, all of it from January on 3: but for who can do without."""
    periods = [
        documents.period("2026-01-01", "2026-12-31", ("tue", "09:00", "17:00", 1)),
        documents.period("2027-01-01", None, ("tue", "08:00", "18:00", 1)),
    ]
    asked = need.days([need.parse("tue@08:00-18:00")], 1)
    weeks = [each.model_dump(mode="json") for each in periods]
    assert timetable_status(weeks, "2026-11-23", asked)["status"] == "later"
    found = timetable_status(weeks, "2026-11-23", asked, leniency=60)
    assert (found["status"], found["free_from"]) == ("partial", None)
    assert suffices(found, 60)
    assert not suffices(found, 30)


def test_who_misses_minutes_is_worth_more_than_who_misses_a_day() -> None:
    def share(week: list[documents.Hours]) -> float:
        return float(status(week, WEEK)["coverage"]["share"])

    nearly = [("mon", "08:15", "17:45", 1), ("tue", "08:15", "17:45", 1), ("wed-fri", "08:00", "18:00", 1)]
    assert share(nearly) > share([("mon-thu", "08:00", "18:00", 1)])
    assert share([("mon-fri", "09:00", "17:00", 1)]) == 0.6
    assert status([("mon-fri", "09:01", "17:00", 1)], WEEK)["status"] == "full", "an hour is the most"


def test_siblings_of_other_ages_find_a_place_for_one_of_them(api: Client) -> None:
    baby, schoolchild = "2026-06-01", "2018-06-01"
    asked: dict[str, Any] = {"need": "mon-fri@08:00-12:00", "child_birthdate": [baby, schoolchild]}
    assert set(cards(api, **asked)) == set(), "Anne takes no child of six"
    anne = cards(api, **asked, match="best")["anne"]["availability"]
    assert (anne["status"], anne["coverage"]["places"]) == ("partial", 1)
    assert anne["coverage"]["summary"] == "1\u00a0place sur 2, selon l’âge des enfants, du lundi au vendredi"
    assert cards(api, need=asked["need"], child_birthdate=[baby, baby])["anne"]["availability"]["status"] == "free"


def test_who_misses_minutes_comes_before_who_misses_days(api: Client) -> None:
    for sort in ("availability", "recommended"):
        ids = api.ids(need=["mon@07:15-12:00", "tue@07:15-12:00"], match="best", sort=sort, department="44")
        assert ids.index("anne") < ids.index("chloe")


def worst() -> list[str]:
    """As many lines as may be asked for, one after the other until Monday morning, with other places each."""
    return [
        f"mon-sun@{week.clock(420 + 100 * number)}-{week.clock(520 + 100 * number)}*{(1, 6, 2, 5, 3, 4)[number % 6]}"
        for number in range(need.MAX_LINES)
    ]


@pytest.mark.parametrize("match", ["all", "best"])
@pytest.mark.parametrize("sort", ["recommended", "availability"])
def test_the_largest_need_is_answered(api: Client, match: str, sort: str) -> None:
    children = [f"20{16 + number}-06-01" for number in range(6)]
    answer = api.offers(
        need=worst(), match=match, sort=sort, child_birthdate=children, include=["to_ask", "unknown"],
        facets="kind,day,commune", near="47.2186,-1.5541", radius_km=50, view="-1.65,47.16,-1.45,47.28", zoom=9,
    )  # fmt: skip
    assert answer["query"]["need"] == worst()


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
