"""The mail that tells the operators which documents Elasticsearch refuses."""

from dataclasses import dataclass
from datetime import datetime

from registry import mail
from registry.database import Connection
from settings import PARIS, Settings

SHOWN = 20
MOST_OF_A_REASON = 200


@dataclass(frozen=True)
class Letter:
    """One refused document of a live index. `reason` may quote it; documents hold public facts only."""

    index: str
    id: str
    at: datetime
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
    day = now.astimezone(PARIS).date()
    text = body(count, [Letter(*row) for row in newest])
    return sum(
        mail.queue(conn, recipient, subject(count), text, key=f"dead letters {day} {count} {last} {recipient}")
        for recipient in recipients
    )


def subject(count: int) -> str:
    return f"Ribambelle\u00a0: {_refused(count)} par le moteur de recherche"


def body(count: int, newest: list[Letter]) -> str:
    """The digest's text; `newest` are as many of the `count` letters as are to be shown."""
    shown = f"Les {len(newest)} plus récents\u00a0:" if len(newest) < count else "En voici la liste\u00a0:"
    lines = "\n".join(
        f"- {letter.index} {letter.id}, le {letter.at.astimezone(PARIS):%d/%m/%Y à %H:%M}\n"
        f"  {_shortened(letter.reason)}"
        for letter in newest
    )
    return f"""Bonjour,

{_refused(count).capitalize()} par le moteur de recherche\u00a0: ce qu’ils disent ne se trouve pas sur le site,
ou pas dans sa dernière version. {shown}

{lines}

Pour les voir tous, puis les réessayer ou les écarter\u00a0:

  ribambelle index dead-letters list

Ribambelle
"""


def _refused(count: int) -> str:
    return f"{count} documents refusés" if count > 1 else "un document refusé"


def _shortened(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= MOST_OF_A_REASON else line[: MOST_OF_A_REASON - 1] + "…"
