"""The filters by value, and the facets that count what another choice would give."""

from typing import Any

import pytest

from tests.search_api.conftest import Client


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"workplace": "mam"}, {"mam", "berthe"}),
        ({"workplace": "mam", "kind": "assistant_maternel"}, {"berthe"}),
        ({"workplace": ["mam", "home"]}, {"mam", "anne", "berthe", "chloe", "diane", "elise", "fanny", "gaelle"}),
        ({"capacity": "3-4"}, {"anne"}),
        ({"capacity": ["1-2", "40-59"]}, {"berthe", "lutins"}),
        ({"capacity": "60-"}, set()),
        ({"hourly_cents_max": "420"}, {"anne", "berthe"}),
        ({"hourly_cents_max": "419"}, {"berthe"}),
        ({"up_to_date": "true"}, {"anne", "berthe", "chloe", "fanny", "lutins"}),
        ({"up_to_date": "false", "kind": "assistant_maternel"}, {"diane", "elise", "gaelle"}),
        # Open from 7:30 to 18:30, and from 9:00 to 17:00; the others tell no hours.
        ({"opens_before": "07:30"}, {"lutins"}),
        ({"opens_before": "07:29"}, set()),
        ({"opens_before": "09:00"}, {"lutins", "sorinieres"}),
        ({"opens_before": "18:30"}, set()),
        ({"closes_after": "17:00"}, {"lutins", "sorinieres"}),
        ({"closes_after": "17:01"}, {"lutins"}),
        ({"closes_after": "18:31"}, set()),
        ({"closes_after": "07:30"}, set()),
        ({"opens_before": "09:00", "closes_after": "18:00"}, {"lutins"}),
        ({"opens_before": "09:00", "kind": "assistant_maternel"}, set()),
        ({"school": "ecole jules-ferry"}, {"anne", "berthe"}),
        ({"school": ["École Saint-Félix", "École Inconnue"]}, {"anne"}),
        ({"school": "Jules-Ferry"}, set()),
    ],
)
def test_a_filter_finds_these(api: Client, asked: dict[str, Any], found: set[str]) -> None:
    assert set(api.ids(**asked, limit=100)) == found


def facets(api: Client, names: str, **asked: Any) -> dict[str, dict[str, tuple[int, bool]]]:
    answer = api.offers(**asked, facets=names)["facets"]
    return {name: {each["value"]: (each["count"], each["selected"]) for each in answer[name]} for name in answer}


def test_every_facet_ignores_its_own_choice(api: Client) -> None:
    found = facets(
        api,
        "workplace,capacity,hourly_cents_max,up_to_date",
        workplace="home",
        hourly_cents_max="410",
        up_to_date="true",
    )
    assert found["workplace"] == {"home": (0, True), "mam": (1, False)}
    assert found["hourly_cents_max"]["450"] == (1, False), "Anne, at home"
    assert found["hourly_cents_max"]["410"] == (0, True)
    assert found["up_to_date"] == {"true": (0, True), "false": (0, False)}
    assert set(found["capacity"].values()) == {(0, False)}


def test_prices_add_up_and_capacities_do_not(api: Client) -> None:
    found = facets(api, "hourly_cents_max,capacity", kind="assistant_maternel")
    assert {value: count for value, (count, _) in found["hourly_cents_max"].items()} == {
        "300": 0,
        "350": 0,
        "400": 1,
        "450": 2,
        "500": 2,
        "550": 2,
        "600": 2,
    }
    assert {value for value, (count, _) in found["capacity"].items() if count} == {"1-2", "3-4"}


def test_a_chosen_school_is_recognised_however_it_is_written(api: Client) -> None:
    found = facets(api, "school", school=["ecole jules-ferry", "École Perdue"])
    [spelling] = {"ÉCOLE JULES-FERRY", "École Jules-Ferry"} & found["school"].keys()
    assert found["school"] == {spelling: (2, True), "École Saint-Félix": (1, False), "École Perdue": (0, True)}


def test_a_school_that_nobody_serves_is_told_once_though_it_is_chosen_in_two_spellings(api: Client) -> None:
    found = facets(api, "school", school=["École Perdue", "ecole PERDUE"])
    assert [shown for name, shown in found["school"].items() if "perdue" in name.lower()] == [(0, True)]


def test_a_territory_is_a_facet_too(api: Client) -> None:
    found = facets(api, "commune,department", commune="69123", kind="eaje")
    assert found["commune"]["69123"] == (1, True), "the city of an arrondissement"
    assert found["commune"]["44109"] == (2, False), "where nobody searches now"
    assert found["department"] == {"69": (1, False)}
    answer = api.offers(commune="44198", facets="commune,epci", kind="mam")
    assert [each for each in answer["facets"]["commune"] if each["selected"]] == [
        {"value": "44198", "label": "Les Sorinières", "count": 0, "selected": True}
    ]
    assert answer["facets"]["epci"] == []


def test_values_have_french_labels(api: Client) -> None:
    answer = api.offers(facets="hourly_cents_max,day,workplace,up_to_date")["facets"]
    # Structures that never gave a word are among the others, and nobody was to confirm theirs.
    assert [each["label"] for each in answer["up_to_date"]] == ["À jour", "Pas à jour"]
    assert answer["hourly_cents_max"][2]["label"] == "Au plus 4,00\u00a0€ de l’heure"
    assert answer["day"][6]["label"] == "dimanche"
    assert {each["label"] for each in answer["workplace"]} == {
        "À son domicile",
        "Dans une maison d’assistants maternels",
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"workplace": "office"},
        {"capacity": "5"},
        {"hourly_cents_max": "0"},
        {"hourly_cents_max": "4.20"},
        {"up_to_date": "yes"},
        {"opens_before": "7:30"},
        {"opens_before": "24:00"},
        {"closes_after": "24:01"},
        {"facets": "opens_before"},
        {"school": ""},
        {"school": ["x"] * 3 + [str(n) for n in range(10)]},
        {"include": "everything"},
        {"match": "some"},
        {"facets": "price"},
    ],
)
def test_what_no_filter_takes_is_refused_by_name(api: Client, asked: dict[str, Any]) -> None:
    response = api.get("/api/v1/offers", asked)
    assert response.status_code == 422
    error = response.json()["errors"][0]
    assert error["parameter"] == next(iter(asked))
    assert error["allowed"]


def test_the_end_of_the_day_is_midnight_however_it_is_written(api: Client) -> None:
    for time in ("24:00", "00:00"):
        assert api.offers(closes_after=time, limit=1)["query"]["closes_after"] == "24:00"
