"""The calendar of France: days, the two Sundays on which clocks change, months and weeks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import civil
from registry.database import Connection

DAYS = st.dates(date(1980, 1, 1), date(2090, 1, 1))
MOMENTS = st.integers(315_532_800, 3_786_912_000).map(lambda second: datetime.fromtimestamp(second, UTC))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 5, 31, 21, 59, 59, tzinfo=UTC), date(2026, 5, 31)),
        (datetime(2026, 5, 31, 22, 0, tzinfo=UTC), date(2026, 6, 1)),
    ],
)
def test_the_day_begins_at_midnight_in_france(moment: datetime, day: date) -> None:
    assert civil.day(moment) == day


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 30), 24)]
)
def test_a_day_may_be_an_hour_short_or_long(day: date, hours: int) -> None:
    begins, ends = civil.moment(day), civil.moment(day + timedelta(1))
    assert ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours)


def test_an_hour_that_comes_twice_or_never() -> None:
    assert civil.moment(date(2026, 10, 25), time(2, 30)).astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    skipped = civil.moment(date(2026, 3, 29), time(2, 30))
    assert civil.clock(skipped.astimezone(UTC)).time() == time(3, 30)


@given(MOMENTS)
def test_a_moment_falls_between_the_two_midnights_of_its_day(moment: datetime) -> None:
    day = civil.day(moment)
    assert civil.moment(day).astimezone(UTC) <= moment < civil.moment(day + timedelta(1)).astimezone(UTC)
    assert civil.clock(moment).astimezone(UTC) == moment  # as such an hour that comes twice equals nothing


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 8, 31), -6, date(2026, 2, 28)),
        (date(2024, 8, 31), -6, date(2024, 2, 29)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 216, date(2044, 11, 30)),
        (date(2026, 11, 30), 0, date(2026, 11, 30)),
    ],
)
def test_months(day: date, months: int, then: date) -> None:
    assert civil.months_after(day, months) == then


@given(DAYS, st.integers(-600, 600))
def test_months_keep_the_day_of_the_month_or_take_its_last(day: date, months: int) -> None:
    then = civil.months_after(day, months)
    assert (then.year - day.year) * 12 + then.month - day.month == months
    assert then.day == day.day or (then.day < day.day and (then + timedelta(1)).day == 1)


@given(DAYS)
def test_the_monday_of_a_week(day: date) -> None:
    monday = civil.monday(day)
    assert monday.weekday() == 0
    assert timedelta(0) <= day - monday < timedelta(7)


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        (date(2008, 11, 22), True),
        (date(2008, 11, 23), True),
        (date(2008, 11, 24), False),
        # Five leap days lie in between, which 18 times 365 days would leave out.
        (date(2008, 11, 27), False),
    ],
)
def test_majority_comes_on_the_eighteenth_birthday(born: date, of_age: bool) -> None:
    assert civil.of_age(born, date(2026, 11, 23)) is of_age
    assert not civil.of_age(date(2008, 2, 29), date(2026, 2, 28))
    assert civil.of_age(date(2008, 2, 29), date(2026, 3, 1))


def test_the_database_has_the_same_clock(registry: Connection) -> None:
    """On both sides of both changes of a year; what the hour that comes twice is in UTC, PostgreSQL tells otherwise."""
    night = [datetime(2026, *day, tzinfo=UTC) for day in ((1, 1), (3, 29), (6, 1), (10, 25), (12, 1))]
    moments = [start + timedelta(minutes=30 * half) for start in night for half in range(-6, 6)]
    clocks = [civil.clock(moment).replace(tzinfo=None) for moment in moments]
    rows = registry.execute(
        "select civil_clock(moment), civil_moment(clock), civil_moment(clock::date)"
        " from unnest(%s::timestamptz[], %s::timestamp[]) with ordinality as given (moment, clock, n) order by n",
        [moments, clocks],
    ).fetchall()
    assert [row[0] for row in rows] == clocks
    assert [row[2] for row in rows] == [civil.moment(clock.date()) for clock in clocks]
    once = [clock for clock in clocks if clocks.count(clock) == 1]
    assert [row[1] for row, clock in zip(rows, clocks, strict=True) if clock in once] == [
        civil.moment(clock.date(), clock.time()) for clock in once
    ]


@pytest.mark.parametrize(
    "typed", ["17041979", "17/04/1979", "17.4.1979", "17 04 1979", "17 / 04 / 1979", "17-04-1979", "1979-04-17"]
)
def test_a_day_is_typed_in_many_ways(typed: str) -> None:
    assert civil.typed_day(typed) == date(1979, 4, 17)


@given(DAYS)
def test_the_digits_of_every_day_are_that_day(day: date) -> None:
    assert civil.typed_day(f"{day:%d%m%Y}") == day == civil.typed_day(f"{day:%d/%m/%Y}") == civil.typed_day(f"{day}")


@pytest.mark.parametrize("typed", ["", "1704", "170479", "31021979", "19790417", "1979", "17/04", "le 17/04/1979"])
def test_what_is_no_day_is_none(typed: str) -> None:
    assert civil.typed_day(typed) is None
