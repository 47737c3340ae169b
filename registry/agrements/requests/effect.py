"""What a validated request does: the agrément becomes hers, and parents find her profile if it is in force.

What movements said of a number stands above what a moderator validates: withdrawn and ceased are final for it, and a
suspension ends by the département's levée alone. Only private tables and `publication` are written.
"""

from dataclasses import dataclass
from datetime import date, datetime

from domain import civil, french
from registry.accounts import audit
from registry.agrements import movements
from registry.agrements.movements import applying
from registry.agrements.requests import SELECT, Request, asked, letters, of_row
from registry.casework import history
from registry.casework.history import Line
from registry.database import Connection
from registry.offers.profiles import Agrement


@dataclass(frozen=True)
class Effect:
    """`valid`: the agrément is in force; `clamped`: places of her timetables came down to the new capacity."""

    valid: bool
    clamped: bool


def lock(conn: Connection, request: Request) -> None:
    """Keep movements of these départements and her agrément as they are until the end of the transaction."""
    concerned = conn.execute("select department from agrement where offer = %s", [request.offer]).fetchall()
    for department in sorted({request.department} | {row[0] for row in concerned}):
        applying.lock(conn, department)
    conn.execute("select from agrement where offer = %s for update", [request.offer])


def obstacle(conn: Connection, request: Request, today: date) -> str | None:
    """Why this agrément cannot be recognised, as a French sentence for the moderator; None when it can."""
    publication, homes = conn.execute(
        "select publication, (select count(*) from am_home h where h.offer = o.id) from offer o where o.id = %s",
        [request.offer],
    ).fetchall()[0]
    if publication == "closed":
        return "Cette assistante maternelle a quitté le site."
    if not homes:
        return "Son profil n’a pas encore d’adresse\u00a0: demandez-lui de le compléter."
    if request.ends_on < today:
        return f"Cet agrément a pris fin le {french.day(request.ends_on)}\u00a0: demandez celui qui est en cours."
    own = conn.execute(
        "select status, department = %s and agrement_key(number) = agrement_key(%s) from agrement where offer = %s",
        [request.department, request.number, request.offer],
    ).fetchone()
    if own is not None:
        status, same = own
        if same and status == "withdrawn":
            return "Le département a retiré l’agrément de ce numéro\u00a0: il ne peut plus être validé."
        if same and status == "ceased":
            return "L’agrément de ce numéro a pris fin par une cessation d’activité\u00a0: il ne peut plus être validé."
        if not same and status == "suspended":
            return (
                "Son agrément est suspendu\u00a0: un autre numéro ne peut pas être validé avant que le département ait"
                " levé la suspension."
            )
    final = conn.execute(
        "select from movement where offer = %s and department = %s and matched_key = agrement_key(%s)"
        " and state = 'applied' and action in ('retrait', 'cessation')",
        [request.offer, request.department, request.number],
    ).fetchone()
    if final is not None:
        # She has had another number since.
        return "Le département a mis fin à l’agrément de ce numéro\u00a0: il ne peut plus être validé."
    other = conn.execute(
        "select from agrement where department = %s and agrement_key(number) = agrement_key(%s) and offer <> %s",
        [request.department, request.number, request.offer],
    ).fetchone()
    if other is not None:
        return "Ce numéro d’agrément est déjà celui d’une autre assistante maternelle."
    return None


def write(conn: Connection, offer: str, held: Agrement) -> bool:
    """The agrément becomes hers; returns whether places of her timetables came down to its capacity."""
    # First the places: the database refuses more of them than a capacity allows, at every moment.
    clamped = conn.execute(
        "update timetable_range r set places = %s from timetable t"
        " where t.id = r.timetable and t.offer = %s and r.places > %s",
        [held.capacity, offer, held.capacity],
    ).rowcount
    conn.execute(
        "insert into agrement as a (offer, department, number, starts_on, ends_on, capacity, age_from_months,"
        " age_to_months, conditions) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (offer) do update set department = excluded.department, number = excluded.number,"
        " starts_on = excluded.starts_on, ends_on = excluded.ends_on, capacity = excluded.capacity,"
        " age_from_months = excluded.age_from_months, age_to_months = excluded.age_to_months,"
        " conditions = excluded.conditions,"
        " status = case when a.status = 'suspended' then 'suspended' else 'valid' end",
        [
            *(offer, held.department, held.number, held.starts_on, held.ends_on),
            *(held.capacity, held.age_from_months, held.age_to_months, held.conditions or None),
        ],
    )
    return bool(clamped)


def take(conn: Connection, request: Request, now: datetime) -> Effect:
    """Write the agrément of a validated request; the caller has locked, and asked for an `obstacle`.

    Movements of this number that waited for somebody to have it take effect in the same transaction, so that nobody is
    seen in between.
    """
    clamped = write(conn, request.offer, asked(request))
    movements.rematch(conn, request.department, request.number, now)
    conn.execute("update offer set publication = 'published' where id = %s and publication = 'draft'", [request.offer])
    conn.execute("update agrement_request set effective_at = %s where id = %s", [now, request.id])
    status = conn.execute("select status from agrement where offer = %s", [request.offer]).fetchall()[0][0]
    return Effect(status == "valid", clamped)


def take_due(conn: Connection, now: datetime) -> int:
    """Let validated agréments that begin today (Europe/Paris), or have begun since, become theirs; returns how many.

    A job: late, twice or often, it catches up and does nothing twice. One that meets an obstacle (a number withdrawn
    since) waits for it to go until the agrément is over. Run it before `expiry.expire`, in the same transaction: the
    day after the last one's end is the day of the next one's start. The caller commits.
    """
    today = civil.day(now)
    due = [
        of_row(row)
        for row in conn.execute(
            f"{SELECT} where k.outcome = 'validated' and r.effective_at is null"
            " and r.starts_on <= %s and r.ends_on >= %s order by r.starts_on,"
            " (select max(e.id) from case_event e where e.case_file = r.id) for update of k skip locked",
            [today, today],
        ).fetchall()
    ]
    count = 0
    for request in due:
        lock(conn, request)
        if obstacle(conn, request, today) is None:
            done = take(conn, request, now)
            history.write(conn, request.id, Line("effective"), now)
            audit.note(conn, None, "request.effective", request.offer, ["agrement"], request=str(request.id))
            letters.send(
                conn, request.id, request.offer, "effective" if done.valid else "validated_hidden", clamped=done.clamped
            )
            count += 1
    return count
