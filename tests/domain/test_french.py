"""How values read in French."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import french, week
from domain.french import Plural


def plain(text: str) -> str:
    """With ordinary spaces, for tables that can be read."""
    return text.replace(french.NBSP, " ").replace(french.NARROW, " ")


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0, "10 m"),
        (7, "10 m"),
        (848, "850 m"),
        (994, "990 m"),
        (995, "1 km"),
        (2_340, "2,3 km"),
        (9_960, "10 km"),
        (12_400, "12 km"),
        (1_234_567, "1 235 km"),
    ],
)
def test_distance(metres: int, text: str) -> None:
    assert plain(french.distance(metres)) == text


@pytest.mark.parametrize(
    ("place", "leaving", "reaching"),
    [
        ("Nantes", "de Nantes", "à Nantes"),
        ("Orvault", "d’Orvault", "à Orvault"),
        ("Éragny", "d’Éragny", "à Éragny"),
        ("Le Croisic", "du Croisic", "au Croisic"),
        ("Les Sorinières", "des Sorinières", "aux Sorinières"),
        ("La Baule-Escoublac", "de La Baule-Escoublac", "à La Baule-Escoublac"),
        ("12 rue Crébillon", "du 12 rue Crébillon", "au 12 rue Crébillon"),
    ],
)
def test_leaving_and_reaching(place: str, leaving: str, reaching: str) -> None:
    assert (french.leaving(place), french.reaching(place)) == (leaving, reaching)


@pytest.mark.parametrize(("day", "text"), [(date(2026, 6, 1), "1er juin 2026"), (date(2027, 8, 31), "31 août 2027")])
def test_day(day: date, text: str) -> None:
    assert plain(french.day(day)) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-1, "aujourd’hui"),
        (0, "aujourd’hui"),
        (1, "hier"),
        (12, "il y a 12 jours"),
        (59, "il y a 59 jours"),
        (60, "il y a 2 mois"),
        (364, "il y a 12 mois"),
        (365, "il y a plus d’un an"),
        (800, "il y a plus de 2 ans"),
    ],
)
def test_ago(days: int, text: str) -> None:
    today = date(2026, 11, 23)
    assert plain(french.ago(date.fromordinal(today.toordinal() - days), today)) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("08:00", "18:30", "8 h – 18 h 30"),
        ("07:05", "24:00", "7 h 05 – minuit"),
        ("20:00", "06:00", "20 h – 6 h (le lendemain)"),
        ("00:00", "00:00", "0 h – 0 h (le lendemain)"),
    ],
)
def test_hours(start: str, end: str, text: str) -> None:
    assert plain(french.hours(start, end)) == text


@pytest.mark.parametrize(
    ("from_months", "to_months", "text"),
    [
        (3, 36, "de 3 mois à 3 ans"),
        (0, 72, "jusqu’à 6 ans"),
        (None, None, ""),
        (30, None, "dès 2 ans et demi"),
        (18, 26, "de 18 mois à 26 mois"),
    ],
)
def test_ages(from_months: int | None, to_months: int | None, text: str) -> None:
    assert plain(french.ages(from_months, to_months)) == text


@pytest.mark.parametrize(("cents", "text"), [(420, "4,20 €"), (5, "0,05 €"), (123_456, "1 234,56 €")])
def test_money(cents: int, text: str) -> None:
    assert plain(french.money(cents)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("0240419000", "02 40 41 90 00"), ("+33 2 40 41 90 00", "02 40 41 90 00"), ("3230", "3230"), ("", "")],
)
def test_phone(value: str, text: str) -> None:
    assert plain(french.phone(value)) == text


def test_an_extension_is_read_and_dialled_apart() -> None:
    assert plain(french.phone("02 40 41 90 00 poste 12")) == "02 40 41 90 00 poste 12"
    assert french.dialled("02 40 41 90 00 poste 12") == "0240419000;ext=12"
    assert french.dialled("+33 2 40 41 90 00") == "+33240419000"


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ([0, 1, 2, 3, 4], "du lundi au vendredi"),
        ([4, 0], "lundi et vendredi"),
        ([0, 1, 2, 5], "du lundi au mercredi et samedi"),
        ([0, 1, 3, 4], "lundi, mardi, jeudi et vendredi"),
        ([], ""),
    ],
)
def test_week_days(days: list[int], text: str) -> None:
    assert french.week_days(days) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 h"),
        (480, "8 h"),
        (1_110, "18 h 30"),
        (425, "7 h 05"),
        (week.DAY, "minuit"),
        (week.DAY + 360, "6 h"),
    ],
)
def test_clock(minutes: int, text: str) -> None:
    assert plain(french.clock(minutes)) == text


def test_moments_are_by_the_clocks_of_france() -> None:
    winter, summer = datetime(2026, 11, 30, 23, 30, tzinfo=UTC), datetime(2026, 7, 14, 5, 21, 9, tzinfo=UTC)
    assert plain(french.moment(winter)) == "1er décembre 2026 à 0 h 30"
    assert plain(french.moment(summer)) == "14 juillet 2026 à 7 h 21"
    assert french.moment_in_figures(summer) == "14/07/2026 à 07:21:09"
    assert (plain(french.day_of(winter)), french.day_of(None)) == ("1er décembre 2026", "")
    assert french.weekday(date(2026, 12, 1)) == "mardi"
    assert french.day_in_figures(date(2026, 12, 1)) == "01/12/2026"


@pytest.mark.parametrize(
    ("count", "text", "word"),
    [(0, "0 place", "place"), (1, "1 place", "place"), (2, "2 places", "places"), (1_234, "1 234 places", "places")],
)
def test_nothing_is_singular_and_two_are_plural(count: int, text: str, word: str) -> None:
    places = Plural("place", "places")
    assert (plain(places.of(count)), places.word(count)) == (text, word)


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")]
)
def test_listed(words: list[str], text: str) -> None:
    assert french.listed(words) == text
    assert french.listed(words, "ou") == text.replace(" et ", " ou ")


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(hours=41, minutes=59), "41 h"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(minutes=35, seconds=59), "35 min"),
    ],
)
def test_span(span: timedelta, text: str) -> None:
    assert plain(french.span(span)) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(999, 1000, "99 %"), (1000, 1000, "100 %"), (0, 3, "0 %"), (2, 3, "66 %")]
)
def test_a_share_that_is_not_whole_is_not_shown_as_whole(part: int, whole: int, text: str) -> None:
    assert plain(french.percent(part, whole)) == text


@given(st.integers(0, 10_000_000))
def test_an_amount_and_a_field_say_the_same(cents: int) -> None:
    euros = french.euros(cents)
    assert french.money(cents).replace(french.NARROW, "") == f"{euros}{french.NBSP}€"
    assert round(float(euros.replace(",", ".")) * 100) == cents


@given(st.dates())
def test_days_in_words_and_in_figures_name_one_day(day: date) -> None:
    number, month, year = french.day(day).split(french.NBSP)
    figures = (int(number.removesuffix("er")), french.MONTHS.index(month) + 1, int(year))
    assert (
        figures == tuple(int(part) for part in french.day_in_figures(day).split("/")) == (day.day, day.month, day.year)
    )


SHOWN: list[Callable[[int], str]] = [
    french.number,
    french.money,
    french.distance,
    french.age,
    french.clock,
    lambda count: french.span(timedelta(minutes=count)),
    Plural("place", "places").of,
]


@given(st.sampled_from(SHOWN), st.integers(0, 100_000))
def test_no_line_breaks_between_a_number_and_its_unit(shown: Callable[[int], str], count: int) -> None:
    assert " " not in shown(count).replace(" et demi", "")


def test_a_unit_never_starts_a_line() -> None:
    shown = french.distance(2_340) + french.money(420) + french.hours("08:00", "18:30").replace("– ", "")
    assert " " not in shown
