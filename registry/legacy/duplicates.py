"""Who stands in the file more than once, and which of her lines counts. A pure function over the whole file."""

from collections.abc import Iterable
from datetime import date

from registry.legacy.values import Key

OLDEST = date.min


def duplicates(keys: Iterable[Key | None]) -> dict[int, int]:
    """Line → the line that counts in its stead.

    One person: the same mail, or the same agrément under the same last name. A line with an account counts before one
    without, then the one updated last, then the first. The same number under two names is two people's: that is not
    decided here.
    """
    known = [key for key in keys if key is not None]
    known.sort(key=lambda key: (not key.account, -(key.updated or OLDEST).toordinal(), key.line))
    by_mail: dict[str, int] = {}
    by_number: dict[tuple[tuple[str, str], str], int] = {}
    found: dict[int, int] = {}
    for key in known:
        person = (key.number, key.last_name) if key.number else None
        counts = (key.mail and by_mail.get(key.mail)) or (person and by_number.get(person))
        if counts:
            found[key.line] = counts
            continue
        if key.mail:
            by_mail[key.mail] = key.line
        if person:
            by_number[person] = key.line
    return found
