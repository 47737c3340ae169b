"""A parent's first message: it waits for the parent's mail to be confirmed, then opens a thread and goes out.

Until then nothing reaches the assistant maternel, so that nobody writes under another's address.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.types.json import Jsonb

from domain import civil
from registry import letters
from registry.accounts import links, throttle
from registry.accounts.throttle import Limit
from registry.database import Connection
from registry.parents.contact import address_of, sending, tokens
from registry.parents.contact.refusals import Refused
from registry.scales import current_scales
from settings import Settings

PURPOSE = "contact"

A_DAY = timedelta(days=1)
ASKED_BY_MAIL = Limit(20, A_DAY)
"""Mails that ask one mailbox to confirm: nobody's is filled by others."""

ASKED_BY_MAIL_AND_CLIENT = Limit(8, A_DAY)
"""Of these, by one client: it keeps nobody else from asking."""

ASKED_BY_CLIENT = Limit(20, timedelta(hours=1))
OFFERS_A_DAY = 5
"""Different assistants maternels that one sender may write to."""

REPORTS_THAT_BAR = 3
"""Different assistants maternels who reported the same sender: then it opens no thread any more."""


@dataclass(frozen=True)
class Draft:
    """What a parent entered; `name`: her or his own."""

    offer: str
    name: str
    mail: str
    text: str


def ask(conn: Connection, settings: Settings, draft: Draft, now: datetime) -> None:
    """Queue the mail that asks to confirm. It holds not a word of the message: nobody has proved the address yet, and
    anybody could have us send anything to it. Raises TooMany, or Refused when she cannot be written to."""
    if address_of(conn, draft.offer, public=True) is None:
        raise Refused("away")
    sender = tokens.sender_of(settings.keys, draft.mail).hex()
    throttle.count(conn, settings.keys, "contact asked", sender, ASKED_BY_MAIL, now)
    hours = current_scales(conn).number("contact_confirm_hours", civil.day(now))
    expires_at = now + timedelta(hours=hours)
    payload = {"name": draft.name, "mail": draft.mail, "text": draft.text}
    token = links.create(conn, settings.keys, PURPOSE, expires_at, offer=draft.offer, payload=payload)
    values = {
        "to": sending.public_name(conn, draft.offer),
        "fictitious": sending.is_fictitious(conn, draft.offer),
        "hours": hours,
        "link": f"{settings.site_url}/ecrire/confirmer/{token}",
    }
    key = f"contact asked {hashlib.sha256(token.encode()).hexdigest()}"
    letters.queue(conn, draft.mail, "contact/confirm", values, key=key, expires_at=expires_at)


def waiting(conn: Connection, settings: Settings, token: str, now: datetime) -> Draft | None:
    """The message that this link would send; None when the link is over or was used."""
    return _draft(links.peek(conn, settings.keys, PURPOSE, token, now))


def confirm(conn: Connection, settings: Settings, token: str, now: datetime) -> Draft | None:
    """Open the thread and queue the message; None when the link is over or was used.

    Raises TooMany, or Refused when she cannot be written to, by this sender; the link stays as it was then, if the
    caller rolls back.
    """
    link = links.use(conn, settings.keys, PURPOSE, token, now)
    draft = _draft(link)
    if link is None or draft is None:
        return None
    conn.execute("update link set payload = '{}' where id = %s", [link.id])
    sender = tokens.sender_of(settings.keys, draft.mail)
    senders = tokens.senders_of(settings.keys, draft.mail)
    throttle.count(conn, settings.keys, "contact sent", sender.hex(), sending.SENT_BY_SIDE, now)
    # After the count, which holds a lock: two links of one sender come here one after the other.
    _hold_to_limits(conn, draft.offer, senders, now)
    blocked = sending.is_blocked(conn, settings, draft.offer, draft.mail)
    if blocked or address_of(conn, draft.offer, public=True) is None:
        raise Refused("away")
    ends_at = now + current_scales(conn).duration("contact_thread_days", civil.day(now))
    thread: UUID = conn.execute(
        "insert into contact_thread (offer, parent_name, parent_mail, sender, opened_at, ends_at)"
        " values (%s, %s, %s, %s, %s, %s) returning id",
        [draft.offer, draft.name, draft.mail, sender, now, ends_at],
    ).fetchall()[0][0]
    message = sending.keep(conn, thread, "parent", draft.text, now)
    if message is not None:  # without a key there is no double
        sending.send(conn, settings, thread, "parent", message, draft.text)
    return draft


def forget(conn: Connection, now: datetime) -> int:
    """Empty the links that nobody confirmed in time, before they go; returns how many."""
    return conn.execute(
        "update link set payload = '{}' where purpose = %s and expires_at < %s and payload <> %s",
        [PURPOSE, now, Jsonb({})],
    ).rowcount


def _draft(link: links.Link | None) -> Draft | None:
    if link is None or link.offer is None or "text" not in link.payload:
        return None
    return Draft(link.offer, link.payload["name"], link.payload["mail"], link.payload["text"])


def _hold_to_limits(conn: Connection, offer: str, senders: list[bytes], now: datetime) -> None:
    since = now - A_DAY
    others, first = conn.execute(
        "select count(distinct offer), min(opened_at) from contact_thread"
        " where sender = any (%s) and opened_at > %s and offer <> %s",
        [senders, since, offer],
    ).fetchall()[0]
    if others >= OFFERS_A_DAY:
        raise throttle.TooMany(first + A_DAY - now)
    (reported,) = conn.execute(
        "select count(distinct offer) from contact_report where sender = any (%s)", [senders]
    ).fetchall()[0]
    if reported >= REPORTS_THAT_BAR:
        raise Refused("away")
