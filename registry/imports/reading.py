"""Files of open data, read into rows: GeoJSON, a JSON array, CSV of any usual separator and encoding, or XLSX.

They are read in a process of their own (registry.intake.opening), as every file that somebody brings.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from registry.imports.errors import ImportRefused
from registry.imports.wording import quoted
from registry.intake import opening
from registry.intake.records import looks_like_json, of_json
from registry.intake.sheets import Sheet
from registry.intake.sheets import opened as opened_sheets
from registry.intake.tables import Bad, Cell, Limits, Unreadable, within
from registry.parsing.children import MIB, Bounds
from registry.parsing.refusals import Refused

LIMITS = Limits(bytes=50 * MIB, lines=100_000, columns=200)
"""A national list of one kind has some 15,000 rows and 10 MB."""

BOUNDS = Bounds(memory_bytes=1536 * MIB, cpu_s=60, wall_s=180, answer_bytes=200 * MIB)

READER = "registry.imports.reading:answer"

OWNER = "ribambelle import"

Noun = Literal["ligne", "enregistrement"]


@dataclass(frozen=True)
class Row:
    """One row. `line` is its line in a CSV or XLSX file, its rank from 1 in JSON; `geometry` is GeoJSON's or None.
    `problem`: in French, why it cannot be taken whatever it says."""

    line: int
    values: Mapping[str, Any]
    geometry: Any = None
    problem: str | None = None


@dataclass(frozen=True)
class Table:
    """The rows of a file; `noun` says what their `line` counts, `sha256` tells it from every other file."""

    noun: Noun
    rows: list[Row]
    sha256: bytes


def read(path: Path, fields: Iterable[str]) -> Table:
    """Read a whole file. `fields` are those it must have: in some row of JSON, in the heading of CSV and XLSX.

    Raises ImportRefused, which names the file and where it breaks, for anything that does not read whole.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LIMITS.bytes + 1)
    except OSError as error:
        raise ImportRefused(f"Le fichier {path} ne peut pas être lu\u00a0: {error.strerror}.") from error
    try:
        answered = opening.answered(READER, data, [path.suffix.lower(), json.dumps(sorted(fields))], BOUNDS, OWNER)
        noun, rows = json.loads(answered)
        table = Table(noun, [Row(**row) for row in rows], hashlib.sha256(data).digest())
        if noun not in ("ligne", "enregistrement") or not all(map(_is_plausible, table.rows)):
            raise Unreadable(opening.BROKEN)
    except Unreadable as error:
        raise ImportRefused(f"Le fichier {path} est refusé. {error} Rien n’a été changé.") from None
    except (ValueError, TypeError, RecursionError):
        raise ImportRefused(f"Le fichier {path} est refusé. {opening.BROKEN} Rien n’a été changé.") from None
    return table


def answer(data: bytes, suffix: str, fields: str) -> bytes:
    """What a child process says of a file: its noun and rows as JSON. Raises Refused with the sentence of an
    Unreadable."""
    try:
        noun, rows = _read(data, suffix, json.loads(fields))
    except Unreadable as error:
        raise Refused(str(error)) from None
    # Escaped: a file may hold half a letter (a lone surrogate), which UTF-8 does not.
    return json.dumps([noun, [asdict(row) for row in rows]]).encode("ascii")


def _read(data: bytes, suffix: str, fields: list[str]) -> tuple[Noun, list[Row]]:
    noun: Noun
    if suffix in (".json", ".geojson") or looks_like_json(data):
        records = of_json(data, LIMITS)
        noun, rows = "enregistrement", [Row(rank, *record) for rank, record in enumerate(records, start=1)]
        missing = [name for name in fields if all(value_at(row.values, name, _ABSENT) is _ABSENT for row in rows)]
    else:
        noun, (columns, rows) = "ligne", _tabular(data, fields)
        missing = [name for name in fields if name not in columns]
    if not rows:
        raise Unreadable("Il ne contient aucun enregistrement.")
    if missing:
        raise Unreadable(f"Il n’a pas les champs attendus de cette source\u00a0: {', '.join(sorted(missing))}.")
    return noun, rows


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


def _tabular(data: bytes, fields: list[str]) -> tuple[list[str], list[Row]]:
    """The columns and the rows of the one sheet that has the source's fields, else of the first."""
    sheets, _ = opened_sheets(data, lambda cell: cell.strip() in fields, LIMITS)
    read = [_rows(sheet, fields) for sheet in sheets]
    return max(read, key=lambda found: len(set(fields) & set(found[0])))


def _rows(sheet: Sheet, fields: list[str]) -> tuple[list[str], list[Row]]:
    columns: list[str] = []
    rows: list[Row] = []
    for line, given in within(sheet.lines, LIMITS):
        cells = _trimmed(given) if sheet.is_ragged else given
        if not columns:
            columns = [str(_value(cell) or "").strip() for cell in cells]
            if doubled := sorted({name for name in columns if columns.count(name) > 1}):
                raise Unreadable(f"La colonne {quoted(doubled[0])} y est deux fois.")
            continue
        if sheet.is_ragged:
            cells = [*cells, *[""] * (len(columns) - len(cells))]
        if len(cells) != len(columns):
            raise Unreadable(f"La ligne\u00a0{line} a {len(cells)} colonnes au lieu de {len(columns)}.")
        bad = [
            f"{name}\u00a0: la cellule {cell.reason}"
            for name, cell in zip(columns, cells, strict=True)
            if isinstance(cell, Bad) and name in fields
        ]
        values = {name: _value(cell) for name, cell in zip(columns, cells, strict=True)}
        rows.append(Row(line, values, None, " ; ".join(bad) or None))
    return columns, rows


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """Without what is empty at the end: a sheet goes on for ever."""
    last = max((place for place, cell in enumerate(cells, start=1) if cell != ""), default=0)
    return cells[:last]


def _value(cell: Cell) -> str | int | float | None:
    if isinstance(cell, date):
        return cell.isoformat()
    return None if isinstance(cell, Bad) else cell


def _is_plausible(row: Row) -> bool:
    """Whether the reading function may have said this: what it is itself made of came from a stranger's file."""
    return (
        isinstance(row.line, int)
        and row.line > 0
        and isinstance(row.values, dict)
        and (row.problem is None or isinstance(row.problem, str))
    )
