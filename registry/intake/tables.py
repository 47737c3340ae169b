"""Bytes as tables of cells: CSV as it comes out of any spreadsheet, and what XLSX (`spreadsheets`) and JSON (`records`)
share with it. Only this house opens such a file; what its columns mean is for each house to say."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NoReturn, TextIO

from domain.spelling import legible
from registry.intake import texts

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
CUT = (
    "La ligne\u00a0{line} a {found} colonnes au lieu de {wanted} et finit sans retour à la ligne\u00a0: le fichier est"
    " peut-être coupé. S’il est entier, ajoutez un retour à la ligne à sa fin."
)
NOT_TEXT = "Ce fichier n’est ni un CSV ni un classeur XLSX\u00a0: ce n’est pas un fichier de texte."

UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
"""What Windows-1252 does not define."""

BROKEN_UTF8 = re.compile(rb"[\xc3\xc5][\x80-\xbf]")
"""Such a pair is an "é" of UTF-8: a file that has one and is not UTF-8 is a broken one, not of an older encoding."""

AROUND = re.compile(rb"[^\r\n]{0,3}[\x80-\xff]+[^\r\n]{0,3}")
"""Letters beyond ASCII with their neighbours: what tells one old code page from another."""

MOST_AROUND = 200_000
"""Bytes of these that are looked at."""

CLEARLY = 4
"""Times stranger that one code page must make the text than another, for the other to be taken."""

PROOF = re.compile("(?<=[a-zA-Z])[àâçèéêîôùû]|[àâçèéêîôùû](?=[a-zA-Z])")
"""A small letter with an accent in a word: French without any would prove nothing."""

SEPARATOR_LINE = re.compile(r'"?sep=([;,\t|])"?[;,\t| ]*', re.IGNORECASE)
"""What Excel is told of a file in a line before its heading."""


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


def fitted(cells: list[Cell], width: int) -> list[Cell] | None:
    """As many cells as there are headings: spreadsheets leave out what is empty at the end of a line, or add to it.
    None where something stands behind the last heading."""
    if any(not is_blank(cell) for cell in cells[width:]):
        return None
    return [*cells[:width], *[""] * (width - len(cells))]


def width(headings: list[Cell]) -> int:
    """Columns up to the last that has a heading."""
    return max((place for place, cell in enumerate(headings, start=1) if not is_blank(cell)), default=0)


def is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def heading(cell: Cell) -> str:
    """A heading as it is compared: on one line, its letters composed and mended."""
    return " ".join(legible(texts.mended(cell)).split()) if isinstance(cell, str) else str(cell)


def of_csv(data: bytes, known: Callable[[str], bool]) -> tuple[Iterator[Line], list[str]]:
    """The lines of a CSV file that are not empty, their cells as they stand, and French sentences about how it was
    read. `known` says whether a cell is a heading: by it the separator is found. Raises Unreadable, also while the
    lines are read."""
    codec = encoding([data])
    text = data.decode(codec)
    return csv_lines(io.StringIO(text, newline=""), separator(text, known)), old_codec(codec, text)


def csv_lines(opened: TextIO, separator: str, *, strict: bool = True, furthest: int = FURTHEST_LINE) -> Iterator[Line]:
    """The same of an opened file, line by line; it was opened with newline="". Not `strict`: a quote that stands where
    none may is a letter like others. `furthest`: the last line that there may be."""
    is_ended = True

    def physical() -> Iterator[str]:
        nonlocal is_ended
        for number, text in enumerate(opened):
            is_ended = text.endswith(("\n", "\r"))
            yield "\n" if number == 0 and _told_separator(text) else text

    reader = csv.reader(physical(), delimiter=separator, strict=strict)
    before, fewest = 0, FURTHEST_COLUMN
    try:
        for cells in reader:
            # A quoted cell may hold line breaks: a row starts after the last line of the one before.
            line, before = before + 1, reader.line_num
            if before > furthest or len(cells) > FURTHEST_COLUMN:
                raise Unreadable(TOO_FAR)
            if any(cell and not cell.isspace() for cell in cells):
                # Spreadsheets end every line: a download that broke off does not.
                if not is_ended and len(cells) < fewest < FURTHEST_COLUMN:
                    raise Unreadable(CUT.format(line=line, found=len(cells), wanted=fewest))
                fewest = min(fewest, len(cells))
                yield line, list(cells)
    except csv.Error as error:
        raise Unreadable(
            f"La ligne\u00a0{before + 1} n’est pas du CSV correct\u00a0: un guillemet n’y est pas fermé, ou une valeur"
            " est beaucoup trop longue."
        ) from error


def separator(text: str, known: Callable[[str], bool]) -> str:
    """The one that the file itself tells, else the one that finds most headings in the first lines, else that cuts most
    of them into as many cells."""
    first, _, rest = text[:MOST_OF_A_HEADER].partition("\n")
    if told := _told_separator(first):
        return told
    head = "\n".join([first, *rest.splitlines()][:HEADER_WITHIN])
    return max(SEPARATORS, key=lambda each: _found_by(each, head, known))


def _told_separator(line: str) -> str:
    found = SEPARATOR_LINE.fullmatch(line.rstrip("\r\n"))
    return found[1] if found else ""


def _found_by(delimiter: str, head: str, known: Callable[[str], bool]) -> tuple[int, int, int]:
    try:
        rows = [cells for cells in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if cells]
    except csv.Error:
        return 0, 0, 0
    # A sentence full of commas, as a title or a heading may be, is cut into as many cells as no other line.
    ((cells, lines),) = Counter(len(cells) for cells in rows if len(cells) > 1).most_common(1) or [(0, 0)]
    return max((sum(map(known, cells)) for cells in rows), default=0), lines, cells


def encoding(blocks: Iterable[bytes]) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else the Windows code page of western spreadsheets, or that of an
    old Macintosh or MS-DOS where French reads clearly better in it. The blocks of a file in their order. Raises
    Unreadable, with the line, for what is none of them."""
    decoder: codecs.IncrementalDecoder | None = None
    wide = is_utf8 = False
    lines, broken, undefined, pair, last = 1, 0, 0, False, b""
    around: list[bytes] = []
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
        if not is_utf8 and sum(map(len, around)) < MOST_AROUND:
            around += AROUND.findall(block[:MOST_AROUND])
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
    codec = _old_codec_of(b"\n".join(around))
    if undefined and codec == "cp1252":
        _refuse_byte(undefined, "n’est d’aucun codage connu")
    return codec


def _old_codec_of(around: bytes) -> str:
    """In which code page these words are French; Windows-1252 unless another is clearly it."""
    readings = {codec: around.decode(codec, "replace") for codec in texts.OLD_CODECS}
    strange = {codec: texts.strangeness(text) for codec, text in readings.items()}
    best = min(strange, key=lambda codec: strange[codec])
    is_clear = strange[best] * CLEARLY < strange["cp1252"] and PROOF.search(readings[best]) is not None
    return best if is_clear else "cp1252"


def old_codec(codec: str, text: str) -> list[str]:
    """A French sentence about a text that was in a rare code page: its letters, as they would have been and as they
    were read. Single letters, since the words may be private."""
    if codec not in texts.OLD_CODECS or codec == "cp1252":
        return []
    letters = [letter for letter, _ in Counter(each for each in text if not each.isascii()).most_common(8)]
    read = ", ".join(f"{_in_windows(letter, codec)} → {letter}" for letter in letters)
    return [f"Fichier écrit au codage {texts.OLD_CODECS[codec]} et lu ainsi\u00a0: vérifiez les accents ({read})."]


def _in_windows(letter: str, codec: str) -> str:
    byte = letter.encode(codec)
    shown = byte.decode("cp1252", "replace")
    return shown if shown.isprintable() and shown != "\ufffd" else f"octet {byte.hex().upper()}"


def _wide(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> str:
    try:
        return decoder.decode(block, final=final)
    except UnicodeDecodeError as error:
        raise Unreadable(NOT_TEXT) from error


def _refuse_byte(line: int, why: str) -> NoReturn:
    raise Unreadable(f"À la ligne\u00a0{line}, un octet {why}.")
