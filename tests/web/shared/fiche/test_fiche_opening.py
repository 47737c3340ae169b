"""When a structure is open, said of moments in a week; and the days on which its usual hours do not hold."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from registry.territory import calendars
from settings import PARIS
from web.shared.fiche import opening

WEEK = [{"day": day, "start": "08:00", "end": "18:30"} for day in ("mon", "tue", "wed", "thu", "fri")]
NIGHT = [{"day": "fri", "start": "20:00", "end": "07:00"}]


def said(ranges: list[dict[str, Any]], at: str, closed: list[str] | None = None, department: str = "44") -> str:
    moment = datetime.fromisoformat(at).replace(tzinfo=PARIS)
    return (opening.now_sentence(ranges, moment, closed or [], department) or "").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("2026-11-24 08:00", "Ouvert en ce moment, jusqu’à 18 h 30"),
        ("2026-11-24 18:29", "Ouvert en ce moment, jusqu’à 18 h 30"),
        ("2026-11-24 18:30", "Fermé en ce moment. Ouvre demain à 8 h"),
        ("2026-11-24 07:59", "Fermé en ce moment. Ouvre aujourd’hui à 8 h"),
        ("2026-11-27 19:00", "Fermé en ce moment. Ouvre lundi à 8 h"),
    ],
)
def test_it_is_open_from_the_first_minute_to_before_the_last(at: str, sentence: str) -> None:
    assert said(WEEK, at) == sentence


def test_a_night_goes_on_after_midnight() -> None:
    assert said(NIGHT, "2026-11-28 06:59") == "Ouvert en ce moment, jusqu’à 7 h"
    assert said(NIGHT, "2026-11-28 07:00") == "Fermé en ce moment. Ouvre vendredi à 20 h"


def test_nothing_is_claimed_on_a_public_holiday_nor_of_unknown_hours() -> None:
    assert said(WEEK, "2026-12-25 10:00").startswith("Aujourd’hui est un jour férié (Noël)")
    assert said(WEEK, "2026-12-24 19:00").startswith("Fermé en ce moment. Ouvre demain à 8 h, sauf si")
    assert said([], "2026-11-24 10:00") == ""


def test_an_announced_closing_is_closed() -> None:
    closed = ["2026-11-24", "2026-11-25"]
    assert said(WEEK, "2026-11-24 10:00", closed) == "Fermé en ce moment. Ouvre jeudi à 8 h"


def test_public_holidays_are_those_of_the_departement() -> None:
    saint_stephen = date(2026, 12, 26)
    assert [calendars.public_holiday(saint_stephen, code) for code in ("67", "57", "44")] == [
        "Saint-Étienne",
        "Saint-Étienne",
        None,
    ]


def test_collectivities_have_their_own_holidays_and_clocks() -> None:
    abolition = {"971": date(2027, 5, 27), "978": date(2027, 5, 28), "977": date(2027, 10, 9)}
    for department, day in abolition.items():
        assert {code for code in abolition if calendars.public_holiday(day, code)} == {department}
    noon_in_paris = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert [calendars.local(noon_in_paris, code).hour for code in ("975", "977", "978")] == [8, 7, 7]


@pytest.mark.parametrize(
    ("day", "department", "name"),
    [
        (date(2026, 11, 24), "44", "vacances de Noël"),
        (date(2027, 1, 3), "44", "vacances de Noël"),
        (date(2027, 1, 4), "44", "vacances d’hiver"),
        (date(2027, 7, 2), "75", "vacances d’été"),
        (date(2027, 7, 20), "75", "vacances de la Toussaint"),
        (date(2026, 11, 24), "2A", None),
        (date(2030, 1, 1), "44", None),
    ],
)
def test_school_holidays_are_told_where_they_are_known(day: date, department: str, name: str | None) -> None:
    found = calendars.next_school_holidays(day, department)
    assert (found and found.name) == name


def test_every_zone_has_its_winter_and_no_departement_two_zones() -> None:
    winters = [each for each in calendars._school() if each.name == "vacances d’hiver"]
    assert sorted(each.zone for each in winters) == ["A", "A", "B", "B", "C", "C"]
    assert len(calendars._zones()) == 94, "those of metropolitan France but Corsica"


def test_a_structure_overseas_opens_by_its_own_clocks() -> None:
    six_in_paris = datetime(2026, 11, 24, 5, tzinfo=UTC)
    there = calendars.local(six_in_paris, "974")
    assert opening.now_sentence(WEEK, there, [], "974") == "Ouvert en ce moment, jusqu’à 18\u00a0h\u00a030"
    assert "Fermé" in (opening.now_sentence(WEEK, calendars.local(six_in_paris, "44"), [], "44") or "")


def test_what_does_not_hold_is_told_in_sentences() -> None:
    document = {"kind": "accueil_loisirs", "department": "44", "leave": ["2026-12-21", "2026-12-22", "2027-01-02"]}
    lines = [line.replace("\u00a0", " ") for line in opening.exceptions(document, date(2026, 12, 19))]
    assert lines[0] == "Jour férié : vendredi 25 décembre 2026 (Noël)."
    assert lines[1] == "Fermetures annoncées : du 21 décembre 2026 au 22 décembre 2026 et le 2 janvier 2027."
    assert "vacances de Noël (zone B) : du 19 décembre 2026 au 3 janvier 2027" in lines[2]
