"""Movements take effect: on the agrément's status, and on nothing else. What is public follows by itself
(`is_public`), and a levée therefore brings back exactly what was.

Everything here changes rows and leaves it to the caller to commit. One transaction at a time does so for a département.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from domain import civil
from domain.spelling import fold
from registry.accounts import Account, audit
from registry.agrements.movements import letters, matching
from registry.agrements.movements.matching import Agrement
from registry.agrements.movements.planning import Decision, plan
from registry.agrements.movements.rows import key
from registry.agrements.movements.stored import Stored, select
from registry.agrements.movements.timeline import AFTER, STANDINGS, Standing, impossible
from registry.database import Connection


def lock(conn: Connection, department: str) -> None:
    """Until the end of the transaction nobody else changes movements of this département."""
    conn.execute("select pg_advisory_xact_lock(hashtextextended('movements ' || %s, 0))", [department])


def apply_due(conn: Connection, today: date) -> int:
    """Apply what was waiting for `today` (Europe/Paris) or an earlier day, and match again what waits for that; returns
    how many movements took effect. May be run late, twice or often: it catches up, and does nothing twice."""
    count = 0
    for (department,) in conn.execute(
        "select distinct department from movement where state = 'waiting' and effective_on <= %s order by 1", [today]
    ).fetchall():
        lock(conn, department)
        due = select(conn, "m.department = %s and m.state = 'waiting' and m.effective_on <= %s", [department, today])
        lock_numbers(conn, department, [each.matched_key for each in due if each.matched_key])
        count += sum(_apply_one(conn, each, today) for each in due)
    # An agrément that came, or a name that was corrected, since.
    for department, number in conn.execute(
        "select distinct m.department, m.key from movement m join agrement a"
        " on a.department = m.department and agrement_key(a.number) = m.key where m.state = 'unmatched' order by 1, 2"
    ).fetchall():
        count += rematch_key(conn, department, number, today)
    return count


def rematch(conn: Connection, department: str, number: str, now: datetime) -> int:
    """An agrément of this number has come or come back: what was told of it before takes effect, or waits for its day.
    Returns how many movements took effect.

    A number that was withdrawn stays so, even when its holder left and registers again. Call it in the transaction that
    writes the agrément, so that it is not seen in between.
    """
    return rematch_key(conn, department, key(number), civil.day(now))


def rematch_key(conn: Connection, department: str, number: str, today: date) -> int:
    """The same by `rows.key` of the number and the day in France."""
    lock(conn, department)
    lock_numbers(conn, department, [number])
    for agrement in matching.by_key(conn, department, [number]).get(number, []):
        _carry(conn, agrement)
    queued = select(conn, "m.department = %s and m.key = %s and m.state = 'unmatched'", [department, number])
    return carry_out(conn, None, queued, plan(conn, department, queued, today), today)


def carry_out(
    conn: Connection,
    account: Account | None,
    movements: Sequence[Stored],
    decisions: Mapping[int, Decision],
    today: date,
) -> int:
    """Write what was planned, in the order of the days; returns how many movements took effect.

    The caller holds the département's lock since before it planned.
    """
    count = 0
    for each in sorted(movements, key=lambda each: (each.row.effective_on, each.id)):
        decision = decisions[each.id]
        agrement = decision.agrement
        if agrement is None or decision.state not in ("applied", "waiting"):
            _settle(conn, each, decision.state, decision.reason, *_of(agrement))
            continue
        _replace_queued(conn, each)
        # It waits first, also when it is due: one way to take effect.
        _settle(conn, each, "waiting", None, *_of(agrement))
        fields = ["agrement.status"]
        audit.note(conn, account, "movement.accept", agrement.offer, fields, movement=each.id, kind=each.row.action)
        if decision.state == "applied":
            (stored,) = select(conn, "m.id = %s", [each.id])
            count += _apply_one(conn, stored, today)
    return count


def _apply_one(conn: Connection, movement: Stored, today: date) -> bool:
    """A waiting movement takes effect now; False when it cannot, and then it says why."""
    found = conn.execute(
        "select offer, status, ends_on from agrement"
        " where offer = %s and department = %s and agrement_key(number) = %s",
        [movement.offer, movement.department, movement.matched_key],
    ).fetchone()
    if found is None:
        _settle(conn, movement, "unmatched", "L’agrément n’est plus au registre sous ce numéro.")
        return False
    offer, status, ends_on = found
    standing = STANDINGS[status]
    after = AFTER.get((standing, movement.row.action))
    if after is None:
        _settle(conn, movement, "refused", impossible(movement.row.action, standing), offer, movement.matched_key)
        return False
    if after == standing:
        reason = "Sans effet\u00a0: l’agrément est déjà suspendu."
        _settle(conn, movement, "duplicate", reason, offer, movement.matched_key)
        return False
    write(conn, offer, status_of(after, ends_on, today))
    conn.execute(
        "update movement set state = 'applied', reason = null, applied_at = clock_timestamp(), status_before = %s"
        " where id = %s",
        [status, movement.id],
    )
    audit.note(conn, None, "movement.apply", offer, ["agrement.status"], movement=movement.id)
    letters.tell(conn, offer, movement)
    return True


def status_of(standing: Standing, ends_on: date | None, today: date) -> str:
    """`agrement.status` of an agrément that stands so: one that is active may have ended by the calendar."""
    over = ends_on is not None and ends_on < today
    return standing if standing != "active" else "expired" if over else "valid"


def write(conn: Connection, offer: str, status: str) -> None:
    conn.execute("update agrement set status = %s where offer = %s", [status, offer])


def _carry(conn: Connection, agrement: Agrement) -> None:
    """What was applied to this number goes on holding on its new row: it may have been removed and come back."""
    number = key(agrement.number)
    told = [
        each
        for each in select(
            conn,
            "m.department = %s and m.matched_key = %s and m.state in ('waiting', 'applied')",
            [agrement.department, number],
        )
        if each.offer == agrement.offer or _same_person(each, agrement)
    ]
    conn.execute(
        "update movement set offer = %s where id = any(%s) and offer is distinct from %s",
        [agrement.offer, [each.id for each in told], agrement.offer],
    )
    standing: Standing = "active"
    for each in told:
        if each.state == "applied":
            standing = AFTER.get((standing, each.row.action), standing)
    now = STANDINGS[agrement.status]
    if (now == "active" and standing != "active") or (now == "suspended" and standing in ("withdrawn", "ceased")):
        write(conn, agrement.offer, standing)
        audit.note(conn, None, "movement.carry", agrement.offer, ["agrement.status"])


def _same_person(movement: Stored, agrement: Agrement) -> bool:
    """Also when it was matched by hand, because of a name, and the birth date is the same."""
    if movement.row.birth_date is not None and movement.row.birth_date == agrement.birth_date:
        return True
    return isinstance(matching.match(movement.row, {key(movement.row.number): [agrement]}), Agrement)


def _replace_queued(conn: Connection, movement: Stored) -> None:
    """The same movement may wait in the queue, with a name or a birth date that was wrong: it is answered. One whose
    name and birth date both differ is somebody else's, with a wrong number."""
    queued = select(
        conn,
        "m.department = %s and m.state = 'unmatched' and m.key = %s and m.action = %s and m.effective_on = %s"
        " and m.id <> %s",
        [movement.department, movement.key, movement.row.action, movement.row.effective_on, movement.id],
    )
    answered = [
        each.id
        for each in queued
        if fold(each.row.last_name) == fold(movement.row.last_name)
        or (each.row.birth_date is not None and each.row.birth_date == movement.row.birth_date)
    ]
    conn.execute(
        "update movement set state = 'dropped', reason = %s, answered_by = %s where id = any(%s)",
        [f"Remplacée par la {movement.where()}.", movement.id, answered],
    )


def _settle(
    conn: Connection,
    movement: Stored,
    state: str,
    reason: str | None,
    offer: str | None = None,
    matched_key: str | None = None,
) -> None:
    """Write what became of a movement that did not take effect (yet), and whose agrément it is about."""
    conn.execute(
        "update movement set state = %s, reason = %s, offer = %s, matched_key = %s where id = %s",
        [state, reason, offer, matched_key, movement.id],
    )


def _of(agrement: Agrement | None) -> tuple[str, str] | tuple[None, None]:
    return (agrement.offer, key(agrement.number)) if agrement else (None, None)


def lock_numbers(conn: Connection, department: str, keys: Iterable[str]) -> None:
    """The agréments of these numbers (`rows.key`), until the end of the transaction, before what is planned for them.
    In the order of their offers, as everyone locks them: no ring."""
    conn.execute(
        "select from agrement where department = %s and agrement_key(number) = any(%s) order by offer for update",
        [department, sorted(set(keys))],
    )
