"""One place opens CSV, XLSX and JSON files, `registry.intake`: elsewhere they would have other bounds and sentences."""

import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import openpyxl
import pytest

from registry.agrements.movements import mapping
from registry.agrements.movements import reading as movements
from registry.imports import cleaning, wording
from registry.imports import reading as imports
from registry.imports.errors import ImportRefused
from registry.intake import records, runs, tables
from registry.intake.tables import Unreadable
from registry.legacy import LegacyRefused
from registry.legacy import reading as legacy
from tests.conftest import TODAY
from tests.registry.agrements.movements.people import TITLES, line

ROOT = Path(__file__).parents[3]

OPENS = re.compile(r"csv\.(?:reader|DictReader)|load_workbook|\bopenpyxl\b|== \"FeatureCollection\"|cp1252")

OUR_OWN = {
    # Files that come with the project, which nobody sends.
    "registry/territory/__init__.py",
    "registry/territory/birthplaces.py",
    # The words of a mail, whose charset may be missing: no table.
    "jobs/answers.py",
}


def test_no_second_opener_of_tables() -> None:
    found = {
        str(path.relative_to(ROOT))
        for room in ("registry", "web", "jobs", "cli")
        for path in (ROOT / room).rglob("*.py")
        if OPENS.search(path.read_text("utf-8"))
    }
    assert {name for name in found if not name.startswith("registry/intake/")} == OUR_OWN
    assert {"registry/intake/tables.py", "registry/intake/spreadsheets.py", "registry/intake/records.py"} <= found


def test_no_table_is_written_whose_texts_a_spreadsheet_would_run() -> None:
    writing = [
        path
        for room in ("registry", "web", "jobs", "cli", "search_api")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"csv\.(?:writer|DictWriter)|workbook\.workbook\(", path.read_text("utf-8"))
    ]
    assert len(writing) > 2
    assert [path for path in writing if "as_text(" not in path.read_text("utf-8")] == []


# The same sentences, whatever the file is of ----------------------------------------------------------------


def sentence_of_movements(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        movements.read(data, mapping.of("44"), "44", TODAY)
    return str(refused.value)


def sentence_of_structures(data: bytes, path: Path) -> str:
    path.write_bytes(data)
    with pytest.raises(ImportRefused) as refused:
        imports.read(path, ["nom"])
    return str(refused.value)


def sentence_of_accounts(data: bytes, path: Path) -> str:
    path.write_bytes(data)
    with pytest.raises(LegacyRefused) as refused:
        legacy.examine(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (b"\0", tables.NOT_TEXT),
        ("é".encode() + b"\xff", "À la ligne\u00a02, un octet n’est pas du texte UTF-8."),
        (b"\x81", "À la ligne\u00a02, un octet n’est d’aucun codage connu."),
        (b"\xe9;" + b"x" * 200_000, "La ligne\u00a02 n’est pas du CSV correct"),
    ],
)
def test_a_broken_text_is_told_in_the_same_words_whatever_it_is_of(end: bytes, said: str, tmp_path: Path) -> None:
    heading = ";".join(["nom", *TITLES]).encode("ascii", "replace")
    data = heading + b"\n" + end
    assert said in sentence_of_movements(";".join(TITLES).encode("utf-8" if b"\xc3" in end else "cp1252") + b"\n" + end)
    assert said in sentence_of_structures(data, tmp_path / "a.csv")
    heading = ";".join(legacy.COLUMNS).encode()
    assert said in sentence_of_accounts(heading + b"\n" + end, tmp_path / "b.csv")


def blocks(data: bytes, size: int) -> Iterator[bytes]:
    rest = iter(data)
    while block := bytes(islice(rest, size)):
        yield block


@pytest.mark.parametrize("size", [2, 3, 7])
def test_an_encoding_is_found_block_by_block_as_in_one(size: int) -> None:
    """A letter may be cut in two by the end of a block."""
    for codec, found in (
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ):
        data = "Les P’tits Écoliers\nŒuvre d’été".encode(codec)
        assert tables.encoding(blocks(data, size)) == found == tables.encoding([data])
    for broken in ("é\né".encode() + b"\xff", b"\n\xe9\x8d", b"a\0", b"\xff\xfea\0b"):
        with pytest.raises(Unreadable) as in_blocks:
            tables.encoding(blocks(broken, size))
        with pytest.raises(Unreadable) as in_one:
            tables.encoding([broken])
        assert str(in_blocks.value) == str(in_one.value)


# A workbook of structures -----------------------------------------------------------------------------------


def workbook(*rows: list[object], hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in rows:
        sheet.append(cells)
    if hidden:
        book.create_sheet("Notes").append(["rien"])
        sheet.sheet_state = "hidden"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_structures_come_as_a_workbook_too(tmp_path: Path) -> None:
    path = tmp_path / "lieux.xlsx"
    path.write_bytes(
        workbook(["nom", "places", "lat"], ["Les Lutins", 24, 47.2135], [], ["Ô Bébés", "=1+1"], ["Doudou", None, 47])
    )
    table = imports.read(path, ["nom", "places"])
    assert table.noun == "ligne"
    assert [(row.line, dict(row.values), row.problem) for row in table.rows] == [
        (2, {"nom": "Les Lutins", "places": 24, "lat": 47.2135}, None),
        (4, {"nom": "Ô Bébés", "places": None, "lat": ""}, "places\u00a0: la cellule contient une formule"),
        (5, {"nom": "Doudou", "places": "", "lat": 47}, None),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["nom", "nom"], ["a", "b"]], "«\u00a0nom\u00a0» y est deux fois"),
        ([["titre"], ["a"]], "champs attendus.*nom"),
        ([["nom"]], "aucun enregistrement"),
        ([["nom"], ["a", "b"]], "ligne\u00a02 a 2 colonnes au lieu de 1"),
    ],
)
def test_a_workbook_that_is_none_of_the_source_is_refused(rows: list[list[object]], said: str, tmp_path: Path) -> None:
    path = tmp_path / "lieux.xlsx"
    path.write_bytes(workbook(*rows))
    with pytest.raises(ImportRefused, match=said) as refused:
        imports.read(path, ["nom"])
    assert "lieux.xlsx" in str(refused.value)


def test_a_file_beyond_the_bounds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lieux.csv"
    path.write_bytes(b"nom\n" + b"a\n" * (imports.LIMITS.lines + 1))
    with pytest.raises(ImportRefused, match=r"plus de 100000 lignes"):
        imports.read(path, ["nom"])
    with path.open("wb") as file:
        file.truncate(imports.LIMITS.bytes + 1)
    with pytest.raises(ImportRefused, match="trop lourd"):
        imports.read(path, ["nom"])


def test_lines_of_movements_are_plain_texts() -> None:
    """What a spreadsheet adds is taken off before a line is judged."""
    data = "\n".join([";".join(TITLES), ";".join(line("retrait", "2026-11-01", last_name="  Le\u00a0 Goff "))])
    (row,) = movements.read(data.encode(), mapping.of("44"), "44", TODAY).rows
    assert row.last_name == "Le Goff"


def test_a_number_or_a_name_of_any_length_is_a_value_of_its_row() -> None:
    """One cell of five thousand digits, or a name as long as a book, ends no import."""
    assert cleaning.whole_number("9" * 5_000) is None
    assert cleaning.whole_number("0024 places") == 24
    assert runs.shown("na\udcffme\x1b.xlsx") == "na?me\ufffd.xlsx"
    assert len(wording.quoted("B" * 5_000)) < 300
    for data, reason in (
        (b'[{"a": ' + b"9" * 5_000 + b"}]", "nombre démesuré"),
        (b'[{"a": NaN}]', "NaN n’est pas un nombre"),
        (b"[" * 100_000, "imbrique"),
    ):
        with pytest.raises(Unreadable, match=reason):
            records.of_json(data, imports.LIMITS)
