"""The tasks: thin faces on the rooms. Each may run late, twice or at once with itself and does no harm by it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from celery import Celery

from indexer import bulk, check, rebuild
from jobs import alerts, calendar, digest, mail
from registry import database
from registry.agrements import identity
from registry.offers import freshness
from settings import Settings

log = logging.getLogger(__name__)

USUAL_LIMIT_S = 5 * 60
"""Seconds after which a task is killed, unless it says otherwise."""

LONGEST_S = 4 * 3600
"""The same for what goes over every document; ten times the country takes a small part of it."""

PATIENT_S = 120
"""For one call to Elasticsearch of those."""


class RegistryFailed(Exception):
    """PostgreSQL refused a statement. Its own words may quote a row, and Celery logs whatever a task raises."""


def register(app: Celery, settings: Settings) -> None:
    """Give the app its tasks, under these names. Not `shared`: another app of this process has other settings."""

    @app.task(name="rebuild_index", shared=False, time_limit=LONGEST_S)
    def _rebuild_index(keep: bool = False) -> None:
        with _no_values():
            rebuild_index(settings, keep=keep)

    @app.task(name="check_index", shared=False, time_limit=LONGEST_S)
    def _check_index() -> None:
        with _no_values():
            check_index(settings)

    @app.task(name="dead_letter_digest", shared=False)
    def _dead_letter_digest() -> None:
        with _no_values():
            dead_letter_digest(settings, datetime.now(UTC))

    @app.task(name="send_mail", shared=False)
    def _send_mail() -> None:
        with _no_values():
            mail.send_due(settings)

    @app.task(name="daily", shared=False)
    def _daily() -> None:
        with _no_values():
            calendar.daily(settings, datetime.now(UTC))

    @app.task(name="agrements", shared=False)
    def _agrements() -> None:
        with _no_values():
            now = datetime.now(UTC)
            if changed := database.retried(settings.database_url, lambda conn: calendar.agrements_of(conn, now)):
                log.info("agréments that the calendar changed: %d", changed)

    @app.task(name="freshness", shared=False, time_limit=LONGEST_S)
    def _freshness() -> None:
        with _no_values():
            freshness.follow(settings.database_url)

    @app.task(name="remind", shared=False, time_limit=LONGEST_S)
    def _remind() -> None:
        with _no_values():
            log.info("reminders queued: %d", calendar.remind(settings, datetime.now(UTC)))

    @app.task(name="check_identities", shared=False)
    def _check_identities() -> None:
        with _no_values():
            answers = identity.check_pending(
                lambda: database.connect(settings.database_url), settings, datetime.now(UTC)
            )
            if answers:
                log.info("identities asked again: %s", answers)

    @app.task(name="follow_alerts", shared=False)
    def _follow_alerts() -> None:
        with _no_values():
            alerts.follow(settings, datetime.now(UTC))


def rebuild_index(settings: Settings, *, keep: bool = False) -> None:
    """Rebuild the indexes and switch; `keep` the last ones for a rollback. Left alone when a rebuild is under way."""
    with bulk.client(settings, timeout_s=PATIENT_S) as engine:
        try:
            rebuild.rebuild(settings, engine, lambda index, done, total: None, keep=keep)
        except rebuild.RebuildRunning:
            log.info("a rebuild is under way already")


def check_index(settings: Settings) -> None:
    """Compare the live indexes with the registry; the result stays in the table `index_check`, for /metrics."""
    with (
        database.connect(settings.database_url, autocommit=True) as conn,
        bulk.client(settings, timeout_s=PATIENT_S) as engine,
    ):
        for found in check.check(conn, engine, settings.index_prefix, lambda difference: None):
            wrong = any(count for kind, count in found.counts.items() if kind != "stale")
            log.log(logging.ERROR if wrong else logging.INFO, "index check: %s", found)


def dead_letter_digest(settings: Settings, now: datetime) -> None:
    """Queue the mail about refused documents, where there are any."""
    with database.connect(settings.database_url) as conn:
        queued = digest.queue(conn, settings, now)
    if queued:
        log.info("dead letter digests queued: %d", queued)


@contextmanager
def _no_values() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate is None:  # the connection, no statement
            raise
        raise RegistryFailed(f"{type(error).__name__} ({error.sqlstate})") from None
