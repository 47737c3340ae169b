"""A code that a merger ended stands for the commune of today, everywhere a code is given."""

from typing import Any

import pytest

from tests.search_api.conftest import Client

RETIRED, TODAY = "44160", "44003"
"""Saint-Géréon, which joined Ancenis."""

NOTE = {
    "parameter": "commune",
    "given": RETIRED,
    "used": TODAY,
    "detail": "le code «\u00a044160\u00a0» n’a plus cours\u00a0: la commune est aujourd’hui"
    " Ancenis-Saint-Géréon (44003)",
}


def test_a_search_has_the_code_of_today_and_a_note(api: Client) -> None:
    asked = api.offers(commune=RETIRED)["query"]
    assert asked["commune"] == [{"code": TODAY, "name": "Ancenis-Saint-Géréon"}]
    assert asked["notes"] == [NOTE]
    assert api.offers(commune=TODAY)["query"]["notes"] == []


def test_both_codes_together_are_one(api: Client) -> None:
    asked = api.offers(commune=[RETIRED, TODAY, "44109"])["query"]
    assert [each["code"] for each in asked["commune"]] == [TODAY, "44109"]
    assert asked["notes"] == [NOTE]


def test_its_offers_are_found_page_by_page(api: Client) -> None:
    # A retired code among those of communes that have offers.
    asked: dict[str, Any] = {"commune": [RETIRED, "44109", "44143"], "limit": 3}
    page = api.offers(**asked)
    found = [item["id"] for item in page["items"]]
    while page["next"]:
        page = api.offers(**asked, cursor=page["next"])
        found += [item["id"] for item in page["items"]]
    assert found == api.ids(commune=["44109", "44143"], limit=100)
    assert len(found) > 3


OF_BORDEAUX = ("33110", "33063")
"""Caudéran, and what it joined in 1965, where there are offers of both sorts."""


@pytest.mark.parametrize(
    ("path", "more", "offer"),
    [
        ("/api/v1/offers", {}, "gaelle"),
        ("/api/v1/map", {"bbox": "-1,44,1,46", "zoom": "14"}, "gaelle"),
        ("/api/v1/counts", {"by": "kind"}, "assistant_maternel"),
        ("/api/v1/exports/structures", {}, "Aux devoirs"),
        ("/api/v1/exports/assistants", {}, "33063"),
    ],
)
def test_every_route_takes_it(api: Client, path: str, more: dict[str, str], offer: str) -> None:
    answers = [api.get(path, {"commune": code, **more}) for code in OF_BORDEAUX]
    assert [answer.status_code for answer in answers] == [200, 200]
    old, new = (
        [answer.json() for answer in answers]
        if "json" in answers[0].headers["content-type"]
        else [answer.text for answer in answers]
    )
    if isinstance(old, dict) and isinstance(new, dict) and "query" in old:
        assert [(each["given"], each["used"]) for each in old["query"].pop("notes")] == [OF_BORDEAUX]
        assert new["query"].pop("notes") == []
    assert old == new
    assert offer in answers[0].text


def test_a_code_that_never_was_is_refused(api: Client) -> None:
    response = api.get("/api/v1/offers", {"commune": [RETIRED, "99999"]})
    assert response.status_code == 422
    assert "99999" in response.text


def test_no_suggestion_is_a_retired_code(api: Client) -> None:
    for q in ("saint", "44160", "commune", "ancenis"):
        assert "retired" not in {item["type"] for item in api.get("/api/v1/suggest", {"q": q}).json()["items"]}
