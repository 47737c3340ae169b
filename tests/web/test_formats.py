"""How values read in French."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from web import formats, texts


def plain(text: str) -> str:
    """With ordinary spaces, for tables that can be read."""
    return text.replace(formats.NBSP, " ").replace(formats.NARROW, " ")


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0, "10 m"),
        (7, "10 m"),
        (848, "850 m"),
        (994, "990 m"),
        (995, "1 km"),
        (2_340, "2,3 km"),
        (9_960, "10 km"),
        (12_400, "12 km"),
        (1_234_567, "1 235 km"),
    ],
)
def test_distance(metres: int, text: str) -> None:
    assert plain(formats.distance(metres)) == text


@pytest.mark.parametrize(
    ("place", "leaving", "reaching"),
    [
        ("Nantes", "de Nantes", "à Nantes"),
        ("Orvault", "d’Orvault", "à Orvault"),
        ("Éragny", "d’Éragny", "à Éragny"),
        ("Le Croisic", "du Croisic", "au Croisic"),
        ("Les Sorinières", "des Sorinières", "aux Sorinières"),
        ("La Baule-Escoublac", "de La Baule-Escoublac", "à La Baule-Escoublac"),
        ("12 rue Crébillon", "du 12 rue Crébillon", "au 12 rue Crébillon"),
    ],
)
def test_leaving_and_reaching(place: str, leaving: str, reaching: str) -> None:
    assert (formats.leaving(place), formats.reaching(place)) == (leaving, reaching)


@pytest.mark.parametrize(("day", "text"), [(date(2026, 6, 1), "1er juin 2026"), (date(2027, 8, 31), "31 août 2027")])
def test_day(day: date, text: str) -> None:
    assert plain(formats.day(day)) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-1, "aujourd’hui"),
        (0, "aujourd’hui"),
        (1, "hier"),
        (12, "il y a 12 jours"),
        (59, "il y a 59 jours"),
        (60, "il y a 2 mois"),
        (364, "il y a 12 mois"),
        (365, "il y a plus d’un an"),
        (800, "il y a plus de 2 ans"),
    ],
)
def test_ago(days: int, text: str) -> None:
    today = date(2026, 11, 23)
    assert plain(formats.ago(date.fromordinal(today.toordinal() - days), today)) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("08:00", "18:30", "8 h – 18 h 30"),
        ("07:05", "24:00", "7 h 05 – minuit"),
        ("20:00", "06:00", "20 h – 6 h (le lendemain)"),
        ("00:00", "00:00", "0 h – 0 h (le lendemain)"),
    ],
)
def test_hours(start: str, end: str, text: str) -> None:
    assert plain(formats.hours(start, end)) == text


@pytest.mark.parametrize(
    ("from_months", "to_months", "text"),
    [
        (3, 36, "de 3 mois à 3 ans"),
        (0, 72, "jusqu’à 6 ans"),
        (None, None, ""),
        (30, None, "dès 2 ans et demi"),
        (18, 26, "de 18 mois à 26 mois"),
    ],
)
def test_ages(from_months: int | None, to_months: int | None, text: str) -> None:
    assert plain(formats.ages(from_months, to_months)) == text


@pytest.mark.parametrize(("cents", "text"), [(420, "4,20 €"), (5, "0,05 €"), (123_456, "1 234,56 €")])
def test_money(cents: int, text: str) -> None:
    assert plain(formats.money(cents)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("0240419000", "02 40 41 90 00"), ("+33 2 40 41 90 00", "02 40 41 90 00"), ("3230", "3230"), ("", "")],
)
def test_phone(value: str, text: str) -> None:
    assert plain(formats.phone(value)) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (["mon", "tue", "wed", "thu", "fri"], "du lundi au vendredi"),
        (["fri", "mon"], "lundi et vendredi"),
        (["mon", "tue", "wed", "sat"], "du lundi au mercredi et samedi"),
        (["mon", "tue", "thu", "fri"], "lundi, mardi, jeudi et vendredi"),
    ],
)
def test_week_days(days: list[str], text: str) -> None:
    assert formats.week_days(days) == text


def test_a_unit_never_starts_a_line() -> None:
    shown = formats.distance(2_340) + formats.money(420) + formats.hours("08:00", "18:30").replace("– ", "")
    assert " " not in shown


def all_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from all_texts(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from all_texts(each)


def test_texts_follow_french_typography() -> None:
    said = [text for name, value in vars(texts).items() if name.isupper() for text in all_texts(value)]
    assert len(said) > 150
    wrong = [text for text in said if re.search(r" [;:!?»]|« |[^ \u202f][;!?]|'|\.\.\.", text)]
    assert wrong == []
