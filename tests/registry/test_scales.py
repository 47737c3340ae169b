"""Later entries of scales: every process goes by them within a minute; the registry takes none that is malformed."""

import logging
from datetime import date

import psycopg
import pytest

from domain import scales
from domain.scales import Entry, Refused, Unit
from registry import database
from registry import scales as kept
from registry.database import Connection
from tests.conftest import TODAY

NAME = "smic_hour_cents"


def smic(cents: int, day: date = TODAY) -> Entry:
    return Entry(NAME, day, cents, Unit.EURO_CENTS, "décret n° 2026-1 du 2 janvier 2026", "confirmed")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at

    def pass_s(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Of a process that has read nothing yet."""
    monkeypatch.setattr(kept, "_read", {})
    return Clock()


def test_a_running_process_takes_an_entry_of_another_one_within_a_minute(
    registry_url: str, registry: Connection, clock: Clock
) -> None:
    with database.pool(registry_url) as pool:
        page = kept.of_pool(pool, clock)
        assert kept.current_scales(registry, clock).number(NAME, TODAY) == page().number(NAME, TODAY) == 1231
        with database.connect(registry_url) as operator:
            kept.enter(operator, smic(1250))
        clock.pass_s(59)
        assert kept.current_scales(registry, clock).number(NAME, TODAY) == page().number(NAME, TODAY) == 1250
        with database.connect(registry_url) as operator:
            kept.remove(operator, NAME, TODAY)
        clock.pass_s(59)
        assert kept.current_scales(registry, clock).number(NAME, TODAY) == page().number(NAME, TODAY) == 1231


def test_an_entry_for_a_day_to_come_begins_on_it(registry: Connection, clock: Clock) -> None:
    coming = date(2027, 1, 1)
    kept.enter(registry, smic(1250, coming))
    held = kept.read(registry, clock)
    assert [held.number(NAME, day) for day in (TODAY, date(2026, 12, 31), coming)] == [1231, 1231, 1250]


def test_an_entry_stands_for_every_scale_as_it_was_entered(registry: Connection, clock: Clock) -> None:
    for name, entries in scales.shipped().entries.items():
        kept.enter(registry, Entry(name, TODAY, *_rest(entries[-1])))
    held = kept.read(registry, clock)
    for name, entries in scales.shipped().entries.items():
        assert held.entry(name, TODAY) == Entry(name, TODAY, *_rest(entries[-1]))


def _rest(entry: Entry) -> tuple[scales.Value, Unit, str, scales.Confidence]:
    return entry.value, entry.unit, entry.source, entry.confidence


def test_scales_are_read_once_in_a_while_and_are_the_same_object_as_long_as_no_row_changes(
    registry: Connection, clock: Clock
) -> None:
    first = kept.current_scales(registry, clock)
    kept.enter(registry, smic(1250))
    assert kept.current_scales(registry, clock) is first
    clock.pass_s(kept.READ_AGAIN_S)
    second = kept.current_scales(registry, clock)
    assert second is not first
    clock.pass_s(kept.READ_AGAIN_S)
    assert kept.current_scales(registry, clock) is second


def test_pages_go_on_with_what_was_read_last_while_the_registry_is_away(registry_url: str, clock: Clock) -> None:
    with database.connect(registry_url) as operator:
        kept.enter(operator, smic(1250))
    with database.pool(registry_url, patience_s=0.2) as pool:
        page = kept.of_pool(pool, clock)
        assert page().number(NAME, TODAY) == 1250
    clock.pass_s(kept.READ_AGAIN_S)
    assert page().number(NAME, TODAY) == 1250, "its pool is closed"
    assert kept.of_pool(None)() is scales.shipped()


def test_a_day_is_entered_once_unless_it_is_corrected(registry: Connection, clock: Clock) -> None:
    kept.enter(registry, smic(1250))
    with pytest.raises(Refused, match="a déjà une valeur saisie"):
        kept.enter(registry, smic(1251))
    kept.enter(registry, smic(1252), replace=True)
    assert kept.read(registry, clock).number(NAME, TODAY) == 1252
    kept.remove(registry, NAME, TODAY)
    with pytest.raises(kept.Absent, match="Aucune valeur de smic_hour_cents"):
        kept.remove(registry, NAME, TODAY)


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"value": '"douze"'}, "scale_value"),
        ({"value": "12.5"}, "scale_value"),
        ({"value": "[]"}, "scale_value"),
        ({"value": '[1, "06-01"]'}, "scale_value"),
        ({"value": "null"}, "scale_value"),
        ({"value": '["13-01"]', "unit": "day_of_year"}, "scale_value"),
        ({"value": "601", "unit": "day_of_year"}, "scale_value"),
        ({"unit": "euros"}, "scale_unit_check"),
        ({"source": "loi"}, "scale_source_check"),
        ({"confidence": "sure"}, "scale_confidence_check"),
        ({"name": "Smic"}, "scale_name_check"),
    ],
)
def test_the_registry_itself_holds_no_malformed_row(
    registry: Connection, changed: dict[str, str], constraint: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        insert(registry, **changed)
    assert refused.value.diag.constraint_name == constraint


def test_a_row_of_another_version_is_passed_over_and_logged(
    registry: Connection, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    insert(registry, name="of_a_later_version")
    insert(registry, unit="count")
    with caplog.at_level(logging.ERROR):
        held = kept.read(registry, clock)
    assert held.number(NAME, TODAY) == 1231
    assert "of_a_later_version" in caplog.text
    assert NAME in caplog.text


def insert(conn: Connection, **changed: str) -> None:
    row = {
        "name": NAME,
        "value": "1250",
        "unit": "euro_cents",
        "source": "un décret 2026",
        "confidence": "confirmed",
    }
    row |= changed
    conn.execute(
        "insert into scale (name, valid_from, value, unit, source, confidence)"
        " values (%(name)s, %(day)s, %(value)s::jsonb, %(unit)s, %(source)s, %(confidence)s)",
        row | {"day": TODAY},
    )
