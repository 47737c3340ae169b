"""What a moderator decides. Each needs a claim that has not expired (`casework.claims.held`); each writes its line of
history and of the audit log, and tells the assistant maternel by mail.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import civil
from registry.accounts import Account, audit
from registry.agrements import documents
from registry.agrements.requests import Request, effect, letters, read
from registry.agrements.requests.reasons import Use, errors, paragraph
from registry.casework import NotPossible, State, cases, claims, history
from registry.casework.history import Line
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection


def validate(conn: Connection, request: UUID, moderator: Account, now: datetime) -> effect.Effect | None:
    """The agrément is recognised: it becomes hers now, or on the day it begins (then None), and with her first one her
    profile is published. Raises NotPossible, also for what the département said or another one's number."""
    held = _held(conn, request, moderator, now, "waiting")
    today = civil.day(now)
    effect.lock(conn, held)
    if why := effect.obstacle(conn, held, today):
        raise NotPossible(why)
    _decide(conn, held, Line("validated", moderator.id), now)
    _note(conn, held, moderator, "validated")
    if held.starts_on > today:
        letters.send(conn, held.id, held.offer, "validated_later", starts=held.starts_on)
        return None
    done = effect.take(conn, held, now)
    letters.send(conn, held.id, held.offer, "validated" if done.valid else "validated_hidden", clamped=done.clamped)
    return done


def ask_more(
    conn: Connection, request: UUID, moderator: Account, reasons: Sequence[str], comment: str, now: datetime
) -> None:
    """It is her turn: what is missing makes the letter. The clock starts anew when she answers. Raises NotPossible."""
    held = _held(conn, request, moderator, now, "waiting")
    _check(conn, "more", reasons, comment)
    cases.ask_back(conn, held.id, Line("asked_more", moderator.id, reasons, comment), now)
    _note(conn, held, moderator, "asked_more")
    letters.send(conn, held.id, held.offer, "incomplete", reasons=paragraph(reasons, comment))


def refuse(
    conn: Connection, request: UUID, moderator: Account, reasons: Sequence[str], comment: str, now: datetime
) -> None:
    """Propose a refusal, which another moderator looks at within the same time. Raises NotPossible."""
    held = _held(conn, request, moderator, now, "waiting")
    _check(conn, "refusal", reasons, comment)
    cases.propose(conn, held.id, Line("refusal_proposed", moderator.id, reasons, comment), now)
    _note(conn, held, moderator, "refusal_proposed")
    letters.send(conn, held.id, held.offer, "second_look", due=held.case.due_at)


def confirm_refusal(conn: Connection, request: UUID, moderator: Account, now: datetime) -> None:
    """The second pair of eyes agrees: the letter goes out with the first one's reasons. Raises NotPossible."""
    held = _held(conn, request, moderator, now, "second_opinion")
    proposed = history.last(conn, held.id, "refusal_proposed")
    if proposed is None:
        raise LookupError(f"request {held.id} waits for a second opinion on nothing")
    _decide(conn, held, Line("refused", moderator.id, proposed.reasons, proposed.comment), now)
    _note(conn, held, moderator, "refused")
    letters.send(conn, held.id, held.offer, "refused", reasons=paragraph(proposed.reasons, proposed.comment))


def reject_refusal(conn: Connection, request: UUID, moderator: Account, comment: str, now: datetime) -> None:
    """The second pair of eyes does not: the request is back in the queue, with the time it had. Raises NotPossible."""
    held = _held(conn, request, moderator, now, "second_opinion")
    cases.set_aside(conn, held.id, Line("refusal_rejected", moderator.id, comment=comment), now)
    _note(conn, held, moderator, "refusal_rejected")
    letters.send(conn, held.id, held.offer, "look_goes_on", due=held.case.due_at)


def _held(conn: Connection, id: UUID, moderator: Account, now: datetime, state: State) -> Request:
    claims.held(conn, AGREMENT_REQUEST, id, moderator, now, state)
    request = read(conn, id)
    if request is None:
        raise NotPossible(AGREMENT_REQUEST.gone)
    return request


def _check(conn: Connection, use: Use, reasons: Sequence[str], comment: str) -> None:
    for sentence in errors(use, reasons, comment).values():
        raise NotPossible(sentence)


def _decide(conn: Connection, request: Request, line: Line, now: datetime) -> None:
    cases.close(conn, request.id, line, now)
    if request.document is not None:
        documents.decided(conn, request.document, now)


def _note(conn: Connection, request: Request, moderator: Account, action: str) -> None:
    audit.note(conn, moderator, f"request.{action}", request.offer, ["agrement"], request=str(request.id))
