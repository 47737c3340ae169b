"""What waits for staff, the least time left first, and how much. Nothing private: a list is not a reading of a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from registry.accounts import Account
from registry.casework import OPEN, STAFF_TURN, Turn
from registry.casework.claims import OWN_PROPOSAL
from registry.casework.kinds import Kind
from registry.database import Connection
from registry.territory import scope

PAGE = 50

Part = Literal["all", "mine", "late"]
"""All that waits, what the reader holds, or what is past its term."""


@dataclass(frozen=True)
class Waiting:
    """`answers`: how often the other side has answered already; `holder`: the name of who is at it, if anybody is;
    `own_proposal`: what waits for another pair of eyes is the reader's own."""

    id: UUID
    state: Turn
    department: str | None
    department_name: str | None
    submitted_at: datetime
    due_at: datetime | None
    answers: int
    held_by: UUID | None
    holder: str
    own_proposal: bool


@dataclass(frozen=True)
class Counts:
    """How many cases stand where. Of those that wait for staff: `late` are past their term, of `soon` it ends within a
    day, `mine` the reader holds."""

    waiting: int
    second_opinion: int
    late: int
    soon: int
    mine: int
    pending: int
    incomplete: int


_LATE = "(k.due_at < %(now)s)"
_MINE = "(k.claimed_by = %(me)s and k.claimed_until > %(now)s)"
_PARTS: dict[Part, str] = {"all": "true", "mine": _MINE, "late": _LATE}

_WHERE = (
    "k.kind = %(kind)s and (%(department)s = '' or k.department = %(department)s)"
    f" and (%(within)s::uuid is null or {scope.covers('%(within)s', 'k.commune')})"
)


def waiting(
    conn: Connection,
    kind: Kind,
    reader: Account,
    now: datetime,
    *,
    department: str = "",
    within: UUID | None = None,
    part: Part = "all",
    offset: int = 0,
    limit: int = PAGE,
) -> list[Waiting]:
    """A page of what is staff's turn: of one département or all, and of the communes that `within` answers for."""
    rows = conn.execute(
        "select k.id, k.state, k.department, d.name, k.submitted_at, k.due_at,"
        " (select count(*) from case_event e where e.case_file = k.id and e.action = 'answered'),"
        f" a.id, coalesce(nullif(a.name, ''), a.mail, ''), {OWN_PROPOSAL}"
        " from case_file k left join department d on d.code = k.department"
        " left join account a on a.id = k.claimed_by and k.claimed_until > %(now)s"
        f" where {_WHERE} and k.state = any(%(states)s) and {_PARTS[part]}"
        " order by k.due_at nulls last, k.submitted_at, k.id limit %(limit)s offset %(offset)s",
        _values(kind, reader, now, department, within) | {"limit": limit, "offset": offset},
    )
    return [Waiting(*row) for row in rows]


@dataclass(frozen=True)
class Closed:
    """`comment`: what was said when it was closed, empty where nothing was."""

    id: UUID
    outcome: str
    opened_at: datetime
    closed_at: datetime
    comment: str


def closed(conn: Connection, kind: Kind, *, offset: int = 0, limit: int = PAGE) -> list[Closed]:
    """A page of what is done, the latest first."""
    rows = conn.execute(
        "select k.id, k.outcome, k.opened_at, k.closed_at, coalesce((select e.comment from case_event e"
        "  where e.case_file = k.id and e.action = k.outcome order by e.id desc limit 1), '')"
        " from case_file k where k.kind = %s and k.state = 'closed' order by k.closed_at desc, k.id"
        " limit %s offset %s",
        [kind.code, limit, offset],
    )
    return [Closed(*row) for row in rows]


def counts(
    conn: Connection,
    kind: Kind,
    reader: Account,
    now: datetime,
    *,
    department: str = "",
    within: UUID | None = None,
) -> Counts:
    """Over the same cases as the lists."""
    row = conn.execute(
        "select count(*) filter (where k.state = 'waiting'), count(*) filter (where k.state = 'second_opinion'),"
        f" count(*) filter (where turn and {_LATE}),"
        f" count(*) filter (where turn and not {_LATE} and k.due_at < %(now)s + interval '1 day'),"
        f" count(*) filter (where turn and {_MINE}),"
        " count(*) filter (where k.state = 'pending'), count(*) filter (where k.state = 'incomplete')"
        " from case_file k, lateral (select k.state = any(%(states)s) as turn) t"
        f" where {_WHERE} and k.state = any(%(open)s)",
        _values(kind, reader, now, department, within) | {"open": list(OPEN)},
    ).fetchall()[0]
    return Counts(*row)


def holder(conn: Connection, id: UUID, now: datetime) -> str:
    """The name of who is at it; empty when nobody is."""
    row = conn.execute(
        "select coalesce(nullif(a.name, ''), a.mail) from case_file k join account a on a.id = k.claimed_by"
        " where k.id = %s and k.claimed_until > %s",
        [id, now],
    ).fetchone()
    return str(row[0]) if row else ""


def departments(conn: Connection, kind: Kind) -> list[tuple[str, str]]:
    """Code and name of those that have something in the queue."""
    return [
        (row[0], row[1])
        for row in conn.execute(
            "select d.code, d.name from department d where exists (select from case_file k"
            " where k.kind = %s and k.department = d.code and k.state = any(%s)) order by d.code",
            [kind.code, list(STAFF_TURN)],
        )
    ]


def _values(kind: Kind, reader: Account, now: datetime, department: str, within: UUID | None) -> dict[str, object]:
    return {
        "kind": kind.code,
        "me": reader.id,
        "now": now,
        "states": list(STAFF_TURN),
        "department": department,
        "within": within,
    }
