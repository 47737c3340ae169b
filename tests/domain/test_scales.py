"""Dated scales: what holds on a day, what a later entry changes, and which entries are refused."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import scales
from domain.scales import Entry, Refused, Scales, Unit, Value
from registry.database import Connection
from tests.conftest import TODAY

SHIPPED = scales.shipped()
DEFINITIONS = SHIPPED.definitions
A_SOURCE = "décret n° 2026-1 du 2 janvier 2026"
WHOLE = st.integers(-(10**9), 10**9)
RATIOS = st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=6)


def checked(name: str, valid_from: date, value: Any, unit: str | None = None, **other: str) -> Entry:
    given = {"source": A_SOURCE, "confidence": "confirmed"} | other
    return scales.checked(DEFINITIONS, name, valid_from, value, unit or DEFINITIONS[name].unit, **given)


def smic(day: date, cents: int) -> Entry:
    return checked("smic_hour_cents", day, cents)


def test_what_is_shipped_is_whole_and_each_scale_holds_today() -> None:
    for name, definition in DEFINITIONS.items():
        assert SHIPPED.entry(name, TODAY).unit is definition.unit
        assert definition.about, name


STORED = {
    "agrement_usual_children": ("agrement_capacity_check", "agrement_request_capacity_check"),
    "agrement_most_children": (
        *("agrement_capacity_check", "agrement_request_capacity_check"),
        "timetable_range_places_check",
    ),
    "agrement_first_children": ("agrement_capacity_check", "agrement_request_capacity_check"),
}
"""Scales that bound what is stored: the checks of their columns."""


def test_no_scale_can_allow_what_the_tables_refuse(registry: Connection) -> None:
    rows = registry.execute("select conname, pg_get_constraintdef(oid) from pg_constraint where contype = 'c'")
    most = {name: int(found[1]) for name, text in rows if (found := re.search(r"<= (\d+)\)", text))}
    for name, checks in STORED.items():
        for check in checks:
            assert DEFINITIONS[name].most <= most[check], (name, check)
    counts = {name for name, each in DEFINITIONS.items() if each.unit is Unit.COUNT}
    assert counts - set(STORED) == {"am_ceiling_smic_a_day"}, "a count that is stored nowhere"


def test_an_entry_holds_from_its_day_until_the_next_one() -> None:
    assert SHIPPED.number("smic_hour_cents", date(2025, 12, 31)) == 1188
    assert SHIPPED.number("smic_hour_cents", date(2026, 1, 1)) == 1202
    with pytest.raises(KeyError, match="no entry on"):
        SHIPPED.number("smic_hour_cents", date(2024, 10, 31))
    with pytest.raises(KeyError):
        SHIPPED.number("smik", TODAY)


@given(st.dates(date(2025, 1, 1), date(2030, 12, 31)), st.integers(500, 5000), st.dates(date(2025, 1, 1)))
def test_a_later_entry_changes_the_days_from_its_own_on_and_no_others(day: date, cents: int, asked: date) -> None:
    later = SHIPPED.with_later([smic(day, cents)])
    following = min(
        (entry.valid_from for entry in SHIPPED.entries["smic_hour_cents"] if entry.valid_from > day), default=date.max
    )
    expected = cents if day <= asked < following else SHIPPED.number("smic_hour_cents", asked)
    assert later.number("smic_hour_cents", asked) == expected
    assert later.numbers("agrement_years", asked) == SHIPPED.numbers("agrement_years", asked)


def test_a_later_entry_of_a_shipped_day_takes_its_place() -> None:
    later = SHIPPED.with_later([smic(date(2026, 1, 1), 1203)])
    assert later.number("smic_hour_cents", date(2026, 1, 1)) == 1203
    assert SHIPPED.number("smic_hour_cents", date(2026, 1, 1)) == 1202, "the shipped ones stay"


def test_a_value_is_read_as_what_it_is() -> None:
    assert SHIPPED.duration("alert_confirm_hours", TODAY) == timedelta(hours=48)
    assert SHIPPED.duration("alert_days", TODAY) == timedelta(days=183)
    assert SHIPPED.ratio("am_least_smic", TODAY) == Decimal("0.281")
    assert SHIPPED.numbers("declaration_reminder_days", TODAY) == (30, 7, 1, -1)
    assert SHIPPED.days_of_year("declaration_deadlines", TODAY) == ("06-01", "12-01")


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (Scales.number, "am_least_smic"),
        (Scales.number, "agrement_years"),
        (Scales.numbers, "alert_days"),
        (Scales.numbers, "declaration_deadlines"),
        (Scales.ratio, "alert_days"),
        (Scales.duration, "agrement_age_to_months"),
        (Scales.duration, "declaration_reminder_days"),
    ],
)
def test_a_value_is_never_taken_for_another(read: Any, name: str) -> None:
    with pytest.raises(TypeError):
        read(SHIPPED, name, TODAY)


@pytest.mark.parametrize(
    ("name", "value", "unit", "other", "told"),
    [
        ("smik", 1214, "euro_cents", {}, "Aucun barème"),
        ("smic_hour_cents", 1214, "count", {}, "se compte en centimes d’euro, non en nombre"),
        ("smic_hour_cents", 1214, "euros", {}, "se compte en centimes d’euro, non en euros"),
        ("smic_hour_cents", Decimal("12.14"), None, {}, "nombre entier"),
        ("smic_hour_cents", 12, None, {}, "de 500 à 5000"),
        ("smic_hour_cents", "douze", None, {}, "prend un nombre"),
        ("smic_hour_cents", True, None, {}, "prend un nombre"),
        ("smic_hour_cents", [1214], None, {}, "prend un nombre"),
        ("am_least_smic", 281, None, {}, "de 0 à 10"),
        ("alert_days", 0, None, {}, "de 1 à 36525"),
        ("alert_days", 10**30, None, {}, "de 1 à 36525"),
        ("agrement_years", 5, None, {}, "de 1 à 12 valeurs"),
        ("agrement_years", [], None, {}, "de 1 à 12 valeurs"),
        ("agrement_years", [5, 5], None, {}, "toutes différentes"),
        ("declaration_deadlines", ["6-1"], None, {}, "comme 06-01"),
        ("declaration_deadlines", ["02-29"], None, {}, "comme 06-01"),
        ("declaration_deadlines", [601], None, {}, "comme 06-01"),
        ("alert_days", 90, None, {"source": " loi "}, "Donnez la source"),
        ("alert_days", 90, None, {"source": "x" * 501}, "Donnez la source"),
        ("alert_days", 90, None, {"confidence": "sure"}, "La confiance"),
    ],
)
def test_an_entry_that_its_scale_cannot_take_is_refused_with_the_reason(
    name: str, value: object, unit: str | None, other: dict[str, str], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        checked(name, TODAY, value, unit, **other)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("smic_hour_cents", " 1214 ", 1214),
        ("am_least_smic", "0,281", Decimal("0.281")),
        ("am_least_smic", "1", Decimal(1)),
        ("declaration_reminder_days", "30 7 -1", (30, 7, -1)),
        ("declaration_deadlines", "05-15 11-15", ("05-15", "11-15")),
    ],
)
def test_a_value_is_typed_as_people_write_it(name: str, text: str, value: Value) -> None:
    assert checked(name, TODAY, scales.typed(DEFINITIONS[name], text)).value == value


@given(st.sampled_from(sorted(DEFINITIONS)), st.text(max_size=60))
def test_whatever_is_typed_is_an_entry_or_is_refused(name: str, text: str) -> None:
    try:
        entry = checked(name, TODAY, scales.typed(DEFINITIONS[name], text))
    except Refused:
        return
    assert SHIPPED.with_later([entry]).entry(name, TODAY) is entry


@given(st.one_of(WHOLE, RATIOS, st.lists(WHOLE, min_size=1).map(tuple), st.just(("06-01", "12-01"))))
def test_a_value_goes_through_the_registry_without_loss(value: Value) -> None:
    read = scales.from_json(scales.as_json(value))
    assert (tuple(read) if isinstance(read, list) else read) == value


def test_a_value_is_told_with_its_unit() -> None:
    assert scales.in_words(SHIPPED.entry("alert_days", TODAY)) == "183\u00a0jours"
    assert scales.in_words(SHIPPED.entry("am_least_smic", TODAY)) == "0,281"
    deadlines = scales.in_words(SHIPPED.entry("declaration_deadlines", TODAY))
    assert deadlines.replace("\u00a0", " ") == "1er juin et 1er décembre"
    assert set(scales.FRENCH) == set(Unit)


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(3000, 1, 1), date.max])
def test_a_day_that_the_registry_would_not_take_is_refused_in_a_sentence(day: date) -> None:
    with pytest.raises(Refused, match="Le jour va du"):
        smic(day, 1202)


def test_a_source_that_is_no_text_is_mended() -> None:
    assert checked("smic_hour_cents", TODAY, 1202, source="décret n° 2026-1\udcff").source == "décret n° 2026-1?"
