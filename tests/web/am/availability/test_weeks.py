"""What is typed into the table of the week, as ranges or as sentences beside the fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.offers.timetables import Range, overlapping
from web.am.availability import weeks


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("08:00", "18:30", Range(0, 480, 1110, 2)),
        ("8h", "18 h 30", Range(0, 480, 1110, 2)),
        ("20:00", "07:00", Range(0, 1200, 1860, 2)),  # over midnight
        ("20:00", "00:00", Range(0, 1200, 1440, 2)),  # up to midnight
        ("00:00", "24:00", None),  # a whole day is said in two ranges
        ("08:00", "08:00", None),
        ("08:00", "", None),
        ("", "18:00", None),
        ("25:00", "18:00", None),
        ("huit heures", "18:00", None),
    ],
)
def test_hours_as_they_are_typed(start: str, end: str, expected: Range | None) -> None:
    ranges, errors = weeks.read({"j0c1_de": start, "j0c1_a": end, "j0c1_places": "2"}, 3)
    assert ranges == ((expected,) if expected else ())
    assert bool(errors) is (expected is None)
    assert errors.keys() <= {"j0c1_de", "j0c1_a"}


@pytest.mark.parametrize("places", ["0", "4", "", "-1", "deux", "²", "99999"])
def test_places_stay_within_the_capacity(places: str) -> None:
    ranges, errors = weeks.read({"j2c1_de": "08:00", "j2c1_a": "18:00", "j2c1_places": places}, 3)
    assert ranges == ()
    assert errors == {
        "j2c1_places": "Le mercredi, indiquez de 1 à 3\u00a0places\u00a0: c’est ce que permet votre agrément."
    }


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [
        (("j0c1", "08:00", "12:00"), ("j0c2", "12:00", "18:00"), None),  # touching
        (("j0c1", "08:00", "12:01"), ("j0c2", "12:00", "18:00"), "j0c2_de"),
        (("j0c1", "08:00", "12:00"), ("j0c2", "08:00", "12:00"), "j0c2_de"),
        (("j0c1", "22:00", "06:00"), ("j1c1", "06:00", "12:00"), None),
        (("j0c1", "22:00", "06:30"), ("j1c1", "06:00", "12:00"), "j1c1_de"),
        (("j0c1", "06:00", "12:00"), ("j6c1", "22:00", "06:30"), "j6c1_de"),  # Sunday's night
    ],
)
def test_overlaps_are_told_at_the_later_range(
    one: tuple[str, str, str], other: tuple[str, str, str], wrong: str | None
) -> None:
    values: dict[str, str] = {}
    for name, start, end in (one, other):
        values |= {f"{name}_de": start, f"{name}_a": end, f"{name}_places": "1"}
    ranges, errors = weeks.read(values, 3)
    assert list(errors) == ([wrong] if wrong else [])
    assert len(ranges) == 2


RANGES = st.lists(
    st.builds(
        lambda day, start, length, places: Range(day, start, start + length, places),
        st.integers(0, 6),
        st.integers(0, 1439),
        st.integers(1, 1439),
        st.integers(1, 6),
    ),
    max_size=14,
)


@given(RANGES)
def test_a_week_that_is_shown_and_sent_back_is_the_same_week(drawn: list[Range]) -> None:
    kept: list[Range] = []
    for each in drawn:
        of_day = [other for other in kept if other.weekday == each.weekday]
        if len(of_day) < 2 and not overlapping([*kept, each]):
            kept.append(each)
    assert weeks.read(weeks.of_ranges(kept), 6) == (tuple(sorted(kept)), {})


@pytest.mark.parametrize("preset", [each["code"] for each in weeks.presets()])
def test_every_ready_made_week_can_be_saved_as_it_is(preset: str) -> None:
    made = weeks.preset(preset, 2)
    assert made
    assert weeks.read(weeks.of_ranges(made), 2) == (made, {})


def test_a_copied_day_takes_the_place_of_what_was_there() -> None:
    values = {"j0c1_de": "8h", "j0c1_a": "12h", "j0c1_places": "1", "j1c1_de": "9h", "j1c2_de": "14h", "j1c2_a": "15h"}
    copied = weeks.copied(values, 0, [1])
    assert (copied["j1c1_de"], copied["j1c1_a"], copied["j1c2_de"], copied["j1c2_a"]) == ("8h", "12h", "", "")
