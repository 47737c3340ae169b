"""Days and moments as French readers write them, for the pages and the mails."""

from datetime import date, datetime

from settings import PARIS

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def day(value: date) -> str:
    """« 1er décembre 2026 », which does not break."""
    return f"{'1er' if value.day == 1 else value.day}\u00a0{MONTHS[value.month - 1]}\u00a0{value.year}"


def moment(value: datetime) -> str:
    """« 26 novembre 2026 à 10 h 00 », in France."""
    return f"{day(value.astimezone(PARIS).date())} à {hour(value)}"


def hour(value: datetime) -> str:
    """« 10 h 00 », in France."""
    local = value.astimezone(PARIS)
    return f"{local.hour}\u00a0h\u00a0{local.minute:02}"
