"""The mail outbox: mails wait here, queued in the transaction of what they tell of, until a server has taken them."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from uuid import UUID

from registry.database import Connection

LEASE_S = 600
"""A sender that died gives its mail free after this; longer than any server is waited for."""

MOST_OF_AN_ERROR = 500

_WAITS = (
    "sent_at is null and given_up_at is null and not_before <= clock_timestamp()"
    " and (expires_at is null or expires_at > clock_timestamp())"
)


@dataclass(frozen=True)
class Mail:
    """A mail to send now. `attempts` counts this one. Its representation, which may end up in a log, tells no fact."""

    id: UUID
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    attempts: int
    reply_to: str | None = field(default=None, repr=False)
    unsubscribe: str | None = field(default=None, repr=False)
    conversation: UUID | None = None


def queue(
    conn: Connection,
    recipient: str,
    subject: str,
    body: str,
    key: str | None = None,
    expires_at: datetime | None = None,
    *,
    reply_to: str | None = None,
    unsubscribe: str | None = None,
    begins: UUID | None = None,
    goes_on: UUID | None = None,
) -> bool:
    """Queue a mail of plain text to one address; it is sent once the caller has committed, and not after `expires_at`.

    `reply_to`: the address that answers go to. `unsubscribe`: the address on the web where a POST ends these mails
    (RFC 8058), which mail programs show as a button. `begins`: the id of this mail, where it begins a conversation;
    `goes_on`: the id of the mail that began the one that this belongs to, with which mail programs show it.

    False when a mail with this `key` was queued before, sent or not; nothing is queued then. Raises ValueError on a
    recipient that is not one plain address and on a subject with a line break or another control character.
    """
    if not (_is_address(recipient) and (reply_to is None or _is_address(reply_to))):
        raise ValueError("recipient or reply_to is not one mail address")
    if any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in subject):
        raise ValueError("subject has a control character")
    return (
        conn.execute(
            "insert into mail_outbox"
            " (id, key, recipient, subject, body, expires_at, reply_to, unsubscribe, conversation)"
            " values (coalesce(%s, gen_random_uuid()), %s, %s, %s, %s, %s, %s, %s, %s) on conflict (key) do nothing",
            [begins, key, recipient, subject, body, expires_at, reply_to, unsubscribe, goes_on],
        ).rowcount
        == 1
    )


def any_due(conn: Connection) -> bool:
    return bool(conn.execute(f"select exists (select from mail_outbox where {_WAITS})").fetchall()[0][0])


def claim(conn: Connection) -> Mail | None:
    """The next mail to send, this caller's alone for LEASE_S; commit before it is sent. None when none is due.

    Those that expire come first: somebody waits for them.
    """
    row = conn.execute(
        "update mail_outbox set attempts = attempts + 1, not_before = clock_timestamp() + make_interval(secs => %s)"
        f" where id = (select id from mail_outbox where {_WAITS}"
        " order by expires_at is null, not_before limit 1 for update skip locked)"
        " returning id, recipient, subject, body, attempts, reply_to, unsubscribe, conversation",
        [LEASE_S],
    ).fetchone()
    return Mail(*row) if row else None


def mark_sent(conn: Connection, mail: Mail) -> None:
    """Its text, which may hold a code or a private fact, is not kept: nobody needs it any more."""
    conn.execute(
        "update mail_outbox set sent_at = clock_timestamp(), given_up_at = null, last_error = null, body = '',"
        " reply_to = null, unsubscribe = null"
        " where id = %s",
        [mail.id],
    )


def put_off(conn: Connection, mail: Mail, seconds: float, error: str) -> None:
    """Not now: it is due again in so many seconds."""
    conn.execute(
        "update mail_outbox set not_before = clock_timestamp() + make_interval(secs => %s), last_error = %s"
        " where id = %s and sent_at is null",
        [seconds, _kept(error), mail.id],
    )


def give_up(conn: Connection, mail: Mail, error: str) -> None:
    """Not at all: it stays with its last error, and nobody tries again."""
    conn.execute(
        "update mail_outbox set given_up_at = clock_timestamp(), last_error = %s where id = %s and sent_at is null",
        [_kept(error), mail.id],
    )


def forget(conn: Connection, before: datetime) -> int:
    """Delete what was sent, given up or expired before then; returns how many. The caller commits.

    A key is then free again, so `before` must lie further back than anything is told twice.
    """
    return conn.execute(
        "delete from mail_outbox where coalesce(sent_at, given_up_at, expires_at) < %s", [before]
    ).rowcount


def _is_address(text: str) -> bool:
    if not text.isprintable() or any(letter in text for letter in ' ,;"<>'):
        return False
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        return False
    return bool(address.username and address.domain)


def _kept(error: str) -> str:
    return error.replace("\0", "")[:MOST_OF_AN_ERROR]
