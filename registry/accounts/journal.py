"""Reading the audit log, the newest line first. Nothing here writes: the log only grows, and through
registry.accounts.audit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.database import Connection

PAGE = 100


@dataclass(frozen=True)
class Entry:
    """One line. `who`: the account's mail, also of one that is closed; empty for the system itself."""

    id: int
    at: datetime
    who: str
    role: str
    action: str
    offer: str | None
    fields: list[str]
    detail: dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """`who`: part of a mail; `action`: how it begins; days in France, both included; `before`: an entry's id."""

    who: str = ""
    action: str = ""
    offer: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None


def entries(conn: Connection, wanted: Wanted) -> list[Entry]:
    """At most PAGE of those that are wanted."""
    rows = conn.execute(
        "select l.id, l.at, coalesce(a.mail, ''), l.role, l.action, l.offer, l.fields, l.detail"
        " from audit l left join account a on a.id = l.account"
        " where (%(who)s = '' or strpos(a.mail, lower(%(who)s)) > 0)"
        " and starts_with(l.action, %(action)s)"
        " and (%(offer)s = '' or l.offer = %(offer)s)"
        " and (%(first)s::date is null or l.at >= civil_moment(%(first)s::date))"
        " and (%(last)s::date is null or l.at < civil_moment(%(last)s::date + 1))"
        " and (%(before)s::bigint is null or l.id < %(before)s)"
        " order by l.id desc limit %(page)s",
        {
            "who": wanted.who,
            "action": wanted.action,
            "offer": wanted.offer,
            "first": wanted.first,
            "last": wanted.last,
            "before": wanted.before,
            "page": PAGE,
        },
    )
    return [Entry(*row) for row in rows]
