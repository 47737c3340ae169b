"""Rows as an XLSX workbook of one sheet, in pieces: it is written as it is sent, so that the whole country takes the
memory of one page. By hand, since the libraries that write workbooks keep the sheet, or a file of it, until its end.

A workbook that breaks off has no directory, which stands at its end: no program opens a part of one.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import count
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Value = str | int | float | None

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold."""

LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""A spreadsheet reads _x0041_ as A (ECMA-376, ST_Xstring)."""

LEVEL = 5
"""Of deflate: 7 % larger than at 9, in less than half of the time."""

OFFICE = "http://schemas.openxmlformats.org"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"

PARTS = {
    "[Content_Types].xml": f'{XML}<Types xmlns="{OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/>'
    f'<Override PartName="/{SHEET}" ContentType="{CONTENT}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{CONTENT}.styles+xml"/></Types>',
    "_rels/.rels": f'{XML}<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="rId1"'
    f' Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/officeDocument/2006/relationships/styles" Target="styles.xml"/>'
    "</Relationships>",
    # The second style is that of headings.
    "xl/styles.xml": f'{XML}<styleSheet xmlns="{OFFICE}/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/>'
    '<name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
    '<xf fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>",
}
BEFORE_ROWS = (
    f'{XML}<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<cols><col min="1" max="{columns}" width="18" customWidth="1"/></cols><sheetData>'
)
AFTER_ROWS = "</sheetData></worksheet>"


class _Sent:
    """What was written and is not sent yet. No place in it can be gone back to: so zipfile writes what may stream."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing holds it back."""

    def close(self) -> None:
        """Nothing is held open."""

    def taken(self) -> bytes:
        taken, self._waiting = b"".join(self._waiting), []
        return taken


async def workbook(
    title: str, headings: Sequence[str], pages: AsyncIterator[Sequence[Sequence[Value]]]
) -> AsyncIterator[bytes]:
    """The bytes of a workbook, a piece after each page of rows. Texts stay texts, whatever they begin with."""
    sent = _Sent()
    letters = [_letters(place) for place in range(len(headings))]
    numbers = count(2)
    with ZipFile(sent, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, part in {**PARTS, "xl/workbook.xml": _book(title)}.items():
            archive.writestr(_entry(name), part, compresslevel=LEVEL)
        with archive.open(_entry(SHEET), "w") as sheet:
            sheet.write(BEFORE_ROWS.format(columns=len(headings)).encode())
            sheet.write(_row(1, letters, headings, ' s="1"').encode())
            async for page in pages:
                sheet.write("".join(_row(next(numbers), letters, values) for values in page).encode())
                if piece := sent.taken():
                    yield piece
            sheet.write(AFTER_ROWS.encode())
    yield sent.taken()


def _entry(name: str) -> ZipInfo:
    """Without the hour: the same rows are the same bytes."""
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    return entry


def _book(title: str) -> str:
    return (
        f'{XML}<workbook xmlns="{OFFICE}/spreadsheetml/2006/main"'
        f' xmlns:r="{OFFICE}/officeDocument/2006/relationships"><sheets>'
        f'<sheet name="{escape(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _row(number: int, letters: Iterable[str], values: Iterable[Value], style: str = "") -> str:
    return f'<row r="{number}">{"".join(_cells(number, letters, values, style))}</row>'


def _cells(number: int, letters: Iterable[str], values: Iterable[Value], style: str) -> Iterator[str]:
    for letter, value in zip(letters, values, strict=True):
        if isinstance(value, str):
            if value:
                text = f'<is><t xml:space="preserve">{_text(value)}</t></is>'
                yield f'<c r="{letter}{number}"{style} t="inlineStr">{text}</c>'
        elif value is not None:
            yield f'<c r="{letter}{number}"{style}><v>{value}</v></c>'


def _text(value: str) -> str:
    return escape(LIKE_AN_ESCAPE.sub("_x005F_", NOT_XML.sub("", value)))


def _letters(place: int) -> str:
    """Of a column, from 0: A to Z, then AA."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
