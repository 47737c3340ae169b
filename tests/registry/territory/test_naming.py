"""What she types about places, as communes and countries; and where her home comes to stand."""

import pytest

from registry.database import Connection
from registry.offers.profiles import checks, placing
from registry.territory import naming
from settings import Settings
from tests.conftest import TODAY

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
        # Names of before, with the code that the place had under them.
        ("Cherbourg", "50129"),
        ("Le Chesnay", "78158"),
        ("Lomme", "59355"),
        ("Varades", "44213"),
        ("La Chapelle-Basse-Mer", "44029"),
        ("Évry", ""),
        ("Évry (91)", "91228"),
        ("Évry (89)", "89162"),
        ("Anctoville", ""),
        ("Anctoville (14)", "14011"),
        ("Anctoville (50)", "50008"),
        ("Tremblay-lès-Gonesse", "93073"),
        # Arrondissements.
        ("Paris 14e", "75114"),
        ("Paris XIVe arrondissement", "75114"),
        ("Paris 75014", "75114"),
        ("Lyon 3e", "69383"),
        ("LYON 03", "69383"),
        ("Marseille 8", "13208"),
        ("Marseille 13", ""),
        ("Marseille (13)", "13055"),
        ("Marseille 13e Arrondissement (13)", "13213"),
        ("Paris", "75056"),
        # Overseas.
        ("Nouméa", "98818"),
        ("Noume\u0301a", "98818"),
        ("papeete", "98735"),
        ("Saint-Barthélemy (977)", "97701"),
        ("Saint-Pierre (975)", "97502"),
        # Spellings.
        ("Mans (Le)", "72181"),
        ("La Roche/Yon", "85191"),
        ("villeneuve dascq", "59009"),
        ("L AIGLE", "61214"),
        ("Nantes 44000", "44109"),
        ("Ajaccio 20000", "2A004"),
        ("Ajaccio (20)", "20004"),
        ("8e arrondissement de Marseille", "13208"),
        ("Saint-Bonnet (15173)", "15173"),
        # A postcode in brackets or after a comma is no code of INSEE's.
        ("Nantes (44000)", "44109"),
        ("Nantes, 44000", "44109"),
        ("Paris (75014)", "75114"),
        ("Lyon (69003)", "69383"),
        ("Angers (49000)", "49007"),
        ("Zorglub (12345)", ""),
        ("Portugal (99139)", "99139"),
        ("Boulogne-Billancourt (75012)", "75012"),
        # A département by its name.
        ("Saint-Denis, Réunion", "97411"),
        ("Saint-Denis (La Réunion)", "97411"),
        ("Saint-Herblain (Loire-Atlantique)", "44162"),
        ("saint-denis, seine saint denis", "93066"),
        ("Uvea (Wallis-et-Futuna)", "98613"),
        ("Wallis", "98613"),
        ("Mata-Utu", "98613"),
        ("44 109", "44109"),
        ("Nantes, France", "44109"),
        # Larger than a commune, or abroad.
        ("Nouvelle-Calédonie", ""),
        ("Alger", ""),
    ],
)
def test_places_of_birth(registry: Connection, typed: str, code: str) -> None:
    found = naming.resolved(registry, {"lieu_naissance": typed})
    assert found["lieu_naissance_code"] == code
    if typed == "Saint-Denis":
        assert "Saint-Denis (93)" in found["lieu_naissance_choix"].splitlines()


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("Évry", {"Évry (89)", "Évry (91)"}),
        ("Anctoville", {"Anctoville (14)", "Anctoville (50)"}),
        ("Marseille 13", {"Marseille 13e Arrondissement (13)", "Marseille (13)"}),
    ],
)
def test_namesakes_are_asked_for_by_words_that_can_be_typed(
    registry: Connection, typed: str, choices: set[str]
) -> None:
    found = naming.resolved(registry, {"lieu_naissance": typed})["lieu_naissance_choix"].splitlines()
    assert choices == set(found)
    for choice in found:
        assert naming.resolved(registry, {"lieu_naissance": choice})["lieu_naissance_code"]


@pytest.mark.parametrize(
    ("typed", "born", "code"),
    [
        ("Nanterre", "31/12/1967", "75050"),
        ("Nanterre", "01/01/1968", "92050"),
        ("Nanterre", "", "92050"),
        ("Nanterre (75)", "", "75050"),
        ("Argenteuil", "02/03/1966", "78018"),
        ("Ajaccio", "31/12/1975", "20004"),
        ("Ajaccio", "01/01/1976", "2A004"),
        ("Courcouronnes", "01/05/1964", "78182"),
        ("Pierrefitte-sur-Seine", "01/05/1964", "75059"),
        ("Nantes", "01/05/1964", "44109"),
        ("Mamoudzou", "01/05/1985", "98511"),
        ("Mamoudzou", "01/05/2008", "97611"),
        ("Mamoudzou (985)", "", "98511"),
        ("Saint-Barthélemy (971)", "31/12/2007", "97123"),
        ("Saint-Martin (971)", "", "97127"),
        ("Saint-Martin (978)", "01/05/2009", "97801"),
        # The number changed too, or the name since.
        ("Thiais", "01/05/1964", "75074"),
        ("Bron", "01/05/1964", "69029"),
        ("Vénissieux", "01/05/1964", "69259"),
        ("Meyzieu", "01/05/1964", "38233"),
        ("Tremblay-en-France", "01/05/1964", "78622"),
        ("Tremblay-en-France", "01/05/1974", "93073"),
        ("Rillieux-la-Pape (69)", "01/05/1964", "01326"),
        ("Corbeil (91)", "01/05/1950", "78174"),
        ("Corbeil (91)", "01/05/1960", "78174"),
        ("Corbeil (91)", "01/05/1970", "91174"),
        # Merged, and its name and code are another's.
        ("Bagnoles-de-l'Orne", "01/05/1974", "61022"),
        ("Tessé-la-Madeleine", "01/05/1974", "61483"),
        ("Châteaufort (78)", "01/05/1964", "78143"),
    ],
)
def test_a_place_of_birth_has_the_code_of_the_day(registry: Connection, typed: str, born: str, code: str) -> None:
    found = naming.resolved(registry, {"lieu_naissance": typed, "naissance": born})
    assert found["lieu_naissance_code"] == code


def test_an_unknown_place_of_birth_says_where_its_code_stands(registry: Connection) -> None:
    values = naming.resolved(registry, {"lieu_naissance": "Pas une commune"})
    assert "chiffres 6 à 10 de votre numéro de sécurité sociale" in checks.unknown_place(values, "lieu_naissance")


@pytest.mark.parametrize(
    ("commune", "postcode", "code"),
    [
        ("Nantes", "44300", "44109"),
        ("st-herblain", "44800", "44162"),
        ("Paris", "75015", "75115"),
        ("Nantes", "44800", ""),
        ("Rezé", "00000", ""),
        ("Pierrefitte-sur-Seine", "93380", "93066"),
        ("Cherbourg", "50100", "50129"),
        ("93059", "93380", "93066"),
        ("Mans (Le)", "72000", "72181"),
        ("La Roche/Yon", "85000", "85191"),
        ("Ste Luce s/ Loire", "44980", "44172"),
        ("Re\u0301ze", "44 400", "44143"),
        ("Paris 14e", "75015", ""),
        ("Saint-Martin", "97150", "97801"),
        ("Aurseulles", "14240", "14581"),
        ("Anctoville", "14240", "14581"),
    ],
)
def test_communes_of_a_postcode(registry: Connection, commune: str, postcode: str, code: str) -> None:
    assert naming.resolved(registry, {"commune": commune, "code_postal": postcode})["commune_code"] == code


@pytest.mark.parametrize(
    ("commune", "typed", "code", "postcode"),
    [
        ("Nantes", "44 300", "44109", "44300"),
        ("Nantes", "F-44300", "44109", "44300"),
        ("ST HERBLAIN CEDEX 2", "44806", "44162", "44800"),
        ("Lyon 3e", "69000", "69383", "69003"),
        ("Marseille 08", "13000", "13208", "13008"),
        ("POINTE A PITRE CEDEX", "97159", "97120", "97110"),
        ("Saint-Barthélemy Cedex", "97098", "97701", "97133"),
    ],
)
def test_a_postcode_is_kept_as_lists_have_it(
    registry: Connection, commune: str, typed: str, code: str, postcode: str
) -> None:
    found = naming.resolved(registry, {"commune": commune, "code_postal": typed})
    assert (found["commune_code"], found["code_postal"]) == (code, postcode)


@pytest.mark.parametrize(
    ("commune", "postcode", "told"),
    [
        ("Nantes", "44042", "44000, 44100, 44200 ou 44300"),
        ("Paris", "75000", "de 75001 à 75020, ou 75116."),
        ("Paris 16", "75000", "75016 ou 75116"),
        ("AJACCIO CEDEX", "20176", "20000, 20090 ou 20167"),
    ],
)
def test_who_lives_in_a_part_of_the_city_is_asked_for_its_postcode(
    registry: Connection, commune: str, postcode: str, told: str
) -> None:
    values = naming.resolved(registry, HOME | {"commune": commune, "code_postal": postcode})
    errors = checks.home_errors(values, TODAY)
    assert (values["commune_code"], set(errors)) == ("", {"code_postal"})
    assert told in errors["code_postal"]


def test_a_misspelt_commune_is_no_fault_of_its_postcode(registry: Connection) -> None:
    values = naming.resolved(registry, HOME | {"commune": "Nante", "code_postal": "44000"})
    told = "Avec ce code postal, la commune est «\u00a0Nantes\u00a0». Vérifiez le nom et le code postal."
    assert checks.home_errors(values, TODAY) == {"commune": told}


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
