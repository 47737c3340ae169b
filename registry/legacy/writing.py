"""A batch of decisions written by COPY and statements over sets, in the order that derives each public column once."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from registry import database
from registry.database import Connection
from registry.intake import runs
from registry.intake.runs import Outcome
from registry.legacy.decisions import Decision
from registry.legacy.values import Entry

STAGED = (
    *("id", "name", "project", "features", "hourly_cents", "upkeep_cents", "meal_cents", "confirmed_on"),
    *("publication", "fictitious"),
)
"""The public columns that are hers to say; the others are derived."""


def write(conn: Connection, run: UUID, batch: Sequence[Decision], today: date, fictitious: bool) -> None:
    """Everything that the batch decides, and what became of each line. The caller commits.

    `fictitious` marks every profile, else the line says so.
    """
    database.expect_many(conn)
    conn.execute("set constraints all deferred")
    made = [(each, each.entry) for each in batch if each.outcome in ("published", "draft") and each.entry]
    _private(conn, made, today)
    _offers(conn, made, fictitious)
    database.copy(
        conn,
        "account",
        ("id", "mail", "role", "offer"),
        ((each.account, each.entry.mail, "am", each.offer) for each in batch if each.account and each.entry),
    )
    closing = [each.offer for each in batch if each.outcome == "closed"]
    conn.execute("update offer set publication = 'closed' where id = any (%s)", [closing])
    runs.keep(
        conn,
        run,
        (
            Outcome(
                each.line,
                each.line,
                each.outcome,
                reasons=each.problems,
                offer=each.offer,
                account=each.account,
                mail=_invited(each),
                before={"publication": each.previous} if each.previous else None,
            )
            for each in batch
        ),
    )
    conn.execute("set constraints all immediate")


def _private(conn: Connection, made: Sequence[tuple[Decision, Entry]], today: date) -> None:
    """`am_home` comes last: without a home the triggers of the others have nothing to derive."""
    database.copy(
        conn,
        "am_identity",
        ("offer", "first_name", "last_name", "birth_date"),
        ((each.offer, e.first_name, e.last_name, e.birth_date) for each, e in made if e.first_name and e.last_name),
    )
    database.copy(
        conn,
        "am_contact",
        ("offer", "phone", "mail", "show_phone", "show_mail"),
        ((each.offer, e.phone, e.mail, e.show_phone, e.show_mail) for each, e in made),
    )
    database.copy(
        conn,
        "agrement",
        (
            "offer",
            "department",
            "number",
            "starts_on",
            "ends_on",
            "capacity",
            "age_from_months",
            "age_to_months",
            "status",
        ),
        (
            (
                each.offer,
                e.department,
                e.number,
                e.starts_on,
                e.ends_on,
                e.capacity,
                e.age_from,
                e.age_to,
                "expired" if e.ends_on and e.ends_on < today else "valid",
            )
            for each, e in made
            if each.licensed
        ),
    )
    database.copy(
        conn,
        "am_home",
        ("offer", "address", "postcode", "commune", "lat", "lon", "show"),
        (
            (each.offer, e.address, e.postcode, each.home.code, *e.position, e.show)
            for each, e in made
            if each.home and e.position
        ),
    )


def _offers(conn: Connection, made: Sequence[tuple[Decision, Entry]], fictitious: bool) -> None:
    names = ", ".join(STAGED)
    conn.execute(
        f"create temporary table if not exists legacy_offer on commit drop as select {names} from offer with no data"
    )
    conn.execute("truncate legacy_offer")
    database.copy(
        conn,
        "legacy_offer",
        STAGED,
        (
            (
                each.offer,
                e.shown_name,
                e.project,
                e.features,
                e.hourly,
                e.upkeep,
                e.meal,
                e.confirmed_on,
                each.outcome,
                fictitious or e.fictitious,
            )
            for each, e in made
        ),
    )
    conn.execute("analyze legacy_offer, am_contact, agrement, am_home")
    conn.execute(
        f"insert into offer (kind, {names}, mam, address, commune, postcode, lat, lon, position_precision, phone, mail,"
        " capacity, age_from_months, age_to_months, licensed)"
        f" select 'assistant_maternel', {', '.join(f'g.{name}' for name in STAGED)}, p.mam, p.address, p.commune,"
        " p.postcode, p.lat, p.lon, p.position_precision, p.phone, p.mail, p.capacity, p.age_from_months,"
        " p.age_to_months, coalesce(p.licensed, false)"
        " from legacy_offer g left join am_public p on p.id = g.id"
    )


def _invited(each: Decision) -> str | None:
    """The mail of one who is removed and may be invited; nobody else's is kept beside the outcome."""
    return each.entry.mail if each.entry and each.outcome in ("removed", "closed") else None
