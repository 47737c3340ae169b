"""Errors that readers report on a fiche: a number for the reader, a list for the staff. Callers commit.

What a reader writes may tell private things of herself or of others: it is read by moderators only, logged, and
forgotten some time after it was settled (`fiche_report_days`), or long after nobody settled it. Each is the subject of
a case (`registry.casework`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from domain import civil
from registry.accounts import Account
from registry.accounts.throttle import Limit
from registry.casework import NotPossible, cases, claims, letters, queue
from registry.casework.history import Line
from registry.casework.kinds import FICHE_REPORT
from registry.casework.queue import Closed, Waiting
from registry.database import Connection
from registry.scales import current_scales
from settings import Settings

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
    """`name`: of the offer; `case` says whether it waits, who is at it, or how it was settled."""

    number: str
    offer: str
    name: str
    about: About
    text: str | None = field(repr=False)
    mail: str | None = field(repr=False)
    case: Waiting | Closed


def name_of(conn: Connection, offer: str) -> str | None:
    """The name of an offer that is public; None of any other."""
    row = conn.execute("select name from offer o where id = %s and is_public(o)", [offer]).fetchone()
    return str(row[0]) if row else None


def file(conn: Connection, offer: str, about: About, text: str, mail: str | None, now: datetime) -> str:
    """Write it down; returns its number. The offer must exist."""
    id = cases.begin(conn, FICHE_REPORT, Line("reported"), now)
    for _ in range(_TRIES):
        number = "-".join("".join(secrets.choice(_DIGITS) for _ in range(3)) for _ in range(2))
        row = conn.execute(
            "insert into fiche_report (id, number, offer, about, text, mail) values (%s, %s, %s, %s, %s, %s)"
            " on conflict (number) do nothing returning number",
            [id, number, offer, about, text or None, mail],
        ).fetchone()
        if row:
            return number
    raise RuntimeError("no number of a report is free")


def listing(conn: Connection, reader: Account, now: datetime, *, settled: bool, page: int) -> list[Report]:
    """One page, from 1, and one more than fits where there are more: those to settle, the oldest first; those settled,
    the latest first."""
    offset, limit = (page - 1) * PAGE, PAGE + 1
    of_page: Sequence[Waiting | Closed] = (
        queue.closed(conn, FICHE_REPORT, offset=offset, limit=limit)
        if settled
        else queue.waiting(conn, FICHE_REPORT, reader, now, offset=offset, limit=limit)
    )
    rows = conn.execute(
        "select r.id, r.number, r.offer, o.name, r.about, r.text, r.mail from fiche_report r"
        " join offer o on o.id = r.offer where r.id = any(%s)",
        [[case.id for case in of_page]],
    )
    facts = {id: values for id, *values in rows}
    # One that was deleted in between has no facts any more.
    return [Report(*(*facts[case.id], case)) for case in of_page if case.id in facts]


def waiting(conn: Connection, number: str) -> UUID | None:
    """The case of the report of this number, while it is not settled."""
    row = conn.execute("select id from fiche_report where number = %s", [number]).fetchone()
    case = cases.read(conn, FICHE_REPORT, row[0]) if row else None
    return case.id if case is not None and case.state != "closed" else None


def settle(
    conn: Connection, settings: Settings, account: Account, id: UUID, outcome: Outcome, note: str, now: datetime
) -> str:
    """Settle it and, where its reader left a mail, tell her; returns the offer.

    Who settles it takes it first: raises NotPossible when another moderator is at it, and when it is settled or gone.
    """
    claims.claim(conn, FICHE_REPORT, id, account, now)
    row = conn.execute(
        "select r.number, r.offer, o.name, r.mail from fiche_report r join offer o on o.id = r.offer where r.id = %s",
        [id],
    ).fetchone()
    if row is None:
        raise NotPossible(FICHE_REPORT.gone)
    number, offer, name, mail = row
    cases.close(conn, id, Line(outcome, account.id, comment=note), now)
    if mail:
        values = {
            "number": number,
            "name": name,
            "outcome": outcome,
            "note": note,
            "link": f"{settings.site_url.rstrip('/')}/offre/{offer}",
        }
        letters.send(conn, id, mail, "reports/settled", values)
    return str(offer)


def forget(conn: Connection, now: datetime) -> int:
    """Delete what was settled long enough ago, and what nobody settled in a long while; returns how many."""
    today, scales = civil.day(now), current_scales(conn)
    return conn.execute(
        "delete from fiche_report r using case_file k where k.id = r.id and (k.closed_at < %s or k.opened_at < %s)",
        [
            now - scales.duration("fiche_report_days", today),
            now - scales.duration("fiche_report_open_days", today),
        ],
    ).rowcount
