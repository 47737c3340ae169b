"""What a family looks for in a week, as pieces of the week that the index can contain.

Minutes count from Monday 00:00. DESIGN.md, "Availability", gives the grammar and the rules.
"""

import re
from dataclasses import dataclass

from mappings.documents import DAY_MINUTES, DAYS, WEEK_MINUTES

MAX_LINES = 14
MAX_PLACES = 6

ALLOWED = (
    f"jours@début-fin, par exemple mon-fri@08:00-18:00 ou sat@09:00-12:00*2 (jours {', '.join(DAYS)}\u202f;"
    f" places de 1 à {MAX_PLACES} après l’étoile)\u202f; au plus {MAX_LINES} lignes"
)

_DAY = "|".join(DAYS)
_LINE = re.compile(
    rf"(?P<first>{_DAY})(?:-(?P<last>{_DAY}))?@(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)(?:\*(?P<places>\d))?", re.ASCII
)


@dataclass(frozen=True)
class Line:
    """One line of a need: `text` as it was given; `pieces` half-open, in minutes of the week, never past its end."""

    text: str
    pieces: tuple[tuple[int, int], ...]
    places: int | None


def parse(text: str) -> Line:
    """Read one line. Raises ValueError with a French sentence."""
    found = _LINE.fullmatch(text)
    if not found:
        raise ValueError(f"ligne «\u00a0{text[:60]}\u00a0» illisible")
    start, end = _minute(found["start"]), _minute(found["end"])
    if start is None or start == DAY_MINUTES or end is None:
        raise ValueError(f"ligne «\u00a0{text}\u00a0»\u00a0: cette heure n’existe pas")
    if start == end:
        raise ValueError(f"ligne «\u00a0{text}\u00a0»\u00a0: le début et la fin sont égaux")
    places = int(found["places"]) if found["places"] else None
    if places is not None and not 1 <= places <= MAX_PLACES:
        raise ValueError(f"ligne «\u00a0{text}\u00a0»\u00a0: de 1 à {MAX_PLACES} places")
    if end < start:
        end += DAY_MINUTES
    pieces: list[tuple[int, int]] = []
    for day in _days(found["first"], found["last"]):
        pieces += _split(day * DAY_MINUTES + start, day * DAY_MINUTES + end)
    return Line(text, tuple(pieces), places)


def _minute(text: str) -> int | None:
    """The minute of the day, 24:00 included."""
    hour, minute = int(text[:2]), int(text[3:])
    if minute > 59 or hour * 60 + minute > DAY_MINUTES:
        return None
    return hour * 60 + minute


def _days(first: str, last: str | None) -> list[int]:
    """Days of the week from `first` to `last`, past Sunday when the last comes before the first (sat-mon)."""
    start = DAYS.index(first)
    count = (DAYS.index(last) - start) % 7 if last else 0
    return [(start + step) % 7 for step in range(count + 1)]


def _split(start: int, end: int) -> list[tuple[int, int]]:
    """Cut at Monday 00:00, as the index does."""
    if end <= WEEK_MINUTES:
        return [(start, end)]
    return [(start, WEEK_MINUTES), (0, end - WEEK_MINUTES)]
