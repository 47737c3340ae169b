"""The history of a request: what was done, by whom, when, and what it said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registry.database import Connection


@dataclass(frozen=True)
class Event:
    """`who`: the name of a moderator, empty for the assistant maternel and for the system; `role` tells them apart."""

    at: datetime
    account: UUID | None
    role: str
    who: str
    action: str
    reasons: tuple[str, ...]
    comment: str


def write(
    conn: Connection,
    request: UUID,
    action: str,
    now: datetime,
    account: UUID | None = None,
    reasons: Sequence[str] = (),
    comment: str = "",
) -> None:
    """One more line, with the time by which the moderators were to answer then, by which figures judge them."""
    conn.execute(
        "insert into agrement_request_event (request, at, account, action, reasons, comment, due_at)"
        " select id, %s, %s, %s, %s, %s, due_at from agrement_request where id = %s",
        [now, account, action, list(reasons), comment, request],
    )


def history(conn: Connection, request: UUID) -> list[Event]:
    """From the first to the last."""
    return [
        Event(at, account, role, who, action, tuple(reasons), comment)
        for at, account, role, who, action, reasons, comment in conn.execute(
            "select e.at, e.account, coalesce(a.role, 'system'), coalesce(a.name, ''), e.action, e.reasons, e.comment"
            " from agrement_request_event e left join account a on a.id = e.account"
            " where e.request = %s order by e.id",
            [request],
        )
    ]


def last(conn: Connection, request: UUID, action: str) -> Event | None:
    """The last line with this action."""
    return next((event for event in reversed(history(conn, request)) if event.action == action), None)
