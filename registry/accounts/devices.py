"""Browsers in which an account was signed in to before, known by a cookie that outlives the session.

It opens nothing. In such a browser a mailed one-tap link acts at one tap, and codes are still sent while strangers keep
asking for some. It is forgotten with a sign-out there or everywhere, a change of address, a year without a sign-in.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from registry.accounts.sessions import digest
from registry.database import Connection

LIFE = timedelta(days=365)


def remember(conn: Connection, account: UUID, token: str, now: datetime) -> str:
    """Note that this browser was signed in to; returns the text for its cookie, a new one where it had none."""
    token = token or secrets.token_urlsafe(32)
    conn.execute(
        "insert into device (token_hash, account, created_at, expires_at) values (%s, %s, %s, %s)"
        " on conflict (token_hash, account) do update set expires_at = excluded.expires_at",
        [digest(token), account, now, now + LIFE],
    )
    return token


def knows(conn: Connection, token: str, account: UUID, now: datetime) -> bool:
    """Whether this account was signed in to in the browser that has this cookie."""
    row = conn.execute(
        "select from device where token_hash = %s and account = %s and expires_at > %s", [digest(token), account, now]
    ).fetchone()
    return row is not None


def leave(conn: Connection, token: str) -> None:
    """Whoever signs out on purpose may be at somebody else's device: no account is known there any more."""
    conn.execute("delete from device where token_hash = %s", [digest(token)])


def forget(conn: Connection, now: datetime) -> int:
    """Delete those that are too old; returns how many."""
    return conn.execute("delete from device where expires_at < %s", [now]).rowcount
