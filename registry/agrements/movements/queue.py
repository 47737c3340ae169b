"""What a person has to look at: movements whose agrément was not found, and those that wait for their day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain import civil
from registry.accounts import Account, audit
from registry.agrements.movements import matching
from registry.agrements.movements.applying import carry_out, lock, lock_numbers
from registry.agrements.movements.matching import Agrement
from registry.agrements.movements.planning import plan
from registry.agrements.movements.rows import Action, key
from registry.agrements.movements.stored import Stored, select
from registry.database import Connection
from registry.territory import scope

_IDENTITY = ("agrement.number", "agrement.status", "identity.birth_date", "identity.first_name", "identity.last_name")

MOST_CANDIDATES = 20


class MovementGone(Exception):
    """No such movement of this département, or somebody has settled it meanwhile."""


@dataclass(frozen=True)
class Change:
    """For a relais: what happened to whom of its territory, by her public name; `undone`: it was taken back since."""

    name: str
    commune: str
    action: Action
    effective_on: date
    undone: bool = False


def unmatched(conn: Connection, account: Account, department: str) -> list[Stored]:
    """The queue, oldest effect first."""
    found = select(conn, "m.department = %s and m.state = 'unmatched'", [department])
    audit.note(conn, account, "movement.queue", None, _IDENTITY, rows=len(found))
    return found


def waiting(conn: Connection, account: Account, department: str) -> list[Stored]:
    """What waits for its day, the next first."""
    found = select(conn, "m.department = %s and m.state = 'waiting'", [department])
    if found:
        audit.note(conn, account, "movement.waiting", None, _IDENTITY, rows=len(found))
    return found


def one(conn: Connection, department: str, id: int, state: str = "unmatched") -> Stored:
    """A movement of this département in this state. Raises MovementGone."""
    found = select(conn, "m.department = %s and m.id = %s and m.state = %s", [department, id, state])
    if not found:
        raise MovementGone
    return found[0]


def candidates(conn: Connection, account: Account, movement: Stored, number: str = "") -> list[Agrement]:
    """Whose agrément it may be about: the same number, birth date or last name, or the number that is looked for."""
    found = matching.like(
        conn,
        movement.department,
        [movement.key, *([key(number)] if key(number) else [])],
        movement.row.birth_date,
        movement.row.last_name,
        MOST_CANDIDATES,
    )
    for each in found:
        audit.note(conn, account, "movement.candidate", each.offer, _IDENTITY, movement=movement.id)
    return found


def look_up(conn: Connection, account: Account, department: str, typed: str) -> list[Agrement]:
    """The agréments of a département that a number or a name means, for a movement that is entered by hand; one more
    than MOST_CANDIDATES where there are more."""
    found = matching.search(conn, department, typed, MOST_CANDIDATES + 1)
    for each in found[:MOST_CANDIDATES]:
        audit.note(conn, account, "movement.look_up", each.offer, _IDENTITY)
    return found


def match_by_hand(conn: Connection, account: Account, department: str, id: int, offer: str, now: datetime) -> Stored:
    """A person says whose agrément it is. It takes effect, waits for its day, or is refused as any other: what became
    of it. Raises MovementGone."""
    lock(conn, department)
    movement = one(conn, department, id)
    agrement = matching.by_offer(conn, department, offer)
    if agrement is None:
        raise MovementGone
    lock_numbers(conn, department, [key(agrement.number)])
    agrement = matching.by_offer(conn, department, offer) or agrement
    today = civil.day(now)
    decisions = plan(conn, department, [movement], today, by_hand={id: agrement})
    audit.note(conn, account, "movement.match", offer, ["agrement.status"], movement=id)
    carry_out(conn, account, [movement], decisions, today)
    return select(conn, "m.id = %s", [id])[0]


def drop(conn: Connection, account: Account, department: str, id: int, why: str) -> None:
    """Take a movement out of the queue, or cancel one that waits for its day; `why` is a French sentence. Raises
    MovementGone."""
    lock(conn, department)
    row = conn.execute(
        "update movement set state = 'dropped', reason = %s"
        " where id = %s and department = %s and state in ('unmatched', 'waiting') returning offer",
        [why, id, department],
    ).fetchone()
    if row is None:
        raise MovementGone
    audit.note(conn, account, "movement.drop", row[0], ["agrement.status"], movement=id)


def of_communes(conn: Connection, account: Account, since: date) -> list[Change]:
    """What took effect since that day in the territory of a relais, newest first, also what was taken back."""
    rows = conn.execute(
        "select o.id, o.name, c.name, m.action, m.effective_on, m.state = 'undone'"
        " from movement m join offer o on o.id = m.offer"
        " join am_home h on h.offer = o.id join commune c on c.code = h.commune"
        " where m.state in ('applied', 'undone') and m.effective_on >= %(since)s"
        f" and {scope.covers('%(account)s', 'h.commune')}"
        " order by m.effective_on desc, m.id desc",
        {"since": since, "account": account.id},
    ).fetchall()
    for offer in sorted({row[0] for row in rows}):
        audit.note(conn, account, "movement.territory", offer, ["agrement.status"])
    return [Change(*row[1:]) for row in rows]


def count(conn: Connection, department: str, states: Sequence[str] = ("unmatched", "waiting")) -> dict[str, int]:
    """How many movements of a département are in these states."""
    return dict.fromkeys(states, 0) | dict(
        conn.execute(
            "select state, count(*) from movement where department = %s and state = any(%s) group by state",
            [department, list(states)],
        ).fetchall()
    )
