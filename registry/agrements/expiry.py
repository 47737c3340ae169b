"""The rules of an agrément that follow the calendar."""

from datetime import date

from registry.database import Connection


def expire(conn: Connection, today: date) -> int:
    """Mark the agréments that ended before `today` (Europe/Paris); returns how many.

    A document never depends on the clock, so the end of an agrément must become a change of a row. It may be
    run late or twice: what ended meanwhile is caught up with. The caller commits.
    """
    return conn.execute(
        "update agrement set status = 'expired' where status = 'valid' and ends_on < %s", [today]
    ).rowcount
