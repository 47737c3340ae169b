"""What has had its time and is deleted: sessions, codes, challenges, limits, links."""

from datetime import datetime, timedelta

from registry.accounts import codes, devices, passkeys, recovery, sessions, throttle
from registry.database import Connection

LINKS_KEPT = timedelta(days=30)
"""After their end, so that whoever clicks late is told that it is too late; then they are as good as unknown."""


def forget(conn: Connection, now: datetime) -> int:
    """Delete it; returns how many rows. For the nightly job; the caller commits."""
    parts = (codes.forget, sessions.forget, passkeys.forget, throttle.forget, devices.forget, recovery.forget)
    links = conn.execute("delete from link where expires_at < %s", [now - LINKS_KEPT]).rowcount
    changes = conn.execute("delete from mail_change where expires_at < %s", [now]).rowcount
    return links + changes + sum(part(conn, now) for part in parts)
