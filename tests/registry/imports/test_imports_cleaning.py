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
        ("02 40 12", None),
        ("à venir", None),
    ],
)
def test_phones(dirty: str, clean: str | None) -> None:
    assert cleaning.clean_phone(dirty) == clean


def test_mails_and_sites() -> None:
    assert cleaning.clean_mail("mailto:a.b@mairie.example") == "a.b@mairie.example"
    assert cleaning.clean_mail("a.b chez mairie.example") is None
    assert cleaning.clean_site("HTTPS://www.mairie.example/Creche") == "https://www.mairie.example/Creche"
    assert cleaning.clean_site("javascript:alert(1)") is None
    assert cleaning.clean_site("voir la mairie") is None


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
