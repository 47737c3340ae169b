"""Requests to have an agrément recognised: what an assistant maternel asks, and a moderator decides in time.

Each is the subject of a case (`registry.casework`): pending while her identity is checked, closed as validated,
refused or withdrawn (she took it back). Here is her side; `decisions` has the moderators', `effect` what a validated
one does to her profile. The moderators' hours (`agrement_decision_hours`) are those of the clock, and run while it is
their turn: they start anew with each of her answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast
from uuid import UUID

from domain import civil
from registry import accounts
from registry.agrements import documents
from registry.agrements.requests import letters
from registry.casework import STAFF_TURN, NotPossible, cases
from registry.casework.cases import Case
from registry.casework.history import Line
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection
from registry.offers.profiles import Agrement
from registry.scales import current_scales

Kind = Literal["registration", "change", "renewal"]
Standing = Literal["pending", "waiting", "incomplete", "second_opinion", "validated", "refused", "withdrawn"]
"""Where a request stands: the state of its case while it is open, then its outcome."""


@dataclass(frozen=True)
class Request:
    """`conditions` are private. `effective_at`: when the validated agrément became hers; None before, and for one that
    begins on a later day.
    """

    id: UUID
    offer: str
    kind: Kind
    department: str
    number: str
    starts_on: date
    ends_on: date
    capacity: int
    age_from_months: int
    age_to_months: int
    conditions: str | None
    document: UUID | None
    effective_at: datetime | None
    case: Case

    @property
    def standing(self) -> Standing:
        return cast(Standing, self.case.outcome or self.case.state)


SELECT = (
    "select r.id, r.offer, r.kind, r.department, r.number, r.starts_on, r.ends_on, r.capacity, r.age_from_months,"
    f" r.age_to_months, r.conditions, r.document, r.effective_at, {cases.COLUMNS}"
    " from agrement_request r join case_file k on k.id = r.id"
)
"""SQL: requests `r` with their cases `k`, as `of_row` reads them."""


def asked(request: Request) -> Agrement:
    """The agrément as she entered it."""
    return Agrement(
        request.department,
        request.number,
        request.starts_on,
        request.ends_on,
        request.capacity,
        request.age_from_months,
        request.age_to_months,
        request.conditions or "",
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
    if standing is not None and standing.case.state in STAFF_TURN:
        raise NotPossible(
            "Votre demande est déjà devant un modérateur\u00a0: vous pourrez la modifier dès qu’il vous aura répondu."
        )
    author = accounts.of_offer(conn, offer)
    answered = standing is not None and standing.case.state == "incomplete"
    line = Line("answered" if answered else "submitted", author.id if author else None)
    term, where = due(conn, now), agrement.department
    if standing is None:
        id = cases.begin(
            conn, AGREMENT_REQUEST, line, now, pending=not identity_ok, due=term, about=offer, department=where
        )
    else:
        id = standing.id
        cases.submit(conn, id, line, now, pending=not identity_ok, due=term, department=where)
    _keep(conn, id, offer, kind, agrement, document)
    if standing is not None and document not in (None, standing.document):
        documents.erase(conn, standing.document, now)
    # A copy that an earlier request was decided with is needed again.
    conn.execute("update document set delete_after = null where id = %s and deleted_at is null", [document])
    letters.send(conn, id, offer, "received" if identity_ok else "identity_pending", due=term if identity_ok else None)
    return id


def _keep(conn: Connection, id: UUID, offer: str, kind: Kind, agrement: Agrement, document: UUID | None) -> None:
    """Write what is asked: a new request, or other facts of one that is there, which keeps its kind, and its document
    where none is given."""
    conn.execute(
        """
        insert into agrement_request as r (id, offer, kind, department, number, starts_on, ends_on, capacity,
            age_from_months, age_to_months, conditions, document)
        values (%(id)s, %(offer)s, %(kind)s, %(department)s, %(number)s, %(starts_on)s, %(ends_on)s, %(capacity)s,
            %(age_from)s, %(age_to)s, %(conditions)s, %(document)s)
        on conflict (id) do update set department = excluded.department, number = excluded.number,
            starts_on = excluded.starts_on, ends_on = excluded.ends_on, capacity = excluded.capacity,
            age_from_months = excluded.age_from_months, age_to_months = excluded.age_to_months,
            conditions = excluded.conditions, document = coalesce(excluded.document, r.document)
        """,
        {
            "id": id,
            "offer": offer,
            "kind": kind,
            "department": agrement.department,
            "number": agrement.number,
            "starts_on": agrement.starts_on,
            "ends_on": agrement.ends_on,
            "capacity": agrement.capacity,
            "age_from": agrement.age_from_months,
            "age_to": agrement.age_to_months,
            "conditions": agrement.conditions or None,
            "document": document,
        },
    )


def identity_settled(conn: Connection, offer: str, now: datetime) -> bool:
    """Her identity is verified: the request that waited for it is the moderators' now. False when none did."""
    standing = _locked(conn, offer)
    if standing is None or standing.case.state != "pending":
        return False
    cases.submit(conn, standing.id, Line("identity_settled"), now, due=due(conn, now))
    letters.send(conn, standing.id, offer, "received", due=due(conn, now))
    return True


def withdraw(conn: Connection, offer: str, now: datetime) -> bool:
    """She takes her open request back; what was validated before stays. False when there is none."""
    standing = _locked(conn, offer)
    if standing is None:
        return False
    author = accounts.of_offer(conn, offer)
    cases.close(conn, standing.id, Line("withdrawn", author.id if author else None), now)
    if standing.document is not None:
        documents.decided(conn, standing.document, now)
    letters.send(conn, standing.id, offer, "withdrawn")
    return True


def open_request(conn: Connection, offer: str) -> Request | None:
    """The request that is not decided yet; there is at most one."""
    return _one(conn, "r.offer = %s and k.state <> 'closed'", offer)


def read(conn: Connection, id: UUID) -> Request | None:
    return _one(conn, "r.id = %s", id)


def of_offer(conn: Connection, offer: str) -> list[Request]:
    """Every request of an assistant maternel, the newest first."""
    rows = conn.execute(f"{SELECT} where r.offer = %s order by k.opened_at desc, r.id", [offer])
    return [of_row(row) for row in rows]


def kinds(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Kind]:
    rows = conn.execute("select id, kind from agrement_request where id = any(%s)", [list(ids)])
    return {row[0]: row[1] for row in rows}


def of_row(row: Sequence[Any]) -> Request:
    """A row of SELECT."""
    return Request(*(*row[:13], Case(*row[13:])))


def due(conn: Connection, start: datetime) -> datetime:
    """When a request that came to the moderators then is to be decided: hours of the clock, not of an office."""
    return start + current_scales(conn).duration("agrement_decision_hours", civil.day(start))


def _locked(conn: Connection, offer: str) -> Request | None:
    # The case alone, as the moderators' decisions lock it: two ways of locking could meet in a ring.
    return _one(conn, "r.offer = %s and k.state <> 'closed' for update of k", offer)


def _one(conn: Connection, condition: str, *values: object) -> Request | None:
    row = conn.execute(f"{SELECT} where {condition}", values).fetchone()
    return of_row(row) if row else None
