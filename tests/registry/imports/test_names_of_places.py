"""Addresses as people write them: names and postcodes of before, of whole cities, of CEDEX."""

from pathlib import Path

import pytest

from registry.database import Connection
from registry.imports import cleaning
from tests.registry.imports.sources import CSV_MAPPING, csv_row, load_mapping, offers, reasons, run, write_csv

NOWHERE = {"Latitude": "", "Longitude": ""}

ADDRESSES = {
    "3 rue A, 93380 Pierrefitte-sur-Seine": ("93066", "93380"),
    "3 rue A, 50100 CHERBOURG": ("50129", "50100"),
    "3 rue A, 72000 Mans (Le)": ("72181", "72000"),
    "3 rue A, 85000 La Roche/Yon": ("85191", "85000"),
    "3 rue A, 44806 ST HERBLAIN CEDEX 2": ("44162", "44800"),
    "3 rue A, 44 300 Nantes": ("44109", "44300"),
    "3 rue A, 44400 Re\u0301ze\u0301": ("44143", "44400"),
    "3 rue A, 75000 Paris": ("75056", "75000"),
    "3 rue A, 75008 Paris": ("75108", "75008"),
    "3 rue A, 75000 PARIS 18": ("75118", "75018"),
    "3 rue A, 69000 Lyon 3e": ("69383", "69003"),
    "3 rue A, 69401 LYON CEDEX 03": ("69123", "69000"),
    "3 rue A, 13000 Marseille": ("13055", "13000"),
    "3 rue A, 97150 Saint-Martin": ("97801", "97150"),
    "3 rue A, 14240 Anctoville": ("14581", "14240"),
    "3 rue A, 97159 POINTE A PITRE CEDEX": ("97120", "97110"),
    "3 rue A, 20176 AJACCIO CEDEX": ("2A004", "20000"),
    "3 rue A, 20407 Bastia cedex 9": ("2B033", "20200"),
    "3 rue A, 73700 Bourg St Maurice": ("73054", "73700"),
}


def test_every_address_has_its_commune_and_a_postcode_that_it_says(registry: Connection, tmp_path: Path) -> None:
    rows = [csv_row(Identifiant=f"A{at}", Adresse=address, **NOWHERE) for at, address in enumerate(ADDRESSES)]
    path = write_csv(tmp_path / "lieux.csv", *rows, encoding="utf-8")
    report = run(registry, path, load_mapping(tmp_path, CSV_MAPPING))
    assert reasons(report, "rejected") == {}
    keys: dict[str, str] = dict(registry.execute("select key, offer from import_record").fetchall())
    found = {}
    for at, address in enumerate(ADDRESSES):
        [offer] = offers(registry, "id = %s", keys[f"a{at}"])
        found[address] = (offer["commune"], offer["postcode"])
    assert found == ADDRESSES
    told = " ".join(reason for entry in report.entries if (reason := entry.reason))
    assert "devenue 93066 Saint-Denis" in told


def test_a_name_that_several_communes_bore_is_refused_with_their_names(registry: Connection, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "lieux.csv",
        csv_row(Adresse="3 rue A, 15999 Saint-Bonnet", **NOWHERE),
        csv_row(Identifiant="A2", Adresse="3 rue A, 15999 Saint-Bonnet", Latitude="45,2789", Longitude="2,7885"),
    )
    report = run(registry, path, load_mapping(tmp_path, CSV_MAPPING))
    [reason] = reasons(report, "rejected").values()
    assert "15173 Saint-Bonnet-de-Condat ou 15174 Saint-Bonnet-de-Salers" in reason
    # Where the row has a point in one of them, that is the one.
    assert [each["commune"] for each in offers(registry)] == ["15173"]


def test_an_arrondissement_that_contradicts_its_postcode_is_refused_with_both(
    registry: Connection, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "lieux.csv",
        csv_row(Adresse="3 rue A, 75015 Paris 14e", **NOWHERE),
        csv_row(Identifiant="A2", Adresse="3 rue A, 75015 Paris 14e", Latitude="48,8331", Longitude="2,3264"),
        csv_row(Identifiant="A3", Adresse="3 rue A, 75015 Paris 15e", **NOWHERE),
    )
    report = run(registry, path, load_mapping(tmp_path, CSV_MAPPING))
    [reason] = reasons(report, "rejected").values()
    assert "« 75015 Paris 14e »" in reason.replace("\u00a0", " ")
    assert "75114 Paris 14e Arrondissement ou 75115 Paris 15e Arrondissement" in reason
    # Where the row has a point in one of them, that is the one.
    assert sorted((each["commune"], each["postcode"]) for each in offers(registry)) == [
        ("75114", "75014"),
        ("75115", "75015"),
    ]
    assert "code postal « 75015 » étranger" in " ".join(filter(None, (each.reason for each in report.entries))).replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("3 rue A, 44 300 Nantes", ("3 rue A", "44 300", "Nantes")),
        ("CS 12345, 44000 Nantes", ("CS 12345", "44000", "Nantes")),
        ("12 place B - 44000 - Nantes", ("12 place B", "44000", "Nantes")),
    ],
)
def test_a_postcode_in_a_line_may_have_a_blank(line: str, parts: tuple[str, str, str]) -> None:
    assert cleaning.split_address(line) == parts
