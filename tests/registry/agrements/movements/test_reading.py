"""Files as they come out of spreadsheets, and files that mean harm."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from registry.agrements.movements import mapping
from registry.agrements.movements.reading import FURTHEST, LIMITS, Read, read
from registry.agrements.movements.rows import Row
from registry.intake.spreadsheets import UNPACKED
from registry.intake.tables import Unreadable
from tests.conftest import TODAY
from tests.registry.agrements.movements.people import TITLES, as_csv, line

CONTENT = [["044-001", "Œuvrard-Élie", "Zoé", "31/01/1980", "Levée de suspension", "02/11/2026"]]
EXPECTED = Row(2, "044-001", "Œuvrard-Élie", "Zoé", date(1980, 1, 31), "levee_suspension", date(2026, 11, 2))


def reading(data: bytes, department: str = "44") -> Read:
    return read(data, mapping.of(department), department, TODAY)


def text(separator: str = ";", titles: list[str] = TITLES, before: str = "") -> str:
    return before + "\r\n".join(separator.join(cells) for cells in [titles, *CONTENT])


def workbook(fill: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def filled(*lines: list[Any], title: str = "Mouvements") -> bytes:
    def fill(book: Any) -> None:
        book.active.title = title
        for cells in (TITLES, *lines):
            book.active.append(cells)

    return workbook(fill)


@pytest.mark.parametrize(
    "data",
    [
        text().encode(),
        text().encode("utf-8-sig"),
        text().encode("cp1252"),
        text("\t").encode("utf-16"),
        text(",").encode(),
        text("|").encode(),
    ],
)
def test_a_csv_is_read_in_any_usual_encoding_and_separator(data: bytes) -> None:
    assert reading(data).rows == [EXPECTED]


def test_lines_are_counted_as_an_editor_does() -> None:
    data = (
        b"sep=;\r\nDirection de la PMI;;;;;\r\n\r\n" + as_csv(line("retrait", "2026-11-01")) + b"\r\n;;;;;\r\n\r\n"
        b'044-002;"Le ""Goff""\r\nDupont";Ana\xc3\xafs;;retrait;2026-11-01 00:00:00\r\n'
        b"044-003;;Lou;;retrait;2026-11-01\r\n"
    )
    found = reading(data)
    assert [(row.line, row.last_name) for row in found.rows] == [(5, "LE GOFF"), (8, 'Le "Goff" Dupont')]
    assert [(each.line, each.reason) for each in found.refusals] == [(10, "Le nom manque.")]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (0, "", "numéro d’agrément manque"),
        (0, "-/-", "numéro d’agrément manque"),
        (0, "1" * 41, "trop long"),
        (0, "4,4E+11", "format texte"),
        (1, "x" * 101, "nom est trop long"),
        (1, "x" * 400, "la cellule est trop long"),
        (1, "Le\x07Goff", "caractère de contrôle"),
        (2, "…", "prénom manque"),
        (3, "31/02/1980", "date de naissance «\u00a031/02/1980\u00a0» n’est pas une date"),
        (3, TODAY.isoformat(), "date de naissance «\u00a023/11/2026\u00a0» n’est pas possible"),
        (4, "mutation", "ni un retrait"),
        (5, "", "date d’effet manque"),
        (5, "02/11/26", "n’est pas une date"),
        (5, "01/01/1950", "trop ancienne"),
        (5, (TODAY + FURTHEST + timedelta(days=1)).isoformat(), "deux ans"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_why_and_the_others_are_kept(place: int, value: str, said: str) -> None:
    bad = line("retrait", "01/11/2026")
    bad[place] = value
    found = reading(as_csv(line("retrait", "01/11/2026"), bad))
    assert [row.line for row in found.rows] == [2]
    assert [each.line for each in found.refusals] == [3]
    assert said in found.refusals[0].reason


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"\x00\x01\x02", "ni un CSV"),
        (b"%PDF-1.7\n1 0 obj", "ni un CSV"),
        (b"\xff\xd8\xff\xe0 a photograph", "ni un CSV"),
        (as_csv(line("retrait", '"2026-11-01')), "guillemet"),
        (as_csv(), "aucune ligne"),
        (";".join(TITLES[:-1]).encode() + b"\na;b;c;d;e", "«\u00a0date d’effet\u00a0»".encode().decode()),
        (";".join([*TITLES, "Numéro"]).encode() + b"\n1;2", "deux colonnes"),
        (as_csv(*[line("retrait", "2026-11-01")] * (LIMITS.lines + 1)), "plusieurs fois"),
    ],
)
def test_a_csv_that_cannot_be_read_says_why(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        reading(data)


def test_a_row_of_another_department_is_refused() -> None:
    rows = [[*CONTENT[0], "44"], [*CONTENT[0], "49"]]
    data = "\n".join(";".join(cells) for cells in [[*TITLES, "Département"], *rows])
    found = reading(data.encode())
    assert [row.line for row in found.rows] == [2]
    assert "autre département" in found.refusals[0].reason


def test_a_workbook_gives_its_real_dates_and_numbers() -> None:
    data = filled(
        [44000123, "Le Goff", "Anaïs", datetime(1980, 1, 31), "retrait", date(2026, 11, 2)],  # noqa: DTZ001
        [44000124.0, "Le Goff", "Anaïs", "31/01/1980", "retrait", "2026-11-02"],
        [None] * 6,
        [44000125, "Le Goff", "Anaïs", None, "retrait", datetime(2026, 11, 2, 8, 30)],  # noqa: DTZ001
        ["=1+1", "Le Goff", "Anaïs", None, "retrait", date(2026, 11, 2)],
        [1234567890123456, "Le Goff", "Anaïs", None, "retrait", date(2026, 11, 2)],
        [True, "Le Goff", "Anaïs", None, "retrait", date(2026, 11, 2)],
        [1.5, "Le Goff", "Anaïs", None, "retrait", 46328],
    )
    found = reading(data, "49")
    assert [(row.line, row.number, row.birth_date, row.effective_on) for row in found.rows] == [
        (2, "044000123", date(1980, 1, 31), date(2026, 11, 2)),
        (3, "044000124", date(1980, 1, 31), date(2026, 11, 2)),
    ]
    refused = {each.line: each.reason for each in found.refusals}
    assert list(refused) == [5, 6, 7, 8, 9]
    assert "contient une heure" in refused[5]
    assert "contient une formule" in refused[6]
    assert "trop long pour un tableur" in refused[7]


def test_hidden_sheets_are_left_out_and_said() -> None:
    def fill(book: Any) -> None:
        for title in ("Mouvements", "Brouillon"):
            sheet = book.create_sheet(title)
            sheet.append(TITLES)
            sheet.append(CONTENT[0])
        book["Brouillon"].sheet_state = "veryHidden"

    found = reading(workbook(fill))
    assert len(found.rows) == 1
    assert found.notices == ["La feuille masquée «\u00a0Brouillon\u00a0» n’a pas été lue."]


def test_two_sheets_of_movements_are_one_too_many_unless_the_mapping_names_one() -> None:
    def fill(book: Any) -> None:
        for title in ("Mouvements", "Novembre"):
            sheet = book.create_sheet(title)
            sheet.append(TITLES)
            sheet.append(CONTENT[0])

    with pytest.raises(Unreadable, match="«\u00a0Novembre\u00a0»"):
        reading(workbook(fill), "44")
    assert len(reading(workbook(fill), "49").rows) == 1


def repacked(data: bytes, changed: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, content in changed.items():
            new.writestr(name, content)
    return kept.getvalue()


def shared(data: bytes) -> bytes:
    """The same workbook with its texts apart, as Excel writes them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet, types = archive.read("xl/worksheets/sheet1.xml"), archive.read("[Content_Types].xml")
    texts: list[bytes] = []

    def apart(found: re.Match[bytes]) -> bytes:
        texts.append(found[1])
        return b't="s"><v>%d</v></c>' % (len(texts) - 1)

    sheet = re.sub(rb't="inlineStr"><is><t>([^<]*)</t></is></c>', apart, sheet)
    strings = b"".join(b"<si><t>%s</t></si>" % each for each in texts)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    listed = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind
    return repacked(
        data,
        {
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": b'<sst xmlns="%s">%s</sst>' % (SPREADSHEET, strings),
            "[Content_Types].xml": types.replace(b"</Types>", listed),
        },
    )


SPREADSHEET = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def test_a_workbook_with_its_texts_apart_is_read() -> None:
    assert reading(shared(filled(*CONTENT))).rows == [EXPECTED]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"xl/media/big": bytes(UNPACKED * LIMITS.bytes)}, "trop grand"),
        ({f"xl/media/{number}": b"" for number in range(300)}, "trop grand"),
        ({"xl/vbaProject.bin": b"x"}, "macros"),
        ({"xl/sharedStrings.xml": LAUGHS + b'<sst xmlns="%s"><si><t>&b;</t></si></sst>' % SPREADSHEET}, "abîmé"),
        ({"xl/worksheets/sheet1.xml": LAUGHS + b"<worksheet>&b;</worksheet>"}, "abîmé"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet"}, "abîmé"),
    ],
)
def test_a_workbook_that_means_harm_is_refused(changed: dict[str, bytes], said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        reading(repacked(shared(filled(*CONTENT)), changed))


@pytest.mark.parametrize("cut", [100, -200])
def test_a_workbook_that_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(Unreadable, match="abîmé"):
        reading(filled(*CONTENT)[:cut])


def test_every_mapping_can_be_read() -> None:
    for path in mapping.FOLDER.glob("*.toml"):
        mapping.of(path.stem)
    assert mapping.of("44").actions["l"] == "levee_suspension"
