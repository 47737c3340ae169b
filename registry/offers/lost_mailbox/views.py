"""What the staff read of lost mailboxes: a relais of its communes, an administrator of all. Private: callers audit."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from registry.accounts import Account
from registry.casework import State
from registry.casework.claims import OWN_PROPOSAL
from registry.database import Connection
from registry.offers.lost_mailbox import Outcome, Proof
from registry.territory import scope

MOST = 200
CLOSED_SHOWN = timedelta(days=90)

_FROM = (
    "from lost_mailbox m join case_file k on k.id = m.id join account a on a.id = m.account"
    " left join offer o on o.id = a.offer"
)
_SCOPE = f"(%(within)s::uuid is null or {scope.covers('%(within)s', 'k.commune')})"
_FILE = (
    "select m.id, m.account, a.offer, coalesce(o.name, ''), m.old_mail, m.new_mail, m.proof, m.seen_on,"
    " (select e.account from case_event e where e.case_file = m.id order by e.id limit 1),"
    f" k.state, k.outcome, k.opened_at, k.due_at, m.changes_at {_FROM} where m.id = %(id)s"
)


@dataclass(frozen=True)
class Line:
    """One case of the list, without an address. `name`: of the profile, empty where there is none. `due_at`: by when
    somebody confirms it; `changes_at`: when the account gets its new address."""

    id: UUID
    name: str
    state: State
    outcome: Outcome | None
    opened_at: datetime
    due_at: datetime | None
    changes_at: datetime | None
    own_proposal: bool


@dataclass(frozen=True)
class File:
    """A whole case. `offer` is None before a profile was entered; `proof` was seen on `seen_on` by `opened_by`."""

    id: UUID
    account: UUID
    offer: str | None
    name: str
    old_mail: str = field(repr=False)
    new_mail: str = field(repr=False)
    proof: Proof
    seen_on: date
    opened_by: UUID | None
    state: State
    outcome: Outcome | None
    opened_at: datetime
    due_at: datetime | None
    changes_at: datetime | None


def listing(conn: Connection, reader: Account, now: datetime) -> list[Line]:
    """Those that wait, the oldest first, then those closed lately, the latest first."""
    rows = conn.execute(
        "select m.id, coalesce(o.name, ''), k.state, k.outcome, k.opened_at, k.due_at, m.changes_at,"
        f" {OWN_PROPOSAL} {_FROM}"
        f" where {_SCOPE} and (k.closed_at is null or k.closed_at > %(since)s)"
        " order by k.closed_at desc nulls first, k.opened_at, k.id limit %(most)s",
        {"within": _within(reader), "me": reader.id, "since": now - CLOSED_SHOWN, "most": MOST},
    )
    return [Line(*row) for row in rows]


def find(conn: Connection, reader: Account, id: UUID) -> File | None:
    """A case that `reader` answers for."""
    row = conn.execute(f"{_FILE} and {_SCOPE}", {"id": id, "within": _within(reader)}).fetchone()
    return File(*row) if row else None


def read(conn: Connection, id: UUID) -> File | None:
    """Any case: for the links and the job, not for a page of the staff."""
    row = conn.execute(_FILE, {"id": id}).fetchone()
    return File(*row) if row else None


def name_of(conn: Connection, account: Account) -> str:
    """As the fiche names her; empty before a profile was entered."""
    row = conn.execute("select name from offer where id = %s", [account.offer]).fetchone()
    return str(row[0]) if row else ""


def _within(reader: Account) -> UUID | None:
    return None if reader.role == "administrator" else reader.id
