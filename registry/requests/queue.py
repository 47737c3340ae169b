"""What waits for a moderator, the least time left first. Nothing private: a list is not a reading of anybody's file."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registry.accounts import Account
from registry.database import Connection
from registry.requests import MODERATORS, Kind, State

PAGE = 50


@dataclass(frozen=True)
class Waiting:
    """`answers`: how often she has answered already; `holder`: the name of who is at it, if anybody is; `own_refusal`:
    the refusal is the reader's own, and waits for another moderator."""

    id: UUID
    kind: Kind
    state: State
    department: str
    department_name: str
    submitted_at: datetime
    due_at: datetime
    answers: int
    held_by: UUID | None
    holder: str
    own_refusal: bool


def waiting(
    conn: Connection, reader: Account, now: datetime, *, department: str = "", offset: int = 0, limit: int = PAGE
) -> list[Waiting]:
    """A page of the queue, of one département or of all."""
    return [
        Waiting(*row)
        for row in conn.execute(
            "select r.id, r.kind, r.state, r.department, d.name, r.submitted_at, r.due_at,"
            " (select count(*) from agrement_request_event e where e.request = r.id and e.action = 'answered'),"
            " a.id, coalesce(nullif(a.name, ''), a.mail, ''),"
            " r.state = 'second_opinion' and (select e.account from agrement_request_event e where e.request = r.id"
            "  and e.action = 'refusal_proposed' order by e.id desc limit 1) is not distinct from %(me)s"
            " from agrement_request r join department d on d.code = r.department"
            " left join account a on a.id = r.claimed_by and r.claimed_until > %(now)s"
            " where r.state = any(%(states)s) and (%(department)s = '' or r.department = %(department)s)"
            " order by r.due_at, r.id limit %(limit)s offset %(offset)s",
            {
                "me": reader.id,
                "now": now,
                "states": list(MODERATORS),
                "department": department,
                "limit": limit,
                "offset": offset,
            },
        )
    ]


@dataclass(frozen=True)
class Load:
    """How many requests stand where; `late`: past their time; `soon`: it ends within a day."""

    waiting: int
    second_opinion: int
    late: int
    soon: int
    identity: int
    incomplete: int


def load(conn: Connection, now: datetime, *, department: str = "") -> Load:
    row = conn.execute(
        "select count(*) filter (where state = 'waiting'), count(*) filter (where state = 'second_opinion'),"
        " count(*) filter (where state = any(%(states)s) and due_at < %(now)s),"
        " count(*) filter (where state = any(%(states)s) and due_at >= %(now)s"
        "  and due_at < %(now)s + interval '1 day'),"
        " count(*) filter (where state = 'identity'), count(*) filter (where state = 'incomplete')"
        " from agrement_request where state = any(%(open)s) and (%(department)s = '' or department = %(department)s)",
        {
            "now": now,
            "states": list(MODERATORS),
            "open": ["identity", "waiting", "incomplete", "second_opinion"],
            "department": department,
        },
    ).fetchall()[0]
    return Load(*row)


def of_offer(conn: Connection, offer: str) -> list[tuple[UUID, Kind, State, datetime]]:
    """Every request of an assistant maternel, the newest first."""
    return [
        (row[0], row[1], row[2], row[3])
        for row in conn.execute(
            "select id, kind, state, created_at from agrement_request where offer = %s order by created_at desc, id",
            [offer],
        )
    ]


def holder(conn: Connection, request: UUID, now: datetime) -> str:
    """The name of the moderator who is at it; empty when nobody is."""
    row = conn.execute(
        "select coalesce(nullif(a.name, ''), a.mail) from agrement_request r join account a on a.id = r.claimed_by"
        " where r.id = %s and r.claimed_until > %s",
        [request, now],
    ).fetchone()
    return str(row[0]) if row else ""


def departments(conn: Connection) -> list[tuple[str, str]]:
    """Code and name of those that have something in the queue."""
    return [
        (row[0], row[1])
        for row in conn.execute(
            "select d.code, d.name from department d where exists (select from agrement_request r"
            " where r.department = d.code and r.state = any(%s)) order by d.code",
            [list(MODERATORS)],
        )
    ]
