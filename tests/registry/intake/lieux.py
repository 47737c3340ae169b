"""Small files of one invented source, its mapping, and what runs of them left."""

import json
from pathlib import Path
from typing import Any

from registry.database import Connection
from registry.imports import mapping as mappings
from registry.imports.report import Report
from registry.imports.structures import KIND
from registry.imports.undoing import undo
from registry.intake import runs

MAPPING = """
key = ["id"]
[source]
code = "essai"
label = "Ville d’essai"
licence = "Licence Ouverte 2.0"
published = "2026"
[offer]
name = "nom"
kind.value = "eaje"
capacity = "places"
phone = "tel"
[place]
postcode = "cp"
commune_name = "ville"
"""


NANTES = {"cp": "44000", "ville": "Nantes"}


def mapping(tmp_path: Path, text: str = MAPPING) -> mappings.Mapping:
    path = tmp_path / "source.toml"
    path.write_text(text, "utf-8")
    return mappings.load(path)


def row(id: str, **facts: Any) -> dict[str, Any]:
    return {"id": id, "nom": f"Les Lutins {id}", "places": "20", "tel": "", **NANTES} | facts


def written(tmp_path: Path, *rows: dict[str, Any], name: str = "lieux.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(list(rows)), "utf-8")
    return path


def told(report: Report) -> list[tuple[int | None, str, str, str]]:
    return [(each.line, each.event, each.name, each.reason) for each in report.entries]


def states(conn: Connection) -> list[str]:
    return [each.state for each in runs.history(conn, KIND)]


def offer_of(conn: Connection, key: str) -> str:
    return str(conn.execute("select offer from import_record where key = %s", [key]).fetchall()[0][0])


def undone(conn: Connection, report: Report) -> None:
    assert report.run is not None
    undo(conn, report.run)
