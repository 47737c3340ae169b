"""Bytes as tables of cells: CSV as it comes out of any spreadsheet, and what XLSX (`spreadsheets`) and JSON (`records`)
share with it. Only this house opens such a file; what its columns mean is for each house to say."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NoReturn, TextIO

SEPARATORS = ";,\t|"

FURTHEST_LINE, FURTHEST_COLUMN = 1_048_576, 16_384
"""The size of a spreadsheet's sheet: what stands further was written by no spreadsheet."""

HEADER_WITHIN = 20
"""Lines in which the header must stand; titles may stand above it."""

MOST_OF_A_HEADER = 64 * 1024
"""Letters in which the separator is looked for."""

BLOCK = 1 << 20

EMPTY = "Ce fichier est vide."
TOO_FAR = "Ce fichier est plus grand qu’une feuille de tableur\u00a0: n’y laissez que ce qui est à lire."
NOT_TEXT = "Ce fichier n’est ni un CSV ni un classeur XLSX\u00a0: ce n’est pas un fichier de texte."

UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
"""What Windows-1252 does not define."""

BROKEN_UTF8 = re.compile(rb"[\xc3\xc5][\x80-\xbf]")
"""Such a pair is an "é" of UTF-8: a file that has one and is not UTF-8 is a broken one, not of an older encoding."""


class Unreadable(Exception):
    """The whole file cannot be read; the message is a French sentence."""


@dataclass(frozen=True)
class Limits:
    """What a file of some kind may be. `lines`: with something in them, after the header."""

    bytes: int
    lines: int
    columns: int


@dataclass(frozen=True)
class Bad:
    """A cell that cannot be taken as it is. `reason` goes on the column's name: "contient une formule"."""

    reason: str


Cell = str | int | float | date | Bad
Line = tuple[int, list[Cell]]
"""The line's number in the file, and its cells."""


def check_size(data: bytes, limits: Limits) -> None:
    """Raise Unreadable for nothing at all, and for more than may be sent."""
    if not data.strip():
        raise Unreadable(EMPTY)
    if len(data) > limits.bytes:
        raise Unreadable(f"Ce fichier est trop lourd\u00a0: {limits.bytes // 1024**2}\u00a0Mo maximum.")


def within(lines: Iterable[Line], limits: Limits) -> Iterator[Line]:
    """The lines, as long as there are not too many. Raises Unreadable."""
    for count, line in enumerate(lines, start=1):
        if count > limits.lines:
            raise Unreadable(f"Ce fichier a plus de {limits.lines} lignes\u00a0: envoyez-le en plusieurs fois.")
        yield line


def of_csv(data: bytes, known: Callable[[str], bool]) -> Iterator[Line]:
    """The lines of a CSV file that are not empty, their cells as they stand. `known` says whether a cell is a heading:
    by it the separator is found. Raises Unreadable."""
    text = data.decode(encoding([data]))
    return csv_lines(io.StringIO(text, newline=""), separator(text, known))


def csv_lines(opened: TextIO, separator: str, *, strict: bool = True, furthest: int = FURTHEST_LINE) -> Iterator[Line]:
    """The same of an opened file, line by line; it was opened with newline="". Not `strict`: a quote that stands where
    none may is a letter like others. `furthest`: the last line that there may be."""
    reader = csv.reader(opened, delimiter=separator, strict=strict)
    before = 0
    try:
        for cells in reader:
            # A quoted cell may hold line breaks: a row starts after the last line of the one before.
            line, before = before + 1, reader.line_num
            if before > furthest or len(cells) > FURTHEST_COLUMN:
                raise Unreadable(TOO_FAR)
            if any(cell and not cell.isspace() for cell in cells):
                yield line, list(cells)
    except csv.Error as error:
        raise Unreadable(
            f"La ligne\u00a0{before + 1} n’est pas du CSV correct\u00a0: un guillemet n’y est pas fermé, ou une valeur"
            " est beaucoup trop longue."
        ) from error


def separator(text: str, known: Callable[[str], bool]) -> str:
    """The one that finds most headings in the first lines, else most cells in the very first."""
    head = "\n".join(text[:MOST_OF_A_HEADER].splitlines()[:HEADER_WITHIN])
    return max(SEPARATORS, key=lambda each: _found_by(each, head, known))


def _found_by(delimiter: str, head: str, known: Callable[[str], bool]) -> tuple[int, int]:
    try:
        rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))
    except csv.Error:
        return 0, 0
    return max((sum(map(known, cells)) for cells in rows), default=0), len(rows[0]) if rows else 0


def encoding(blocks: Iterable[bytes]) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else the Windows code page of western spreadsheets. The blocks of
    a file in their order. Raises Unreadable, with the line, for what is none of them."""
    decoder: codecs.IncrementalDecoder | None = None
    wide = is_utf8 = False
    lines, broken, undefined, pair, last = 1, 0, 0, False, b""
    for block in blocks:
        if decoder is None:
            wide = block.startswith((b"\xff\xfe", b"\xfe\xff"))
            is_utf8 = not wide
            decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")()
        if wide:
            if "\0" in _wide(decoder, block):
                raise Unreadable(NOT_TEXT)
            continue
        if b"\0" in block:
            raise Unreadable(NOT_TEXT)
        if is_utf8:
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                is_utf8 = False
                broken = lines + error.object.count(b"\n", 0, error.start)
        pair = pair or bool(BROKEN_UTF8.search(last + block))
        if not undefined and (found := UNDEFINED.search(block)):
            undefined = lines + block.count(b"\n", 0, found.start())
        lines += block.count(b"\n")
        last = block[-1:]
    if wide and decoder is not None:
        _wide(decoder, b"", final=True)
        return "utf-16"
    if is_utf8 and decoder is not None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8, broken = False, lines
    if decoder is None or is_utf8:
        return "utf-8-sig"
    if pair:
        _refuse_byte(broken, "n’est pas du texte UTF-8")
    if undefined:
        _refuse_byte(undefined, "n’est d’aucun codage connu")
    return "cp1252"


def _wide(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> str:
    try:
        return decoder.decode(block, final=final)
    except UnicodeDecodeError as error:
        raise Unreadable(NOT_TEXT) from error


def _refuse_byte(line: int, why: str) -> NoReturn:
    raise Unreadable(f"À la ligne\u00a0{line}, un octet {why}.")
