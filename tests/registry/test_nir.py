"""The NIR: its forms and its key; and that it is recognised wherever it is typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import nir

BORN = date(1979, 4, 17)


def numbered(first: str) -> str:
    """Thirteen signs with their key; Corsica's letters count as 19 and 18, as the rule has it."""
    counted = first.replace("2A", "19").replace("2B", "18")
    return f"{first}{97 - int(counted) % 97:02d}"


numbers = st.builds(
    lambda sex, year, month, place, rest: numbered(f"{sex}{year:02d}{month:02d}{place}{rest:06d}"),
    st.sampled_from("123478"),
    st.integers(0, 99),
    st.one_of(st.integers(1, 12), st.sampled_from([20, 31, 42, 50, 99])),
    st.sampled_from(["44", "75", "2A", "2B", "97", "98", "99", "01"]),
    st.integers(0, 999_999),
)


@given(numbers)
def test_every_true_number_is_taken_however_it_is_spaced(number: str) -> None:
    spaced = " ".join((number[0], number[1:3], number[3:5], number[5:7], number[7:10], number[10:13], number[13:]))
    assert nir.error(number) is None
    assert nir.error(spaced.lower()) is None


@given(numbers, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, at: int, by: int) -> None:
    if not number[at].isdigit() or at in (5, 6):
        return
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert nir.error(wrong) is not None


@given(numbers, st.text(alphabet="abc é,;\n", max_size=8), st.text(alphabet="abc é,;\n", max_size=8))
def test_one_in_a_text_is_found_and_blanked_out(number: str, before: str, after: str) -> None:
    for written in (
        number,
        f"{number[0]} {number[1:3]} {number[3:5]} {number[5:7]} {number[7:10]} {number[10:13]} {number[13:]}",
    ):
        said = f"{before} {written} {after}"
        assert nir.holds_one(said)
        assert written not in nir.without(said)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (numbered("1790444109123"), None),
        (numbered("2790444109123"), None),
        (numbered("279042A109123"), None),
        (numbered("279042B109123"), None),
        (numbered("2790497411123"), None),
        (numbered("2793099139123"), None),
        ("2790444109123", "clé"),
        (numbered("2790444109123")[:-1], "quinze"),
        (numbered("2790444109123")[:-2] + "00", "clé"),
        (numbered("5790444109123"), "commence par"),
        (numbered("2801144109123"), "année"),
        (numbered("2790544109123"), "mois"),
        (numbered("2791544109123"), "mois"),
        ("bonjour", "forme"),
        ("²790444109123", "forme"),
    ],
)
def test_what_is_wrong_is_said_without_the_number(typed: str, says: str | None) -> None:
    sentence = nir.error(typed, BORN)
    if says is None:
        assert sentence is None
    else:
        assert sentence is not None
        assert says in sentence
        assert typed not in sentence


def test_numbers_that_are_none_stay() -> None:
    said = "Diplômée en 2009, 3 enfants, de 7 h 30 à 18 h 30, code 44300, 1979 04 17"
    assert not nir.holds_one(said)
    assert nir.without(said) == said
