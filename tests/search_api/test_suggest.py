"""Places and names from the first letter on."""

from typing import Any

import pytest

from search_api.query.place_names import large_first
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
        ("p", "commune:75056"),
        ("paris 18", "commune:75118"),
        ("paris 1", "commune:75101"),
        ("Lyon 3e", "commune:69383"),
        ("marseille 8ème arrondissement", "commune:13208"),
        ("8e arrondissement de Marseille", "commune:13208"),
        ("75018", "commune:75118"),  # before Paris, which has the postcode too
        ("75116", "commune:75116"),
        ("st nazaire", "commune:44184"),
        ("saint-é", "commune:42218"),
        ("havre", "commune:76351"),
        ("les s", "commune:85194"),  # Les Sables-d'Olonne
        ("la baule e", "commune:44055"),
        ("villeneuve d’as", "commune:59009"),
        ("la chapelle s/ erdre", "commune:44035"),
        ("Saint-Denis 93", "commune:93066"),
        ("saint-denis (974)", "commune:97411"),
        ("saint denis de la réunion", "commune:97411"),
        ("44000 nantes", "commune:44109"),
        ("rezé 44400", "commune:44143"),
        ("44", "department:44"),
        ("974", "department:974"),
        ("2a", "department:2A"),
        ("varades", "former:44213:varades"),
        ("Varades 44370", "former:44213:varades"),
        ("Lomme", "former:59355:lomme"),
        ("la chapelle basse mer", "former:44029:la-chapelle-basse-mer"),
        ("PIERREFITTE S/ SEINE", "former:93059:pierrefitte-sur-seine"),
        ("93380 Pierrefitte-sur-Seine", "former:93059:pierrefitte-sur-seine"),
        ("cherbourg", "former:50129:cherbourg"),
        ("villeneuve dascq", "commune:59009"),
        ("villeneuve d ascq", "commune:59009"),
        ("VILLENEUVE-D-ASCQ", "commune:59009"),
        ("villeneuve das", "commune:59009"),
        ("reze\u0301", "commune:44143"),
        ("la baule escoublac", "commune:44055"),
        ("ST HERBLAIN CEDEX", "commune:44162"),
        ("44040 NANTES CEDEX 1", "commune:44109"),
        ("Mans (Le)", "commune:72181"),
        ("la roche/yon", "commune:85191"),
        ("75000", "commune:75056"),
        ("69000 Lyon", "commune:69123"),
        ("13 000", "commune:13055"),
        ("44 000 nantes", "commune:44109"),
        ("lille", "commune:59350"),
        ("75015 Paris", "commune:75115"),
        ("Lyon 69003", "commune:69383"),
        ("Paris XIV", "commune:75114"),
        ("varades (loireauxence)", "former:44213:varades"),
        ("Mans", "commune:72181"),
    ],
)
def test_the_place_meant_comes_first(api: Client, q: str, first: str) -> None:
    assert items(api, q)[0]["id"] == first


@pytest.mark.parametrize("q", ["75015 Paris", "paris 75015", "75015"])
def test_an_arrondissement_is_the_only_suggestion_before_its_city(api: Client, q: str) -> None:
    assert [item["id"] for item in items(api, q, limit=1)] == ["commune:75115"]


def test_a_former_name_says_whose_it_is(api: Client) -> None:
    first = items(api, "varades")[0]
    today = items(api, "loireauxence")[0]
    assert first == {
        **today,
        "type": "former",
        "id": "former:44213:varades",
        "label": "Varades (Loireauxence)",
        "detail": "Ancienne commune · Loire-Atlantique (44) · 44370",
    }
    assert items(api, "châlons-sur-marne")[0]["detail"].startswith("Ancien nom · Marne (51)")


def test_the_postcodes_that_a_place_has_are_counted(api: Client) -> None:
    assert items(api, "paris")[0]["detail"] == "Paris (75) · 21 codes postaux"
    assert items(api, "lomme")[0]["detail"] == "Ancienne commune · Nord (59)"


@pytest.mark.parametrize("q", ["12 rue des lilas orvault", "la haute riviere, orvault"])
def test_the_commune_in_the_words_is_suggested_where_nothing_else_is(api: Client, q: str) -> None:
    assert items(api, q)[0]["id"] == "commune:44114"


def test_a_misspelt_large_town_comes_before_the_beginning_of_a_small_one() -> None:
    def place(name: str, population: int) -> dict[str, Any]:
        return {"type": "commune", "name": name, "population": population}

    rennes, renescure = place("Rennes", 225_000), place("Renescure", 2_100)
    assert large_first("renes", [renescure, rennes]) == [rennes, renescure]
    assert large_first("rennse", [renescure, rennes]) == [rennes, renescure]
    assert large_first("renesc", [renescure, rennes]) == [renescure, rennes]
    assert large_first("Renescure", [renescure, rennes]) == [renescure, rennes]
    assert large_first("canne", [place("Cannes", 74_000), place("Caen", 106_000)])[0]["name"] == "Cannes"


def test_a_postcode_is_not_filled_with_former_names(api: Client) -> None:
    assert [item["type"] for item in items(api, "44370", limit=20)] == ["postcode", "commune", "commune"]
    assert items(api, "4437")[0]["type"] == "commune"


def test_one_letter_gives_the_largest_towns(api: Client) -> None:
    labels = [item["label"] for item in items(api, "n")]
    assert {"Nice", "Nantes"} <= set(labels[:3])


def test_a_letter_is_not_filled_with_parts_of_one_city(api: Client) -> None:
    assert [item["label"] for item in items(api, "p") if item["type"] != "offer"][:3] == [
        "Paris",
        "Perpignan",
        "Poitiers",
    ]


def test_a_shared_postcode_stands_for_all_its_communes(api: Client) -> None:
    together, *each = items(api, "44260")
    codes = ["44195", "44089", "44137", "44033", "44019", "44080"]
    assert together == {
        "type": "postcode",
        "id": "postcode:44260",
        "code": "44260",
        "label": "44260",
        "detail": "6 communes\u00a0: Savenay, Malville, Prinquiau…",
        "position": each[0]["position"],
        "precision": None,
        "communes": codes,
        "fictitious": False,
    }
    assert [item["code"] for item in each] == codes
    assert api.get("/api/v1/offers", {"commune": codes}).status_code == 200
    assert items(api, "44 260") == [together, *each]
    assert items(api, "44260", limit=1) == [together]
    assert [item["type"] for item in items(api, "44600")] == ["commune"]  # Saint-Nazaire has it for itself


def test_namesakes_are_told_apart(api: Client) -> None:
    first, second = items(api, "saint-denis")[:2]
    assert {(item["label"], item["detail"]) for item in (first, second)} == {
        ("Saint-Denis", "La Réunion (974) · 3 codes postaux"),
        ("Saint-Denis", "Seine-Saint-Denis (93) · 3 codes postaux"),
    }
    reunion = next(item for item in (first, second) if item["code"] == "97411")
    assert reunion["position"] == {"lat": -20.87897, "lon": 55.44863}


def test_an_offer_is_found_by_its_name(api: Client) -> None:
    first = items(api, "les petits lu")[0]
    assert first == {
        "type": "offer",
        "id": "sorinieres",
        "code": None,
        "label": "Les Petits Lutins",
        "detail": "Crèche aux Sorinières (données fictives)",
        "position": {"lat": 47.149, "lon": -1.529},
        "precision": None,
        "communes": None,
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
