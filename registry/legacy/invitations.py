"""The mails that follow a confirmed migration, queued by one statement: there are more than a hundred thousand.

They go into the outbox as `registry.mail.queue` would put them. Their recipients were checked when the file was read.
"""

from uuid import UUID

from registry import letters
from registry.database import Connection


def queue(conn: Connection, run: UUID, site_url: str) -> int:
    """One mail for each address, however often it is asked for; returns how many were queued."""
    queued = 0
    for outcomes, column, letter in (
        (["removed", "closed"], "r.mail", "legacy/invited"),
        (["published", "joined"], "a.mail", "legacy/published"),
        (["draft"], "a.mail", "legacy/draft"),
    ):
        subject, body = letters.written(letter, {"site": site_url})
        queued += conn.execute(
            "insert into mail_outbox (key, recipient, subject, body)"
            f" select distinct 'legacy-' || {column}, {column}, %s, %s"
            " from legacy_row r left join account a on a.id = r.account and a.closed_at is null"
            f" where r.run = %s and r.outcome = any (%s) and {column} is not null"
            " on conflict (key) do nothing",
            [subject, body, run, outcomes],
        ).rowcount
    return queued
