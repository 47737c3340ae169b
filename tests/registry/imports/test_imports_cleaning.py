"""`registry.imports.cleaning`: what dirty texts become."""

import pytest

from registry.imports import cleaning


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("ARC EN CIEL", "Arc en ciel"),
        ("/TRALALI ET CONFETTIS", "Tralali et confettis"),
        ("L ARC EN CIEL DE ZOE", "L'arc en ciel de zoe"),
        ("LES P TITS LOUPS", "Les p'tits loups"),
        ("MAM EN CHANTENAY", "MAM en chantenay"),
        ("BULLES A CROQUER", "Bulles à croquer"),
        ("1.2.3... MALICE", "1.2.3... Malice"),
        ('"les Crevettes"', "Les Crevettes"),
        ('Multi-accueil "La Garenne"', 'Multi-accueil "La Garenne"'),
        ('Chêne + antenne "Bout des Landes', "Chêne + antenne Bout des Landes"),
        ("Na !", "Na !"),
        ("MAMuse et Méduk", "MAMuse et Méduk"),
        ("Crèche ÉVA", "Crèche ÉVA"),
        ("MICRO_CRECHE_LES_PETITS_LOUPS", "Micro creche les petits loups"),
        ("???", ""),
    ],
)
def test_names(dirty: str, clean: str) -> None:
    assert cleaning.clean_name(dirty) == clean


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("10 RUE DES NAMNETES", "10 rue des Namnetes"),
        ("35 BIS RUE DE L ACHENEAU", "35 bis rue de l'Acheneau"),
        ("3 bis RUE DES METAIRIES", "3 bis rue des Metairies"),
        ("29 A RUE DE LA BELLE ETOILE", "29 A rue de la Belle Etoile"),
        ("RUE D ANJOU", "Rue d'Anjou"),
        ("ZI DE BEL AIR", "ZI de Bel Air"),
        ("12 Bd Michelet", "12 Bd Michelet"),
        ("4 rue X,", "4 rue X"),
    ],
)
def test_addresses(dirty: str, clean: str) -> None:
    assert cleaning.clean_address(dirty) == clean


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("12 rue X, 44000 Nantes", ("12 rue X", "44000", "Nantes")),
        ("12 rue X - CS 12345 - 44093 NANTES CEDEX 1", ("12 rue X - CS 12345", "44093", "NANTES CEDEX 1")),
        ("12 rue X 44000 Nantes, France", ("12 rue X", "44000", "Nantes")),
        ("44640 Vue", ("", "44640", "Vue")),
        ("12 rue du 14 Juillet", ("12 rue du 14 Juillet", "", "")),
    ],
)
def test_one_address_line(line: str, parts: tuple[str, str, str]) -> None:
    assert cleaning.split_address(line) == parts


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("02.40.12.34.56", "02 40 12 34 56"),
        ("+33 (0)2 40 12 34 56", "02 40 12 34 56"),
        ("0033240123456", "02 40 12 34 56"),
        ("240123456", "02 40 12 34 56"),
        ("02 40 12 34 56 / 06 11 22 33 44", "02 40 12 34 56"),
        ("+262 262 12 34 56", "02 62 12 34 56"),
        ("+32 2 123 45 67", "+3221234567"),
        ("33240123456", "02 40 12 34 56"),
        ("0240123456.0", "02 40 12 34 56"),
        ("3,32E+10", None),
        ("02 40 12 34 5", None),
        ("02 40 12", None),
        ("à venir", None),
    ],
)
def test_phones(dirty: str, clean: str | None) -> None:
    assert cleaning.phones(dirty)[:1] == ([clean] if clean else [])


@pytest.mark.parametrize(
    "both",
    [
        "02 40 12 34 56 - 06 12 34 56 78",
        "02 40 12 34 56, 06 12 34 56 78",
        "02 40 12 34 56 et 06 12 34 56 78",
        "02.40.12.34.56/06.12.34.56.78",
        "0240123456 0612345678",
        "+33 2 40 12 34 56 06 12 34 56 78",
        "Tél. : 02 40 12 34 56 (secrétariat), port. 06 12 34 56 78",
    ],
)
def test_several_telephones_of_a_cell_are_all_read(both: str) -> None:
    assert cleaning.phones(both) == ["02 40 12 34 56", "06 12 34 56 78"]


@pytest.mark.parametrize("written", ["02 40 12 34 56 poste 12", "+33 2 40 12 34 56 (poste 12)", "0240123456, ext. 12"])
def test_an_extension_stays_with_its_number(written: str) -> None:
    assert cleaning.phones(written) == ["02 40 12 34 56 poste 12"]


def test_several_mails_and_sites_of_a_cell_are_all_read() -> None:
    assert cleaning.mails("Accueil <a@x.example>; mailto:b@y.example.") == ["a@x.example", "b@y.example"]
    assert cleaning.mails("a@x.example/b@y.example") == ["a@x.example", "b@y.example"]
    assert cleaning.sites("https://a.example ; www.b.example/x") == ["https://a.example", "https://www.b.example/x"]


def test_mails_and_sites() -> None:
    assert cleaning.mails("mailto:a.b@mairie.example") == ["a.b@mairie.example"]
    assert cleaning.mails("a.b chez mairie.example") == []
    assert cleaning.mails("l'accueil@mairie.example") == ["l'accueil@mairie.example"]
    assert cleaning.sites("HTTPS://www.mairie.example/Creche") == ["https://www.mairie.example/Creche"]
    assert cleaning.sites("javascript:alert(1)") == []
    assert cleaning.sites("voir la mairie") == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), ("  a\u0000b\n c ", "a b c"), (44000.0, "44000"), (True, ""), ({"a": 1}, ""), ("NaN", "")],
)
def test_fields_as_text(value: object, shown: str) -> None:
    assert cleaning.text(value) == shown


def test_numbers() -> None:
    assert cleaning.number("47,2135") == 47.2135
    assert cleaning.number(float("nan")) is None
    assert cleaning.number("1e400") is None
    assert cleaning.whole_number("24 places") == 24
    assert cleaning.whole_number("-3") is None
    assert cleaning.number("4,72E+01") is None


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("1 200", 1200),
        ("1\u202f200 places", 1200),
        ("20,0", 20),
        ("20 places dont 4 en occasionnel", 20),
        ("24 (dont 2 réservées)", 24),
        ("Capacité : 24 berceaux", 24),
        *((several, None) for several in ("12+6", "12 + 6", "10 à 12", "24/30", "12.5", "1.200", "20 places - 2 mois")),
    ],
)
def test_a_capacity_is_one_number_or_none(said: str, places: int | None) -> None:
    assert cleaning.whole_number(said) == places
