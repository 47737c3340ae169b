"""What a person types for a telephone number, by where she lives."""

import pytest

from domain import telephones

NANTES, SAINT_DENIS, PAPEETE, NOUMEA, SAINT_PIERRE = "44109", "97411", "98735", "98818", "97502"


@pytest.mark.parametrize(
    ("typed", "commune", "kept"),
    [
        ("0639981234", NANTES, "06 39 98 12 34"),
        ("06.39.98.12.34", NANTES, "06 39 98 12 34"),
        ("+33 (0)6 39 98 12 34", NANTES, "06 39 98 12 34"),
        ("0033 2 61 91 12 34", NANTES, "02 61 91 12 34"),
        ("02 61 91 12 34", "", "02 61 91 12 34"),
        ("0692 12 34 56", SAINT_DENIS, "+262 692 12 34 56"),
        ("06 39 98 12 34", SAINT_DENIS, "06 39 98 12 34"),
        ("87 12 34 56", PAPEETE, "+689 87 12 34 56"),
        ("+262 692 12 34 56", NANTES, "+262 692 12 34 56"),
    ],
)
def test_a_valid_number_is_kept_in_one_form(typed: str, commune: str, kept: str) -> None:
    assert telephones.read(typed, commune) == kept
    assert telephones.read(kept) == kept, "what is kept is read again, wherever she moves"


@pytest.mark.parametrize("commune", ["", NANTES, PAPEETE, NOUMEA, SAINT_PIERRE, SAINT_DENIS])
@pytest.mark.parametrize("typed", ["06 39 98 00", "063998", "02 40 12 34 5", "06 39 98 12 34 5"])
def test_an_incomplete_number_is_nobody_s_anywhere(typed: str, commune: str) -> None:
    assert telephones.read(typed, commune) is None


@pytest.mark.parametrize(
    "typed", ["87 12 34 56", "0692 12 34 56", "+32 470 12 34 56", "3949", "06 APPELEZ", "02 61 91 12 34 poste 12", ""]
)
def test_what_parents_in_nantes_cannot_call_is_refused(typed: str) -> None:
    assert telephones.read(typed, NANTES) is None


def test_a_number_tells_its_territory() -> None:
    numbers = ("+689 87 12 34 56", "+262 692 12 34 56", "06 39 98 12 34")
    assert [telephones.territory(kept) for kept in numbers] == ["Polynésie française", "La Réunion", ""]
