"""A line of a need, as pieces of the week in minutes from Monday 00:00."""

import pytest

from search_api.request import need

DAY = 1_440


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("mon@08:00-18:00", [(480, 1_080)]),
        ("tue-wed@00:00-24:00", [(DAY, 2 * DAY), (2 * DAY, 3 * DAY)]),
        ("mon@22:00-06:00", [(1_320, 1_800)]),
        ("sun@20:00-00:00", [(6 * DAY + 1_200, 7 * DAY)]),
        ("sun@20:00-02:00", [(6 * DAY + 1_200, 7 * DAY), (0, 120)]),
        ("sat-mon@09:00-10:00", [(540, 600), (5 * DAY + 540, 5 * DAY + 600), (6 * DAY + 540, 6 * DAY + 600)]),
    ],
)
def test_days_and_hours_become_pieces_of_the_week(text: str, pieces: list[tuple[int, int]]) -> None:
    line = need.parse(text)
    days = need.days([line], places=1)
    assert [(start, end) for day in days for start, end, _ in day.pieces] == pieces
    assert line.places is None, "those of the request then count"


def test_places_of_a_line() -> None:
    assert need.parse("mon@08:00-18:00*3").places == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "mon@",
        "mon@8:00-9:00",
        "Mon@08:00-09:00",
        "mon-@08:00-09:00",
        "mon@08:00-08:00",
        "mon@24:00-08:00",
        "mon@08:61-09:00",
        "mon@25:00-26:00",
        "mon@08:00-18:00*0",
        "mon@08:00-18:00*7",
        "mon@08:00-18:00*",
        "mon@٠٨:00-18:00",
        "mon@08:00-18:00\n",
        "mon,tue@08:00-18:00",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ligne"):
        need.parse(text)


def day(*lines: str) -> need.Day:
    (found,) = need.days([need.parse(line) for line in lines], places=1)
    return found


@pytest.mark.parametrize(
    ("lines", "minutes", "hours"),
    [
        (["mon@08:00-18:00"], 60, [(540, 1_020, 1)]),
        (["mon@08:00-09:00"], 15, [(495, 525, 1)]),
        (["mon@08:00-08:59"], 15, None),
        (["mon@08:00-18:00", "mon@20:00-21:00"], 30, None),
        (["mon@08:00-12:00", "mon@12:00-18:00*2"], 60, [(540, 720, 1), (720, 1_020, 2)]),
        (["mon@08:00-08:30", "mon@08:30-18:00*2"], 30, [(510, 1_050, 2)]),
        (["mon@20:00-04:00"], 30, [(1_230, 1_650, 1)]),
    ],
    ids=["both ends", "half of it", "less than half", "the shortest decides", "one span", "a line gone", "night"],
)
def test_a_day_is_shortened_at_both_ends_of_each_span(
    lines: list[str], minutes: int, hours: list[tuple[int, int, int]] | None
) -> None:
    found = need.shortened(day(*lines), minutes)
    assert (found and list(found.hours)) == hours


def test_what_is_asked_twice_is_looked_for_once() -> None:
    asked = day("mon@08:00-12:00", "mon@10:00-14:00", "mon@09:00-11:00*2", "mon@08:00-14:00*2")
    assert asked.pieces == ((480, 840, 2),)
    assert need.at_most(asked, 1).pieces == ((480, 840, 1),)
