"""What a moderator decides. Each needs a claim that has not expired, for then nobody changed what she has looked at;
each writes its line of history and of the audit log, and tells the assistant maternel by mail.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from registry import audit, documents
from registry.accounts import Account
from registry.database import Connection
from registry.requests import NotPossible, Request, State, effect, events, letters, read
from registry.requests.reasons import Use, errors, paragraph
from settings import PARIS


def validate(conn: Connection, request: UUID, moderator: Account, now: datetime) -> effect.Effect | None:
    """The agrément is recognised: it becomes hers now, or on the day it begins (then None), and with her first one her
    profile is published. Raises NotPossible, also for what the département said or another one's number."""
    held = _held(conn, request, moderator, now, "waiting")
    today = now.astimezone(PARIS).date()
    effect.lock(conn, held)
    if why := effect.obstacle(conn, held, today):
        raise NotPossible(why)
    _decide(conn, held, "validated", now)
    _note(conn, held, moderator, "validated", now)
    if held.starts_on > today:
        letters.send(conn, held.offer, "validated_later", starts=held.starts_on)
        return None
    done = effect.take(conn, held, now)
    letters.send(conn, held.offer, "validated" if done.valid else "validated_hidden", clamped=done.clamped)
    return done


def ask_more(
    conn: Connection, request: UUID, moderator: Account, reasons: Sequence[str], comment: str, now: datetime
) -> None:
    """It is her turn: what is missing makes the letter. The clock starts anew when she answers. Raises NotPossible."""
    held = _held(conn, request, moderator, now, "waiting")
    _check(conn, "more", reasons, comment)
    _move(conn, held, "incomplete")
    _note(conn, held, moderator, "asked_more", now, reasons, comment)
    letters.send(conn, held.offer, "incomplete", reasons=paragraph(reasons, comment))


def refuse(
    conn: Connection, request: UUID, moderator: Account, reasons: Sequence[str], comment: str, now: datetime
) -> None:
    """Propose a refusal, which another moderator looks at within the same 72 hours. Raises NotPossible."""
    held = _held(conn, request, moderator, now, "waiting")
    _check(conn, "refusal", reasons, comment)
    _move(conn, held, "second_opinion")
    _note(conn, held, moderator, "refusal_proposed", now, reasons, comment)
    letters.send(conn, held.offer, "second_look", due=held.due_at)


def confirm_refusal(conn: Connection, request: UUID, moderator: Account, now: datetime) -> None:
    """The second pair of eyes agrees: the letter goes out with the first one's reasons. Raises NotPossible."""
    held = _held(conn, request, moderator, now, "second_opinion")
    proposed = _proposal(conn, held, moderator)
    _decide(conn, held, "refused", now)
    _note(conn, held, moderator, "refused", now, proposed.reasons, proposed.comment)
    letters.send(conn, held.offer, "refused", reasons=paragraph(proposed.reasons, proposed.comment))


def reject_refusal(conn: Connection, request: UUID, moderator: Account, comment: str, now: datetime) -> None:
    """The second pair of eyes does not: the request is back in the queue, with the time it had. Raises NotPossible."""
    held = _held(conn, request, moderator, now, "second_opinion")
    _proposal(conn, held, moderator)
    _move(conn, held, "waiting")
    _note(conn, held, moderator, "refusal_rejected", now, comment=comment)
    letters.send(conn, held.offer, "look_goes_on", due=held.due_at)


def _held(conn: Connection, id: UUID, moderator: Account, now: datetime, state: State) -> Request:
    conn.execute("select from agrement_request where id = %s for update", [id])
    request = read(conn, id)
    if request is None:
        raise NotPossible("Cette demande n’existe plus.")
    if request.state != state:
        raise NotPossible("Cette demande n’en est plus là\u00a0: rechargez la page.")
    holder = request.held_by(now)
    if holder is None:
        raise NotPossible("Vous ne tenez plus cette demande\u00a0: prenez-la, relisez-la, puis décidez.")
    if holder != moderator.id:
        raise NotPossible("Un autre modérateur est sur cette demande.")
    return request


def _proposal(conn: Connection, request: Request, moderator: Account) -> events.Event:
    proposed = events.last(conn, request.id, "refusal_proposed")
    if proposed is None or proposed.account == moderator.id:
        raise NotPossible("Ce refus est le vôtre\u00a0: c’est à un autre modérateur de le relire.")
    return proposed


def _check(conn: Connection, use: Use, reasons: Sequence[str], comment: str) -> None:
    for sentence in errors(use, reasons, comment).values():
        raise NotPossible(sentence)


def _move(conn: Connection, request: Request, state: State) -> None:
    conn.execute(
        "update agrement_request set state = %s, claimed_by = null, claimed_until = null where id = %s",
        [state, request.id],
    )


def _decide(conn: Connection, request: Request, state: State, now: datetime) -> None:
    conn.execute(
        "update agrement_request set state = %s, decided_at = %s, claimed_by = null, claimed_until = null"
        " where id = %s",
        [state, now, request.id],
    )
    if request.document is not None:
        documents.decided(conn, request.document, now)


def _note(
    conn: Connection,
    request: Request,
    moderator: Account,
    action: str,
    now: datetime,
    reasons: Sequence[str] = (),
    comment: str = "",
) -> None:
    events.write(conn, request.id, action, now, moderator.id, reasons, comment)
    audit.note(conn, moderator, f"request.{action}", request.offer, ["agrement"], request=str(request.id))
