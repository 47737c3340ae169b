"""The list of those who are late, as a file that a spreadsheet opens. Pure functions."""

import csv
import io
from collections.abc import Iterable

from domain.spreadsheets import as_text
from registry.offers.duties import Overdue

COLUMNS = ("Nom", "Prénom", "Numéro d’agrément", "Commune", "Dernière déclaration", "Échéances manquées", "Averti le")

FIELDS = ("last_name", "first_name", "number", "commune", "confirmed_on", "breaches", "warned_on")
"""The facts that it tells, as the audit log names them."""


def as_csv(rows: Iterable[Overdue]) -> str:
    """With semicolons and a byte order mark, as French spreadsheets read it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = [getattr(row, name) for name in FIELDS]
        # Names and numbers were typed by somebody.
        writer.writerow(["" if value is None else as_text(str(value)) for value in values])
    return "\ufeff" + text.getvalue()
