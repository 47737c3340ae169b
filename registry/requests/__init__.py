"""Requests to have an agrément recognised: what an assistant maternel asks, and a moderator decides within 72 hours.

    identity ──> waiting ──> validated
                  │   └────> second_opinion ──> refused      withdrawn: she took it back
                  └> incomplete ──> waiting (or identity), when she answers

Here is her side; `decisions` has the moderators', `effect` what a validated one does to her profile. The 72 hours are
those of the clock, and run while it is the moderators' turn: they start anew with each of her answers.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from registry import accounts, documents, rules
from registry.database import Connection
from registry.profiles import Agrement
from registry.requests import events, letters
from settings import PARIS

Kind = Literal["registration", "change", "renewal"]
State = Literal["identity", "waiting", "incomplete", "second_opinion", "validated", "refused", "withdrawn"]

OPEN: tuple[State, ...] = ("identity", "waiting", "incomplete", "second_opinion")
MODERATORS: tuple[State, ...] = ("waiting", "second_opinion")
"""The states in which it is a moderator's turn, and the clock runs."""


class NotPossible(Exception):
    """What was asked does not go with where the request stands. `sentence` is French, for the page."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Request:
    """`due_at` is None while it is not the moderators' turn for the first time; `conditions` are private.

    `effective_at`: when the validated agrément became hers; None before, and for one that begins on a later day.
    """

    id: UUID
    offer: str
    kind: Kind
    state: State
    department: str
    number: str
    starts_on: date
    ends_on: date
    capacity: int
    age_from_months: int
    age_to_months: int
    conditions: str | None
    document: UUID | None
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    decided_at: datetime | None
    effective_at: datetime | None
    claimed_by: UUID | None
    claimed_until: datetime | None

    def held_by(self, now: datetime) -> UUID | None:
        """The moderator whose claim has not expired."""
        return self.claimed_by if self.claimed_until is not None and self.claimed_until > now else None


COLUMNS = (
    "id, offer, kind, state, department, number, starts_on, ends_on, capacity, age_from_months, age_to_months,"
    " conditions, document, created_at, submitted_at, due_at, decided_at, effective_at, claimed_by, claimed_until"
)


def submit(
    conn: Connection,
    offer: str,
    kind: Kind,
    agrement: Agrement,
    document: UUID | None,
    now: datetime,
    *,
    identity_ok: bool,
) -> UUID:
    """She asks, or answers what a moderator asked (the same request, whose clock starts anew); returns the request.

    Without `identity_ok` it waits for `identity_settled`, and so does the clock. An answer without a document keeps
    the one that is there. Raises NotPossible while a moderator looks at what she sent before.
    """
    standing = _locked(conn, offer)
    if standing is not None and standing.state in MODERATORS:
        raise NotPossible(
            "Votre demande est déjà devant un modérateur\u00a0: vous pourrez la modifier dès qu’il vous aura répondu."
        )
    values = [
        *("identity" if not identity_ok else "waiting", agrement.department, agrement.number, agrement.starts_on),
        *(
            agrement.ends_on,
            agrement.capacity,
            agrement.age_from_months,
            agrement.age_to_months,
            agrement.conditions or None,
        ),
        *(document, now if identity_ok else None, due(now) if identity_ok else None),
    ]
    if standing is None:
        row = conn.execute(
            "insert into agrement_request (state, department, number, starts_on, ends_on, capacity, age_from_months,"
            " age_to_months, conditions, document, submitted_at, due_at, offer, kind, created_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id",
            [*values, offer, kind, now],
        ).fetchall()[0]
        id: UUID = row[0]
    else:
        id = standing.id
        conn.execute(
            "update agrement_request set state = %s, department = %s, number = %s, starts_on = %s, ends_on = %s,"
            " capacity = %s, age_from_months = %s, age_to_months = %s, conditions = %s,"
            " document = coalesce(%s, document), submitted_at = %s, due_at = %s, claimed_by = null,"
            " claimed_until = null where id = %s",
            [*values, id],
        )
    if standing is not None and document not in (None, standing.document):
        documents.erase(conn, standing.document, now)
    # A copy that an earlier request was decided with is needed again.
    conn.execute("update document set delete_after = null where id = %s and deleted_at is null", [document])
    author = accounts.of_offer(conn, offer)
    answered = standing is not None and standing.state == "incomplete"
    events.write(conn, id, "answered" if answered else "submitted", now, author.id if author else None)
    letters.send(conn, offer, "received" if identity_ok else "identity_pending", due=due(now) if identity_ok else None)
    return id


def identity_settled(conn: Connection, offer: str, now: datetime) -> bool:
    """Her identity is verified: the request that waited for it is the moderators' now. False when none did."""
    row = conn.execute(
        "update agrement_request set state = 'waiting', submitted_at = %s, due_at = %s"
        " where offer = %s and state = 'identity' returning id",
        [now, due(now), offer],
    ).fetchone()
    if row is None:
        return False
    events.write(conn, row[0], "identity_settled", now)
    letters.send(conn, offer, "received", due=due(now))
    return True


def withdraw(conn: Connection, offer: str, now: datetime) -> bool:
    """She takes her open request back; what was validated before stays. False when there is none."""
    standing = _locked(conn, offer)
    if standing is None:
        return False
    conn.execute(
        "update agrement_request set state = 'withdrawn', claimed_by = null, claimed_until = null where id = %s",
        [standing.id],
    )
    author = accounts.of_offer(conn, offer)
    events.write(conn, standing.id, "withdrawn", now, author.id if author else None)
    if standing.document is not None:
        documents.decided(conn, standing.document, now)
    letters.send(conn, offer, "withdrawn")
    return True


def open_request(conn: Connection, offer: str) -> Request | None:
    """The request that is not decided yet; there is at most one."""
    return _one(conn, "offer = %s and state = any(%s)", offer, list(OPEN))


def read(conn: Connection, id: UUID) -> Request | None:
    return _one(conn, "id = %s", id)


def due(start: datetime) -> datetime:
    """When a request that came to the moderators then is to be decided: hours of the clock, not of an office."""
    return start + timedelta(hours=rules.number("agrement_decision_hours", start.astimezone(PARIS).date()))


def _locked(conn: Connection, offer: str) -> Request | None:
    return _one(conn, "offer = %s and state = any(%s) for update", offer, list(OPEN))


def _one(conn: Connection, condition: str, *values: object) -> Request | None:
    row = conn.execute(f"select {COLUMNS} from agrement_request where {condition}", values).fetchone()
    return Request(*row) if row else None
