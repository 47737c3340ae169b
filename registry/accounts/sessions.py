"""Sessions, kept here and not in the cookie, which holds a random text whose hash is all that the registry knows."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from registry.accounts import Account
from registry.database import Connection

SEEN_EVERY_S = 3600
"""How often a session that is in use is written: its end moves with its use."""


@dataclass(frozen=True)
class Session:
    """`id` names it among its account's own; it opens nothing."""

    id: str
    device: str
    created_at: datetime
    seen_at: datetime


def open_session(conn: Connection, account: UUID, now: datetime, days: int, device: str = "") -> str:
    """A new session; returns the text for the cookie. It ends after so many days without use."""
    token = secrets.token_urlsafe(32)
    conn.execute(
        "insert into session (token_hash, account, created_at, seen_at, expires_at, device)"
        " values (%s, %s, %s, %s, %s, %s)",
        [digest(token), account, now, now, now + timedelta(days=days), device[:200]],
    )
    return token


def find(conn: Connection, token: str, now: datetime, days: int) -> Account | None:
    """The account that this cookie opens, if it is one of ours and not over."""
    row = conn.execute(
        "select a.id, a.mail, a.role, a.name, a.department, a.offer, s.seen_at"
        " from session s join account a on a.id = s.account"
        " where s.token_hash = %s and s.expires_at > %s and a.closed_at is null",
        [digest(token), now],
    ).fetchone()
    if row is None:
        return None
    *account, seen_at = row
    if (now - seen_at).total_seconds() > SEEN_EVERY_S:
        conn.execute(
            "update session set seen_at = %s, expires_at = %s where token_hash = %s",
            [now, now + timedelta(days=days), digest(token)],
        )
    return Account(*account)


def end(conn: Connection, token: str) -> None:
    conn.execute("delete from session where token_hash = %s", [digest(token)])


def end_all(conn: Connection, account: UUID) -> int:
    """Sign out everywhere; returns how many sessions ended."""
    return conn.execute("delete from session where account = %s", [account]).rowcount


def of_account(conn: Connection, account: UUID, now: datetime) -> list[Session]:
    """Those that are not over, the one seen last first."""
    rows = conn.execute(
        "select encode(token_hash, 'hex'), device, created_at, seen_at from session"
        " where account = %s and expires_at > %s order by seen_at desc, token_hash",
        [account, now],
    )
    return [Session(*row) for row in rows]


def end_one(conn: Connection, account: UUID, id: str) -> None:
    """End one of the account's own."""
    conn.execute("delete from session where account = %s and encode(token_hash, 'hex') = %s", [account, id])


def forget(conn: Connection, now: datetime) -> int:
    """Delete the sessions that are over; returns how many."""
    return conn.execute("delete from session where expires_at < %s", [now]).rowcount


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
