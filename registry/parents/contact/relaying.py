"""An answer that came by mail: checked, kept, and queued to the other side. Callers commit, or roll back on Refused."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain import spelling
from registry import links
from registry.accounts import addresses, throttle
from registry.accounts.throttle import Limit
from registry.database import Connection
from registry.parents.contact import sending, tokens, wording
from registry.parents.contact.refusals import Refused
from registry.parents.contact.tokens import Side
from settings import Settings

READ_BY_SIDE = Limit(3 * sending.SENT_BY_SIDE.most, timedelta(days=1))
"""Mails that one side of a thread has read by us. More than go on: one may be refused for a link, and come again."""


LONGEST_THANKS = 40
"""Letters of what people say twice in a conversation."""

_OF_ABSENCE = re.compile(
    r"\b(?:absente?|absence|conges?|vacances|indisponible|automatique|automatic|out of (?:the )?office|away|repondeur"
    r"|bien recu v)"
)
"""In folded text."""


@dataclass(frozen=True)
class Answer:
    """`text` without what it quotes; `mark` is the same for the same mail (its Message-ID)."""

    address: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    mark: str = field(repr=False)


def is_live(conn: Connection, settings: Settings, address: str, now: datetime) -> bool:
    """Whether mail to this address may go on to somebody."""
    found = tokens.read_address(settings.keys, settings.relay_domain, address)
    return found is not None and _mail_of(conn, *found, now) is not None


def allow_reading(conn: Connection, settings: Settings, address: str, sender: str, now: datetime) -> str:
    """Before a mail is read: that its thread lives, that this mailbox may write to it, and has not had more read than
    it may, whatever became of these. Returns who it is, however the address was spelled. Raises Refused."""
    thread, side, _ = _own_thread(conn, settings, address, sender, now)
    writer = f"{thread.hex} {side}"
    try:
        throttle.count(conn, settings.keys, "contact read", writer, READ_BY_SIDE, now)
    except throttle.TooMany as error:
        raise Refused("too_many") from error
    return writer


def relay(conn: Connection, settings: Settings, answer: Answer, now: datetime) -> bool:
    """Queue it to the other side; False when this very mail was relayed before. Raises Refused."""
    thread, side, own = _own_thread(conn, settings, answer.address, answer.sender, now)
    text = wording.cleaned(answer.text)
    if not text:
        raise Refused("empty")
    if len(text) > wording.LONGEST:
        raise Refused("too_long")
    if links.holds_one(text):
        raise Refused("link")
    key = hashlib.sha256(f"{thread.hex} {side} {answer.mark}".encode(errors="backslashreplace")).digest()
    message = sending.keep(conn, thread, side, text, now, key)
    if message is None:
        return False
    if _comes_again(conn, thread, side, message, text):
        raise Refused("again")
    (offer,) = conn.execute("select offer from contact_thread where id = %s", [thread]).fetchall()[0]
    if side == "parent" and sending.is_blocked(conn, settings, offer, own):
        raise Refused("away")
    try:
        who = tokens.sender_of(settings.keys, own).hex() if side == "parent" else f"{thread.hex} am"
        throttle.count(conn, settings.keys, "contact sent", who, sending.SENT_BY_SIDE, now)
    except throttle.TooMany as error:
        raise Refused("too_many") from error
    sending.send(conn, settings, thread, side, message, text)
    return True


def _comes_again(conn: Connection, thread: UUID, side: Side, message: UUID, text: str) -> bool:
    """Whether this side has sent these very words before: two programs that answer each other end so after one answer.

    People too say « Merci ! » twice: a short text that speaks of no absence may come again, within the day's limit.
    """
    folded = spelling.fold(text)
    if len(folded) <= LONGEST_THANKS and not _OF_ABSENCE.search(folded):
        return False
    earlier = conn.execute(
        "select text from contact_message where thread = %s and side = %s and id <> %s and text is not null",
        [thread, side, message],
    )
    return any(spelling.fold(each) == folded for (each,) in earlier)


def _own_thread(
    conn: Connection, settings: Settings, address: str, sender: str, now: datetime
) -> tuple[UUID, Side, str]:
    """The thread behind an address of ours, the side that the sender is, and that side's own address."""
    found = tokens.read_address(settings.keys, settings.relay_domain, address)
    own = _mail_of(conn, *found, now) if found else None
    if found is None or own is None:
        raise Refused("unknown")
    # A mail program may answer from the plain address what came to one with a +tag.
    if addresses.mailbox(sender) != addresses.mailbox(own):
        raise Refused("sender")
    return *found, own


def _mail_of(conn: Connection, thread: UUID, side: Side, now: datetime) -> str | None:
    """The own address of that side of a live thread. Hers also when she takes no new messages: she may still write."""
    row = conn.execute(
        "select t.parent_mail, a.mail from contact_thread t"
        " join account a on a.offer = t.offer and a.role = 'am' and a.closed_at is null"
        " where t.id = %s and t.ends_at > %s and t.closed_at is null",
        [thread, now],
    ).fetchone()
    if row is None:
        return None
    return str(row[0] if side == "parent" else row[1])
