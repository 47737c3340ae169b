"""The history of a case: what was done, by whom, when, and what it said. It only grows, and goes with its case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from registry.database import Connection


@dataclass(frozen=True)
class Event:
    """A line with who wrote it: `who` is the name of one of the staff, empty for others and for the system, whom `role`
    tells apart."""

    at: datetime
    account: UUID | None
    role: str
    who: str
    action: str
    reasons: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class Line:
    """What is to be written: `action` and `reasons` are codes of the case's house; `account`: None for the system and
    for people without one; `comment` may be private."""

    action: str
    account: UUID | None = None
    reasons: Sequence[str] = ()
    comment: str = field(default="", repr=False)


def write(conn: Connection, case: UUID, line: Line, now: datetime) -> None:
    """One more line, with the time by which staff were to answer then, by which figures judge them."""
    conn.execute(
        "insert into case_event (case_file, at, account, action, reasons, comment, due_at)"
        " select id, %s, %s, %s, %s, %s, due_at from case_file where id = %s",
        [now, line.account, line.action, list(line.reasons), line.comment, case],
    )


def read(conn: Connection, case: UUID) -> list[Event]:
    """From the first to the last."""
    return [
        Event(at, account, role, who, action, tuple(reasons), comment)
        for at, account, role, who, action, reasons, comment in conn.execute(
            "select e.at, e.account, coalesce(a.role, 'system'), coalesce(a.name, ''), e.action, e.reasons, e.comment"
            " from case_event e left join account a on a.id = e.account where e.case_file = %s order by e.id",
            [case],
        )
    ]


def last(conn: Connection, case: UUID, action: str) -> Event | None:
    """The last line with this action."""
    return next((event for event in reversed(read(conn, case)) if event.action == action), None)
