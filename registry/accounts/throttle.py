"""Limits on what one address, or one account, may ask for in a while.

Counted in the registry, so that they hold over all processes and through a restart. An address is kept as a keyed hash
only, and for as long as it counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from registry.database import Connection
from settings.keys import Keys

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
"""Of a code, right or wrong; beginnings of a sign-in with a passkey, or through another provider."""

CHANGES_BY_ACCOUNT = Limit(5, timedelta(hours=1))
"""Of what an account has mailed to an address that it has not proved, or again and again to its own."""

CHANGES_BY_MAILBOX = Limit(5, timedelta(days=1))
"""Of the same, by whichever accounts, to one mailbox (addresses.mailbox)."""

DESKS_BY_ACCOUNT = Limit(40, timedelta(days=1))
"""Registrations that one relais begins: each makes an account for an address that nobody has proved yet."""

LETTERS_BY_MAILBOX = Limit(10, timedelta(days=1))
"""Letters that those who keep accounts cause to one mailbox: invitations, changes of territory, resets."""

FILES_BY_ACCOUNT = Limit(40, timedelta(hours=1))
"""Files that an account has read by us: each may take ten seconds of a processor."""

SECONDS_BY_ACCOUNT = Limit(10, timedelta(hours=1))
"""Codes of a second factor, right or wrong: 240 guesses a day, three steps good at a time, are a chance of 1 in
1,400."""


def count(conn: Connection, keys: Keys, what: str, who: str, limit: Limit, now: datetime) -> None:
    """Count one more, once the caller commits. Raises TooMany, and counts nothing, when there were `most` already."""
    made = [digest.hex() for digest in keys.digests("throttle", f"{what} {who}")]
    # One after the other: several at once would each find room for one more.
    conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [made[-1]])
    rows = conn.execute(
        "select at from throttle where key = any (%s) and at > %s order by at desc limit %s",
        [made, now - limit.window, limit.most],
    ).fetchall()
    if len(rows) >= limit.most:
        raise TooMany(rows[-1][0] + limit.window - now)
    conn.execute("insert into throttle (key, at) values (%s, %s)", [made[0], now])


def count_file(conn: Connection, keys: Keys, account: UUID, now: datetime) -> None:
    """Before a file of this account is read. Raises TooMany."""
    count(conn, keys, "file", account.hex, FILES_BY_ACCOUNT, now)


def forget(conn: Connection, now: datetime) -> int:
    """Delete what counts no more; returns how many."""
    return conn.execute("delete from throttle where at < %s", [now - LONGEST]).rowcount
