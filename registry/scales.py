"""The scales that hold now: those shipped (`domain.scales`) with the later entries of the registry's table `scale`."""

import logging
import math
import time
from collections.abc import Callable, Iterable
from datetime import date

import psycopg

from domain import french, scales
from domain.scales import Entry, Refused, Scales
from registry.database import Connection, Pool

log = logging.getLogger(__name__)

READ_AGAIN_S = 30
"""A process goes by what it read for so long: half of the minute within which an entry must hold everywhere."""

Row = tuple[str, date, str, str, str, str]
"""A row of `scale`: name, valid_from, value as JSON text, unit, source, confidence."""

_read: dict[tuple[str, int, str], tuple[float, tuple[Row, ...], Scales]] = {}
"""What this process read last, and when by its clock, by database: one, but for tests."""


class Absent(LookupError):
    """There is no such row to take back; the message is a French sentence."""


def current_scales(conn: Connection, clock: Callable[[], float] = time.monotonic) -> Scales:
    """The scales, read through `conn` unless this process did so within READ_AGAIN_S.

    The same object as long as no row changes. `clock`: seconds, for tests.
    """
    known = _read.get(_database(conn))
    return known[2] if known is not None and clock() - known[0] < READ_AGAIN_S else read(conn, clock)


def read(conn: Connection, clock: Callable[[], float] = time.monotonic) -> Scales:
    """The same, read now."""
    now, known = clock(), _read.get(_database(conn))
    later = rows(conn)
    found = known[2] if known is not None and known[1] == later else scales.shipped().with_later(_entries(later))
    _read[_database(conn)] = (now, later, found)
    return found


def rows(conn: Connection) -> tuple[Row, ...]:
    """The later entries as they stand, by name and day."""
    return tuple(
        conn.execute(
            "select name, valid_from, value::text, unit, source, confidence from scale order by name, valid_from"
        )
    )


def of_pool(pool: Pool | None, clock: Callable[[], float] = time.monotonic) -> Callable[[], Scales]:
    """What gives the scales where no connection is at hand: it takes one when they must be read again.

    Without a registry, the shipped ones. While it is away, those read last, so that no page fails for want of them.
    """
    if pool is None:
        return scales.shipped
    asked_at, latest = -math.inf, scales.shipped()

    def held() -> Scales:
        nonlocal asked_at, latest
        if clock() - asked_at >= READ_AGAIN_S:
            # First, so that a registry that is away makes one page in READ_AGAIN_S wait, not each.
            asked_at = clock()
            try:
                with pool.connection() as conn:
                    latest = read(conn, clock)
            except psycopg.OperationalError as error:
                log.error("the scales could not be read: %s", type(error).__name__)
        return latest

    return held


def enter(conn: Connection, entry: Entry, *, replace: bool = False) -> None:
    """Write an entry that `domain.scales.checked` has made. The caller notes it in the audit log, and commits.

    Raises Refused where a row of this name and day stands already, unless it is to be replaced.
    """
    written = conn.execute(
        "insert into scale (name, valid_from, value, unit, source, confidence)"
        " values (%(name)s, %(valid_from)s, %(value)s::jsonb, %(unit)s, %(source)s, %(confidence)s)"
        " on conflict (name, valid_from) do update set value = excluded.value, unit = excluded.unit,"
        " source = excluded.source, confidence = excluded.confidence, entered_at = now() where %(replace)s",
        {
            "name": entry.name,
            "valid_from": entry.valid_from,
            "value": scales.as_json(entry.value),
            "unit": str(entry.unit),
            "source": entry.source,
            "confidence": entry.confidence,
            "replace": replace,
        },
    )
    if not written.rowcount:
        raise Refused(
            f"{entry.name} a déjà une valeur saisie à partir du {french.day(entry.valid_from)}\u00a0: retirez-la, ou"
            " ajoutez --replace pour la corriger."
        )


def remove(conn: Connection, name: str, valid_from: date) -> None:
    """Take a row back: what was shipped for that day, or what held before it, holds again. Raises Absent.

    The caller notes it in the audit log, and commits.
    """
    if not conn.execute("delete from scale where name = %s and valid_from = %s", [name, valid_from]).rowcount:
        raise Absent(f"Aucune valeur de {name} n’a été saisie à partir du {french.day(valid_from)}.")


def _entries(later: Iterable[Row]) -> list[Entry]:
    """What the rows say, as far as this version knows these scales: one of another version may have had others, or
    counted them otherwise. It is logged, and what is shipped holds: nothing fails at reading."""
    found = []
    for name, valid_from, value, unit, source, confidence in later:
        try:
            found.append(
                scales.checked(
                    scales.shipped().definitions, name, valid_from, scales.from_json(value), unit, source, confidence
                )
            )
        except Refused as refused:
            log.error("a row of scale is passed over (%s, %s): %s", name, valid_from, refused)
    return found


def _database(conn: Connection) -> tuple[str, int, str]:
    return conn.info.host, conn.info.port, conn.info.dbname
