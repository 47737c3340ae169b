"""The judge's own reading of the definitions of docs/design.md ("Availability"), by hand."""

from typing import Any

import pytest

from tests.conftest import TODAY
from tests.product.relevance.judging import Request, grade

LONG_DAYS = {"need": ["tue@07:15-19:15", "thu@07:15-19:15"], "match": "best"}


def minder(*hours: tuple[str, str, str, int], **more: Any) -> dict[str, Any]:
    ranges = [dict(zip(("day", "start", "end", "places"), each, strict=True)) for each in hours]
    period = {"period": {"gte": "2026-09-01"}, "ranges": ranges}
    return {"kind": "assistant_maternel", "precision": "zone", "availability": [period], **more}


SHORT = minder(("tue", "07:30", "19:00", 1), ("thu", "07:30", "19:00", 1))
TUESDAY = minder(("tue", "07:00", "19:30", 1))


def meets(offer: dict[str, Any], ask: dict[str, Any], **condition: Any) -> bool:
    return grade(offer, ({"grade": 3, **condition},), Request.of(ask, TODAY)) == 3


def worth(offer: dict[str, Any], ask: dict[str, Any]) -> float:
    """To a hundredth."""
    return max(hundredths / 100 for hundredths in range(101) if meets(offer, ask, score=hundredths / 100))


@pytest.mark.parametrize(
    ("offer", "ask", "expected"),
    [
        (SHORT, LONG_DAYS, 0.9),
        (TUESDAY, LONG_DAYS, 0.5),
        (SHORT, LONG_DAYS | {"places": "2"}, 0.45),
        (minder(("tue", "08:15", "18:15", 1)), LONG_DAYS | {"need": ["tue@07:15-19:15"]}, 0.6),
        # A day of two hours may not be shortened by an hour at both ends, nor by a minute more than half of it.
        (minder(("tue", "08:45", "09:15", 1)), {"need": ["tue@08:00-10:00"], "match": "best"}, 0),
        (minder(("tue", "08:30", "09:30", 1)), {"need": ["tue@08:00-10:00"], "match": "best"}, 0.8),
        # Two lines that touch are one span: in its middle nothing may be missing.
        (minder(("tue", "08:00", "11:45", 1), ("tue", "12:00", "18:00", 1)), {"need": ["tue@08:00-12:00"]}, 0.9),
        (
            minder(("tue", "08:00", "11:45", 1), ("tue", "12:00", "18:00", 1)),
            {"need": ["tue@08:00-12:00", "tue@12:00-18:00"]},
            0,
        ),
        # A night over Sunday.
        (minder(("sun", "20:30", "06:45", 1)), {"need": ["sun@20:15-07:00"]}, 0.9),
    ],
)
def test_a_share_is_what_the_definitions_say(offer: dict[str, Any], ask: dict[str, Any], expected: float) -> None:
    assert worth(offer, ask) == expected


def test_minutes_are_missing_at_the_ends_of_every_day() -> None:
    assert not meets(SHORT, LONG_DAYS, free=True)
    assert meets(SHORT, LONG_DAYS, within_minutes=15)
    assert not meets(TUESDAY, LONG_DAYS, within_minutes=60)


def test_of_two_children_she_may_take_one() -> None:
    twins = LONG_DAYS | {"child_birthdate": ["2026-02-14", "2022-02-14"]}
    for_babies = SHORT | {"ages": {"gte": 0, "lt": 36}}
    assert meets(minder(("tue", "07:00", "20:00", 1), ("thu", "07:00", "20:00", 1)), twins, at_places=1)
    assert worth(for_babies, twins) == 0.45
    assert not meets(for_babies, twins, within_minutes=15)
    assert grade(for_babies, ({"grade": 3},), Request.of(twins | {"match": "all"}, TODAY)) == 0
    assert grade(SHORT | {"ages": {"gte": 72}}, ({"grade": 3},), Request.of(twins, TODAY)) == 0
    assert grade(SHORT, ({"grade": 3, "kind": "eaje"},), Request.of(LONG_DAYS, TODAY)) is None


@pytest.mark.parametrize("way", ["phone", "mail", "site"])
def test_what_a_fiche_shows_is_a_way_to_reach_her(way: str) -> None:
    assert meets(SHORT | {"contact": {way: "x"}}, LONG_DAYS, reachable=True)
    assert meets(SHORT, LONG_DAYS, reachable=False)


def test_a_commune_s_centre_is_no_place() -> None:
    assert meets(SHORT, LONG_DAYS, located=True)
    assert meets(SHORT | {"precision": "commune"}, LONG_DAYS, located=False)
