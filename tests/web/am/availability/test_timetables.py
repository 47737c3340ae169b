"""What declarations do to periods: nothing overlaps, nothing is lost without being said, and each is dated."""

from datetime import date

import psycopg
import pytest

from registry.database import Connection
from registry.offers import timetables
from registry.offers.timetables import Period, Range
from tests.records import add_period, assistant

TODAY = date(2026, 11, 23)
MONDAY, SUNDAY = 0, 6
WEEK = (Range(MONDAY, 480, 1080, 2),)


def shown(conn: Connection, offer: str) -> list[tuple[str, str | None, int]]:
    """First day, last day, number of ranges."""
    return [
        (each.start.isoformat(), each.end.isoformat() if each.end else None, len(each.ranges))
        for each in timetables.periods(conn, offer)
    ]


def save(conn: Connection, offer: str, start: date, end: date | None = None, id: int | None = None) -> int:
    return timetables.save_period(conn, offer, Period(start, end, WEEK, id), TODAY, None)


def test_a_later_period_ends_the_one_under_way_the_day_before(registry: Connection) -> None:
    offer = assistant(registry)
    save(registry, offer, date(2026, 9, 1))
    save(registry, offer, date(2027, 1, 1))
    assert shown(registry, offer) == [("2026-09-01", "2026-12-31", 1), ("2027-01-01", None, 1)]


def test_a_period_inside_another_leaves_its_end_as_it_was(registry: Connection) -> None:
    offer = assistant(registry)
    save(registry, offer, date(2026, 9, 1))
    save(registry, offer, date(2027, 7, 1), date(2027, 8, 31))
    assert shown(registry, offer) == [
        ("2026-09-01", "2027-06-30", 1),
        ("2027-07-01", "2027-08-31", 1),
        ("2027-09-01", None, 1),
    ]


def test_a_period_that_reaches_into_a_later_one_is_refused_and_nothing_is_written(registry: Connection) -> None:
    offer = assistant(registry)
    save(registry, offer, date(2027, 1, 1))
    with pytest.raises(timetables.Overlaps) as refused:
        save(registry, offer, date(2026, 12, 1), date(2027, 1, 1))
    assert refused.value.other.start == date(2027, 1, 1)
    save(registry, offer, date(2026, 12, 1), date(2026, 12, 31))  # touching is fine
    assert len(shown(registry, offer)) == 2


def test_a_period_of_someone_else_cannot_be_changed_or_deleted(registry: Connection) -> None:
    hers, other = assistant(registry), assistant(registry)
    id = save(registry, other, date(2026, 9, 1))
    with pytest.raises(timetables.Stale):
        save(registry, hers, date(2026, 9, 1), id=id)
    assert not timetables.delete_period(registry, hers, id, TODAY, None)
    assert shown(registry, other) == [("2026-09-01", None, 1)]


def test_full_from_today_until_what_is_announced_and_back(registry: Connection) -> None:
    offer = assistant(registry, confirmed_on=date(2026, 5, 2))
    save(registry, offer, date(2026, 9, 1))
    save(registry, offer, date(2027, 3, 1))
    before = shown(registry, offer)
    registry.execute("update offer set confirmed_on = '2026-05-02'")
    undo = timetables.declare_full(registry, offer, TODAY, None)
    assert shown(registry, offer) == [
        ("2026-09-01", "2026-11-22", 1),
        ("2026-11-23", "2027-02-28", 0),
        ("2027-03-01", None, 1),
    ]
    timetables.undo(registry, offer, undo, TODAY)
    assert shown(registry, offer) == before
    assert registry.execute("select confirmed_on from offer").fetchall() == [(date(2026, 5, 2),)]


def test_full_on_the_first_day_of_a_period_and_without_any(registry: Connection) -> None:
    offer = assistant(registry)
    timetables.declare_full(registry, offer, TODAY, None)
    assert shown(registry, offer) == [("2026-11-23", "2027-05-31", 0)]
    timetables.declare_full(registry, offer, TODAY, None)
    assert shown(registry, offer) == [("2026-11-23", "2027-05-31", 0)]


def test_unchanged_goes_on_for_the_next_six_months(registry: Connection) -> None:
    offer = assistant(registry)
    add_period(registry, offer, date(2026, 6, 1), date(2026, 11, 30), [(MONDAY, 480, 1080, 1)])
    assert timetables.confirm_unchanged(registry, offer, TODAY, None)
    assert shown(registry, offer) == [("2026-06-01", "2027-05-31", 1)]
    assert registry.execute("select confirmed_on from offer").fetchall() == [(TODAY,)]


def test_nothing_can_be_unchanged_where_nothing_was_declared(registry: Connection) -> None:
    offer = assistant(registry)
    assert timetables.confirm_unchanged(registry, offer, TODAY, None) is None
    assert registry.execute("select confirmed_on from offer").fetchall() == [(None,)]


def test_undo_is_refused_after_another_declaration(registry: Connection) -> None:
    offer = assistant(registry)
    undo = timetables.declare_full(registry, offer, TODAY, None)
    save(registry, offer, date(2027, 1, 1))
    with pytest.raises(timetables.Changed):
        timetables.undo(registry, offer, undo, TODAY)


def test_undo_never_brings_back_more_places_than_the_agrement_allows_by_now(registry: Connection) -> None:
    offer = assistant(registry, capacity=3)
    add_period(registry, offer, date(2026, 6, 1), None, [(MONDAY, 480, 1080, 3)])
    undo = timetables.declare_full(registry, offer, TODAY, None)
    registry.execute("update timetable_range set places = 2")
    registry.execute("update agrement set capacity = 2")
    timetables.undo(registry, offer, undo, TODAY)
    assert [each.ranges[0].places for each in timetables.periods(registry, offer)] == [2]


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (Range(0, 480, 720, 1), Range(0, 720, 1080, 1), False),  # touching
        (Range(0, 480, 721, 1), Range(0, 720, 1080, 1), True),
        (Range(0, 1320, 1800, 1), Range(1, 360, 720, 1), False),  # a night that ends as the next morning begins
        (Range(0, 1320, 1801, 1), Range(1, 360, 720, 1), True),
        (Range(6, 1320, 1800, 1), Range(0, 300, 720, 1), True),  # from Sunday into Monday
        (Range(6, 1320, 1440, 1), Range(0, 0, 720, 1), False),
        (Range(2, 0, 1440, 1), Range(3, 0, 1440, 1), False),
    ],
)
def test_ranges_overlap_over_midnight_and_sunday(one: Range, other: Range, overlap: bool) -> None:
    assert bool(timetables.overlapping([one, other])) is overlap


def test_a_draft_may_tell_places_before_her_agrement_is_read_and_is_held_to_it_then(registry: Connection) -> None:
    offer = assistant(registry)
    registry.execute("update offer set publication = 'draft'")
    registry.execute("delete from agrement")
    timetables.save_period(registry, offer, Period(TODAY, None, (Range(0, 480, 1080, 4),)), TODAY, None)
    with pytest.raises(psycopg.errors.CheckViolation, match="the agrément allows 2"):
        registry.execute(
            "insert into agrement (offer, department, number, starts_on, capacity, age_to_months)"
            " values (%s, '44', 'N', '2026-01-01', 2, 72)",
            [offer],
        )


def test_leave_is_a_list_of_days(registry: Connection) -> None:
    offer = assistant(registry)
    timetables.add_leave(registry, offer, date(2026, 12, 21), date(2027, 1, 3), TODAY, None)
    timetables.add_leave(registry, offer, date(2027, 1, 2), date(2027, 1, 4), TODAY, None)
    timetables.remove_leave(registry, offer, date(2026, 12, 25), date(2026, 12, 25), TODAY, None)
    assert timetables.leave(registry, offer, TODAY) == [
        (date(2026, 12, 21), date(2026, 12, 24)),
        (date(2026, 12, 26), date(2027, 1, 4)),
    ]
