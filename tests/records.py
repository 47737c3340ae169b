"""Hand-written rows of the registry, for tests that look at exactly these."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from psycopg import sql

from registry.database import Connection
from registry.ids import new_id
from tests.conftest import TODAY

Range = tuple[int, int, int, int]
"""Weekday (0 is Monday), start and end in minutes of that day, places."""

Period = tuple[date, date | None, list[Range]]
"""First day, last day or None, ranges."""

NANTES = (47.2173, -1.5534)


def minutes(clock: str) -> int:
    at = time.fromisoformat(clock)
    return at.hour * 60 + at.minute


def structure(
    conn: Connection, name: str, *, kind: str = "eaje", at: tuple[float, float] = NANTES, **columns: Any
) -> str:
    """A published structure in Nantes, unless told otherwise; returns its id."""
    return _offer(
        conn,
        {
            "kind": kind,
            "name": name,
            "commune": "44109",
            "postcode": "44000",
            "lat": at[0],
            "lon": at[1],
            "position_precision": "address",
            "publication": "published",
            "fictitious": False,
        }
        | columns,
    )


def assistant(
    conn: Connection,
    name: str = "Nadia B.",
    *,
    home: tuple[float, float] = NANTES,
    commune: str = "44109",
    postcode: str = "44300",
    address: str = "27 rue Introuvable",
    show: str = "zone",
    street_at: tuple[float, float] | None = None,
    contact: dict[str, Any] | None = None,
    capacity: int = 3,
    mam: str | None = None,
    show_mam: bool = True,
    periods: Iterable[Period] = (),
    **columns: Any,
) -> str:
    """A published assistant maternel with every private fact filled in; returns her id.

    Who has periods has declared them: on TODAY, unless told otherwise.
    """
    periods = tuple(periods)
    if periods:
        columns = {"confirmed_on": TODAY} | columns
    with conn.transaction():
        identifier = _offer(
            conn,
            {"kind": "assistant_maternel", "name": name, "publication": "draft", "fictitious": True} | columns,
        )
        _insert(conn, "am_identity", offer=identifier, first_name="Nadia", last_name="Bensaïd-Secrète")
        place = {"address": address, "street": address.partition(" ")[2], "postcode": postcode, "commune": commune}
        point = {"lat": home[0], "lon": home[1]}
        street = {"street_lat": street_at[0], "street_lon": street_at[1]} if street_at else {}
        _insert(conn, "am_home", offer=identifier, **place, **point, **street, show=show)
        _insert(
            conn,
            "am_contact",
            **({"offer": identifier, "phone": "06 39 98 76 54", "mail": "secrete@example.org"} | (contact or {})),
        )
        _insert(
            conn,
            "agrement",
            offer=identifier,
            department="44",
            number=f"SECRET-{identifier}",
            starts_on=date(2024, 1, 1),
            capacity=capacity,
            age_to_months=72,
        )
        if mam:
            _insert(conn, "am_mam", offer=identifier, mam=mam, show=show_mam)
        conn.execute("update offer set publication = 'published' where id = %s", [identifier])
        for first, last, ranges in periods:
            add_period(conn, identifier, first, last, ranges)
    return identifier


def add_period(conn: Connection, offer: str, first: date, last: date | None, ranges: Iterable[Range]) -> int:
    """A timetable with its ranges; returns its id."""
    timetable = conn.execute(
        "insert into timetable (offer, period) values (%s, daterange(%s, %s, '[]')) returning id", [offer, first, last]
    ).fetchall()[0][0]
    slots: dict[int, int] = {}
    rows = []
    for weekday, start, end, places in ranges:
        slots[weekday] = slots.get(weekday, 0) + 1
        rows.append((weekday, slots[weekday], start, end, places))
    # In one statement: each of them is looked at by the triggers once.
    conn.execute(
        "insert into timetable_range (timetable, weekday, slot, start_minute, end_minute, places)"
        " select %s, * from unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[])",
        [timetable, *([row[column] for row in rows] for column in range(5))],
    )
    return int(timetable)


def _offer(conn: Connection, columns: dict[str, Any]) -> str:
    identifier = columns.setdefault("id", new_id())
    _insert(conn, "offer", **columns)
    return str(identifier)


def _insert(conn: Connection, table: str, **columns: Any) -> None:
    conn.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.Placeholder() * len(columns)),
        ),
        list(columns.values()),
    )
