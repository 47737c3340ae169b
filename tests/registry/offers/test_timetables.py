"""What the database itself refuses in a timetable, whoever writes it."""

from datetime import date

import psycopg
import pytest

from registry.database import Connection
from tests.records import Range, add_period, assistant, structure

SEPTEMBER, DECEMBER = date(2026, 9, 1), date(2026, 12, 31)
EIGHT, NOON, SIX = 8 * 60, 12 * 60, 18 * 60
MONDAY, TUESDAY, SUNDAY = 0, 1, 6


@pytest.mark.parametrize(
    ("why", "ranges"),
    [
        ("a third range in a day", [(MONDAY, 480, 540, 1), (MONDAY, 600, 660, 1), (MONDAY, 720, 780, 1)]),
        ("an overlap in a day", [(MONDAY, EIGHT, SIX, 1), (MONDAY, NOON, 1200, 1)]),
        ("a night that runs into the next morning", [(MONDAY, 1320, 1800, 1), (TUESDAY, 300, 600, 1)]),
        ("Sunday's night that runs into Monday", [(SUNDAY, 1320, 1800, 1), (MONDAY, 300, 600, 1)]),
        ("more places than the agrément allows", [(MONDAY, EIGHT, SIX, 4)]),
        ("a range of more than a day", [(MONDAY, EIGHT, EIGHT + 1441, 1)]),
        ("a range without length", [(MONDAY, EIGHT, EIGHT, 1)]),
        ("no place at all", [(MONDAY, EIGHT, SIX, 0)]),
    ],
)
def test_ranges_that_are_refused(registry: Connection, why: str, ranges: list[Range]) -> None:
    offer = assistant(registry, capacity=3)
    with pytest.raises(psycopg.errors.IntegrityError):
        add_period(registry, offer, SEPTEMBER, DECEMBER, ranges)


def test_two_ranges_that_touch_are_accepted(registry: Connection) -> None:
    offer = assistant(registry, capacity=3)
    add_period(registry, offer, SEPTEMBER, DECEMBER, [(MONDAY, EIGHT, NOON, 2), (MONDAY, NOON, SIX, 1)])


def test_periods_of_one_assistant_do_not_overlap(registry: Connection) -> None:
    offer = assistant(registry)
    add_period(registry, offer, SEPTEMBER, DECEMBER, [])
    add_period(registry, offer, date(2027, 1, 1), None, [])
    with pytest.raises(psycopg.errors.ExclusionViolation, match="timetable_periods_do_not_overlap"):
        add_period(registry, offer, DECEMBER, date(2027, 3, 1), [])


def test_an_agrement_cannot_shrink_below_the_places_declared(registry: Connection) -> None:
    offer = assistant(registry, capacity=3)
    add_period(registry, offer, SEPTEMBER, DECEMBER, [(MONDAY, EIGHT, SIX, 3)])
    with pytest.raises(psycopg.errors.CheckViolation, match="the agrément allows 2"):
        registry.execute("update agrement set capacity = 2")


def test_a_structure_has_no_timetable_of_free_places(registry: Connection) -> None:
    creche = structure(registry, "Les Lutins", capacity=30)
    with pytest.raises(psycopg.errors.CheckViolation):
        add_period(registry, creche, SEPTEMBER, DECEMBER, [(MONDAY, EIGHT, SIX, 1)])
