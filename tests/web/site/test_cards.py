"""What a card says of an assistant maternel's declared availability."""

from datetime import date
from typing import Any

import pytest

from web.shared import cards

TODAY = date(2026, 11, 23)
"""Eight days before a deadline."""


@pytest.mark.parametrize(
    ("confirmed_on", "fresh_until", "end"),
    [
        ("2026-06-01", "2027-05-31", "il y a 5\u00a0mois, à jour"),
        ("2026-05-31", "2026-11-30", "il y a 5\u00a0mois, à jour"),
        ("2026-11-20", "2026-11-23", "il y a 3\u00a0jours, à jour"),  # the last day
        ("2026-11-20", "2026-11-22", "il y a 3\u00a0jours, à confirmer"),  # her period ended yesterday
        ("2025-11-30", "2026-05-31", "il y a 11\u00a0mois, à confirmer"),
    ],
)
def test_a_card_tells_whether_her_word_counts(confirmed_on: str, fresh_until: str, end: str) -> None:
    item: dict[str, Any] = {"kind": "assistant_maternel", "confirmed_on": confirmed_on, "fresh_until": fresh_until}
    assert cards.freshness(item, TODAY) == f"disponibilités déclarées {end}"


@pytest.mark.parametrize(
    ("status", "ends", "told"),
    [
        ("free", {"declared_until": "2027-03-14"}, "déclarées il y a 3\u00a0jours, à jour"),
        ("later", {"declared_until": "2027-03-14"}, "déclarées il y a 3\u00a0jours, à jour"),
        ("free", {"until": "2027-03-14"}, "disponibilités déclarées il y a 3\u00a0jours, à jour"),
        ("full", {"declared_until": "2027-03-14"}, "disponibilités déclarées il y a 3\u00a0jours, à jour"),
    ],
)
def test_a_card_does_not_say_twice_running_what_was_declared(status: str, ends: dict[str, str], told: str) -> None:
    item = {
        "kind": "assistant_maternel",
        "confirmed_on": "2026-11-20",
        "fresh_until": "2027-05-31",
        "availability": {"status": status, **ends},
    }
    assert cards.freshness(item, TODAY) == told


def test_what_is_to_confirm_is_told_without_a_count_and_without_green() -> None:
    found = {"status": "to_confirm", "places": None, "free_from": None, "until": None, "coverage": None}
    assert cards.availability(found, has_need=True) == {"status": "to_confirm", "text": "Disponibilités à confirmer"}


@pytest.mark.parametrize(
    ("status", "dates", "text"),
    [
        ("free", {"until": "2027-03-14"}, "Place libre pour toute votre recherche, jusqu’au 14 mars 2027"),
        (
            "free",
            {"declared_until": "2027-03-14"},
            "Place libre pour toute votre recherche, disponibilités déclarées jusqu’au 14 mars 2027",
        ),
        (
            "later",
            {"free_from": "2027-01-01", "until": "2027-03-14"},
            "Libre à partir du 1er janvier 2027, jusqu’au 14 mars 2027",
        ),
        (
            "partial",
            {"declared_until": "2027-03-14"},
            "Libre 1 jour sur 2 ; disponibilités déclarées jusqu’au 14 mars 2027",
        ),
        ("partial", {"until": "2027-03-14"}, "Jusqu’au 14 mars 2027 : libre 1 jour sur 2"),
        (
            "partial",
            {"free_from": "2027-01-01", "until": "2027-03-14"},
            "Du 1er janvier 2027 au 14 mars 2027 : libre 1 jour sur 2",
        ),
        ("partial", {"free_from": "2027-01-01"}, "À partir du 1er janvier 2027 : libre 1 jour sur 2"),
    ],
)
def test_the_end_of_a_declaration_is_not_told_as_the_end_of_a_place(
    status: str, dates: dict[str, str], text: str
) -> None:
    found = {"status": status, "places": 1, "coverage": {"summary": "Libre 1 jour sur 2"}, **dates}
    shown = cards.availability(found, has_need=True)
    assert shown
    assert shown["text"].replace("\u00a0", " ").replace("\u202f", " ") == text


@pytest.mark.parametrize(
    ("commune", "zone", "anywhere"),
    [
        ("Nantes", "un quartier de Nantes", "quelque part à Nantes"),
        ("Orvault", "un quartier d’Orvault", "quelque part à Orvault"),
        ("Le Pellerin", "un quartier du Pellerin", "quelque part au Pellerin"),
        ("Les Sorinières", "un quartier des Sorinières", "quelque part aux Sorinières"),
    ],
)
def test_a_hidden_home_is_placed_in_french(commune: str, zone: str, anywhere: str) -> None:
    def line(precision: str) -> str:
        return cards.place_line(
            {
                "kind": "assistant_maternel",
                "position": {"precision": precision},
                "commune": {"name": commune, "postcode": "44000"},
            }
        )

    assert (line("zone"), line("commune")) == (zone, anywhere)


def test_nothing_is_said_of_a_word_where_nothing_was_declared() -> None:
    item = {"kind": "assistant_maternel", "confirmed_on": None, "fresh_until": None}
    assert cards.freshness(item, TODAY) == "disponibilités jamais déclarées"
