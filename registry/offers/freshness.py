"""How long a word counts: the terms by which the database derives `offer.fresh_until` (migration 0023).

The rules are the deadlines of `registry.offers.duties` and the months of `domain.scales`, each by the day on which the
word was given. Whatever reads the column compares it with its own day: on that day, and before it, the offer is up to
date.
"""

from datetime import date, timedelta

from domain.scales import Scales
from registry import database
from registry import scales as entered
from registry.database import Connection
from registry.offers import duties

FIRST_YEAR, LAST_YEAR = 2021, 2100
"""Deadlines are written down for these years. The first one came with the rule; a word of after the last one counts for
ever, which somebody will have to look at before 2100."""

AT_ONCE = 5_000
"""Offers of one transaction."""

PATIENCE = "2s"
"""So long, at most, all who write offers wait while new terms wait for those who were writing before."""

Term = tuple[str, date, date | None, int | None]
"""Whose, since which day of a word, and either the last day on which it counts or the months that it counts for."""


def terms(scales: Scales) -> list[Term]:
    """The rows of `word_term`, by `whose` and `since`."""
    return [*_by_deadlines("am", scales), *_by_months("employed", scales), *_by_months("structure", scales)]


def follow(database_url: str) -> int:
    """Take over terms that are others than the database has, and derive what they change; returns how many batches.

    Run it every minute: one that was interrupted goes on where it stood.
    """
    database.retried(database_url, replace)
    batches = 0
    while database.retried(database_url, _rederive):
        batches += 1
    return batches


def replace(conn: Connection) -> bool:
    """Write the terms where they differ; whether they did. The caller commits, and then derives (`rederive_words`)."""
    wanted = terms(entered.read(conn))
    if _written(conn) == wanted:
        return False
    # Whoever derives a word holds a lock of readers to the end of its transaction: once this one is granted, all that
    # was derived by the old terms is committed, and is seen when offers are derived again. Somebody may read for long
    # (a backup does): then this gives up, and the next minute tries again.
    conn.execute(f"set local lock_timeout = '{PATIENCE}'")
    conn.execute("lock table word_term in access exclusive mode")
    conn.execute("delete from word_term")
    database.copy(conn, "word_term", ("whose", "since", "holds_to", "months"), wanted)
    conn.execute("delete from word_rederivation")
    conn.execute("insert into word_rederivation (after) values ('')")
    return True


def _rederive(conn: Connection) -> bool:
    return bool(conn.execute("select rederive_words(%s)", [AT_ONCE]).fetchall()[0][0])


def _written(conn: Connection) -> list[Term]:
    found = conn.execute("select whose, since, holds_to, months from word_term order by whose, since").fetchall()
    return [(whose, since, holds_to, months) for whose, since, holds_to, months in found]


def _by_deadlines(whose: str, scales: Scales) -> list[Term]:
    """A word meets the deadline that ends its term, and not the one after that."""
    deadlines = [day for year in range(FIRST_YEAR, LAST_YEAR + 1) for day in duties.deadlines(year, scales)]
    unmet = [*deadlines[1:], None, None]
    since = [date.min, *deadlines]
    return [
        (whose, day, deadline - timedelta(days=1) if deadline else date.max, None)
        for day, deadline in zip(since, unmet, strict=True)
    ]


def _by_months(whose: str, scales: Scales) -> list[Term]:
    """Words of before the first rule count as long as it says: they are over whatever it was."""
    entries = scales.entries[f"{whose}_word_months"]
    return [
        (whose, entry.valid_from if number else date.min, None, scales.number(entry.name, entry.valid_from))
        for number, entry in enumerate(entries)
    ]
