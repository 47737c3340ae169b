"""COPY into the registry, in the order that lets its triggers derive each public column once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from demo.structures import OFFER_COLUMNS, OPENING_COLUMNS, Row
from demo.timetables import Period
from registry import database
from registry.database import Connection


@dataclass(frozen=True, slots=True)
class Assistant:
    """The rows of one assistant maternel, in the order of the columns below."""

    identity: Row
    contact: Row
    agrement: Row
    home: Row
    mam: Row | None
    offer: Row
    periods: Sequence[Period]
    leave: Sequence[date]


PUBLIC_COLUMNS = (
    *("id", "name", "project", "features", "languages", "schools", "hourly_cents", "upkeep_cents", "meal_cents"),
    "confirmed_on",
)


def prepare(conn: Connection) -> None:
    """Make the temporary table that `load_assistants` copies into, and set the planner right; both go with the
    transaction."""
    database.expect_many(conn)
    conn.execute(
        "create temporary table generated_assistant on commit drop as"
        f" select {', '.join(PUBLIC_COLUMNS)} from offer with no data"
    )


def load_structures(conn: Connection, offers: Iterable[Row], openings: Iterable[Row]) -> None:
    database.copy(conn, "offer", OFFER_COLUMNS, offers)
    database.copy(conn, "opening", OPENING_COLUMNS, openings)


def load_assistants(conn: Connection, batch: Sequence[Assistant]) -> None:
    """Private rows and timetables first, so that an offer is written once, with its derived columns as `am_public` and
    `word_holds_to` have them, and queued once.

    `am_home` comes last of the private tables: without a home the view has no row, and the triggers of
    the others have nothing to derive.
    """
    conn.execute("set constraints all deferred")
    database.copy(conn, "am_identity", ("offer", "first_name", "last_name", "birth_date"), (a.identity for a in batch))
    database.copy(
        conn,
        "am_contact",
        ("offer", "phone", "mail", "show_phone", "show_mail"),
        (a.contact for a in batch),
    )
    database.copy(
        conn,
        "agrement",
        (
            *("offer", "department", "number", "starts_on", "ends_on", "capacity"),
            *("age_from_months", "age_to_months"),
        ),
        (a.agrement for a in batch),
    )
    database.copy(conn, "am_mam", ("offer", "mam", "show"), (a.mam for a in batch if a.mam))
    database.copy(
        conn,
        "am_home",
        (
            *("offer", "address", "street", "postcode", "commune", "lat", "lon"),
            *("street_lat", "street_lon", "show"),
        ),
        (a.home for a in batch),
    )
    _load_timetables(conn, batch)
    database.copy(conn, "generated_assistant", PUBLIC_COLUMNS, (a.offer for a in batch))
    # The statistics may be of a moment when these tables were empty: a plan made for that took ten minutes once.
    conn.execute("analyze generated_assistant, am_contact, agrement, am_mam, am_home")
    conn.execute(
        f"""
        insert into offer (kind, {", ".join(PUBLIC_COLUMNS)}, mam, address, commune, postcode, lat, lon,
            position_precision, phone, mail, capacity, age_from_months, age_to_months, licensed, publication,
            fictitious)
        select 'assistant_maternel', g.*, p.mam, p.address, p.commune, p.postcode, p.lat, p.lon,
            p.position_precision, p.phone, p.mail, p.capacity, p.age_from_months, p.age_to_months, p.licensed,
            'published', true
        from generated_assistant g join am_public p on p.id = g.id
        """
    )
    conn.execute("truncate generated_assistant")
    # Checked batch by batch: a queue of a million deferred checks would fill the server's memory.
    conn.execute("set constraints all immediate")


def analyse(conn: Connection) -> None:
    """Statistics at once: the index is built next, and autovacuum comes a minute later."""
    conn.execute(
        "analyze offer, opening, timetable, timetable_range, leave,"
        " am_identity, am_contact, am_home, agrement, am_mam, outbox"
    )


def _load_timetables(conn: Connection, batch: Sequence[Assistant]) -> None:
    periods = [(assistant.offer[0], period) for assistant in batch for period in assistant.periods]
    ids = [
        row[0]
        for row in conn.execute(
            "select nextval(pg_get_serial_sequence('timetable', 'id')) from generate_series(1, %s)",
            [len(periods)],
        )
    ]
    database.copy(
        conn,
        "timetable",
        ("id", "offer", "period"),
        ((key, offer, period.as_range()) for key, (offer, period) in zip(ids, periods, strict=True)),
    )
    database.copy(
        conn,
        "timetable_range",
        ("timetable", "weekday", "slot", "start_minute", "end_minute", "places"),
        ((key, *each) for key, (_, period) in zip(ids, periods, strict=True) for each in period.week),
    )
    database.copy(conn, "leave", ("offer", "day"), ((a.offer[0], day) for a in batch for day in a.leave))
