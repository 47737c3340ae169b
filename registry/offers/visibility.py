"""How an offer stands before parents: the name they read, whether they find it, until when its word counts."""

from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from registry.database import Connection


@dataclass(frozen=True)
class Visibility:
    """`public`: parents find it now (`is_public`). `status` is that of its agrément, if it has one; `fresh_until` is
    the last day on which its word counts, None without a word."""

    name: str
    publication: str
    public: bool
    status: str | None
    fresh_until: date | None


def of_offer(conn: Connection, offer: str) -> Visibility:
    """Raises LookupError for an unknown offer."""
    with conn.cursor(row_factory=class_row(Visibility)) as cursor:
        found = cursor.execute(
            """
            select o.name, o.publication, is_public(o) as public, a.status, o.fresh_until
            from offer o left join agrement a on a.offer = o.id
            where o.id = %(offer)s
            """,
            {"offer": offer},
        ).fetchone()
    if found is None:
        raise LookupError("no offer of this id")
    return found


def open_name(conn: Connection, offer: str) -> str | None:
    """The name that parents see; None for an offer that is closed or unknown."""
    row = conn.execute("select name from offer where id = %s and publication <> 'closed'", [offer]).fetchone()
    return str(row[0]) if row else None
