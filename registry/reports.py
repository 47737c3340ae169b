"""Errors that readers report on a fiche: a number for the reader, a list for the staff. Callers commit.

What a reader writes may tell private things of herself or of others: it is read by moderators only, logged, and
forgotten some time after it was settled (`fiche_report_days`), or long after nobody settled it.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from registry import letters, rules
from registry.accounts import Account
from registry.accounts.throttle import Limit
from registry.database import Connection
from settings import PARIS, Settings

About = Literal["hours", "address", "contact", "places", "closed", "other"]
Outcome = Literal["mended", "nothing"]

LONGEST = 1000
"""Characters of a text or a note."""

BY_CLIENT = Limit(10, timedelta(hours=1))

PAGE = 20

_DIGITS = "23456789"
"""Without 0 and 1, which are heard and read as letters."""

_TRIES = 20


@dataclass(frozen=True)
class Report:
    """`name`: of the offer; `text`, `mail` and `note` are None once they are forgotten."""

    number: str
    offer: str
    name: str
    about: About
    text: str | None = field(repr=False)
    mail: str | None = field(repr=False)
    at: datetime
    outcome: Outcome | None
    note: str | None = field(repr=False)
    settled_at: datetime | None


def name_of(conn: Connection, offer: str) -> str | None:
    """The name of an offer that is public; None of any other."""
    row = conn.execute("select name from offer o where id = %s and is_public(o)", [offer]).fetchone()
    return str(row[0]) if row else None


def file(conn: Connection, offer: str, about: About, text: str, mail: str | None, now: datetime) -> str:
    """Write it down; returns its number. The offer must exist."""
    for _ in range(_TRIES):
        number = "-".join("".join(secrets.choice(_DIGITS) for _ in range(3)) for _ in range(2))
        row = conn.execute(
            "insert into fiche_report (number, offer, about, text, mail, at) values (%s, %s, %s, %s, %s, %s)"
            " on conflict (number) do nothing returning number",
            [number, offer, about, text or None, mail, now],
        ).fetchone()
        if row:
            return number
    raise RuntimeError("no number of a report is free")


def listing(conn: Connection, *, settled: bool, page: int) -> list[Report]:
    """One page, from 1, and one more than fits where there are more: those to settle, the oldest first; those settled,
    the latest first."""
    condition = "r.settled_at is not null" if settled else "r.settled_at is null"
    order = "r.settled_at desc" if settled else "r.at"
    rows = conn.execute(
        "select r.number, r.offer, o.name, r.about, r.text, r.mail, r.at, r.outcome, r.note, r.settled_at"
        f" from fiche_report r join offer o on o.id = r.offer where {condition}"
        f" order by {order}, r.number limit %s offset %s",
        [PAGE + 1, (page - 1) * PAGE],
    )
    return [Report(*row) for row in rows]


def settle(
    conn: Connection, settings: Settings, account: Account, number: str, outcome: Outcome, note: str, now: datetime
) -> str | None:
    """Settle it and, where its reader left a mail, tell her; returns the offer, None when it is settled or unknown."""
    row = conn.execute(
        "update fiche_report r set outcome = %s, note = %s, settled_at = %s, settled_by = %s from offer o"
        " where r.number = %s and r.settled_at is null and o.id = r.offer returning r.offer, o.name, r.mail",
        [outcome, note or None, now, account.id, number],
    ).fetchone()
    if row is None:
        return None
    offer, name, mail = row
    if mail:
        values = {
            "number": number,
            "name": name,
            "outcome": outcome,
            "note": note,
            "link": f"{settings.site_url.rstrip('/')}/offre/{offer}",
        }
        letters.queue(conn, mail, "reports/settled", values, key=f"report {number} {now.isoformat()}")
    return str(offer)


def forget(conn: Connection, now: datetime) -> int:
    """Delete what was settled long enough ago, and what nobody settled in a long while; returns how many."""
    today = now.astimezone(PARIS).date()
    return conn.execute(
        "delete from fiche_report where settled_at < %s or at < %s",
        [
            now - timedelta(days=rules.number("fiche_report_days", today)),
            now - timedelta(days=rules.number("fiche_report_open_days", today)),
        ],
    ).rowcount
