"""Tokens with which a département's own programs send movements.

A token is shown once; its hash alone is kept. It ends after LIFE: a program that nobody looks after does not speak for
ever.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.accounts import Account, sessions
from registry.database import Connection

PREFIX = "ribambelle_"
"""So that a program that looks for forgotten secrets knows one."""

USED_EVERY = timedelta(minutes=5)
"""How often the use of a token is written."""

LIFE = timedelta(days=365)


@dataclass(frozen=True)
class Token:
    """`id` names it in a form; it opens nothing."""

    id: str
    department: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime


def create(conn: Connection, department: str, name: str, by: Account | None, now: datetime) -> str:
    """A new token, as the département's program sends it. Raises psycopg.IntegrityError on an unknown department."""
    token = PREFIX + secrets.token_urlsafe(32)
    conn.execute(
        "insert into api_token (token_hash, department, name, created_by, created_at, expires_at)"
        " values (%s, %s, %s, %s, %s, %s)",
        [sessions.digest(token), department, name, by and by.id, now, now + LIFE],
    )
    return token


def department_of(conn: Connection, token: str, now: datetime) -> str | None:
    """The département that this token speaks for; its use is noted."""
    row = conn.execute(
        "select department, last_used_at from api_token where token_hash = %s and revoked_at is null"
        " and expires_at > %s",
        [sessions.digest(token), now],
    ).fetchone()
    if row is None:
        return None
    department, used_at = row
    if used_at is None or now - used_at > USED_EVERY:
        conn.execute("update api_token set last_used_at = %s where token_hash = %s", [now, sessions.digest(token)])
    return str(department)


def revoke(conn: Connection, id: str, now: datetime) -> str | None:
    """From now on it opens nothing; returns its department, or None where there was none to revoke."""
    row = conn.execute(
        "update api_token set revoked_at = %s where encode(token_hash, 'hex') = %s and revoked_at is null"
        " returning department",
        [now, id],
    ).fetchone()
    return row[0] if row else None


def listing(conn: Connection) -> list[Token]:
    """Every token, those that are good first."""
    rows = conn.execute(
        "select encode(token_hash, 'hex'), department, name, created_at, last_used_at, revoked_at, expires_at"
        " from api_token order by revoked_at is not null, department, created_at"
    )
    return [Token(*row) for row in rows]
