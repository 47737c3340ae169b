"""XLSX files as tables of cells. A workbook is a zip of XML files, and whoever sends one may mean harm by it: what it
unpacks to is counted before anything is unpacked, entities are refused (openpyxl reads by defusedxml, which must be
installed), and nothing of it is computed."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.xml import DEFUSEDXML

from registry.intake.tables import FURTHEST_LINE, NOT_TEXT, TOO_FAR, Bad, Cell, Limits, Line, Unreadable

UNPACKED = 4
"""Times the bytes that a file of its kind may have, which all parts together may have. zipfile unpacks no more of a
part than its directory says."""

MOST_PARTS = 200

EXACT = 10**15
"""A spreadsheet keeps fifteen digits of a number and loses the others."""

if not DEFUSEDXML:
    raise ImportError("openpyxl without defusedxml expands entities")


def of_xlsx(data: bytes, sheet: str, limits: Limits) -> tuple[list[tuple[str, Iterator[Line]]], list[str]]:
    """The visible sheets with their lines that are not empty, and French sentences about what was left out.

    `sheet`: only the one of this name. Raises Unreadable; the lines may raise what openpyxl does.
    """
    _check(data, limits)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    sheets = [each for each in book.worksheets if not sheet or each.title == sheet]
    visible = [each for each in sheets if each.sheet_state == "visible"]
    if not visible:
        name = f" «\u00a0{sheet}\u00a0»" if sheet else ""
        raise Unreadable(f"Le classeur n’a pas de feuille{name} visible.")
    notices = [
        f"La feuille masquée «\u00a0{each.title}\u00a0» n’a pas été lue."
        for each in book.worksheets
        if each.sheet_state != "visible"
    ]
    return [(each.title, _lines(each, limits)) for each in visible], notices


def _check(data: bytes, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("Ce classeur est abîmé.") from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable(NOT_TEXT)
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unreadable("Ce classeur contient des macros\u00a0: enregistrez-le au format XLSX.")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED * limits.bytes:
        raise Unreadable("Ce classeur est trop grand une fois décompressé.")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("Ce classeur est protégé par un mot de passe.")


def _lines(sheet: Any, limits: Limits) -> Iterator[Line]:
    # What a sheet says of its size may be wrong, and would be believed.
    sheet.reset_dimensions()
    before = None
    for line, cells in enumerate(sheet.iter_rows(max_col=limits.columns), start=1):
        # openpyxl makes up every row before one that says it is far away.
        if line > FURTHEST_LINE:
            raise Unreadable(TOO_FAR)
        if cells is before:  # made up: one and the same tuple
            continue
        before = cells
        found = [_cell(cell) for cell in cells]
        if any(not isinstance(cell, str) or cell.strip() for cell in found):
            yield line, found


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Bad("contient une formule")
    if cell.data_type == "e":
        return Bad("contient une erreur de calcul")
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else Bad("contient une heure")
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return Bad("n’est ni un texte ni un nombre")
    if isinstance(value, str):
        return value
    if abs(value) >= EXACT:
        return Bad("est un nombre trop long pour un tableur, qui en perd la fin\u00a0: écrivez-le comme un texte")
    return int(value) if value == int(value) else value
