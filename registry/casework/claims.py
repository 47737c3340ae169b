"""Who of the staff is at a case: a claim keeps the others off it for half an hour, then expires by itself."""

from datetime import datetime, timedelta
from uuid import UUID

from registry.accounts import Account
from registry.casework import STAFF_TURN, NotPossible, State, cases
from registry.casework.cases import Case
from registry.casework.kinds import Kind
from registry.database import Connection

CLAIM = timedelta(minutes=30)

OWN_PROPOSAL = "(k.state = 'second_opinion' and k.proposed_by is not distinct from %(me)s)"
"""SQL, of a `case_file k`: what waits for another pair of eyes is the reader's own."""

_FREE = (
    "(k.claimed_until is null or k.claimed_until <= %(now)s or k.claimed_by is null or k.claimed_by = %(me)s)"
    f" and k.state = any(%(states)s) and not {OWN_PROPOSAL}"
)


def claim(conn: Connection, kind: Kind, id: UUID, account: Account, now: datetime) -> datetime:
    """Take a case, or go on holding it; returns until when. Of two at once, one gets it.

    Raises NotPossible when another one has it, when it is not staff's turn, and to whoever proposed what waits for
    another pair of eyes.
    """
    until = now + CLAIM
    taken = conn.execute(
        "update case_file k set claimed_by = %(me)s, claimed_until = %(until)s"
        f" where k.kind = %(kind)s and k.id = %(id)s and {_FREE}",
        _values(kind, account, now) | {"id": id, "until": until},
    ).rowcount
    if not taken:
        raise NotPossible(_why_not(cases.read(conn, kind, id), kind, account, now))
    return until


def claim_next(conn: Connection, kind: Kind, account: Account, now: datetime) -> UUID | None:
    """Take the free case with the least time left; None when there is none that this account may take.

    Those that another one is just taking are passed over.
    """
    row = conn.execute(
        "update case_file set claimed_by = %(me)s, claimed_until = %(until)s where id = ("
        f" select k.id from case_file k where k.kind = %(kind)s and {_FREE}"
        " order by k.due_at nulls last, k.submitted_at, k.id limit 1 for update of k skip locked) returning id",
        _values(kind, account, now) | {"until": now + CLAIM},
    ).fetchone()
    return row[0] if row else None


def release(conn: Connection, kind: Kind, id: UUID, account: Account) -> None:
    """Give it back to the others; nothing happens when it is not this account's."""
    conn.execute(
        "update case_file set claimed_by = null, claimed_until = null where kind = %s and id = %s and claimed_by = %s",
        [kind.code, id, account.id],
    )


def held(conn: Connection, kind: Kind, id: UUID, account: Account, now: datetime, state: State) -> Case:
    """The case, locked, in this state and with a claim of this account that has not expired: then nobody has changed
    what it was decided on. Raises NotPossible, also to whoever would confirm a proposal of her own."""
    case = cases.read(conn, kind, id, lock=True)
    if case is None:
        raise NotPossible(kind.gone)
    if case.state != state:
        raise NotPossible(kind.elsewhere)
    holder = case.held_by(now)
    if holder is None:
        raise NotPossible(kind.not_held)
    if holder != account.id:
        raise NotPossible(kind.taken)
    if case.is_own_proposal(account.id):
        raise NotPossible(kind.own)
    return case


def _values(kind: Kind, account: Account, now: datetime) -> dict[str, object]:
    return {"kind": kind.code, "me": account.id, "now": now, "states": list(STAFF_TURN)}


def _why_not(case: Case | None, kind: Kind, account: Account, now: datetime) -> str:
    if case is None:
        return kind.gone
    if case.state not in STAFF_TURN:
        return kind.over
    if case.held_by(now) not in (None, account.id):
        return kind.taken
    return kind.own
