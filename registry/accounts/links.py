"""Links in mails: each is signed, says what it is for, and works once.

The registry keeps what a link stands for; the address holds only its signed id. To look at a link (`peek`) changes
nothing, so that a mail program that looks at it beforehand uses nothing up. A change of an account's address ends all
of its links: they lie in the old mailbox.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from psycopg.types.json import Jsonb

from registry.database import Connection
from settings.keys import Keys

RESUMING = ("registration",)
CHANGING_MAIL = ("mail_old", "mail_new")
LEAVING = ("leaving",)
"""Purposes of links that end before their time, with `end`; the modules that make them have each purpose's rule."""


@dataclass(frozen=True)
class Link:
    id: UUID
    account: UUID | None
    offer: str | None
    payload: dict[str, Any]


def create(
    conn: Connection,
    keys: Keys,
    purpose: str,
    expires_at: datetime,
    *,
    account: UUID | None = None,
    offer: str | None = None,
    payload: dict[str, Any] | None = None,
) -> str:
    """The token for the address of a new link."""
    row = conn.execute(
        "insert into link (account, offer, purpose, payload, expires_at) values (%s, %s, %s, %s, %s) returning id",
        [account, offer, purpose, Jsonb(payload or {}), expires_at],
    ).fetchall()[0]
    return str(_signer(keys, purpose).dumps(row[0].hex))


def peek(conn: Connection, keys: Keys, purpose: str, token: str, now: datetime) -> Link | None:
    """The link that this token names, if it is ours, for this purpose, not over and not used."""
    id = _read(keys, purpose, token)
    row = (
        id
        and conn.execute(
            "select id, account, offer, payload from link"
            " where id = %s and purpose = %s and used_at is null and expires_at > %s",
            [id, purpose, now],
        ).fetchone()
    )
    return Link(*row) if row else None


def used(conn: Connection, keys: Keys, purpose: str, token: str) -> Link | None:
    """The link that this token names, if it is ours, for this purpose, and was used: to say so to who comes again."""
    id = _read(keys, purpose, token)
    row = (
        id
        and conn.execute(
            "select id, account, offer, payload from link where id = %s and purpose = %s and used_at is not null",
            [id, purpose],
        ).fetchone()
    )
    return Link(*row) if row else None


def use(conn: Connection, keys: Keys, purpose: str, token: str, now: datetime) -> Link | None:
    """The same, and from now on it is used; of two at once, one gets it."""
    id = _read(keys, purpose, token)
    row = (
        id
        and conn.execute(
            "update link set used_at = %s where id = %s and purpose = %s and used_at is null and expires_at > %s"
            " returning id, account, offer, payload",
            [now, id, purpose, now],
        ).fetchone()
    )
    return Link(*row) if row else None


def end(conn: Connection, account: UUID, purposes: tuple[str, ...] | None = None) -> int:
    """The links of an account, or those of some purposes, are good no more; returns how many there were."""
    return conn.execute(
        "delete from link where account = %(account)s"
        " and (%(purposes)s::text[] is null or purpose = any (%(purposes)s))",
        {"account": account, "purposes": None if purposes is None else list(purposes)},
    ).rowcount


def _read(keys: Keys, purpose: str, token: str) -> UUID | None:
    try:
        return UUID(hex=_signer(keys, purpose).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _signer(keys: Keys, purpose: str) -> URLSafeSerializer:
    return keys.signer("link", purpose)
