"""Keeping a message and queueing the mail to the other side, for the first of a thread and for every answer."""

from datetime import datetime, timedelta
from uuid import UUID

from registry import letters
from registry.accounts.throttle import Limit
from registry.database import Connection
from registry.parents.contact import address_of, tokens
from registry.parents.contact.refusals import Refused
from registry.parents.contact.tokens import Seen, Side
from settings import Settings

SENT_BY_SIDE = Limit(10, timedelta(days=1))
"""Messages of one parent, over all threads; of an assistant maternel, in each thread: many may write to her."""


def keep(conn: Connection, thread: UUID, side: Side, text: str, now: datetime, key: bytes | None = None) -> UUID | None:
    """The id of the message, kept; None when one with this key was kept before."""
    row = conn.execute(
        "insert into contact_message (thread, side, text, at, key) values (%s, %s, %s, %s, %s)"
        " on conflict (key) do nothing returning id",
        [thread, side, text, now, key],
    ).fetchone()
    return row[0] if row else None


def send(conn: Connection, settings: Settings, thread: UUID, side: Side, message: UUID, text: str) -> None:
    """Queue the message of `side` to the other side. Raises Refused("away") when that side takes none.

    The subject stays the same in a conversation: by it and by `References` mail programs keep its mails together.
    """
    # One message of a thread after the other: only one of them is the first.
    offer, parent_name, parent_mail, closed = conn.execute(
        "select offer, parent_name, parent_mail, closed_at is not null from contact_thread where id = %s"
        " for no key update",
        [thread],
    ).fetchall()[0]
    recipient = address_of(conn, offer) if side == "parent" else parent_mail
    if closed or recipient is None:
        raise Refused("away")
    reader = tokens.other(side)
    pages = f"{settings.site_url}/messages"
    seen = Seen(thread, message, reader, tokens.sent_to(settings.keys, recipient))
    token = tokens.page_token(settings.keys, seen)
    first, begins = conn.execute(
        "select count(*) = 0, count(*) filter (where side = %s) = 0 from contact_message"
        " where thread = %s and id <> %s",
        [side, thread, message],
    ).fetchall()[0]
    beginning = tokens.first_mail(thread, reader)
    values = {
        "writer": parent_name if side == "parent" else public_name(conn, offer),
        "side": side,
        "text": text,
        "first": first,
        "begins": begins,
        "number": tokens.number(thread),
        "block": f"{pages}/bloquer/{token}",
        "report": f"{pages}/signaler/{token}",
        "switch": f"{settings.site_url}/espace/messages",
    }
    letters.queue(
        conn,
        recipient,
        "contact/message",
        values,
        key=f"contact {message}",
        reply_to=tokens.reply_address(settings.keys, settings.relay_domain, thread, reader),
        begins=beginning if begins else None,
        goes_on=None if begins else beginning,
    )


def is_blocked(conn: Connection, settings: Settings, offer: str, parent_mail: str) -> bool:
    """Whether she has blocked the sender, under whichever +tag of the mailbox."""
    return bool(
        conn.execute(
            "select exists (select from contact_block where offer = %s and sender = any (%s))",
            [offer, tokens.senders_of(settings.keys, parent_mail)],
        ).fetchall()[0][0]
    )


def is_fictitious(conn: Connection, offer: str) -> bool:
    return bool(conn.execute("select fictitious from offer where id = %s", [offer]).fetchall()[0][0])


def public_name(conn: Connection, offer: str) -> str:
    """As her fiche names her."""
    return str(conn.execute("select name from offer where id = %s", [offer]).fetchall()[0][0])
