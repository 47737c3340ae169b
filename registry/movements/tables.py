"""Files as tables of cells: CSV as it comes out of any spreadsheet, and XLSX (`spreadsheets`)."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

MOST_BYTES = 5 * 1024 * 1024
MOST_LINES = 5_000
"""Lines with something in them; a département of 10,000 assistants maternels has some hundred movements a month."""

MOST_COLUMNS = 60
MOST_OF_A_CELL = 300

FURTHEST_LINE, FURTHEST_COLUMN = 1_048_576, 16_384
"""The size of a spreadsheet's sheet: what stands further was written by no spreadsheet."""

HEADER_WITHIN = 20
"""Lines in which the header must stand; titles may stand above it."""


TOO_FAR = "Ce fichier est plus grand qu’une feuille de tableur\u00a0: n’y laissez que les mouvements."


MOST_OF_A_HEADER = 64 * 1024
"""Letters in which the separator is looked for."""


class Unreadable(Exception):
    """The whole file cannot be read; the message is a French sentence."""


@dataclass(frozen=True)
class Bad:
    """A cell that cannot be taken as it is. `reason` goes on the column's name: "contient une formule"."""

    reason: str


Cell = str | date | Bad
Line = tuple[int, list[Cell]]
"""The line's number in the file, and its cells."""


def of_csv(data: bytes, known: Callable[[str], bool]) -> Iterator[Line]:
    """The lines of a CSV file that are not empty. `known` says whether a cell is a heading: the separator is the one
    that finds most of them. Raises Unreadable."""
    text = _decoded(data)
    separator = max(";,\t|", key=lambda each: _headings(text, each, known))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if before > FURTHEST_LINE or len(cells) > FURTHEST_COLUMN:
                raise Unreadable(TOO_FAR)
            found = [_cell(each) for each in cells]
            if any(found):
                yield line, found
    except csv.Error as error:
        raise Unreadable(
            f"Le fichier ne se lit pas à partir de la ligne {before + 1}\u00a0: un guillemet n’y est pas fermé, ou une"
            " valeur est beaucoup trop longue."
        ) from error


def _headings(text: str, separator: str, known: Callable[[str], bool]) -> int:
    lines = "\n".join(text[:MOST_OF_A_HEADER].splitlines()[:HEADER_WITHIN])
    try:
        return max(
            (sum(map(known, cells)) for cells in csv.reader(io.StringIO(lines, newline=""), delimiter=separator)),
            default=0,
        )
    except csv.Error:
        return 0


def _decoded(data: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else the Windows code page of western spreadsheets."""
    encodings = ["utf-8-sig", "cp1252"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
        break
    raise Unreadable("Ce fichier n’est ni un CSV ni un classeur XLSX.")


def _cell(text: str) -> Cell:
    """Without blanks around and line ends within."""
    plain = " ".join(text.split())
    return plain if len(plain) <= MOST_OF_A_CELL else Bad("est trop long")
