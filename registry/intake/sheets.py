"""A CSV or an XLSX file, told apart by what is in it, as sheets of lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from registry.intake.tables import NOT_TEXT, Limits, Line, Unreadable, check_size, of_csv

OTHER_TYPES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
"""How files begin that could be taken for text."""

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Damaged(Unreadable):
    """A workbook, or one of its sheets, that is not as it should be."""

    def __init__(self) -> None:
        super().__init__("Ce classeur est abîmé.")


@dataclass(frozen=True)
class Sheet:
    """`name` is empty for a CSV file, which is one sheet."""

    name: str
    lines: Iterator[Line]


def opened(data: bytes, known: Callable[[str], bool], limits: Limits, sheet: str = "") -> tuple[list[Sheet], list[str]]:
    """The sheets, and French sentences about what was left out or how it was read. `known` says whether a cell is a
    heading; `sheet`: only the one of this name, of a workbook. Raises Unreadable, also while the lines are read."""
    check_size(data, limits)
    if data.startswith(OTHER_TYPES):
        raise Unreadable(NOT_TEXT)
    if data.startswith(OLD_EXCEL):
        raise Unreadable(
            "Ce classeur est d’un ancien format d’Excel, ou protégé par un mot de passe\u00a0: enregistrez-le au format"
            " XLSX ou CSV."
        )
    if not data.startswith(ZIP):
        lines, notices = of_csv(data, known)
        return [Sheet("", lines)], notices
    # Here, because every process of the site and the jobs would hold what reads workbooks; before the `try`, as it does
    # not load where entities would be expanded.
    from registry.intake.spreadsheets import of_xlsx

    try:
        sheets, notices = of_xlsx(data, sheet, limits)
    except Unreadable:
        raise
    except Exception as error:
        # openpyxl raises whatever comes of a workbook that is not as it should be.
        raise Damaged from error
    return [Sheet(name, _undamaged(lines)) for name, lines in sheets], notices


def _undamaged(lines: Iterator[Line]) -> Iterator[Line]:
    try:
        yield from lines
    except Unreadable:
        raise
    except Exception as error:
        raise Damaged from error
