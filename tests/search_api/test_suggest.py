"""Places and names from the first letter on."""

from typing import Any

import pytest

from tests.search_api.conftest import Client


def items(api: Client, q: str, limit: int = 8) -> list[dict[str, Any]]:
    response = api.get("/api/v1/suggest", {"q": q, "limit": limit})
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["items"]
    return found


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("nantes", "commune:44109"),
        ("NANTES", "commune:44109"),
        ("nante", "commune:44109"),  # before Nanterre, which is smaller
        ("naantes", "commune:44109"),
        ("nantse", "commune:44109"),
        ("reze", "commune:44143"),
        ("Rezé", "commune:44143"),
        ("443", "commune:44109"),
        ("44300", "commune:44109"),
        ("44 300", "commune:44109"),
        ("saint-herblain", "commune:44162"),
        ("st herblain", "commune:44162"),
        ("Saint herb", "commune:44162"),
        ("la chapelle sur erdre", "commune:44035"),
        ("sorinieres", "commune:44198"),
        ("loire atlantique", "department:44"),
        ("nantes metropole", "epci:244400404"),
        ("paris", "commune:75056"),  # the city before the department of the same name
        ("lyon 1er", "commune:69381"),
    ],
)
def test_the_place_meant_comes_first(api: Client, q: str, first: str) -> None:
    assert items(api, q)[0]["id"] == first


def test_one_letter_gives_the_largest_towns(api: Client) -> None:
    labels = [item["label"] for item in items(api, "n")]
    assert {"Nice", "Nantes"} <= set(labels[:3])


def test_an_offer_is_found_by_its_name(api: Client) -> None:
    first = items(api, "les petits lu")[0]
    assert first == {
        "type": "offer",
        "id": "sorinieres",
        "code": None,
        "label": "Les Petits Lutins",
        "detail": "Crèche aux Sorinières (données fictives)",
        "position": {"lat": 47.149, "lon": -1.529},
        "fictitious": True,
    }
    assert items(api, "lutnis")[0]["type"] == "offer"


def test_an_exact_name_comes_first_whatever_it_names(api: Client) -> None:
    assert [item["id"] for item in items(api, "rezé")][:1] == ["commune:44143"]
    assert items(api, "aux devoirs")[0]["id"] == "meridian"


def test_places_leave_room_for_offers(api: Client) -> None:
    found = items(api, "l", limit=8)
    assert len(found) == 8
    assert {item["type"] for item in found} >= {"commune", "offer"}


def test_no_more_than_asked_for(api: Client) -> None:
    assert len(items(api, "n", limit=1)) == 1
    assert len(items(api, "n", limit=20)) == 20


@pytest.mark.parametrize("q", ["!!!", " ", "zzzzqqqq", "日本"])
def test_nothing_like_it_gives_nothing(api: Client, q: str) -> None:
    assert items(api, q) == []
