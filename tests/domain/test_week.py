"""Minutes of the week, against a week of 10,080 single minutes."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import week
from registry import database
from registry.database import Connection

RANGES = st.tuples(st.integers(0, 6), st.integers(0, week.DAY - 1), st.integers(1, week.DAY)).map(
    lambda drawn: (drawn[0], drawn[1], drawn[1] + drawn[2])
)
SPANS = st.tuples(st.integers(0, 200), st.integers(1, 60)).map(lambda drawn: (drawn[0], drawn[0] + drawn[1]))


def minutes(spans: Iterable[week.Span]) -> set[int]:
    return {minute for start, end in spans for minute in range(start, end)}


@given(RANGES)
def test_a_range_is_split_where_the_week_ends(drawn: tuple[int, int, int]) -> None:
    weekday, start, end = drawn
    pieces = week.pieces([drawn])
    asked = {(weekday * week.DAY + minute) % week.WEEK for minute in range(start, end)}
    assert minutes(pieces) == asked
    assert sum(last - first for first, last in pieces) == end - start
    assert len(pieces) <= 2
    assert all(0 <= first < last <= week.WEEK for first, last in pieces)


@pytest.mark.parametrize(
    ("span", "pieces"),
    [
        ((480, 1_080), [(480, 1_080)]),
        ((10_000, 10_080), [(10_000, 10_080)]),
        ((10_000, 10_090), [(10_000, 10_080), (0, 10)]),
        ((10_080, 10_090), [(0, 10)]),
        ((10_100, 10_200), [(20, 120)]),
    ],
)
def test_split(span: week.Span, pieces: list[week.Span]) -> None:
    assert week.split(*span) == pieces


@given(st.lists(SPANS))
def test_merged_spans_hold_the_same_minutes_and_never_touch(spans: list[week.Span]) -> None:
    found = week.merged(spans)
    assert minutes(found) == minutes(spans)
    assert all(end < start for (_, end), (start, _) in pairwise(found))


@given(SPANS, st.integers(1, 6))
def test_the_week_of_so_many_places_follows_that_of_one_less(span: week.Span, places: int) -> None:
    first, last = week.at_level(span, places)
    assert (first % week.WEEK, last - first, first // week.WEEK) == (span[0], span[1] - span[0], places)


@given(st.integers(0, week.DAY - 1))
def test_a_time_of_day_is_read_as_it_is_written(minute: int) -> None:
    assert week.minute(week.clock(minute)) == minute
    assert week.clock(minute) == week.clock(minute + week.DAY)


@pytest.mark.parametrize("text", ["8:00", "24:01", "12:60", "٠٨:٠٠", "08:00 ", "", "25:00"])
def test_what_is_no_time_of_day(text: str) -> None:
    assert week.minute(text) is None


@pytest.mark.parametrize(
    ("minute", "clock", "closing"), [(0, "00:00", "24:00"), (1_440, "00:00", "24:00"), (1_500, "01:00", "01:00")]
)
def test_the_midnight_that_ends_a_range(minute: int, clock: str, closing: str) -> None:
    assert (week.clock(minute), week.clock(minute, closing=True)) == (clock, closing)


@pytest.mark.parametrize(("start", "end", "ends"), [(480, 1_080, 1_080), (1_200, 420, 1_860), (480, 480, 1_920)])
def test_an_end_that_is_not_after_the_start_is_of_the_next_day(start: int, end: int, ends: int) -> None:
    assert week.ends_after(start, end) == ends


def test_the_tables_split_the_week_alike(registry: Connection) -> None:
    """The function that their ranges are derived with, on ranges about every boundary."""
    for weekday in range(7):
        for start, end in ((0, 1_440), (1_200, 1_440), (1_200, 1_441), (1_439, 2_879), (480, 1_080)):
            mine = database.int_multirange(week.pieces([(weekday, start, end)]))
            row = registry.execute(
                "select week_minutes(%s, %s, %s) = %s::int4multirange",
                [weekday, start, end, mine],
            ).fetchone()
            assert row == (True,), (weekday, start, end)


@pytest.mark.parametrize(
    ("typed", "minute"),
    [
        *(("8:00", 480), ("08:30", 510), ("8h30", 510), ("8 h", 480), (" 18 ", 1_080), ("18.15", 1_095), ("0h", 0)),
        *((typed, None) for typed in ("24:01", "25:00", "8:60", "", "huit", "\u0668:00")),
        ("24:00", 1_440),
    ],
)
def test_a_time_is_read_as_people_type_it(typed: str, minute: int | None) -> None:
    assert week.typed_minute(typed) == minute


def test_two_times_are_a_range_that_may_end_on_the_next_day() -> None:
    assert week.minutes("08:00", "18:30") == (480, 1_110)
    assert week.minutes("08:00", "24:00") == (480, 1_440)
    assert week.minutes("20:00", "06:00") == (1_200, 1_800)
    assert week.minutes("08:00", "08:00") == (480, 1_920)
    with pytest.raises(ValueError, match="no time"):
        week.minutes("8:00", "18:00")
