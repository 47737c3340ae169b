"""Workbooks that are written as they are sent, whatever stands in their cells."""

import asyncio
import io
from collections.abc import AsyncIterator

import openpyxl

from search_api.http import workbook


def test_texts_that_xml_has_not_do_not_break_a_workbook() -> None:
    async def pages() -> AsyncIterator[list[list[str | float | None]]]:
        yield [["a\x00\x0b<b>&\ud800", None, 1.5], ["", "é\n«\u00a0»", -2]]

    async def whole() -> bytes:
        return b"".join([piece async for piece in workbook.workbook("Essai & <co>", ["x", "y", "z"], pages())])

    content = asyncio.run(whole())
    assert asyncio.run(whole()) == content, "the same rows are the same bytes"
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Essai & <co>"]
    assert [list(row) for row in book["Essai & <co>"].iter_rows(values_only=True)] == [
        ["x", "y", "z"],
        ["a<b>&", None, 1.5],
        [None, "é\n«\u00a0»", -2],
    ]
