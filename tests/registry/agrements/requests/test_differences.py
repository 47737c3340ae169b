"""What is pointed out to a moderator, one difference at a time."""

from dataclasses import replace
from datetime import date

import pytest

from domain.scales import shipped
from registry.agrements.requests.differences import differences, shape
from registry.offers.profiles import Agrement, Identity
from tests.conftest import TODAY

PLAIN = Agrement("44", "044-2024-0117", date(2024, 3, 1), date(2029, 2, 28), 3, 0, 72, "")
LEA = Identity("Léa Anne", "Morvan-Le Goff", date(1985, 5, 2), "44109")
SHAPES = {"99999999999": 200, "AA9999": 1}


def found(
    request: Agrement = PLAIN,
    last: Agrement | None = None,
    identity: Identity | None = LEA,
    shown: str = "Léa M.",
    shapes: dict[str, int] = SHAPES,
) -> list[tuple[str, str]]:
    return [(each.field, each.weight) for each in differences(request, last, identity, shown, shapes, shipped(), TODAY)]


def test_a_plain_request_has_none() -> None:
    assert found() == []
    assert found(last=PLAIN) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ends_on": date(2026, 11, 22)}, [("ends_on", "alert"), ("ends_on", "look")]),
        ({"starts_on": date(2021, 12, 1), "ends_on": date(2026, 11, 30)}, [("ends_on", "note")]),
        ({"starts_on": date(2026, 12, 1), "ends_on": date(2031, 11, 30)}, [("starts_on", "note")]),
        ({"ends_on": date(2034, 2, 28)}, []),  # ten years
        ({"ends_on": date(2031, 2, 28)}, [("ends_on", "look")]),  # seven
        ({"capacity": 5}, [("capacity", "look")]),
        ({"capacity": 1}, [("capacity", "look")]),
        ({"age_from_months": 36}, [("ages", "look")]),
        ({"age_to_months": 30}, [("ages", "look")]),
        ({"age_to_months": 240}, [("ages", "alert")]),
        ({"number": "AB1234"}, [("number", "look")]),  # rare in the département
        ({"number": "inconnu"}, [("number", "alert"), ("number", "look")]),
    ],
)
def test_what_differs_from_the_law_and_the_departement(
    change: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert found(replace(PLAIN, **change)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"number": "044 2024/0117"}, []),  # the same, spelled otherwise
        ({"number": "044-2026-0001"}, [("number", "look")]),
        ({"capacity": 4}, [("capacity", "look")]),
        ({"capacity": 1}, [("capacity", "look")]),  # once: it is not a first agrément
        ({"conditions": "Pas le mercredi"}, [("conditions", "look")]),
        ({"age_to_months": 216}, [("ages", "look")]),
        ({"department": "49"}, [("department", "look")]),
        ({"starts_on": date(2029, 4, 1), "ends_on": date(2034, 3, 31)}, [("starts_on", "look")]),
    ],
)
def test_what_differs_from_the_last_agrement(change: dict[str, object], expected: list[tuple[str, str]]) -> None:
    weighty = [each for each in found(replace(PLAIN, **change), PLAIN) if each[1] != "note"]  # type: ignore[arg-type]
    assert weighty == expected


def test_a_last_agrement_without_an_end_is_no_difference_of_dates() -> None:
    assert found(last=replace(PLAIN, ends_on=date.max)) == []


@pytest.mark.parametrize(
    ("identity", "shown", "expected"),
    [
        (LEA, "Mme Le Goff", []),
        (LEA, "LEA", []),
        (LEA, "Chez Nounou", [("name", "look")]),
        (None, "Léa M.", [("name", "alert")]),
        (replace(LEA, birth_date=date(2009, 1, 1)), "Léa M.", [("birth_date", "alert")]),
        (replace(LEA, birth_date=date(2008, 2, 29)), "Léa M.", []),
    ],
)
def test_what_does_not_go_with_her_name(identity: Identity | None, shown: str, expected: list[tuple[str, str]]) -> None:
    assert found(identity=identity, shown=shown) == expected


def test_of_few_numbers_no_shape_is_usual() -> None:
    assert found(replace(PLAIN, number="AB1234"), shapes={"99999999999": 5}) == []


def test_shapes() -> None:
    assert shape(" 044-2021/12 b ") == "999999999A"


def test_ages_read_as_parents_read_them() -> None:
    before = replace(PLAIN, age_from_months=0, age_to_months=30)
    told = differences(PLAIN, before, LEA, "Léa M.", SHAPES, shipped(), TODAY)
    assert "c’était jusqu’à 2\u00a0ans et demi." in " ".join(each.sentence for each in told)


def test_a_place_in_another_departement_than_the_agrement_is_pointed_out() -> None:
    def of(place: str | None) -> list[str]:
        return [each.sentence for each in differences(PLAIN, PLAIN, LEA, "Léa M.", SHAPES, shipped(), TODAY, place)]

    assert of("44") == of(None) == []
    (said,) = of("49")
    assert "49" in said
    assert "L. 421-7" in said
