"""Where, what and when: who is found, in which order, and what is told of them."""

import math
from typing import Any

import pytest

from tests.search_api.conftest import Client
from tests.search_api.documents import CENTRE, OFFERS

NEAR = f"{CENTRE[0]},{CENTRE[1]}"


def haversine_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lat1, lon1), (lat2, lon2) = [(math.radians(lat), math.radians(lon)) for lat, lon in (a, b)]
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.7714 * math.asin(math.sqrt(h))


def test_offers_around_a_point_come_nearest_first(api: Client) -> None:
    assert api.ids(near=NEAR, radius_km=5, kind="eaje") == ["lutins", "loups"]


def test_distances_are_exact_to_one_metre(api: Client) -> None:
    items = api.offers(near=NEAR, radius_km="any", limit=100)["items"]
    positions = {offer.id: (offer.position.lat, offer.position.lon) for offer in OFFERS}
    assert len(items) == len(OFFERS)
    for item in items:
        assert abs(item["distance_m"] - haversine_m(CENTRE, positions[item["id"]])) <= 1


def test_the_radius_is_ten_kilometres_unless_told_otherwise(api: Client) -> None:
    answer = api.offers(near=NEAR)
    assert answer["query"]["radius_km"] == 10
    assert {"sorinieres", "herblain"} <= {item["id"] for item in answer["items"]}
    assert "sorinieres" not in api.ids(near=NEAR, radius_km=7.9)
    assert "sorinieres" in api.ids(near=NEAR, radius_km=8)


def test_zero_is_a_longitude(api: Client) -> None:
    [item] = api.offers(near="44.84,0", kind="clas")["items"]
    assert (item["id"], item["distance_m"], item["position"]["lon"]) == ("meridian", 0, 0)
    assert api.ids(bbox="-0.1,44.8,0,44.9") == ["meridian"]
    assert api.ids(bbox="0,44.8,0.1,44.9") == ["meridian"]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"commune": "44198"}, {"sorinieres"}),
        ({"commune": ["44198", "44162"]}, {"sorinieres", "herblain"}),
        ({"commune": "69123"}, {"lyon"}),
        ({"commune": "69381"}, {"lyon"}),
        ({"epci": "244400404", "kind": "rpe"}, {"rpe"}),
        ({"department": "33"}, {"meridian", "gaelle"}),
        ({"bbox": "-1.66,47.20,-1.64,47.22"}, {"herblain"}),
    ],
)
def test_one_kind_of_place_narrows_the_search(api: Client, where: dict[str, Any], found: set[str]) -> None:
    assert set(api.ids(**where)) == found


def test_values_of_a_field_add_up_and_fields_combine(api: Client) -> None:
    assert set(api.ids(kind=["mam", "rpe"])) == {"mam", "rpe"}
    assert set(api.ids(kind="eaje", funding=["psu", "paje"])) == {"lutins", "loups", "sorinieres"}
    assert set(api.ids(kind=["eaje", "mam"], subkind="micro_creche")) == {"loups", "sorinieres"}
    assert api.ids(language="en") == ["anne"]


def test_every_feature_asked_for_is_there(api: Client) -> None:
    assert set(api.ids(feature="garden")) == {"lutins", "anne"}
    assert api.ids(feature=["garden", "meals"]) == ["lutins"]


@pytest.mark.parametrize(
    ("born", "start", "taken"),
    [
        ("2026-08-23", "2026-11-23", True),  # three months to the day
        ("2026-08-24", "2026-11-23", False),
        ("2027-05-01", "2026-11-23", False),  # not born: 0 months
        ("2023-11-24", "2026-11-23", True),
        ("2023-11-23", "2026-11-23", False),  # 36 months, and the range ends before
        ("2023-11-23", "2026-11-01", True),
    ],
)
def test_the_age_is_counted_in_whole_months_at_the_start(api: Client, born: str, start: str, taken: bool) -> None:
    found = api.ids(kind="eaje", child_birthdate=born, start=start)
    assert ("lutins" in found) == taken
    assert "loups" in found  # says nothing of ages


def test_a_child_not_born_yet_counts_as_newborn(api: Client) -> None:
    answer = api.offers(kind="eaje", child_birthdate="2027-05-01", commune="44198")
    assert answer["query"]["age_months"] == [0]
    assert [item["id"] for item in answer["items"]] == ["sorinieres"]


@pytest.mark.parametrize(
    ("need", "found"),
    [
        ({"need": "mon-fri@08:00-18:00"}, {"anne"}),  # across the border of two touching ranges
        ({"need": "mon-fri@07:30-19:00"}, {"anne"}),
        ({"need": "mon@07:29-19:00"}, set()),
        ({"need": "mon@18:00-19:01"}, set()),
        ({"need": "mon-fri@08:00-12:30*2"}, {"anne"}),
        ({"need": "mon-fri@08:00-12:31*2"}, set()),
        ({"need": "mon-fri@08:00-12:00", "places": 2}, {"anne"}),
        ({"need": "mon-fri@08:00-12:00*2", "places": 3}, {"anne"}),
        ({"need": ["mon@08:00-12:00*2", "tue@14:00-18:00"]}, {"anne"}),
        ({"need": "mon@08:00-12:00"}, {"anne", "chloe"}),
        ({"need": "sun@20:00-08:00"}, {"chloe"}),  # past Sunday midnight
        ({"need": "sun@22:00-12:00"}, {"chloe"}),  # into another range of Monday's
        ({"need": "sun@23:00-24:00"}, {"chloe"}),
        ({"need": "sat@20:00-08:00"}, set()),
        ({"need": "sun-mon@20:00-23:00"}, set()),
        ({"need": "mon-fri@08:00-18:00", "start": "2027-08-31"}, {"anne"}),  # the last day is included
        ({"need": "mon-fri@08:00-18:00", "start": "2027-09-01"}, {"berthe"}),
        ({"need": "mon-fri@08:00-18:00", "start": "2040-01-02"}, {"berthe"}),  # an open period
        ({"need": "mon-fri@08:00-18:00", "start": "2026-08-31"}, {"fanny"}),  # Diane gave no word
    ],
)
def test_only_those_free_for_the_whole_need_are_found(api: Client, need: dict[str, Any], found: set[str]) -> None:
    items = api.offers(**need)["items"]
    assert {item["id"] for item in items} == found
    assert {item["availability"]["status"] for item in items} <= {"free"}


def test_structures_to_ask_are_included_when_their_hours_suit_or_are_unknown(api: Client) -> None:
    items = api.offers(need="mon-fri@08:00-18:00", include="to_ask", near=NEAR)["items"]
    statuses = {item["id"]: item["availability"]["status"] for item in items}
    assert statuses == {
        "anne": "free",
        "lutins": "to_ask",
        "loups": "to_ask",
        "herblain": "to_ask",
        "mam": "to_ask",
        "loisirs": "to_ask",
    }
    assert "sorinieres" in api.ids(need="mon-fri@09:00-17:00", include="to_ask", near=NEAR)
    assert "lutins" not in api.ids(need="sat@09:00-12:00", include="to_ask", near=NEAR)


@pytest.mark.parametrize(
    ("id", "start", "expected"),
    [
        ("anne", "2026-11-23", ("free", 2, None, "2027-08-31")),
        ("anne", "2027-09-01", ("unknown", None, None, None)),
        ("berthe", "2026-11-23", ("later", 1, "2027-09-01", None)),
        ("berthe", "2027-09-01", ("free", 1, None, None)),
        ("fanny", "2026-12-01", ("full", None, None, None)),  # in a gap
        ("fanny", "2027-02-01", ("full", None, None, "2027-06-30")),
        ("fanny", "2027-07-01", ("unknown", None, None, None)),
        ("gaelle", "2026-11-23", ("to_confirm", None, None, None)),
        ("elise", "2026-11-23", ("unknown", None, None, None)),
        ("lutins", "2026-11-23", ("to_ask", None, None, None)),
        ("rpe", "2026-11-23", None),
    ],
)
def test_the_card_tells_what_is_free_on_the_day(api: Client, id: str, start: str, expected: Any) -> None:
    cards = {item["id"]: item for item in api.offers(start=start, limit=100)["items"]}
    told = expected and dict(zip(("status", "places", "free_from", "declared_until"), expected, strict=True))
    assert cards[id]["availability"] == (told and {**told, "until": None, "coverage": None})


@pytest.mark.parametrize(
    ("asked", "sort"),
    [
        ({"q": "creche", "need": "mon@08:00-09:00", "near": NEAR}, "relevance"),
        ({"need": "mon@08:00-09:00", "near": NEAR}, "recommended"),
        ({"near": NEAR}, "distance"),
        ({"commune": "44109"}, "name"),
        ({}, "name"),
    ],
)
def test_the_order_depends_on_what_is_asked(api: Client, asked: dict[str, Any], sort: str) -> None:
    assert api.offers(**asked)["query"]["sort"] == sort


def test_names_are_sorted_without_case_or_accents(api: Client) -> None:
    names = [item["name"] for item in api.offers(department="44", sort="name")["items"]]
    assert names.index("Diane R.") < names.index("Élise V.") < names.index("Fanny K.")


def test_the_lately_confirmed_come_first_and_the_never_confirmed_last(api: Client) -> None:
    found = api.ids(sort="updated")
    assert found[:7] == ["anne", "lutins", "berthe", "chloe", "fanny", "gaelle", "sorinieres"]
    assert found[7:] == sorted(found[7:])


def test_recommended_puts_free_before_to_ask_and_near_and_fresh_first(api: Client) -> None:
    found = api.ids(near=NEAR, need="mon@09:00-12:00", include="to_ask")
    assert found[:3] == ["anne", "chloe", "lutins"]
    assert found.index("loups") < found.index("mam") < found.index("herblain")


def test_who_is_to_confirm_is_found_after_those_whose_word_counts_where_one_asks(api: Client) -> None:
    need = {"need": "mon-fri@08:00-18:00", "kind": "assistant_maternel"}
    door = {"near": "44.8400,-0.5800", "radius_km": "any", "sort": "distance"}
    assert api.ids(**need, **door) == ["anne"], "only those whose word counts are sure"
    assert api.ids(**need, **door, include="to_ask") == ["gaelle", "anne"]
    assert api.ids(**need, include="to_ask", sort="recommended") == ["anne", "gaelle"]
    assert api.ids(**need, include="to_ask", sort="availability") == ["anne", "gaelle"]
    # At her own door, where everybody else is hundreds of kilometres away.
    bbox = {"bbox": "-5,42,9,51", "include": "to_ask", "match": "best", "need": "mon@08:00-12:00"}
    listed = api.ids(**bbox, kind="assistant_maternel", sort="recommended")
    assert listed[-1] == "gaelle"
    # At her last word's end she was sure still, and her card says until when.
    card = next(item for item in api.offers(limit=100)["items"] if item["id"] == "gaelle")
    assert (card["confirmed_on"], card["fresh_until"]) == ("2025-11-30", "2026-05-31")


def test_recommended_leaves_nobody_out(api: Client) -> None:
    """Without any other condition, what only scores must not become one."""
    assert set(api.ids(sort="recommended", limit=100)) == set(api.ids(sort="name", limit=100))


def test_facets_ignore_their_own_choice_and_follow_the_others(api: Client) -> None:
    answer = api.offers(department="44", kind=["eaje", "mam"], funding="paje", language="en", facets="kind,funding")
    assert answer["total"] == {"value": 0, "relation": "eq"}
    answer = api.offers(department="44", kind=["eaje", "mam"], funding="paje", facets="kind,funding,subkind")
    facets = {
        name: {each["value"]: (each["count"], each["selected"]) for each in values}
        for name, values in answer["facets"].items()
    }
    assert facets == {
        "kind": {"eaje": (2, True), "mam": (0, True)},
        "funding": {"paje": (2, True), "psu": (1, False)},
        "subkind": {"micro_creche": (2, False)},
    }
    assert answer["facets"]["kind"][0]["label"] == "Crèche"
    assert answer["total"]["value"] == 2


def test_facets_count_within_the_need(api: Client) -> None:
    answer = api.offers(need="mon@08:00-12:00", kind="eaje", include="to_ask", facets="kind")
    counts = {each["value"]: each["count"] for each in answer["facets"]["kind"]}
    # Of the three assistants maternels one is to confirm.
    assert counts == {"eaje": 5, "assistant_maternel": 3, "mam": 1, "accueil_loisirs": 1}


def test_the_request_is_echoed_as_it_was_understood(api: Client) -> None:
    query = api.offers(commune="44109", need="mon-fri@08:00-18:00")["query"]
    assert query["commune"] == [{"code": "44109", "name": "Nantes"}]
    expected = {"from": "2026-11-23", "places": 1, "match": "all", "sort": "recommended", "limit": 20, "include": []}
    assert {name: query[name] for name in expected} == expected
    assert query["need"] == ["mon-fri@08:00-18:00"]


def test_geojson_carries_the_same_cards(api: Client) -> None:
    cards = api.offers(near=NEAR, limit=3)["items"]
    by_format = api.get("/api/v1/offers", {"near": NEAR, "limit": 3, "format": "geojson"})
    by_accept = api.get("/api/v1/offers", {"near": NEAR, "limit": 3}, headers={"Accept": "application/geo+json"})
    assert by_format.headers["content-type"] == by_accept.headers["content-type"] == "application/geo+json"
    assert by_format.content == by_accept.content
    collection = by_format.json()
    assert collection["type"] == "FeatureCollection"
    assert [feature["properties"] for feature in collection["features"]] == cards
    assert collection["features"][0]["geometry"] == {"type": "Point", "coordinates": [-1.5545, 47.219]}
    assert {"total", "next", "data"} <= collection.keys()


def test_counts_by_a_facet_and_by_a_territory(api: Client) -> None:
    by_kind = api.get("/api/v1/counts", {"by": "kind", "commune": "44143"}).json()
    assert {each["value"]: each["count"] for each in by_kind["counts"]} == {"assistant_maternel": 2, "mam": 1, "rpe": 1}
    assert by_kind["total"]["value"] == 4
    by_commune = api.get("/api/v1/counts", {"by": "commune", "kind": "eaje", "department": "44"}).json()
    assert [(each["label"], each["count"]) for each in by_commune["counts"]] == [
        ("Nantes", 2),
        ("Saint-Herblain", 1),
        ("Les Sorinières", 1),
    ]


def test_a_fiche_tells_all_that_is_public(api: Client) -> None:
    fiche = api.get("/api/v1/offers/anne").json()
    assert fiche["contact"] == {"phone": None, "mail": "anne@example.org", "site": None}
    assert fiche["timetable"][0]["period"] == {"from": "2026-09-01", "to": "2027-08-31"}
    assert {"day": "mon", "start": "07:30", "end": "12:30", "places": 2} in fiche["timetable"][0]["ranges"]
    assert fiche["department"] == "44"
    assert "distance_m" not in fiche


@pytest.mark.parametrize("id", ["nobody", "x" * 600, "%00", "_search", "..%2F_search"])
def test_an_offer_that_is_not_there_is_a_404(api: Client, id: str) -> None:
    response = api.get(f"/api/v1/offers/{id}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_no_contact_leaves_by_any_list(api: Client) -> None:
    shown = {"near": NEAR, "radius_km": "any", "limit": 100, "facets": "kind,feature,language"}
    for path, parameters in [
        ("/api/v1/offers", shown),
        ("/api/v1/offers", {**shown, "format": "geojson"}),
        ("/api/v1/offers", {"q": "anne@example.org"}),
        ("/api/v1/map", {"bbox": "-5,41,9,51", "zoom": 6}),
        ("/api/v1/suggest", {"q": "anne"}),
        ("/api/v1/counts", {"by": "kind"}),
    ]:
        response = api.get(path, parameters)
        assert response.status_code == 200, response.text
        body = response.text.replace('"q":"anne@example.org"', "")
        assert "example.org" not in body
        assert "02 40 00 00 00" not in body
        assert "contact" not in body
