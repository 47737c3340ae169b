"""Files of open data, read into rows: GeoJSON, a JSON array, CSV of any usual separator and encoding, or XLSX.

They are read in a process of their own (registry.intake.opening), as every file that somebody brings.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from registry.imports.errors import ImportRefused
from registry.imports.wording import quoted
from registry.intake import opening, tables, texts
from registry.intake.records import looks_like_json, of_json
from registry.intake.sheets import Sheet
from registry.intake.sheets import opened as opened_sheets
from registry.intake.tables import Bad, Cell, Limits, Unreadable, within
from registry.parsing.children import MIB, Bounds
from registry.parsing.refusals import Refused

LIMITS = Limits(bytes=50 * MIB, lines=100_000, columns=200)
"""A national list of one kind has some 15,000 rows and 10 MB."""

BOUNDS = Bounds(memory_bytes=1536 * MIB, cpu_s=60, wall_s=180, answer_bytes=200 * MIB)

MOST_LINES_NAMED = 10
"""In one sentence about a file."""

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
    """The rows of a file; `noun` says what their `line` counts, `sha256` tells it from every other file. `notices`:
    French sentences about how the file was read."""

    noun: Noun
    rows: list[Row]
    sha256: bytes
    notices: list[str] = field(default_factory=list)


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
        noun, rows, notices = json.loads(answered)
        table = Table(noun, [Row(**row) for row in rows], hashlib.sha256(data).digest(), notices)
        if noun not in ("ligne", "enregistrement") or not all(map(_is_plausible, table.rows)):
            raise Unreadable(opening.BROKEN)
        if not all(isinstance(each, str) and texts.printable(each) == each for each in table.notices):
            raise Unreadable(opening.BROKEN)
    except Unreadable as error:
        raise ImportRefused(f"Le fichier {path} est refusé. {error} Rien n’a été changé.") from None
    except (ValueError, TypeError, RecursionError):
        raise ImportRefused(f"Le fichier {path} est refusé. {opening.BROKEN} Rien n’a été changé.") from None
    return table


def answer(data: bytes, suffix: str, fields: str) -> bytes:
    """What a child process says of a file: its noun, rows and notices as JSON. Raises Refused with the sentence of an
    Unreadable."""
    try:
        noun, rows, notices = _read(data, suffix, json.loads(fields))
    except Unreadable as error:
        raise Refused(str(error)) from None
    # Escaped: a file may hold half a letter (a lone surrogate), which UTF-8 does not.
    return json.dumps([noun, [asdict(row) for row in rows], notices]).encode("ascii")


def _read(data: bytes, suffix: str, fields: list[str]) -> tuple[Noun, list[Row], list[str]]:
    noun: Noun
    notices: list[str] = []
    if suffix in (".json", ".geojson") or looks_like_json(data):
        records = of_json(data, LIMITS)
        noun, rows = "enregistrement", [Row(rank, *record) for rank, record in enumerate(records, start=1)]
        missing = [name for name in fields if all(value_at(row.values, name, _ABSENT) is _ABSENT for row in rows)]
    else:
        noun, (columns, rows, notices) = "ligne", _tabular(data, fields)
        missing = [name for name in fields if name not in columns]
    if not rows:
        raise Unreadable("Il ne contient aucun enregistrement.")
    if missing:
        raise Unreadable(f"Il n’a pas les champs attendus de cette source\u00a0: {', '.join(sorted(missing))}.")
    return noun, rows, notices


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


def _tabular(data: bytes, fields: list[str]) -> tuple[list[str], list[Row], list[str]]:
    """The columns and the rows of the one sheet that has the source's fields, else of the first, and what is to be
    said of how they were read."""
    # A field goes by its own spelling, whatever blanks and accents of another form the file has in its heading.
    names = {tables.heading(name): name for name in fields}
    sheets, notices = opened_sheets(data, lambda cell: tables.heading(cell) in names, LIMITS)
    read = [_rows(sheet, names) for sheet in sheets]
    columns, rows, own = max(read, key=lambda found: len(set(fields) & set(found[0])))
    return columns, rows, [*notices, *own]


def _rows(sheet: Sheet, names: Mapping[str, str]) -> tuple[list[str], list[Row], list[str]]:
    lines = within(sheet.lines, LIMITS)
    _, headings = next(lines, (0, []))
    columns = [_column(cell, names) for cell in headings[: tables.width(headings)]]
    if doubled := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise Unreadable(f"La colonne {quoted(doubled[0])} y est deux fois.")
    rows: list[Row] = []
    short: list[int] = []
    unnamed: set[int] = set()
    for line, given in lines:
        cells = tables.fitted(given, len(columns))
        if cells is None:
            raise Unreadable(f"La ligne\u00a0{line} a {tables.width(given)} colonnes au lieu de {len(columns)}.")
        if not sheet.name and len(given) < len(columns):
            short.append(line)
        unnamed |= {
            place for place, cell in enumerate(cells, 1) if not columns[place - 1] and not tables.is_blank(cell)
        }
        rows.append(_row(line, columns, cells, names))
    return columns, rows, list(_notices(short, sorted(unnamed)))


def _column(cell: Cell, names: Mapping[str, str]) -> str:
    found = tables.heading(_value(cell) or "")
    return names.get(found, found)


def _row(line: int, columns: list[str], cells: list[Cell], names: Mapping[str, str]) -> Row:
    read = [(name, cell) for name, cell in zip(columns, cells, strict=True) if name]
    wanted = set(names.values())
    bad = [f"{name}\u00a0: la cellule {cell.reason}" for name, cell in read if isinstance(cell, Bad) and name in wanted]
    return Row(line, {name: _value(cell) for name, cell in read}, None, " ; ".join(bad) or None)


def _notices(short: list[int], unnamed: list[int]) -> Iterator[str]:
    if short:
        yield (f"Lignes plus courtes que l’en-tête, leurs dernières cellules lues comme vides\u00a0: {_some(short)}")
    if unnamed:
        yield f"Colonnes sans titre, qui n’ont pas été lues\u00a0: {_some(unnamed)}"


def _some(numbers: list[int]) -> str:
    more = len(numbers) - MOST_LINES_NAMED
    named = ", ".join(map(str, numbers[:MOST_LINES_NAMED]))
    return f"{named} et {more}\u00a0autres." if more > 0 else f"{named}."


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
