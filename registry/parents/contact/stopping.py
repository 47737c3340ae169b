"""What ends messages: her switch, a block, a report to the moderators, and time. Callers commit.

A report is the subject of a case (`registry.casework`), and holds the text until the case is closed.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain import civil
from registry.accounts import Account, audit
from registry.casework import NotPossible, cases, claims, queue
from registry.casework.history import Line
from registry.casework.kinds import MESSAGE_REPORT
from registry.casework.queue import Waiting
from registry.database import Connection
from registry.parents.contact import sending, tokens
from registry.parents.contact.tokens import Seen, Side
from registry.scales import current_scales
from settings.keys import Keys

FORGOTTEN = "Message relayé"
"""The subject of a mail whose text is forgotten."""


@dataclass(frozen=True)
class Shown:
    """A message as the pages of its links show it. `text` is None once it was forgotten; `name`: who wrote it."""

    offer: str
    side: Side
    name: str
    text: str | None
    reported: bool


@dataclass(frozen=True)
class Report:
    """`count`: how many assistants maternels reported this sender; 0 where she is the one who is reported. `case`
    says who is at it."""

    offer: str
    am: str
    side: Side
    name: str
    text: str
    count: int
    case: Waiting


@dataclass(frozen=True)
class Blocked:
    """`id` names the block in a form: it is the hash of an address, in hexadecimal."""

    id: str
    name: str
    at: datetime


def receives(conn: Connection, offer: str) -> bool:
    """What her switch says."""
    return not conn.execute("select exists (select from contact_off where offer = %s)", [offer]).fetchall()[0][0]


def switch(conn: Connection, offer: str, on: bool) -> None:
    if on:
        conn.execute("delete from contact_off where offer = %s", [offer])
    else:
        conn.execute("insert into contact_off (offer) values (%s) on conflict do nothing", [offer])


def is_open(conn: Connection, keys: Keys, seen: Seen) -> bool:
    """Whether the side that the link was sent to still has that address."""
    row = conn.execute(
        "select case when %s = 'parent' then t.parent_mail else a.mail end from contact_thread t"
        " join account a on a.offer = t.offer and a.role = 'am' and a.closed_at is null where t.id = %s",
        [seen.reader, seen.thread],
    ).fetchone()
    return row is not None and tokens.is_sent_to(keys, seen, row[0])


def shown(conn: Connection, seen: Seen) -> Shown | None:
    """The message that a link stands for; None when its thread is gone."""
    row = conn.execute(
        "select t.offer, m.side, t.parent_name, m.text, exists (select from contact_report r where r.message = m.id)"
        " from contact_message m join contact_thread t on t.id = m.thread"
        " where m.id = %s and t.id = %s and m.side <> %s",
        [seen.message, seen.thread, seen.reader],
    ).fetchone()
    if row is None:
        return None
    offer, side, parent_name, text, reported = row
    return Shown(offer, side, parent_name if side == "parent" else sending.public_name(conn, offer), text, reported)


def block(conn: Connection, seen: Seen, now: datetime) -> bool:
    """Nothing of the other side reaches the reader any more: for her, from this sender over all threads; for a parent,
    in this thread, which is the only way to that address. False when the thread is gone."""
    if seen.reader == "parent":
        done = "update contact_thread set closed_at = coalesce(closed_at, %s) where id = %s"
        return conn.execute(done, [now, seen.thread]).rowcount == 1
    return (
        conn.execute(
            "insert into contact_block (offer, sender, name, at)"
            " select offer, sender, parent_name, %s from contact_thread where id = %s"
            " on conflict (offer, sender) do update set at = excluded.at",
            [now, seen.thread],
        ).rowcount
        == 1
    )


def blocked(conn: Connection, offer: str) -> list[Blocked]:
    rows = conn.execute(
        "select encode(sender, 'hex'), name, at from contact_block where offer = %s order by at desc", [offer]
    )
    return [Blocked(*row) for row in rows]


def unblock(conn: Connection, offer: str, id: str) -> bool:
    return (
        conn.execute("delete from contact_block where offer = %s and encode(sender, 'hex') = %s", [offer, id]).rowcount
        == 1
    )


def report(conn: Connection, seen: Seen, now: datetime) -> bool:
    """Show the message to the moderators; once. False when its text is gone."""
    # Reported twice at once, it is one report.
    conn.execute("select from contact_message where id = %s for update", [seen.message])
    found = shown(conn, seen)
    if found is None or found.text is None or found.reported:
        return found is not None and found.reported
    id = cases.begin(conn, MESSAGE_REPORT, Line("reported"), now)
    conn.execute(
        "insert into contact_report (id, offer, thread, message, side, name, sender, text)"
        " select %s, t.offer, t.id, %s, %s, %s, case when %s = 'parent' then t.sender end, %s from contact_thread t"
        " where t.id = %s",
        [id, seen.message, found.side, found.name, found.side, found.text, seen.thread],
    )
    audit.note(conn, None, "contact.reported", found.offer, ["message"], side=found.side)
    return True


def reports(conn: Connection, reader: Account, now: datetime, *, page: int) -> list[Report]:
    """What moderators have to look at, the oldest first: one page, from 1, and one more where there are more."""
    waiting = queue.waiting(conn, MESSAGE_REPORT, reader, now, offset=(page - 1) * queue.PAGE, limit=queue.PAGE + 1)
    rows = conn.execute(
        "select r.id, r.offer, o.name, r.side, r.name, r.text,"
        " (select count(distinct s.offer) from contact_report s where s.sender = r.sender)"
        " from contact_report r join offer o on o.id = r.offer where r.id = any(%s)",
        [[case.id for case in waiting]],
    )
    facts = {id: values for id, *values in rows}
    # One that was deleted in between has no facts any more.
    return [Report(*(*facts[case.id], case)) for case in waiting if case.id in facts]


def settle(conn: Connection, account: Account, id: UUID, now: datetime) -> str:
    """A moderator has looked at it: its text is forgotten, that it was reported still counts. Returns the offer.

    Who settles it takes it first: raises NotPossible when another moderator is at it, and when it is settled or gone.
    """
    claims.claim(conn, MESSAGE_REPORT, id, account, now)
    row = conn.execute("update contact_report set text = '' where id = %s returning offer", [id]).fetchone()
    if row is None:
        raise NotPossible(MESSAGE_REPORT.gone)
    cases.close(conn, id, Line("settled", account.id), now)
    return str(row[0])


def forget(conn: Connection, now: datetime) -> int:
    """Delete threads that have ended and reports that have had their time, and empty old messages, also in mails that
    nobody could deliver; returns how many."""
    today = civil.day(now)
    scales = current_scales(conn)
    texts = now - scales.duration("contact_text_days", today)
    old = now - scales.duration("contact_report_days", today)
    return (
        conn.execute("delete from contact_thread where ends_at <= %s", [now]).rowcount
        + conn.execute(
            "delete from contact_report r using case_file k where k.id = r.id and k.opened_at < %s", [old]
        ).rowcount
        + conn.execute("update contact_message set text = null where text is not null and at < %s", [texts]).rowcount
        + conn.execute(
            "update mail_outbox set body = '' where key like 'contact %%' and body <> ''"
            " and coalesce(given_up_at, expires_at) < %s",
            [texts],
        ).rowcount
        # The subject names who wrote.
        + conn.execute(
            "update mail_outbox set subject = %s where key like 'contact %%' and subject <> %s"
            " and coalesce(sent_at, given_up_at, expires_at) < %s",
            [FORGOTTEN, FORGOTTEN, texts],
        ).rowcount
    )
