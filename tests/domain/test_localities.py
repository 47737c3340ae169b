"""Arrondissements as people write them, and the départements of a postcode."""

import csv

import pytest

from domain.localities import apart, arrondissement, departments_of
from domain.spelling import place
from tests.conftest import ROOT

GEO = ROOT / "registry" / "data" / "geo"


@pytest.mark.parametrize(
    ("name", "city", "number"),
    [
        ("Paris 14e", "paris", 14),
        ("PARIS XIV", "paris", 14),
        ("Paris XVIe", "paris", 16),
        ("LYON 03", "lyon", 3),
        ("Marseille VIII", "marseille", 8),
        ("paris 18ème arr.", "paris", 18),
        ("lyon 3e arrondisse", "lyon", 3),
        ("8e arrondissement de Marseille", "marseille", 8),
        ("3e Lyon", "lyon", 3),
    ],
)
def test_an_arrondissement_stands_beside_its_city(name: str, city: str, number: int) -> None:
    assert apart(name) == (city, number)


@pytest.mark.parametrize("name", ["Lyon", "Paris 0", "75015", "14 Paris", "La Roche-sur-Yon", "L’Île-d’Yeu", ""])
def test_what_has_no_number_stays_as_it_is(name: str) -> None:
    assert apart(name) == (name, None)


def test_every_arrondissement_is_read_by_its_name() -> None:
    communes = {row["code"]: row for row in csv.DictReader((GEO / "communes.csv").open(encoding="utf-8"))}
    parts = [row for row in communes.values() if row["parent"]]
    assert len(parts) == 45
    for row in parts:
        city, number = apart(row["name"])
        assert city == place(communes[row["parent"]]["name"])
        assert number
        assert place(arrondissement(city, number)) == place(row["name"])


def test_a_postcode_begins_with_its_departement() -> None:
    """But for the few communes that the office of a neighbour serves."""
    served_by_a_neighbour = [
        row["code"]
        for name in ("communes.csv", "collectivities.csv")
        for row in csv.DictReader((GEO / name).open(encoding="utf-8"))
        if not any(row["department"] in departments_of(postcode) for postcode in row["postcodes"].split("|"))
    ]
    assert len(served_by_a_neighbour) < 30
    assert not [code for code in served_by_a_neighbour if code.startswith(("97", "2A", "2B"))]
    assert departments_of("20176") == ("2A", "2B")
    assert departments_of("97159") == ("971", "977", "978")
    assert departments_of("97499") == ("974",)
