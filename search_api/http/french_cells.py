"""Values of the API as the reader of a spreadsheet reads them: words for codes, hours and days as they are said."""

import re
from datetime import date
from typing import Any

from domain.vocabulary import Code, Feature, Funding, Language, ManagerType, Precision, Weekday

WORDS: dict[str, type[Code]] = {
    "position.precision": Precision,
    "manager.type": ManagerType,
    "funding": Funding,
    "features": Feature,
    "languages": Language,
}
"""The columns whose codes are said in words; those that are titled as codes keep them."""

DAYS = frozenset(("confirmed_on", "fresh_until", "source.published"))

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

TELEPHONE = re.compile(r"\+[\d ]{1,30}")
"""The one text that begins as a formula and stands in a workbook as it is: there a text is never run."""


def french(column: str, value: Any) -> Any:
    """A text, a number or None: lists with commas, hours as « mercredi 08:00–18:00 »."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(_word(column, each) if isinstance(each, str) else _hours(each) for each in value)
    return _word(column, value) if isinstance(value, str) else value


def day(column: str, value: Any) -> date | None:
    """The day that stands in a column of days; None for anything else."""
    if column not in DAYS or not isinstance(value, str) or not DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _word(column: str, value: str) -> str:
    return WORDS[column].label_of(value) if column in WORDS else value


def _hours(range: dict[str, str]) -> str:
    return f"{Weekday.label_of(range['day'])} {range['start']}–{range['end']}"
