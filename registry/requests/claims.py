"""Who of the moderators is at a request: a claim keeps the others off it for half an hour, then expires by itself."""

from datetime import datetime, timedelta
from uuid import UUID

from registry.accounts import Account
from registry.database import Connection
from registry.requests import MODERATORS, NotPossible, Request, read

CLAIM = timedelta(minutes=30)

# $me proposed the refusal that waits for another moderator.
_OWN_REFUSAL = (
    "(r.state = 'second_opinion' and (select e.account from agrement_request_event e where e.request = r.id"
    " and e.action = 'refusal_proposed' order by e.id desc limit 1) = %(me)s)"
)
_FREE = "(r.claimed_until is null or r.claimed_until <= %(now)s or r.claimed_by = %(me)s)"


def claim(conn: Connection, request: UUID, moderator: Account, now: datetime) -> datetime:
    """Take a request, or go on holding it; returns until when. Of two moderators at once, one gets it.

    Raises NotPossible when another one has it, when it is not the moderators' turn, and to the moderator whose own
    refusal waits for another pair of eyes.
    """
    until = now + CLAIM
    taken = conn.execute(
        "update agrement_request r set claimed_by = %(me)s, claimed_until = %(until)s"
        f" where r.id = %(id)s and r.state = any(%(states)s) and {_FREE} and not {_OWN_REFUSAL}",
        {"me": moderator.id, "until": until, "id": request, "states": list(MODERATORS), "now": now},
    ).rowcount
    if not taken:
        raise NotPossible(_why_not(read(conn, request), moderator, now))
    return until


def claim_next(conn: Connection, moderator: Account, now: datetime) -> UUID | None:
    """Take the free request with the least time left; None when there is none that this moderator may take.

    Those that another one is just taking are passed over.
    """
    row = conn.execute(
        "update agrement_request set claimed_by = %(me)s, claimed_until = %(until)s where id = ("
        f" select r.id from agrement_request r where r.state = any(%(states)s) and {_FREE} and not {_OWN_REFUSAL}"
        " order by r.due_at, r.id limit 1 for update of r skip locked) returning id",
        {"me": moderator.id, "until": now + CLAIM, "states": list(MODERATORS), "now": now},
    ).fetchone()
    return row[0] if row else None


def release(conn: Connection, request: UUID, moderator: Account) -> None:
    """Give it back to the others; nothing happens when it is not this moderator's."""
    conn.execute(
        "update agrement_request set claimed_by = null, claimed_until = null where id = %s and claimed_by = %s",
        [request, moderator.id],
    )


def _why_not(request: Request | None, moderator: Account, now: datetime) -> str:
    if request is None:
        return "Cette demande n’existe plus."
    if request.state not in MODERATORS:
        return "Cette demande n’attend plus de décision d’un modérateur."
    if request.held_by(now) not in (None, moderator.id):
        return "Un autre modérateur est sur cette demande."
    return "Ce refus est le vôtre\u00a0: c’est à un autre modérateur de le relire."
