"""What she types about places, as communes and countries; and where her home comes to stand."""

import pytest

from registry.database import Connection
from registry.offers.profiles import placing
from registry.territory import naming
from settings import Settings

NOWHERE = Settings(geocoder_url="")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Nantes", "44109"),
        ("nantes", "44109"),
        ("St Herblain", "44162"),
        ("Saint-Denis (93)", "93066"),
        ("saint denis, 974", "97411"),
        ("Portugal", "99139"),
        ("cote d'ivoire", "99326"),
        ("99352", "99352"),
        ("2a004", "2A004"),
        ("Saint-Denis", ""),
        ("Pas une commune", ""),
        ("", ""),
    ],
)
def test_places_of_birth(registry: Connection, typed: str, code: str) -> None:
    found = naming.resolved(registry, {"lieu_naissance": typed})
    assert found["lieu_naissance_code"] == code
    if typed == "Saint-Denis":
        assert "Saint-Denis (93)" in found["lieu_naissance_choix"].splitlines()


@pytest.mark.parametrize(
    ("commune", "postcode", "code"),
    [
        ("Nantes", "44300", "44109"),
        ("st-herblain", "44800", "44162"),
        ("Paris", "75015", "75115"),
        ("Nantes", "44800", ""),
        ("Rezé", "00000", ""),
    ],
)
def test_communes_of_a_postcode(registry: Connection, commune: str, postcode: str, code: str) -> None:
    assert naming.resolved(registry, {"commune": commune, "code_postal": postcode})["commune_code"] == code


HOME = {
    **{"adresse": "27 bis, rue des Lilas", "code_postal": "44300", "commune": "Nantes", "commune_code": "44109"},
    "montrer": "address",
}


def test_without_a_geocoder_and_a_pin_she_stands_at_the_commune_and_shows_no_more(registry: Connection) -> None:
    values = placing.placed(NOWHERE, HOME, {})
    home = placing.home(registry, values)
    assert values["place_par"] == "commune"
    assert home.show == "zone"
    assert home.street == "rue des Lilas"


def test_a_pin_stands_until_the_address_changes(registry: Connection) -> None:
    pinned = HOME | {"lat": "47.240000", "lon": "-1.520000", "repere": "oui"}
    values = placing.placed(NOWHERE, pinned, {})
    assert placing.pin_error(registry, values) is None
    assert (placing.home(registry, values).lat, placing.home(registry, values).show) == (47.24, "address")
    assert placing.placed(NOWHERE, values, values)["place_par"] == "repere"
    moved = placing.placed(NOWHERE, values | {"adresse": "3 place Royale"}, values)
    assert moved["place_par"] == "commune"
    assert not moved["lat"]
    assert (
        placing.placed(NOWHERE, values | {"repere": "effacer", "lat": "", "lon": ""}, values)["place_par"] == "commune"
    )


@pytest.mark.parametrize(
    ("lat", "lon", "good"), [("47.218", "-1.553", True), ("48.85", "2.35", False), ("x", "y", True)]
)
def test_a_pin_outside_the_commune_is_refused(registry: Connection, lat: str, lon: str, good: bool) -> None:
    values = HOME | {"lat": lat, "lon": lon, "repere": "oui"}
    assert (placing.pin_error(registry, values) is None) is good
