"""What ends a saved need: one click, or time, which is announced. An ended one is deleted, and its address with it."""

from datetime import datetime
from uuid import UUID

from domain import civil
from registry import letters
from registry.database import Connection
from registry.parents.alerts import asking, tokens
from registry.scales import current_scales
from settings import Settings

WARNED_AT_ONCE = 500
"""Warnings of one transaction."""


def stop(conn: Connection, id: UUID) -> bool:
    """Forget it, and its mails that wait; False when it had ended before."""
    stopped = conn.execute("delete from alert where id = %s", [id]).rowcount == 1
    # After the row is gone: whoever was queueing a mail held it until then.
    conn.execute(
        "delete from mail_outbox where sent_at is null and given_up_at is null and starts_with(key, %s)",
        [f"alert {id} "],
    )
    return stopped


def prolong(conn: Connection, id: UUID, now: datetime) -> asking.Saved | None:
    """Another term from now on; None when it has ended, or was never confirmed."""
    today = civil.day(now)
    conn.execute(
        "update alert set ends_at = greatest(ends_at, %s), warned_at = null"
        " where id = %s and confirmed_at is not null and ends_at > %s",
        [now + current_scales(conn).duration("alert_days", today), id, now],
    )
    found = asking.saved(conn, id, now)
    return found if found is not None and found.confirmed else None


def tend(conn: Connection, settings: Settings, now: datetime) -> int:
    """Delete what is over and warn those that end soon; returns how many."""
    gone = conn.execute("delete from alert where ends_at <= %s", [now]).rowcount
    today = civil.day(now)
    scales = current_scales(conn)
    soon = now + scales.duration("alert_warned_days", today)
    rows = conn.execute(
        "update alert set warned_at = %s where id in (select id from alert where confirmed_at is not null"
        " and warned_at is null and ends_at <= %s order by ends_at limit %s for update skip locked)"
        " returning id, mail, title, ends_at",
        [now, soon, WARNED_AT_ONCE],
    ).fetchall()
    for id, mail, title, ends_at in rows:
        stop_link = f"{settings.site_url}/alertes/arreter/{tokens.token(settings.keys, 'stop', id)}"
        values = {
            "title": title,
            "demo": settings.demo,
            "day": civil.day(ends_at),
            "days": scales.number("alert_days", today),
            "prolong": f"{settings.site_url}/alertes/prolonger/{tokens.token(settings.keys, 'prolong', id)}",
            "stop": stop_link,
        }
        key = f"alert {id} ends {ends_at.date()}"
        letters.queue(conn, mail, "alerts/ending", values, key=key, expires_at=ends_at, unsubscribe=stop_link)
    return gone + len(rows)
