"""What a little less would find: against an oracle, and each as a search of its own."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, event, given, note
from hypothesis import strategies as st

from tests.loire import Loire, examples
from tests.search_api import oracle_nearly
from tests.search_api.conftest import Client
from tests.search_api.oracle_offers import Offers
from tests.search_api.random_requests import assume_clear, for_views, requests

NEAR = {"near": "47.2186,-1.5541", "radius_km": 3}


@given(st.data())
@examples(150)
def test_each_change_finds_what_the_oracle_finds_and_what_its_parameters_find(
    loire: Loire, offers: Offers, data: st.DataObject
) -> None:
    request = for_views(data.draw(requests(offers)))
    request = replace(request, q=None, include=(), sort=None, facets=())
    assume(request.need)
    assume_clear(request, offers)
    km = oracle_nearly.farther(request)
    if km is not None:
        assume_clear(oracle_nearly.reaching(request, km), offers)
    note(f"{request.filters()}")
    answer = loire.ask("/api/v1/nearly", request.filters())
    standing, *changes = oracle_nearly.expected(offers, request)
    assert answer["total"] == {"value": standing[1], "relation": "eq"}
    assert Counter((oracle_nearly.told(each), each["total"]) for each in answer["items"]) == Counter(changes)
    for each in answer["items"]:
        assert each["more"] == each["total"] - standing[1] >= 0, "to ask for less never finds fewer"
    if answer["items"]:
        item = data.draw(st.sampled_from(answer["items"]))
        event(item["change"] + (", more" if item["more"] else ""))
        asked = [(name, value) for name, values in item["parameters"].items() for value in values]
        assert loire.ask("/api/v1/offers", [*asked, ("limit", "1")])["total"]["value"] == item["total"]


def test_half_an_hour_less_is_told_with_the_search_that_asks_for_it(api: Client) -> None:
    answer = api.get("/api/v1/nearly", {**NEAR, "need": ["tue@07:15-19:15", "thu@07:15-19:15"]}).json()
    assert answer["total"]["value"] == 0
    assert answer["query"]["match"] == "all"
    assert "sort" not in answer["query"]
    found = {(each["change"], each.get("minutes") or each.get("day")): each for each in answer["items"]}
    half = found["shorter", 15]
    assert (half["total"], half["more"]) == (1, 1)
    assert half["parameters"]["need"] == ["tue@07:30-19:00", "thu@07:30-19:00"]
    assert half["label"] == "15\u00a0minutes de moins, au début et à la fin"
    assert found["fewer_days", "tue"]["label"] == "Sans le mardi"
    assert found["farther", None]["parameters"]["radius_km"] == ["8"]


@pytest.mark.parametrize(
    ("need", "shorter"),
    [
        (["mon@08:00-09:00"], {15: ["mon@08:15-08:45"]}),
        (["mon@08:00-08:30"], {}),
        # Nights that would begin after midnight are the next day's, from Sunday to Monday too.
        (
            ["sat-sun@23:45-07:45"],
            {15: ["sun-mon@00:00-07:30"], 30: ["sun-mon@00:15-07:15"], 60: ["sun-mon@00:45-06:45"]},
        ),
        # A day and its night are one stretch; that of another day is its own.
        (
            ["mon-tue@08:00-20:00", "mon@20:00-08:00*2"],
            {
                15: ["mon@08:15-20:00", "mon@20:00-07:45*2", "tue@08:15-19:45"],
                30: ["mon@08:30-20:00", "mon@20:00-07:30*2", "tue@08:30-19:30"],
                60: ["mon@09:00-20:00", "mon@20:00-07:00*2", "tue@09:00-19:00"],
            },
        ),
    ],
)
def test_hours_are_shorter_at_both_ends_of_each_stretch(
    api: Client, need: list[str], shorter: dict[int, list[str]]
) -> None:
    answer = api.get("/api/v1/nearly", {"commune": "44109", "need": need}).json()
    told = {each["minutes"]: each["parameters"]["need"] for each in answer["items"] if each["change"] == "shorter"}
    assert told == shorter


def test_of_two_children_either_may_be_left_out(api: Client) -> None:
    born = ["2026-01-04", "2020-06-01"]
    answer = api.get("/api/v1/nearly", {**NEAR, "need": "mon-fri@08:00-12:00", "child_birthdate": born}).json()
    left = [each for each in answer["items"] if each["change"] == "fewer_places"]
    assert [(each["places"], each["parameters"]["child_birthdate"]) for each in left] == [
        (1, ["2020-06-01"]),
        (1, ["2026-01-04"]),
    ]
    assert all("places" not in each["parameters"] for each in left), "one child has one place"
    twins = api.get("/api/v1/nearly", {**NEAR, "need": "mon@08:00-12:00", "child_birthdate": [born[0]] * 2}).json()
    [one] = [each for each in twins["items"] if each["change"] == "fewer_places"]
    assert one["label"] == "1\u00a0place au lieu de 2"


def test_what_cannot_be_asked_for_is_left_out(api: Client) -> None:
    far = {"near": "47.2186,-1.5541", "radius_km": 50, "need": "mon@08:00-08:20"}
    assert api.get("/api/v1/nearly", far).json()["items"] == []
    # Fourteen lines of as many stretches: without a day in the middle of each they would be twice as many.
    lines = [f"mon-wed@{hour:02}:00-{hour:02}:30" for hour in range(6, 20)]
    answer = api.get("/api/v1/nearly", {"commune": "44109", "need": lines}).json()
    assert [each["day"] for each in answer["items"] if each["change"] == "fewer_days"] == ["mon", "wed"]


@pytest.mark.parametrize("path", ["/api/v1/nearly", "/api/v1/pairs"])
@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({}, "need"),
        ({"need": "mon@08:00-12:00", "sort": "name"}, "sort"),
        ({"need": "mon@08:00-12:00", "facets": "kind"}, "facets"),
        ({"need": "mon@08:00-12:00", "near": "47,-1", "radius_km": "any"}, "radius_km"),
        ({"need": "mon@08:00-12:00", "commune": "00000"}, "commune"),
    ],
)
def test_what_they_do_not_take_is_refused_by_its_name(
    api: Client, path: str, parameters: dict[str, str], named: str
) -> None:
    answer = api.get(path, parameters)
    assert answer.status_code == 422
    assert [each["parameter"] for each in answer.json()["errors"]] == [named]
