"""The mail that tells the operators which documents Elasticsearch refuses."""

from dataclasses import dataclass
from datetime import datetime

from domain import civil, french
from registry import letters
from registry.database import Connection
from settings import Settings

SHOWN = 20
MOST_OF_A_REASON = 200


@dataclass(frozen=True)
class Letter:
    """One refused document of a live index. `reason` may quote it; documents hold public facts only."""

    index: str
    id: str
    at: str
    reason: str


def queue(conn: Connection, settings: Settings, now: datetime) -> int:
    """Queue the digest for each of the operators; returns how many mails that made. The caller commits.

    Nothing where there are no dead letters, and nothing twice on the same day (Europe/Paris) as long as the letters
    are the same.
    """
    recipients = [address.strip() for address in settings.operator_mails.split(",") if address.strip()]
    # Whatever joins the letters comes with a later `at`; what leaves them makes them fewer.
    count, last = conn.execute(
        "select count(*), max(d.at) from dead_letter d join index_generation g on g.name = d.generation"
        " where g.state = 'live'"
    ).fetchall()[0]
    if not count or not recipients:
        return 0
    newest = conn.execute(
        "select g.index, d.id, d.at, left(d.reason, 4 * %s)"
        " from dead_letter d join index_generation g on g.name = d.generation"
        " where g.state = 'live' order by d.at desc, d.id limit %s",
        [MOST_OF_A_REASON, SHOWN],
    ).fetchall()
    day = civil.day(now)
    values = {
        "refused": _refused(count),
        "count": count,
        "newest": [
            Letter(index, id, french.moment_in_paris(at), _shortened(reason)) for index, id, at, reason in newest
        ],
    }
    return sum(
        letters.queue(
            conn, recipient, "operators/dead_letters", values, key=f"dead letters {day} {count} {last} {recipient}"
        )
        for recipient in recipients
    )


def _refused(count: int) -> str:
    return f"{count} documents refusés" if count > 1 else "un document refusé"


def _shortened(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= MOST_OF_A_REASON else line[: MOST_OF_A_REASON - 1] + "…"
