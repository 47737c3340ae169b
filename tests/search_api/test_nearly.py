"""What a little less would find: against an oracle, and each as a search of its own."""

from collections import Counter
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import assume, event, given, note
from hypothesis import strategies as st

from search_api.engine import engine as engines
from search_api.geo import Route
from search_api.parameters import NearlyParameters, meaning, read
from search_api.query import filters, queries
from search_api.request import asking_less
from tests.conftest import TODAY
from tests.loire import Loire, examples
from tests.search_api import oracle_nearly
from tests.search_api.conftest import Client
from tests.search_api.oracle_offers import Offers
from tests.search_api.random_requests import INDEX, assume_clear, for_views, requests

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
    # Not one of the items: what is drawn may not depend on an answer, or a wrong one would be told as a flaky test.
    number = data.draw(INDEX)
    note(f"{request.filters()}")
    answer = loire.ask("/api/v1/nearly", request.filters())
    standing, *changes = oracle_nearly.expected(offers, request)
    assert answer["total"] == {"value": standing[1], "relation": "eq"}
    assert Counter((oracle_nearly.told(each), each["total"]) for each in answer["items"]) == Counter(changes)
    for each in answer["items"]:
        assert each["more"] == each["total"] - standing[1] >= 0, "to ask for less never finds fewer"
    if answer["items"]:
        item = answer["items"][number % len(answer["items"])]
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
    assert half["label"] == "Début 15\u00a0minutes plus tard, fin 15\u00a0minutes plus tôt"
    assert found["fewer_days", "tue"]["label"] == "Sans le mardi"
    assert found["farther", None]["parameters"]["radius_km"] == ["8"]


def test_who_is_to_be_asked_does_not_count_as_covering(api: Client) -> None:
    asked = {**NEAR, "need": ["tue@07:15-19:15", "thu@07:15-19:15"]}
    sure, unsure = (
        api.get("/api/v1/nearly", {**asked, "include": each}).json() for each in ([], ["to_ask", "unknown"])
    )
    assert (sure["total"], sure["items"]) == (unsure["total"], unsure["items"])
    assert api.get("/api/v1/offers", {**asked, "include": "to_ask"}).json()["total"]["value"] > sure["total"]["value"]


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


WEEK = {"need": ["mon-fri@07:15-19:15", "sat@08:00-12:00"], "child_birthdate": ["2026-05-04"] * 2}


def test_a_way_is_put_once_for_all_counts_of_one_width(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stop of it is a circle, and there are a dozen counts."""
    sent: list[bytes] = []
    send = engines.asked

    async def recorded(engine: Any, method: str, path: str, body: bytes = b"", *more: str) -> Any:
        if path == "/_msearch":
            sent.append(body)
        return await send(engine, method, path, body, *more)

    monkeypatch.setattr(engines, "asked", recorded)
    way = {"route": "47.2186,-1.5541;47.2736,-2.2137", "detour_km": "2"}
    answer = api.get("/api/v1/nearly", {**way, **WEEK}).json()
    assert len(answer["items"]) > 8
    assert {"shorter", "fewer_days", "fewer_places", "farther"} == {each["change"] for each in answer["items"]}
    [body] = sent
    searches = [orjson.loads(line) for line in body.splitlines()[1::2]]
    found = read(NearlyParameters, {**way, **WEEK}).route
    assert found
    stops = len(Route(found, 2).stops)
    assert stops > 200
    assert [orjson.dumps(each).count(b"geo_distance") for each in searches] == [stops, stops], "as wide, and wider"
    told = {each["change"]: each for each in answer["items"]}
    for change in told.values():
        parameters = {**change["parameters"], "limit": "1"}
        assert api.get("/api/v1/offers", parameters).json()["total"]["value"] == change["total"]


@pytest.mark.parametrize(
    "place", [{"near": "47.2,-1.5"}, {"route": "47.2,-1.5;47.3,-1.6"}, {"bbox": "-2,47,-1,48"}, {"commune": ["44109"]}]
)
@pytest.mark.parametrize("include", [[], ["to_ask", "unknown"]])
def test_what_all_counts_ask_is_asked_once_and_the_rest_of_each(place: dict[str, Any], include: list[str]) -> None:
    given = {**place, **WEEK, "kind": ["assistant_maternel"], "q": "jardin", "include": include}
    query = meaning(read(NearlyParameters, given), TODAY)
    asked = [query, *(each.query for each in asking_less.changes(query))]
    together = queries.by_place(asked)
    placed = "commune" not in place
    assert sorted(number for numbers in together for number in numbers) == [*range(len(asked))]
    farther = [number for number, each in enumerate(asked) if filters.somewhere(each) != filters.somewhere(query)]
    assert len(together) == (1 + len(farther) if placed else len(asked))
    alike = next(numbers for numbers in together if 0 in numbers)
    body = queries.counting(filters.somewhere(query), [queries.besides_place(asked[number]) for number in alike])
    shared = body["query"]["bool"]["filter"]
    own = body["aggs"]["counted"]["filters"]["filters"]
    assert len(own) == len(alike)
    assert {"terms": {"kind": ["assistant_maternel"]}} in shared
    if placed and not include:
        assert filters.up_to_date(query) in shared
    for number, each in zip(alike, own, strict=True):
        conditions = [*filters.somewhere(query), *queries.flat(queries.besides_place(asked[number]))]
        both = [*shared, *each["bool"]["filter"]]
        assert all(clause in both for clause in conditions), "nothing is lost"
        assert all(clause in conditions for clause in both), "nothing is added"


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
