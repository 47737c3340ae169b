"""The files of the demo and of invented sources, and what an import of them left."""

import json
from pathlib import Path
from typing import Any

from registry.database import Connection
from registry.imports import mapping as mappings
from registry.imports.report import Report
from registry.imports.structures import import_structures
from tests.conftest import ROOT

DATA = ROOT / "demo" / "real"


CRECHES = DATA / "creches.geojson"


MAM = DATA / "mam.geojson"


CSV_MAPPING = """
key = ["Identifiant"]
[source]
code = "essai-csv"
label = "Département d’essai"
licence = "Licence Ouverte 2.0"
published = "2024-05-01"
[offer]
name = "Nom de l'établissement"
capacity = "Places"
phone = "Téléphone"
mail = "Courriel"
site = "Site"
age_from = "Âge min"
age_to = "Âge max"
age_unit = "years"
[offer.kind]
field = "Type"
spellings = { "Crèche" = "eaje", "Centre de loisirs" = "accueil_loisirs" }
[offer.subkind]
field = "Type"
spellings = { "Crèche" = "creche_collective", "Centre de loisirs" = "" }
[offer.funding]
field = "Financement"
[place]
address_line = "Adresse"
[position]
lat = "Latitude"
lon = "Longitude"
"""


CSV_COLUMNS = [
    "Identifiant", "Nom de l'établissement", "Type", "Adresse", "Latitude", "Longitude", "Places", "Téléphone",
    "Courriel", "Site", "Âge min", "Âge max", "Financement",
]  # fmt: skip


JSON_MAPPING = """
key = ["ref.id"]
[source]
code = "essai-json"
label = "Métropole d’essai"
licence = "Licence Ouverte 2.0"
published = "2024"
[offer]
name = "libelle"
kind.value = "rpe"
phone = "contact.tel"
[place]
address = "lieu.voie"
postcode = "lieu.cp"
commune_name = "lieu.ville"
"""


def creches(change: Any = None) -> dict[str, Any]:
    """The real file's content, after `change` was done to its features."""
    data: dict[str, Any] = json.loads(CRECHES.read_text(encoding="utf-8"))
    if change:
        change(data["features"])
    return data


def write(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def run(
    registry: Connection, path: Path, mapping: mappings.Mapping | None = None, *, allow_closing: bool = False
) -> Report:
    return import_structures(registry, path, mapping or mappings.find(path), allow_closing=allow_closing)


def load_mapping(tmp_path: Path, text: str) -> mappings.Mapping:
    path = tmp_path / "source.toml"
    path.write_text(text, encoding="utf-8")
    return mappings.load(path)


def offers(registry: Connection, where: str = "true", *values: object) -> list[dict[str, Any]]:
    rows = registry.execute(f"select row_to_json(o) from offer o where {where} order by name, id", values)
    return [row[0] for row in rows]


def snapshot(registry: Connection) -> list[Any]:
    """Every row an import may write, with the system column that any update of a row changes."""
    tables = ("source", "offer", "import_record", "outbox")
    return [
        registry.execute(f"select t.xmin::text, row_to_json(t)::text from {table} t order by 2").fetchall()
        for table in tables
    ]


def reasons(report: Report, event: str) -> dict[int | None, str]:
    return {entry.line: entry.reason for entry in report.entries if entry.event == event}


def csv_row(**cells: str) -> list[str]:
    row = dict.fromkeys(CSV_COLUMNS, "") | {
        "Identifiant": "A1",
        "Nom de l'établissement": "Les Petits Écoliers",
        "Type": "CRECHE",
        "Adresse": "12 rue Crébillon, 44000 Nantes",
        "Latitude": "47,2135",
        "Longitude": "-1,5610",
    }
    return list((row | cells).values())


def write_csv(path: Path, *rows: list[str], encoding: str = "cp1252") -> Path:
    text = "\r\n".join(";".join(row) for row in [CSV_COLUMNS, *rows]) + "\r\n"
    path.write_bytes(text.encode(encoding))
    return path
