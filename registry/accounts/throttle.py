"""Limits on what one address, or one account, may ask for in a while.

Counted in the registry, so that they hold over all processes and through a restart. An address is kept as a keyed hash
only, and for as long as it counts.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.database import Connection

LONGEST = timedelta(days=1)


class TooMany(Exception):
    """Asked too often. `wait`: when it may be asked again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("asked too often")
        self.wait = wait


@dataclass(frozen=True)
class Limit:
    """`most` in any `window`, which is at most LONGEST."""

    most: int
    window: timedelta


CODES_BY_ADDRESS = Limit(60, timedelta(hours=1))
"""The staff of a whole office may share an address."""

TRIES_BY_ADDRESS = Limit(100, timedelta(hours=1))
"""Of a code, a passkey, an answer of another provider: right or wrong."""

CHANGES_BY_ACCOUNT = Limit(5, timedelta(hours=1))
"""Of what writes to an address that is not known to be hers."""


def count(conn: Connection, secret_key: str, what: str, who: str, limit: Limit, now: datetime) -> None:
    """Count one more, once the caller commits. Raises TooMany, and counts nothing, when there were `most` already."""
    key = hmac.new(secret_key.encode(), f"throttle {what} {who}".encode(), hashlib.sha256).hexdigest()
    # One after the other: several at once would each find room for one more.
    conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    rows = conn.execute(
        "select at from throttle where key = %s and at > %s order by at desc limit %s",
        [key, now - limit.window, limit.most],
    ).fetchall()
    if len(rows) >= limit.most:
        raise TooMany(rows[-1][0] + limit.window - now)
    conn.execute("insert into throttle (key, at) values (%s, %s)", [key, now])


def forget(conn: Connection, now: datetime) -> int:
    """Delete what counts no more; returns how many."""
    return conn.execute("delete from throttle where at < %s", [now - LONGEST]).rowcount
