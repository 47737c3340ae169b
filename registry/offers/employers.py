"""Employers who are legal entities: they may keep the timetables of the assistants maternels who chose them.

They see the name that parents see, the commune and the timetable, and nothing else. Being employed also exempts an
assistant maternel from the duty to declare (`registry.offers.duties`). Callers commit.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.accounts import Account
from registry.database import Connection


@dataclass(frozen=True)
class Employed:
    """What an employer sees of one of hers in the list: all of it is public on her fiche."""

    offer: str
    name: str
    commune: str | None
    confirmed_on: date | None
    fresh_until: date | None


def choices(conn: Connection) -> list[tuple[UUID, str]]:
    """The employers that can be chosen, by name."""
    rows = conn.execute(
        "select id, name from account where role = 'employer' and closed_at is null and name <> '' order by name, id"
    )
    return [(id, name) for id, name in rows]


def of_offer(conn: Connection, offer: str) -> tuple[UUID, str] | None:
    """The employer whom she chose, as id and name."""
    row = conn.execute(
        "select a.id, a.name from employment e join account a on a.id = e.employer"
        " where e.offer = %s and a.closed_at is null",
        [offer],
    ).fetchone()
    return (row[0], row[1]) if row else None


def set_employed(conn: Connection, offer: str, employed: bool, employer: UUID | None = None) -> bool:
    """Say whether a legal entity employs her and, if she wants it, which one keeps her timetables.

    False, and nothing is written, when `employer` is no open account of an employer.
    """
    if employer is not None and all(id != employer for id, _ in choices(conn)):
        return False
    conn.execute(
        "update offer set employed = %s where id = %s and employed is distinct from %s", [employed, offer, employed]
    )
    if employed and employer is not None:
        conn.execute(
            "insert into employment (offer, employer) values (%s, %s)"
            " on conflict (offer) do update set employer = excluded.employer, since = clock_timestamp()"
            " where employment.employer <> excluded.employer",
            [offer, employer],
        )
    else:
        conn.execute("delete from employment where offer = %s", [offer])
    return True


def assistants(conn: Connection, employer: UUID) -> list[Employed]:
    """Those who chose this employer, by name."""
    rows = conn.execute(
        "select o.id, o.name, c.name, o.confirmed_on, o.fresh_until from employment e join offer o on o.id = e.offer"
        " left join commune c on c.code = o.commune where e.employer = %s and o.publication <> 'closed'"
        " order by o.name, o.id",
        [employer],
    )
    return [Employed(*row) for row in rows]


def keeps(conn: Connection, employer: Account, offer: str) -> bool:
    """Whether this employer may write that timetable."""
    return (
        employer.role == "employer"
        and conn.execute(
            "select from employment e join offer o on o.id = e.offer"
            " where e.employer = %s and e.offer = %s and o.publication <> 'closed'",
            [employer.id, offer],
        ).fetchone()
        is not None
    )
