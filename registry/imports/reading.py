"""Files of open data, read into rows: GeoJSON, a JSON array, or CSV of any usual delimiter and encoding."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from registry.imports.errors import ImportRefused
from registry.imports.wording import quoted

DELIMITERS = ";,\t|"


@dataclass(frozen=True)
class Row:
    """One row. `line` is its line in a CSV file, its rank from 1 in JSON; `geometry` is GeoJSON's or None."""

    line: int
    values: Mapping[str, Any]
    geometry: Any = None


@dataclass(frozen=True)
class Table:
    """The rows of a file; `noun` says what their `line` counts."""

    noun: Literal["ligne", "enregistrement"]
    rows: list[Row]


def read(path: Path, fields: Iterable[str]) -> Table:
    """Read a whole file. `fields` are those it must have: in some row of JSON, in the heading of CSV.

    Raises ImportRefused, which names the file and where it breaks, for anything that does not read whole.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"Le fichier {path} ne peut pas être lu : {error.strerror}.") from error
    content = _decoded(path, data)
    if path.suffix.lower() in (".json", ".geojson") or content.lstrip()[:1] in ("{", "["):
        table = Table("enregistrement", _json_rows(path, content))
    else:
        table = Table("ligne", _csv_rows(path, content))
    if not table.rows:
        _refuse(path, "il ne contient aucun enregistrement")
    missing = sorted(
        name for name in fields if not any(value_at(row.values, name, _ABSENT) is not _ABSENT for row in table.rows)
    )
    if missing:
        _refuse(path, f"il n’a pas les champs attendus de cette source : {', '.join(missing)}")
    return table


_ABSENT = object()


def value_at(values: Mapping[str, Any], path: str, default: Any = None) -> Any:
    """The value of a field; "ban.citycode" is `citycode` within `ban` unless a field has that very name."""
    if path in values:
        return values[path]
    here: Any = values
    for part in path.split("."):
        if not isinstance(here, Mapping) or part not in here:
            return default
        here = here[part]
    return here


def _refuse(path: Path, why: str) -> NoReturn:
    raise ImportRefused(f"Le fichier {path} est refusé : {why}. Rien n’a été changé.")


def _decoded(path: Path, data: bytes) -> str:
    """UTF-8, or else Windows-1252, which is what French spreadsheets write."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        content = data.decode(encoding)
    except UnicodeDecodeError as error:
        # A pair such as C3 A9 is an "é" of UTF-8: then the file is a broken one, not an older encoding.
        if encoding == "utf-16" or re.search(rb"[\xc3\xc5][\x80-\xbf]", data):
            _refuse(path, f"ligne {_line(data, error)}, un octet n’est pas du texte UTF-8")
        try:
            content = data.decode("cp1252")
        except UnicodeDecodeError as bad:
            _refuse(path, f"ligne {_line(data, bad)}, un octet n’est d’aucun codage connu")
    if "\0" in content:
        _refuse(path, "ce n’est pas un fichier de texte")
    return content


def _line(data: bytes, error: UnicodeDecodeError) -> int:
    return data.count(b"\n", 0, error.start) + 1


def _json_rows(path: Path, content: str) -> list[Row]:
    try:
        data = json.loads(content, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _refuse(path, f"ce n’est pas du JSON complet (ligne {error.lineno}, colonne {error.colno})")
    except (ValueError, RecursionError) as error:
        _refuse(path, f"ce n’est pas du JSON correct ({error})")
    collection = isinstance(data, dict) and data.get("type") == "FeatureCollection"
    items = data.get("features") if collection else data
    if not isinstance(items, list):
        _refuse(path, "il faut une FeatureCollection GeoJSON ou un tableau JSON")
    rows = []
    for rank, item in enumerate(items, start=1):
        values = item.get("properties") if collection and isinstance(item, dict) else item
        if not isinstance(values, dict):
            _refuse(path, f"l’enregistrement {rank} n’est pas un objet")
        rows.append(Row(rank, values, item.get("geometry") if collection else None))
    return rows


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} n’est pas un nombre")


def _csv_rows(path: Path, content: str) -> list[Row]:
    columns: list[str] = []
    rows = []
    line = 1
    try:
        heading = io.StringIO(content, newline="").readline()
        delimiter = max(DELIMITERS, key=lambda each: len(next(csv.reader([heading], delimiter=each), [])))
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
        for cells in reader:
            if not columns:
                columns = [cell.strip() for cell in cells]
                if doubled := sorted({name for name in columns if columns.count(name) > 1}):
                    _refuse(path, f"la colonne {quoted(doubled[0])} y est deux fois")
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    _refuse(path, f"la ligne {line} a {len(cells)} colonnes au lieu de {len(columns)}")
                rows.append(Row(line, dict(zip(columns, cells, strict=True))))
            # A quoted cell may hold line breaks: a row starts after the last line of the one before.
            line = reader.line_num + 1
    except csv.Error as error:
        _refuse(path, f"la ligne {line} n’est pas du CSV correct ({error})")
    return rows
