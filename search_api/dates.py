"""Days that the search compares with, from the request's day."""

from calendar import monthrange
from datetime import date

FRESH_MONTHS = 6
"""An offer is up to date when it was confirmed since the same day so many months ago: assistants maternels declare
their availability before 1 June and 1 December, for the six months that follow (décret n° 2021-1131)."""


def fresh_since(today: date) -> date:
    return months_before(today, FRESH_MONTHS)


def months_before(day: date, months: int) -> date:
    """The same day of the month, or the month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
