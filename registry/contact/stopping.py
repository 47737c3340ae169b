"""What ends messages: her switch, a block, a report to the moderators, and time. Callers commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from registry import audit, rules
from registry.contact import sending, tokens
from registry.contact.tokens import Seen, Side
from registry.database import Connection
from settings import PARIS
from settings.keys import Keys


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
    """`count`: how many assistants maternels reported this sender; 0 where she is the one who is reported."""

    id: UUID
    offer: str
    am: str
    side: Side
    name: str
    text: str
    at: datetime
    count: int


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
    found = shown(conn, seen)
    if found is None or found.text is None:
        return False
    if found.reported:
        return True
    conn.execute(
        "insert into contact_report (offer, thread, message, side, name, sender, text, at)"
        " select t.offer, t.id, %s, %s, %s, case when %s = 'parent' then t.sender end, %s, %s from contact_thread t"
        " where t.id = %s on conflict (message) do nothing",
        [seen.message, found.side, found.name, found.side, found.text, now, seen.thread],
    )
    audit.note(conn, None, "contact.reported", found.offer, ["message"], side=found.side)
    return True


def reports(conn: Connection) -> list[Report]:
    """What moderators have to look at, the oldest first."""
    rows = conn.execute(
        "select r.id, r.offer, o.name, r.side, r.name, r.text, r.at,"
        " (select count(distinct s.offer) from contact_report s where s.sender = r.sender)"
        " from contact_report r join offer o on o.id = r.offer where r.done_at is null order by r.at, r.id"
    )
    return [Report(*row) for row in rows]


def settle(conn: Connection, id: UUID, now: datetime) -> str | None:
    """A moderator has looked at it: its text is forgotten, that it was reported still counts. Returns the offer."""
    row = conn.execute(
        "update contact_report set done_at = %s, text = '' where id = %s and done_at is null returning offer",
        [now, id],
    ).fetchone()
    return row[0] if row else None


def forget(conn: Connection, now: datetime) -> int:
    """Delete threads that have ended and reports that have had their time, and empty old messages, also in mails that
    nobody could deliver; returns how many."""
    today = now.astimezone(PARIS).date()
    texts = now - timedelta(days=rules.number("contact_text_days", today))
    old = now - timedelta(days=rules.number("contact_report_days", today))
    return (
        conn.execute("delete from contact_thread where ends_at <= %s", [now]).rowcount
        + conn.execute("delete from contact_report where at < %s", [old]).rowcount
        + conn.execute("update contact_message set text = null where text is not null and at < %s", [texts]).rowcount
        + conn.execute(
            "update mail_outbox set body = '' where key like 'contact %%' and body <> ''"
            " and coalesce(given_up_at, expires_at) < %s",
            [texts],
        ).rowcount
    )
