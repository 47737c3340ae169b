"""What the calendar changes, made into changes of rows: run at midnight, and every hour to catch up with a stop.

Each step is a transaction of its own, so that one that fails holds up no other; each may run late, twice or often.
"""

import logging
from collections.abc import Callable
from datetime import datetime

import psycopg

from domain import civil
from registry import database, mail
from registry.accounts import housekeeping, recovery, staff
from registry.agrements import documents, expiry, moves, registrations
from registry.agrements.movements import applying
from registry.agrements.requests import effect
from registry.database import Connection
from registry.intake import runs
from registry.offers import duties
from registry.offers.lost_mailbox import steps as lost_mailbox
from registry.parents import reports
from registry.parents.alerts import ending, merging
from registry.parents.contact import opening, stopping
from registry.privacy import leaving
from registry.scales import current_scales
from settings import Settings

log = logging.getLogger(__name__)

REMINDERS_AT_ONCE = 500
"""Reminders of one transaction; each carries links of its own."""


def daily(settings: Settings, now: datetime) -> dict[str, int]:
    """Run every step; returns how many rows each changed, by its name. Raises the first failure once all have run."""
    steps: dict[str, Callable[[Connection], int]] = {
        "agréments": lambda conn: agrements_of(conn, now),
        "breaches": lambda conn: duties.note_breaches(conn, settings, now),
        "drafts": lambda conn: registrations.purge(conn, now),
        "documents": lambda conn: documents.purge(conn, now),
        "previews": lambda conn: runs.purge(conn, now),
        "accounts": lambda conn: housekeeping.forget(conn, now),
        "second factors": lambda conn: recovery.reset_unreadable(conn, settings.keys, now, site_url=settings.site_url),
        "ended accounts": lambda conn: staff.end_over(conn, now, site_url=settings.site_url),
        "lost mailboxes": lambda conn: lost_mailbox.follow(conn, settings, now),
        "messages": lambda conn: opening.forget(conn, now) + stopping.forget(conn, now),
        "reports": lambda conn: reports.forget(conn, now),
        "names": lambda conn: leaving.forget_names(conn, now),
        "saved needs": lambda conn: merging.follow(conn, now) + ending.tend(conn, settings, now),
        "mails": lambda conn: mail.forget(conn, now - current_scales(conn).duration("mail_days", civil.day(now))),
    }
    done: dict[str, int] = {}
    failure: psycopg.Error | None = None
    for name, step in steps.items():
        try:
            done[name] = database.retried(settings.database_url, step)
        except psycopg.Error as error:
            failure = failure or error
            log.error("%s: %s", name, type(error).__name__)
    if failure:
        raise failure
    log.info("the calendar's changes: %s", done)
    return done


def agrements_of(conn: Connection, now: datetime) -> int:
    """Movements whose day has come, agréments and moves that begin, agréments that have ended; in this order, so that
    a renewal takes over on the day after the last one's end. Returns how many."""
    today = civil.day(now)
    return (
        applying.apply_due(conn, today)
        + effect.take_due(conn, now)
        + moves.take_due(conn, now)
        + expiry.expire(conn, today)
    )


def remind(settings: Settings, now: datetime) -> int:
    """Queue the day's reminders to declare; returns how many."""
    queued = 0
    while batch := database.retried(
        settings.database_url, lambda conn: duties.remind(conn, settings, now, REMINDERS_AT_ONCE)
    ):
        queued += batch
    return queued
