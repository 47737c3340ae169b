"""Until when a place is told, and which of an assistant maternel's periods is the match."""

from typing import Any

import pytest

from search_api.answer.availability import timetable_status
from search_api.request import need
from tests.search_api import documents

WEEK = "mon-fri@08:00-18:00"


ADJOINING = [
    documents.period("2026-09-01", "2027-03-14", ("mon", "08:00", "17:30", 1)),
    documents.period("2027-03-15", "2027-08-31", ("mon", "08:00", "18:00", 1)),
    documents.period("2027-09-01", "2027-12-31", ("mon", "10:00", "18:00", 2)),
]


@pytest.mark.parametrize(
    ("asked", "start", "expected"),
    [
        # Of the chain, and not of its first period; known, since what follows is declared and does not do.
        ("mon@08:00-17:00", "2026-11-23", ("free", None, "2027-08-31", None)),
        # Nothing is known of 2028: that is not the end of the place.
        ("mon@10:00-17:00", "2026-11-23", ("free", None, None, "2027-12-31")),
        # Of the day's two stretches the second cannot be shortened so much: nothing of it counts before March.
        ("mon@08:00-09:00 mon@16:30-18:00", "2026-11-23", ("later", "2027-03-15", "2027-08-31", None)),
        ("mon@08:00-09:00*2 mon@16:30-18:00*2", "2026-11-23", ("partial", "2027-03-15", "2027-08-31", None)),
        # As well or better, day by day: 30 minutes are missing, then none.
        ("mon@08:00-18:00", "2026-11-23", ("partial", None, "2027-08-31", None)),
        ("mon@08:00-18:00*2", "2026-11-23", ("partial", None, "2027-08-31", None)),
        ("mon@08:00-18:15", "2026-11-23", ("partial", None, "2027-08-31", None)),
        ("tue@08:00-18:00", "2026-11-23", ("full", None, None, "2027-12-31")),
    ],
)
def test_a_place_ends_with_the_chain_of_periods_that_cover_it(
    asked: str, start: str, expected: tuple[str | None, ...]
) -> None:
    periods = [each.model_dump(mode="json", exclude_none=True) for each in ADJOINING]
    for shuffled in (periods, periods[::-1]):
        found = timetable_status(shuffled, start, need.days(map(need.parse, asked.split()), 1))
        assert (found["status"], found["free_from"], found["until"], found["declared_until"]) == expected


TWO_THEN_ONE = [
    documents.period("2026-09-01", "2026-12-31", ("mon", "08:00", "18:00", 2)),
    documents.period("2027-01-01", "2027-08-31", ("mon", "08:00", "18:00", 1)),
]


@pytest.mark.parametrize(
    ("lines", "start", "follows", "expected"),
    [
        # To the end that is told she has one place, not two.
        (["mon@08:00-18:00"], "2026-11-23", [], ("free", 1, None, "2027-08-31")),
        ([], "2026-11-23", [], ("free", 1, None, "2027-08-31")),
        (["mon@08:00-18:00"], "2026-11-23", [documents.period("2027-09-01", None)], ("free", 1, "2027-08-31", None)),
        ([], "2026-11-23", [documents.period("2027-09-01", None)], ("free", 1, "2027-08-31", None)),
        # The end of two places is the one that is told of a need for two.
        (["mon@08:00-18:00*2"], "2026-11-23", [], ("free", 2, "2026-12-31", None)),
        # What comes later is of no account where it does not go on with it, nor what was before.
        (["mon@08:00-18:00"], "2027-01-04", [], ("free", 1, None, "2027-08-31")),
        (
            ["mon@08:00-18:00"],
            "2026-11-23",
            [documents.period("2027-09-01", None, ("mon", "07:00", "19:00", 3))],
            ("free", 1, None, None),
        ),
        (["mon@08:00-18:00"], "2026-08-31", [], ("later", 1, None, "2027-08-31")),
    ],
)
def test_places_are_those_that_are_free_up_to_the_end_that_is_told(
    lines: list[str], start: str, follows: list[Any], expected: tuple[Any, ...]
) -> None:
    periods = [each.model_dump(mode="json", exclude_none=True) for each in [*TWO_THEN_ONE, *follows]]
    found = timetable_status(periods, start, need.days([need.parse(line) for line in lines], 1))
    assert (found["status"], found["places"], found["until"], found["declared_until"]) == expected


def test_more_places_at_first_than_later_count_where_it_is_two_at_the_end_too() -> None:
    more = [documents.period("2026-09-01", "2026-12-31", ("mon", "08:00", "18:00", 3)),
            documents.period("2027-01-01", None, ("mon", "08:00", "18:00", 2))]  # fmt: skip
    periods = [each.model_dump(mode="json", exclude_none=True) for each in more]
    assert timetable_status(periods, "2026-11-23", ())["places"] == 2


@pytest.mark.parametrize(
    ("now", "later", "expected"),
    [
        # 3 × 3/5 + 1 is more than 3 × 4/5.
        ("mon-wed", "mon-thu", ("partial", None, 3, 0.6)),
        # … and less than 3 × 5/5 where it is only one day of five.
        ("mon", "mon-fri", ("later", "2027-09-01", None, None)),
        ("mon", "mon-thu", ("partial", "2027-09-01", 4, 0.8)),
        ("mon-thu", "mon-fri", ("partial", None, 4, 0.8)),
    ],
)
def test_the_match_that_is_told_is_the_one_that_the_order_values(
    now: str, later: str, expected: tuple[Any, ...]
) -> None:
    periods = [
        documents.period("2026-09-01", "2027-08-31", (now, "08:00", "18:00", 1)).model_dump(mode="json"),
        documents.period("2027-09-01", None, (later, "08:00", "18:00", 1)).model_dump(mode="json"),
    ]
    found = timetable_status(periods, "2026-11-23", need.days([need.parse(WEEK)], 1))
    coverage = found["coverage"] or {"covered": None, "share": None}
    assert (found["status"], found["free_from"], coverage["covered"], coverage["share"]) == expected


def test_what_is_worth_the_same_now_and_later_is_told_of_now() -> None:
    """Two thirds now, and all of it later."""
    periods = [
        documents.period("2026-09-01", "2027-08-31", ("mon-tue", "08:00", "18:00", 1)).model_dump(mode="json"),
        documents.period("2027-09-01", None, ("mon-wed", "08:00", "18:00", 1)).model_dump(mode="json"),
    ]
    found = timetable_status(periods, "2026-11-23", need.days([need.parse("mon-wed@08:00-18:00")], 1))
    assert (found["status"], found["free_from"]) == ("partial", None)
    assert found["coverage"]
    assert found["coverage"]["covered"] == 2


def test_periods_that_do_not_adjoin_are_no_chain() -> None:
    gap = [ADJOINING[0], documents.period("2027-03-16", None, ("mon", "08:00", "18:00", 1))]
    periods = [each.model_dump(mode="json", exclude_none=True) for each in gap]
    found = timetable_status(periods, "2026-11-23", need.days([need.parse("mon@08:00-17:00")], 1))
    assert (found["until"], found["declared_until"]) == (None, "2027-03-14"), "nobody knows of 15 March"
