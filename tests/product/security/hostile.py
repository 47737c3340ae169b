"""Files and mails as an attacker makes them: small to send, endless to read."""

import io
import zipfile

from tests.registry.agrements.documents import files
from tests.registry.agrements.movements.people import TITLES

WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{sheets}</sheets></workbook>'
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{more}</worksheet>'
SST = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'
STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
    "<cellXfs>{}</cellXfs></styleSheet>"
)
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(rows: str, *, sheets: int = 1, parts: dict[str, str] | None = None) -> bytes:
    """A workbook whose sheets all have these rows; `parts`: further or other files in it."""
    numbers = range(1, sheets + 1)
    content = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
        '<Override PartName="/xl/styles.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for n in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": WORKBOOK.format(
            sheets="".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
        ),
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{REL}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )
        + f'<Relationship Id="rIdA" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rIdB" Type="{REL}/styles" Target="styles.xml"/></Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": SHEET.format(rows=rows, more="") for n in numbers},
        "xl/sharedStrings.xml": SST.format("<si><t>a</t></si>"),
        "xl/styles.xml": STYLES.format('<xf numFmtId="14"/>' * 2),
        **(parts or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return file.getvalue()


def header(row: int = 1) -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{title}</t></is></c>' for title in TITLES)
    return f'<row r="{row}">{cells}</row>'


CELL = "<c><v>1</v></c>"

WORKBOOKS = {
    "a row at the end of a sheet": xlsx(header() + f'<row r="1048576">{CELL}</row>'),
    "a row beyond any sheet": xlsx(header() + f'<row r="999999999999">{CELL}</row>'),
    "titles beyond any sheet": xlsx(header(10**15)),
    "forty sheets with far rows": xlsx(f'<row r="1048575">{CELL}</row>', sheets=40),
    "a column beyond any sheet": xlsx(header() + '<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>'),
    "a million empty rows": xlsx(header() + "<row/>" * 1_500_000),
    "a row of a million cells": xlsx(header() + f"<row>{CELL * 900_000}</row>"),
    "a million strings": xlsx(header(), parts={"xl/sharedStrings.xml": SST.format("<si><t>a</t></si>" * 1_000_000)}),
    "half a million styles": xlsx(header(), parts={"xl/styles.xml": STYLES.format('<xf numFmtId="1"/>' * 500_000)}),
    "elements in elements": xlsx("<row>" * 400_000 + "</row>" * 400_000),
    "entities": xlsx(
        header(),
        parts={"xl/sharedStrings.xml": '<!DOCTYPE a [<!ENTITY a "aaaa">]>' + SST.format("<si><t>&a;</t></si>")},
    ),
    "half a letter": xlsx(header() + '<row><c t="inlineStr"><is><t>_xD800_</t></is></c></row>'),
    "a date of the year 30,000": xlsx(header() + '<row><c s="1"><v>9999999999999</v></c></row>' * 3),
}

TABLES = {
    "empty lines": b"\n" * 5_000_000,
    "empty cells": b";" * 5_000_000,
    "empty cells under the titles": ";".join(TITLES).encode() + b"\n" + b";" * 5_000_000,
    "lines of one cell": ";".join(TITLES).encode() + b"\n" + b"a\n" * 2_400_000,
    "quotes": b'"' * 5_000_000,
    "an open quote": ";".join(TITLES).encode() + b'\n"' + b"a\n" * 2_400_000,
    "accents": "é".encode() * 2_500_000,
    "marks on one letter": b"a" + "\u0301\u0316".encode() * 1_200_000,
    "UTF-16": b"\xff\xfe" + b";\0" * 2_500_000,
}


def nested_forms(depth: int = 3, each: int = 100) -> bytes:
    """A page that draws a form that draws a form a hundred times, and so on: a million squares in 3,000 bytes."""
    objects = [
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F %d 0 R >> >> /Length %d"
        b" >>\nstream\n%b\nendstream" % (6 + n, 6 * each - 1, b" ".join([b"/F Do"] * each))
        for n in range(depth)
    ]
    last = b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length 12 >>\nstream\n0 0 9 9 re f\nendstream"
    page = b"/MediaBox [0 0 595 842] /Resources << /XObject << /F 5 0 R >> >> /Contents 6 0 R"
    contents = b"<< /Length 5 >>\nstream\n/F Do\nendstream"
    # Object 5 is the first form, 6 the page's contents, the other forms follow.
    objects = [objects[0].replace(b"/F 6 0 R", b"/F 7 0 R"), contents, *(
        form.replace(b"/F %d 0 R" % (6 + n), b"/F %d 0 R" % (7 + n)) for n, form in enumerate(objects[1:], start=1)
    ), last]  # fmt: skip
    return files.pdf(more=objects).replace(b"/MediaBox [0 0 595.000000 842.000000] /Contents 3 0 R", page)


def mail(to: str, sender: str, head: str = "", body: str = "Mardi me convient.") -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: Re\r\nMessage-ID: <{abs(hash((head, body)))}@example.org>\r\n"
        f"{head}\r\n{body}\r\n"
    ).encode()


def nested_parts(depth: int) -> tuple[str, str]:
    """Head and body of a mail of parts in parts."""
    body = "".join(f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(depth))
    return 'Content-Type: multipart/mixed; boundary="b0"\r\n', body


MAILS: dict[str, tuple[str, str]] = {
    "parts in parts": nested_parts(60_000),
    "many parts": ('Content-Type: multipart/mixed; boundary="b"\r\n', "--b\r\n\r\na\r\n" * 400_000),
    "a head without end": ("X-Long: a\r\n" * 200_000, ""),
    "a header of brackets": ("To: " + "(" * 50_000 + "\r\n", ""),
    "a type of parameters": ("Content-Type: text/plain" + "; a*0*=''%20" * 5_000 + "\r\n", ""),
    "encoded words": ("Content-Type: text/plain\r\nX-A: " + "=?utf-8?q?a?= " * 4_000 + "\r\n", ""),
    "a page of tags": ("Content-Type: text/html\r\n", "<p " * 1_500_000),
    "a page of comments": ("Content-Type: text/html\r\n", "<!-" * 1_500_000),
    "a page of declarations": ("Content-Type: text/html\r\n", "<![CDATA[" * 500_000),
    "quotations": ("", "Le 1 " * 1_000_000),
    "blanks": ("", " " * 5_000_000 + "x"),
}
"""Head and body beside the sender and the address."""
