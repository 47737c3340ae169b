"""The mails that follow a confirmed migration, queued by a statement for each letter: more than a hundred thousand.

They go into the outbox as `registry.mail.queue` would put them. Their recipients were checked when the file was read.
"""

from uuid import UUID

from registry import letters
from registry.database import Connection
from registry.intake import runs


def queue(conn: Connection, run: UUID, site_url: str) -> int:
    """One mail for each address, however often it is asked for; returns how many were queued."""
    queued = 0
    for mails, letter in (
        (runs.mails(conn, run, ["removed", "closed"]), "legacy/invited"),
        (_of_accounts(conn, runs.accounts(conn, run, ["published", "joined"])), "legacy/published"),
        (_of_accounts(conn, runs.accounts(conn, run, ["draft"])), "legacy/draft"),
    ):
        subject, body = letters.written(letter, {"site": site_url})
        queued += conn.execute(
            "insert into mail_outbox (key, recipient, subject, body)"
            " select distinct 'legacy-' || mail, mail, %s, %s from unnest(%s::text[]) as to_invite (mail)"
            " on conflict (key) do nothing",
            [subject, body, mails],
        ).rowcount
    return queued


def _of_accounts(conn: Connection, ids: list[UUID]) -> list[str]:
    """The addresses of these accounts, as they are now; none of an account that was closed."""
    found = conn.execute("select mail from account where id = any (%s) and closed_at is null", [ids]).fetchall()
    return [mail for (mail,) in found]
