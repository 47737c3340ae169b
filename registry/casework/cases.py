"""Opening a case, reading it, and the steps that it takes. Each step ends the claim and writes its line of history; a
closed case never opens again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registry.casework import State, history
from registry.casework.history import Line
from registry.casework.kinds import Kind
from registry.database import Connection

COLUMNS = (
    "k.id, k.state, k.outcome, k.opened_at, k.submitted_at, k.due_at, k.closed_at, k.claimed_by, k.claimed_until,"
    " k.proposed_by"
)
"""Of the table `case_file k`, in the order of Case's fields."""


@dataclass(frozen=True)
class Case:
    """`outcome`: how it was closed, in its house's words. `submitted_at`: since when it has been staff's turn; None
    before the first time, and `due_at` then too; a kind without a term has no `due_at`. `proposed_by`: whoever
    proposed what waits for a second opinion."""

    id: UUID
    state: State
    outcome: str | None
    opened_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    claimed_by: UUID | None
    claimed_until: datetime | None
    proposed_by: UUID | None

    def held_by(self, now: datetime) -> UUID | None:
        """The account whose claim has not expired."""
        return self.claimed_by if self.claimed_until is not None and self.claimed_until > now else None

    def is_own_proposal(self, account: UUID) -> bool:
        """Whether this account proposed what waits for another pair of eyes."""
        return self.state == "second_opinion" and self.proposed_by == account


def begin(
    conn: Connection,
    kind: Kind,
    line: Line,
    now: datetime,
    *,
    pending: bool = False,
    due: datetime | None = None,
    about: str | None = None,
    department: str | None = None,
    commune: str | None = None,
) -> UUID:
    """A new case, before its subject, which takes the id that is returned.

    `pending`: it is not staff's turn yet. `about`: of this kind, only one case about the same may be open; raises
    psycopg.errors.UniqueViolation. `department`, `commune`: where it belongs, for the queues of those who answer there.
    """
    row = conn.execute(
        "insert into case_file (kind, state, about, department, commune, opened_at, submitted_at, due_at)"
        " values (%(kind)s, %(state)s, %(about)s, %(department)s, %(commune)s, %(now)s, %(submitted)s, %(due)s)"
        " returning id",
        {
            "kind": kind.code,
            "state": "pending" if pending else "waiting",
            "about": about,
            "department": department,
            "commune": commune,
            "now": now,
            "submitted": None if pending else now,
            "due": None if pending else due,
        },
    ).fetchall()[0]
    id: UUID = row[0]
    history.write(conn, id, line, now)
    return id


def read(conn: Connection, kind: Kind, id: UUID, *, lock: bool = False) -> Case | None:
    """`lock`: nobody else changes it until the end of the transaction."""
    row = conn.execute(
        f"select {COLUMNS} from case_file k where k.kind = %s and k.id = %s" + (" for update" if lock else ""),
        [kind.code, id],
    ).fetchone()
    return Case(*row) if row else None


def open_about(conn: Connection, kind: Kind, about: str) -> UUID | None:
    """The case of this kind about the same that is not closed."""
    row = conn.execute(
        "select id from case_file where kind = %s and about = %s and state <> 'closed'", [kind.code, about]
    ).fetchone()
    return row[0] if row else None


def submit(
    conn: Connection,
    id: UUID,
    line: Line,
    now: datetime,
    *,
    pending: bool = False,
    due: datetime | None = None,
    department: str | None = None,
) -> None:
    """The other side has answered, or what was waited for has come: it is staff's turn, and the term starts anew.

    `pending`: not yet. `department`: where it belongs now; None leaves it.
    """
    where = {} if department is None else {"department": department}
    if pending:
        _step(conn, id, "pending", line, now, submitted_at=None, due_at=None, **where)
    else:
        _step(conn, id, "waiting", line, now, submitted_at=now, due_at=due, **where)


def ask_back(conn: Connection, id: UUID, line: Line, now: datetime) -> None:
    """It is the other side's turn."""
    _step(conn, id, "incomplete", line, now)


def propose(conn: Connection, id: UUID, line: Line, now: datetime) -> None:
    """What the line's account proposes waits for another pair of eyes, within the same term."""
    _step(conn, id, "second_opinion", line, now, proposed_by=line.account)


def set_aside(conn: Connection, id: UUID, line: Line, now: datetime) -> None:
    """The second pair of eyes does not agree: back in the queue, with the time it had."""
    _step(conn, id, "waiting", line, now)


def close(conn: Connection, id: UUID, line: Line, now: datetime) -> None:
    """The line's action is the outcome."""
    _step(conn, id, "closed", line, now, outcome=line.action, closed_at=now)


def _step(conn: Connection, id: UUID, state: State, line: Line, now: datetime, **columns: object) -> None:
    """Raises LookupError for a case that is closed, or gone: the caller has looked."""
    values = {"state": state, "claimed_by": None, "claimed_until": None, "proposed_by": None} | columns
    sets = ", ".join(f"{column} = %({column})s" for column in values)
    done = conn.execute(f"update case_file set {sets} where id = %(id)s and state <> 'closed'", values | {"id": id})
    if not done.rowcount:
        raise LookupError(f"case {id} is not open")
    history.write(conn, id, line, now)
